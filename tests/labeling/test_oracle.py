import numpy as np
import pytest

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind, ModeKey, Said, Verdict
from faded.labeling.oracle import (
    CaringAnnotator,
    ChanceAnnotator,
    CountsAnnotator,
    NoisyAnnotator,
    ReferenceAnnotator,
    TruthAnnotator,
    label_all,
)
from faded.store import verdicts
from tests.store.helpers import fill, proposal

SPACE = ConceptSpace(
    (
        ConceptSpec("rotation", Kind.ORDINAL, (-30.0, 0.0, 30.0), 0.0, "turned by {value}"),
        ConceptSpec("darkening", Kind.ORDINAL, (0.0, 0.4), 0.0, "darkened by {value}"),
    )
)
TURNED, DARK, BOTH = ModeKey((2, 0), "stop"), ModeKey((1, 1), "stop"), ModeKey((0, 1), "yield")
CONFIRM, REJECT, INVALID = Said(Verdict.CONFIRM), Said(Verdict.REJECT), Said(Verdict.INVALID)


def all_confirm(proposals):
    return [CONFIRM for _ in proposals]


def test_the_reference_decides():
    wrong, right = proposal(TURNED, "a"), proposal(TURNED, "b", answer="stop")
    assert ReferenceAnnotator()([wrong, right]) == [CONFIRM, REJECT]
    with pytest.raises(FadedError, match="no reference"):
        ReferenceAnnotator()([proposal(TURNED, "c", reference=None)])


def test_the_truth_after_the_edit_decides():
    asked = []

    def truth(sample_ids, values):
        asked.append((list(sample_ids), values.tolist()))
        return [{"same": "stop", "other": "yield", "gone": None, "third": "turn"}[s] for s in sample_ids]

    items = [proposal(TURNED, s) for s in ("same", "other", "gone", "third")]
    assert TruthAnnotator(truth, SPACE)(items) == [CONFIRM, REJECT, INVALID, INVALID]
    assert TruthAnnotator(truth, SPACE)([proposal(DARK, "same", answer="stop")]) == [REJECT]
    assert asked == [(["same", "other", "gone", "third"], [[30.0, 0.0]] * 4), (["same"], [[0.0, 0.4]])]


def test_chance_confirms_its_share_whatever_is_shown():
    items = [proposal(key, f"s{i}") for i in range(400) for key in (TURNED, BOTH)]
    drawn = ChanceAnnotator(0.2, seed=0)(items)
    assert set(drawn) == {CONFIRM, REJECT}
    assert abs(drawn.count(CONFIRM) / 800 - 0.2) < 0.05
    assert [ChanceAnnotator(0.2, seed=0)([p])[0] for p in reversed(items)] == drawn[::-1]
    assert ChanceAnnotator(0.2, seed=1)(items) != drawn


def unlabelled(key, sample, answer="yield"):
    return proposal(key, sample, answer=answer, reference=None, clean_answer="stop")


def test_without_references_the_truth_before_the_edit_takes_their_place():
    def truth(sample_ids, values):
        after = {"same": "stop", "turned": "yield", "gone": None, "third": "turn", "mistaken": "turn"}
        return [
            ("turn" if s == "mistaken" else "stop") if not any(v) else after[s]
            for s, v in zip(sample_ids, values.tolist(), strict=True)
        ]

    items = [unlabelled(TURNED, s) for s in ("same", "turned", "gone", "third", "mistaken")]
    confirmed = [Said(Verdict.CONFIRM, "stop"), REJECT, INVALID, INVALID, Said(Verdict.CONFIRM, "turn")]
    assert TruthAnnotator(truth, SPACE)(items) == confirmed


def test_a_label_that_is_drawn_is_stated_where_there_is_no_reference():
    annotator = CountsAnnotator({"s": {"turn": 5}, "t": {"yield": 5}}, seed=0)
    assert annotator([unlabelled(TURNED, "s"), unlabelled(TURNED, "t")]) == [Said(Verdict.CONFIRM, "turn"), REJECT]


def test_noise_that_confirms_states_the_expected_answer():
    items = [unlabelled(TURNED, f"s{i}") for i in range(50)]
    found = NoisyAnnotator(lambda proposals: [REJECT for _ in proposals], 1.0, seed=0)(items)
    assert {s.answer for s in found if s.verdict is Verdict.CONFIRM} == {"stop"}
    assert {s.answer for s in found if s.verdict is not Verdict.CONFIRM} == {None}


def test_labels_are_drawn_from_what_people_said():
    counts = {f"s{i}": {"yield": 30, "stop": 70} for i in range(400)}
    items = [proposal(TURNED, f"s{i}") for i in range(400)]
    drawn = CountsAnnotator(counts, seed=0)(items)
    assert abs(drawn.count(REJECT) / 400 - 0.3) < 0.08
    assert [CountsAnnotator(counts, seed=0)([p])[0] for p in reversed(items)] == drawn[::-1]
    assert CountsAnnotator(counts, seed=1)(items) != drawn
    sure = CountsAnnotator({"s": {"stop": 0, "yield": 5}}, seed=0)
    assert sure([proposal(key, "s") for key in (TURNED, DARK, BOTH)]) == [REJECT] * 3
    with pytest.raises(FadedError, match="sample t"):
        sure([proposal(TURNED, "t")])


def test_noise_replaces_a_share_of_the_verdicts():
    items = [proposal(TURNED, f"s{i}") for i in range(1000)]
    noisy = NoisyAnnotator(all_confirm, 0.3, seed=0)
    found = noisy(items)
    assert abs(np.mean([v != CONFIRM for v in found]) - 0.3) < 0.05
    others = [found.count(Said(v)) for v in Verdict if v is not Verdict.CONFIRM]
    assert min(others) > 60
    assert [noisy([p])[0] for p in reversed(items)] == found[::-1]
    assert NoisyAnnotator(all_confirm, 0.0, seed=0)(items) == all_confirm(items)
    assert CONFIRM not in NoisyAnnotator(all_confirm, 1.0, seed=0)(items)
    with pytest.raises(FadedError, match=r"1\.5"):
        NoisyAnnotator(all_confirm, 1.5, seed=0)


@pytest.mark.parametrize(
    ("strata", "concepts", "expected"),
    [
        (None, None, [CONFIRM, CONFIRM, CONFIRM]),
        (["stop"], None, [CONFIRM, CONFIRM, REJECT]),
        (None, ["rotation"], [CONFIRM, REJECT, CONFIRM]),
        (["yield"], ["darkening"], [REJECT, REJECT, CONFIRM]),
        ([], None, [REJECT, REJECT, REJECT]),
    ],
)
def test_what_nobody_cares_about_is_rejected(strata, concepts, expected):
    items = [proposal(key, "s") for key in (TURNED, DARK, BOTH)]
    assert CaringAnnotator(all_confirm, strata, concepts, SPACE)(items) == expected


def test_caring_about_an_unknown_concept_is_an_error():
    with pytest.raises(FadedError, match="'hue'"):
        CaringAnnotator(all_confirm, None, ["hue"], SPACE)


def _label(store, round_id, annotator, budget):
    return label_all(store, round_id, annotator, "oracle", budget, lambda: 0.0)


def _standing(store, round_id):
    with store.read() as db:
        return verdicts.standing(db, round_id)


def test_labeling_ends_with_the_budget_or_the_queue(store, round_id):
    fill(store, round_id, {TURNED: (2.0, 5), DARK: (1.0, 5)})
    assert _label(store, round_id, all_confirm, 4) == 4
    assert [j.key for j in _standing(store, round_id)] == [TURNED] * 3 + [DARK]
    assert _label(store, round_id, all_confirm, 4) == 4
    assert _label(store, round_id, all_confirm, 100) == 6


def test_labeling_that_was_cut_short_ends_as_if_it_had_not_been(tmp_path, store, round_id):
    from faded.store.engine import open_store
    from tests.store.helpers import new_round

    modes = {TURNED: (2.0, 8), DARK: (1.0, 8), BOTH: (3.0, 8)}
    noisy = NoisyAnnotator(all_confirm, 0.4, seed=3)
    other = open_store(tmp_path / "other")
    other_round = new_round(other)
    for s, r in ((store, round_id), (other, other_round)):
        fill(s, r, modes)
    _label(store, round_id, noisy, 12)

    asked = 0

    def dies(proposals):
        nonlocal asked
        asked += 1
        if asked == 6:
            raise KeyboardInterrupt
        return noisy(proposals)

    with pytest.raises(KeyboardInterrupt):
        _label(other, other_round, dies, 12)
    _label(other, other_round, noisy, 12)
    assert _standing(other, other_round) == _standing(store, round_id)
    other.close()


def test_labeling_goes_on_after_an_undo(store, round_id):
    fill(store, round_id, {TURNED: (2.0, 5)})
    _label(store, round_id, all_confirm, 2)
    with store.write() as db:
        verdicts.undo(db, round_id, "oracle", "u", 0.0)
    assert _label(store, round_id, all_confirm, 2) == 2
    assert len(_standing(store, round_id)) == 2
