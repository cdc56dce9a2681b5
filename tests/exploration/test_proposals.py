from __future__ import annotations

from faded.domain import Mode, ModeKey, Trial
from faded.exploration.proposals import FIRST_PROPOSALS, PROPOSALS_PER_MODE, Proposer

KEYS = [ModeKey((i,), name) for i, name in enumerate(("stop", "yield"))]
MODES = [Mode(key, 9, 8, 0.8, 0.6, 0.9, 0.99, established=True) for key in KEYS]


def proposer() -> Proposer:
    made = Proposer()
    made.add(Trial(f"{key.stratum}{i}", key, True, 0.5, "no entry", False) for key in KEYS for i in range(8))
    return made


def chosen(made: Proposer, *begun: ModeKey, ends: bool = False) -> list[str]:
    return [trial.sample_id for trial in made.next(MODES, [], begun=None if ends else begun)[1]]


def test_a_mode_gets_what_can_decide_it_and_the_rest_once_people_have_begun_on_it() -> None:
    made = proposer()
    first = chosen(made)
    assert sorted(first) == [f"{key.stratum}{i}" for key in KEYS for i in range(FIRST_PROPOSALS)]
    assert chosen(made) == []
    assert chosen(made, KEYS[1]) == [f"yield{i}" for i in range(FIRST_PROPOSALS, PROPOSALS_PER_MODE)]
    assert chosen(made, KEYS[1]) == []


def test_when_exploring_ends_every_mode_has_all_its_proposals() -> None:
    made = proposer()
    chosen(made)
    chosen(made, ends=True)
    assert made.proposed == dict.fromkeys(KEYS, PROPOSALS_PER_MODE)
