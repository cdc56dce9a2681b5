import pytest

from faded.domain import Judgement, ModeKey, Verdict
from faded.labeling.decided import ModeState, ModeTally, confirmed_modes, tallies

STOP = ModeKey((1, 0), "stop")
YIELD = ModeKey((0, 2), "yield")


@pytest.mark.parametrize(
    ("confirm", "reject", "invalid", "unsure", "state"),
    [
        (2, 0, 0, 5, ModeState.OPEN),
        (3, 0, 0, 0, ModeState.CONFIRMED),
        (4, 1, 0, 0, ModeState.OPEN),
        (5, 0, 1, 0, ModeState.CONFIRMED),
        (0, 2, 1, 0, ModeState.REFUSED),
        (1, 2, 2, 0, ModeState.OPEN),
        (1, 3, 2, 0, ModeState.REFUSED),
        (0, 2, 0, 9, ModeState.OPEN),
    ],
)
def test_three_of_three_or_five_of_six_decide(confirm, reject, invalid, unsure, state):
    assert ModeTally(confirm, reject, invalid, unsure).state is state


def test_a_mode_is_decidable_while_enough_proposals_are_left():
    assert not ModeTally().decidable(2)
    assert ModeTally().decidable(3)
    assert not ModeTally(confirm=1, reject=1).decidable(3)  # four of five do not decide
    assert ModeTally(confirm=1, reject=1).decidable(4)


def _judge(key, *verdicts):
    return [Judgement(f"{key.stratum}{i}", f"sample{i}", key, v) for i, v in enumerate(verdicts)]


def test_only_distinct_samples_count_and_the_later_verdict_of_one():
    same = [Judgement(f"p{i}", "sample", STOP, Verdict.CONFIRM) for i in range(5)]
    assert confirmed_modes(same) == []
    changed = [*_judge(STOP, *[Verdict.CONFIRM] * 3), Judgement("again", "sample2", STOP, Verdict.UNSURE)]
    assert tallies(changed) == {STOP: ModeTally(confirm=2, unsure=1)}


def test_confirmed_modes_are_named():
    yes, no = Verdict.CONFIRM, Verdict.REJECT
    assert confirmed_modes([*_judge(YIELD, yes, yes, yes), *_judge(STOP, no, no, no)]) == [YIELD]
