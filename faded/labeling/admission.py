"""Whether something may be laid before a person at all: pauses, and how much they have judged today."""

from __future__ import annotations

import math
from dataclasses import dataclass

from faded.store import campaigns, labeling_rules, pauses, people
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db
from faded.store.pauses import Pause

DAY = 86_400.0
"""Seconds of a day; the days of quotas are those of UTC."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What stands between a person and the queue.

    Attributes:
        pause: The pause of the campaign's labeling, None where it goes on.
        quota: The most verdicts of a person and day, 0 for any number.
        given: Verdicts that they have given today, where there is a quota.
        opens_at: When the next day begins, seconds since 1970.
    """

    pause: Pause | None
    quota: int
    given: int
    opens_at: float

    @property
    def room(self) -> int | None:
        """How many items may lie before them; None for any number."""
        if self.pause is not None:
            return 0
        return max(self.quota - self.given, 0) if self.quota else None

    def most(self, n: int) -> int:
        """Return how many of n items may lie before them."""
        return n if self.room is None else min(n, self.room)


def admission(db: Db, found: Round, annotator: str, now: float) -> Admission:
    """Return what stands between a person and a round's queue; nothing where the round is decided."""
    if found.state is not RoundState.OPEN:
        return Admission(None, 0, 0, now)
    quota = labeling_rules.that_hold(db, found).quota
    midnight = DAY * math.floor(now / DAY)
    given = 0
    if quota:
        ids = [r.id for r in campaigns.list_rounds(db, found.campaign_id)]
        given = people.given_since(db, ids, annotator, midnight)
    return Admission(pauses.of_campaign(db, found.campaign_id), quota, given, midnight + DAY)
