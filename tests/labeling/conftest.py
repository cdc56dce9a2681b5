"""What the tests of the queue share: somebody judges, and a mode's answers are known."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pytest

from faded.domain import Proposal, Verdict
from faded.store import gold, verdicts
from faded.store.engine import Store


@pytest.fixture
def say(store: Store) -> Callable[..., str]:
    """Judges a proposal, or skips it without a verdict; returns the event's key."""
    keys = itertools.count()

    def say(item: str, who: str, verdict: Verdict | None = None, now: float = 0.0) -> str:
        with store.write() as db:
            return verdicts.submit(db, item, who, f"k{next(keys)}", now=now, verdict=verdict).key

    return say


@pytest.fixture
def make_known(store: Store) -> Callable[[Sequence[Proposal]], None]:
    """Lets carl confirm proposals, and mira make that known."""

    def make_known(items: Sequence[Proposal]) -> None:
        with store.write() as db:
            for i, item in enumerate(items):
                verdicts.submit(db, item.id, "carl", f"carl{i}", now=1.0, verdict=Verdict.CONFIRM)
                gold.make(db, item.id, Verdict.CONFIRM, "mira", 2.0 + i)

    return make_known
