from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Judgement, Kind, ModeKey, Verdict
from faded.labeling.likeness import leaning
from faded.probe import nothing_invalid
from faded.repair.pairs import every_mode

SPACE = ConceptSpace(
    (
        ConceptSpec("rotation", Kind.ORDINAL, (-90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0), 0.0, "turned by {value}"),
        ConceptSpec("darkening", Kind.ORDINAL, (0.0, 0.2, 0.4, 0.6, 0.8), 0.0, "darkened by {value}"),
    )
)


EVERY = every_mode(SPACE, ["left", "stop", "yield"], nothing_invalid)


def against(judgement: Judgement) -> bool:
    return judgement.verdict is not Verdict.CONFIRM


def judge(cell: tuple[int, int], stratum: str, verdict: Verdict) -> list[Judgement]:
    key = ModeKey(cell, stratum)
    return [Judgement(f"{stratum}{cell}{i}", f"s{i}", key, verdict) for i in range(3)]


REFUSED = [
    *judge((0, 0), "left", Verdict.REJECT),
    *judge((0, 4), "left", Verdict.REJECT),
    *judge((6, 2), "left", Verdict.INVALID),
    *judge((3, 4), "left", Verdict.CONFIRM),
    *judge((2, 3), "left", Verdict.CONFIRM),
    *judge((0, 1), "stop", Verdict.CONFIRM),
    *judge((6, 3), "stop", Verdict.CONFIRM),
    *judge((6, 0), "yield", Verdict.UNSURE),
]


def test_a_refusal_speaks_for_its_neighbours_and_not_for_another_stratum():
    found = leaning(SPACE, REFUSED, against, EVERY)
    assert {ModeKey((0, dark), "left") for dark in range(5)} <= found
    assert {ModeKey((6, dark), "left") for dark in (1, 2, 3)} <= found
    assert ModeKey((3, 4), "left") not in found
    assert {key.stratum for key in found} == {"left"}


def test_what_is_right_as_answered_is_told_from_what_is_no_answer_at_all():
    found = leaning(SPACE, REFUSED, lambda j: j.verdict is Verdict.REJECT, EVERY)
    assert {ModeKey((0, 1), "left"), ModeKey((0, 3), "left")} <= found
    assert ModeKey((6, 2), "left") not in found


def test_without_a_refusal_nothing_leans():
    assert leaning(SPACE, judge((0, 1), "stop", Verdict.CONFIRM), against, EVERY) == frozenset()
    assert leaning(SPACE, [], against, EVERY) == frozenset()


def test_only_modes_that_are_asked_about_are_returned():
    asked = [ModeKey((0, 1), "left"), ModeKey((3, 4), "left"), ModeKey((0, 2), "elsewhere")]
    assert leaning(SPACE, REFUSED, against, asked) == {asked[0]}
