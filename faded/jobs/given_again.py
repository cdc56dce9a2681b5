"""Gives the recorded verdicts of a round again, each at the point of the round at which it was first heeded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from faded.concepts.spec import ConceptSpace
from faded.domain import Ratings, Verdict
from faded.jobs.proposing import proposal_id
from faded.labeling.oracle import ORACLE
from faded.store import proposals, verdicts
from faded.store.engine import Db, Store
from faded.store.gold_queue import Check
from faded.store.settling import EventKind

Event = Mapping[str, Any]
"""An event as `report.verdicts.given` tells it."""


class GivenAgain:
    """The events of a report, in their order.

    Args:
        store: Where the round is run again.
        round_id: The round there.
        space: The concepts.
        recorded: The events.
        simulated: Numbers of the annotators that were simulated.

    Attributes:
        lost: How many could not be given, for the round run again has no such proposal.
    """

    def __init__(
        self, store: Store, round_id: int, space: ConceptSpace, recorded: Sequence[Event], simulated: frozenset[int]
    ) -> None:
        self._store, self._round_id, self._space = store, round_id, space
        self._recorded, self._simulated = recorded, simulated
        self._next = 0
        self.lost = 0

    def before_reading(self, batch: int) -> None:
        """Give what exploring first heeded before this batch."""
        self._give_while(lambda event: event["batch"] is not None and event["batch"] <= batch)

    def before_repair(self) -> None:
        """Give what else the repair had read."""
        self._give_while(lambda event: bool(event["repair"]))

    def rest(self) -> None:
        """Give what is left."""
        self._give_while(lambda event: True)

    def _give_while(self, due: Callable[[Event], bool]) -> None:
        with self._store.write() as db:
            while self._next < len(self._recorded) and due(self._recorded[self._next]):
                self._give(db, self._next, self._recorded[self._next])
                self._next += 1

    def _give(self, db: Db, place: int, event: Event) -> None:
        number = event["annotator"]
        name = ORACLE if number in self._simulated else f"annotator {number}"
        shown = proposal_id(self._round_id, event["sample"], self._space.index(tuple(event["cell"])))
        if not proposals.get_many(db, [shown]):
            self.lost += 1
        elif event["kind"] == EventKind.UNDO:
            verdicts.undo(db, self._round_id, name, _key(place), time.time(), voids=_key(event["undoes"]))
        else:
            said = event["verdict"]
            verdicts.submit(
                db,
                shown,
                name,
                _key(place),
                now=time.time(),
                verdict=None if said is None else Verdict(said),
                answer=event["answer"],
                flag=event["reason"],
                guidelines=event["guidelines"],
                ratings=Ratings(**event["ratings"]),
                adjudicates=event.get("adjudicates"),
                check=None if event.get("check") is None else Check(event["check"]),
                earnest=event.get("check") is None,
            )


def _key(place: int) -> str:
    return f"replay-{place}"
