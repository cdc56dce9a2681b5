"""What may be laid before a person at all: pauses, how much they have judged today, and qualifications."""

from __future__ import annotations

import math
from dataclasses import dataclass

from faded.domain import Proposal
from faded.labeling import qualification, queue
from faded.labeling.qualification import Qualification
from faded.labeling.queue import Progress
from faded.labeling.standings import StandingsCache
from faded.store import campaigns, gold_queue, labeling_rules, leases, pauses, people, proposals
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
        qualification: Of somebody who has to qualify: how far that is.
    """

    pause: Pause | None
    quota: int
    given: int
    opens_at: float
    qualification: Qualification | None = None

    @property
    def room(self) -> int | None:
        """How many items may lie before them; None for any number."""
        if self.pause is not None:
            return 0
        return max(self.quota - self.given, 0) if self.quota else None

    def most(self, n: int) -> int:
        """Return how many of n items may lie before them."""
        return n if self.room is None else min(n, self.room)


@dataclass(frozen=True, slots=True)
class Laid:
    """What lies before a person.

    Attributes:
        items: The proposals, in their order.
        progress: How far labeling is.
        admission: What stood between the person and the queue.
    """

    items: tuple[Proposal, ...]
    progress: Progress
    admission: Admission


def lay(
    db: Db, found: Round, annotator: str, exempt: bool, n: int, now: float, cache: StandingsCache, shown: bool
) -> Laid:
    """Lay up to n proposals before a person, as far as they may have some.

    Args:
        db: A write transaction that has not changed a mode.
        found: The round.
        annotator: Who asks.
        exempt: Whether they need not qualify.
        n: How many are wanted.
        now: Seconds since 1970.
        cache: How rounds stand.
        shown: Whether anything may be shown to them at all; else nothing is laid.
    """
    admitted = admission(db, found, annotator, exempt, now)
    most, state = admitted.most(n) if shown and found.state is RoundState.OPEN else 0, admitted.qualification
    items: list[Proposal] = []
    if most and (state is None or state.ended.is_in):
        leased, progress = queue.lay(db, found.id, annotator, most, now, cache)
        return Laid(tuple(item.proposal for item in leased), progress, admitted)
    if most and state is not None and state.is_open and not state.short:
        items = qualification.lay(db, found, annotator, state, most, now)
    return Laid(tuple(items), queue.progress(db, found.id, annotator, cache), admitted)


def may_judge(db: Db, annotator: str, proposal_id: str, exempt: bool, now: float) -> bool:
    """Return whether a person's verdict is taken: what never lay before them counts only from who need not qualify.

    Args:
        db: A write transaction.
        annotator: Who.
        proposal_id: What they judge.
        exempt: Whether they need not qualify.
        now: Seconds since 1970.
    """
    if exempt or leases.lies_or_lay(db, proposal_id, annotator) or gold_queue.asked(db, proposal_id, annotator):
        return True
    found = campaigns.get_round(db, proposals.round_of(db, proposal_id))
    state = admission(db, found, annotator, exempt, now).qualification
    return state is None or state.ended.is_in


def admission(db: Db, found: Round, annotator: str, exempt: bool, now: float) -> Admission:
    """Return what stands between a person and a round's queue; nothing where the round is decided.

    Args:
        db: A write transaction: a qualification that has ended is written down.
        found: The round.
        annotator: Who.
        exempt: Whether they need not qualify.
        now: Seconds since 1970.
    """
    if found.state is not RoundState.OPEN:
        return Admission(None, 0, 0, now)
    rules = labeling_rules.that_hold(db, found)
    quota, state = rules.quota, None
    if rules.qualify and not exempt:
        state = qualification.look(db, found, annotator, rules, now)
    midnight = DAY * math.floor(now / DAY)
    given = 0
    if quota:
        ids = [r.id for r in campaigns.list_rounds(db, found.campaign_id)]
        given = people.given_since(db, ids, annotator, midnight)
    return Admission(pauses.of_campaign(db, found.campaign_id), quota, given, midnight + DAY, state)
