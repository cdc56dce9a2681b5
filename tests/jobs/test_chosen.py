"""The repair learns from the modes that people chose."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from faded.domain import ModeKey, Verdict
from faded.jobs.repair import _taught
from faded.store import campaigns, verdicts
from faded.store.engine import Store
from tests.ui import believable
from tests.ui.believable import SPACE, Believable

STOP, YIELD = ModeKey((0, 2, 1), "stop"), ModeKey((6, 1, 2), "yield")


@pytest.fixture
def made(store: Store) -> Believable:
    """Two confirmed modes, and one rejection in a third."""
    found = believable.explored(store)
    believable.labeled(store, found, modes=2)
    with store.write() as db:
        verdicts.submit(db, f"p2-0-{found.round}", "local", "key", now=1.0, verdict=Verdict.REJECT)
    return found


def lessons(store: Store, made: Believable) -> Any:
    with store.read() as db:
        desk: Any = SimpleNamespace(store=store, round=campaigns.get_round(db, made.round))
    context: Any = SimpleNamespace(space=SPACE, config=SimpleNamespace(labelled=True))
    found = _taught(desk, context)
    return found.modes, found.pairs


def choose(store: Store, made: Believable, *keys: ModeKey) -> None:
    with store.write() as db:
        campaigns.choose_modes(db, made.round, keys)


def test_all_confirmed_modes_are_learned_where_nothing_is_chosen(store: Store, made: Believable) -> None:
    modes, pairs = lessons(store, made)
    assert modes == [STOP, YIELD]
    assert len(pairs) == 7


def test_only_chosen_modes_are_learned_and_rejections_still_count(store: Store, made: Believable) -> None:
    choose(store, made, YIELD)
    modes, pairs = lessons(store, made)
    assert modes == [YIELD]
    confirmed, rejected = pairs[:3], pairs[3:]
    assert {pair.sample_id for pair in confirmed} == {"s1-0", "s1-1", "s1-2"}
    assert [(pair.sample_id, pair.chosen) for pair in rejected] == [("s2-0", "turn right")]


def test_of_a_choice_nothing_may_be_confirmed_any_more(store: Store, made: Believable) -> None:
    choose(store, made, ModeKey((1, 3, 1), "no entry"))
    assert lessons(store, made)[0] == []
