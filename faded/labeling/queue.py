"""The labeling queue: what lies before a person next.

What others have judged and that wants more opinions comes first. Then mode by mode in the order of the ranking,
distinct samples within a mode, until the mode is decided; then the next.
Modes that their proposals cannot decide any more (too few of them) come after those that can be. Skipped proposals
come at the very end. What a person holds already comes first, so a reload shows the same proposal again. Verdicts that
earlier rounds on the same weights got count towards deciding a mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from faded.domain import ModeKey, Proposal
from faded.labeling.decided import ModeState, ModeTally, tallies
from faded.store import labeling_rules, leases, proposals, verdicts
from faded.store.engine import Db
from faded.store.rows import cell_text


@dataclass(frozen=True, slots=True)
class Leased:
    """A proposal that lies before a person.

    Attributes:
        proposal: The proposal.
        expires_at: When it may go to somebody else, seconds since 1970; asking again renews it.
        tally: The verdicts that its mode has so far.
    """

    proposal: Proposal
    expires_at: float
    tally: ModeTally


@dataclass(frozen=True, slots=True)
class Progress:
    """How far labeling is.

    Attributes:
        mine: Verdicts that this person gives in this round.
        everybody: Verdicts of all in this round; of several people on one proposal each.
        confirmed: Modes that are confirmed, by verdicts of earlier rounds on the same weights as well.
        refused: Modes that are refused, likewise.
        open: Modes that have verdicts or proposals and are not decided.
        left: Proposals of open modes that wait for this person's verdict.
        disputed: Proposals on which people differ, so that no verdict stands.
    """

    mine: int
    everybody: int
    confirmed: int
    refused: int
    open: int
    left: int
    disputed: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """A mode with proposals, its tally and its state, verdicts of earlier rounds on the same weights included."""

    mode: proposals.ModeRow
    tally: ModeTally
    state: ModeState


def lay(db: Db, round_id: int, annotator: str, n: int, now: float) -> tuple[list[Leased], Progress]:
    """Return `next_items` and `progress` from one look at the modes."""
    before = _before(db, round_id)
    standings = _standings(db, round_id, before)
    return _lay(db, round_id, annotator, n, now, standings), _progress(db, round_id, annotator, standings, before)


def next_items(db: Db, round_id: int, annotator: str, n: int, now: float) -> list[Leased]:
    """Lay up to n proposals before a person and return them, those held already first.

    Args:
        db: A write transaction.
        round_id: The round.
        annotator: Who asks.
        n: How many are wanted.
        now: Seconds since 1970.
    """
    return _lay(db, round_id, annotator, n, now, _standings(db, round_id, _before(db, round_id)))


def progress(db: Db, round_id: int, annotator: str) -> Progress:
    """Return how far labeling is."""
    before = _before(db, round_id)
    return _progress(db, round_id, annotator, _standings(db, round_id, before), before)


def _lay(db: Db, round_id: int, annotator: str, n: int, now: float, standings: list[_Standing]) -> list[Leased]:
    by_id = {s.mode.id: s for s in standings}
    kept: list[Proposal] = []
    idle: list[str] = []
    for item in leases.held(db, round_id, annotator, now):
        wanted = item.put_back or (by_id[item.mode_id].state is ModeState.OPEN and not item.judged)
        if wanted:
            kept.append(item.proposal)
        else:
            idle.append(item.proposal.id)
    if idle:
        leases.release(db, idle, annotator)
    if len(kept) < n:
        slots = labeling_rules.of_round(db, round_id).opinions
        found = _candidates(db, round_id, annotator, slots, standings, n - len(kept), now)
        taken = leases.take(db, round_id, found, annotator, slots, now)
        kept.extend(proposals.get_many(db, taken))
    tallies = {(s.mode.cell, s.mode.stratum): s.tally for s in standings}
    return [Leased(p, now + leases.LEASE_SECONDS, tallies[cell_text(p.key.cell), p.key.stratum]) for p in kept[:n]]


def _progress(
    db: Db, round_id: int, annotator: str, standings: list[_Standing], before: Mapping[ModeKey, ModeTally]
) -> Progress:
    here = {s.mode.key for s in standings}
    states = [s.state for s in standings] + [tally.state for key, tally in before.items() if key not in here]
    judged = leases.judged_by(db, round_id, annotator)
    return Progress(
        mine=verdicts.counts(db, round_id, annotator).total,
        everybody=verdicts.given(db, round_id),
        confirmed=states.count(ModeState.CONFIRMED),
        refused=states.count(ModeState.REFUSED),
        open=states.count(ModeState.OPEN),
        left=sum(s.mode.unjudged - judged.get(s.mode.id, 0) for s in standings if s.state is ModeState.OPEN),
        disputed=sum(s.mode.disputed for s in standings),
    )


def _before(db: Db, round_id: int) -> dict[ModeKey, ModeTally]:
    """Count the verdicts that earlier rounds on the same weights got."""
    return tallies(verdicts.on_same_weights(db, round_id, earlier=True))


def _standings(db: Db, round_id: int, before: Mapping[ModeKey, ModeTally]) -> list[_Standing]:
    found = []
    for mode in proposals.mode_rows(db, round_id):
        tally = ModeTally(mode.confirm, mode.reject, mode.invalid, mode.unsure)
        if (earlier := before.get(mode.key)) is not None:
            tally += earlier
        found.append(_Standing(mode, tally, tally.state))
    return found


def _candidates(
    db: Db, round_id: int, annotator: str, slots: int, standings: list[_Standing], n: int, now: float
) -> list[str]:
    """Return ids of up to n proposals that have a slot for a person, in the order of the queue."""
    undecided = [s for s in standings if s.state is ModeState.OPEN and s.mode.unjudged]
    found = leases.begun(db, round_id, annotator, slots, n, now) if slots > 1 else []
    judged = leases.judged_by(db, round_id, annotator) if slots > 1 else {}
    for s in sorted(undecided, key=lambda s: not s.tally.decidable(s.mode.unjudged)):  # stable: the ranking stays
        if len(found) >= n:
            return found
        if s.mode.unjudged > s.mode.skipped + judged.get(s.mode.id, 0):
            fresh = leases.fresh(db, s.mode.id, annotator, slots, n, now)
            found.extend([one for one in fresh if one not in found][: n - len(found)])
    if len(found) < n:
        ids = [s.mode.id for s in undecided]
        found.extend(leases.skipped(db, round_id, ids, annotator, slots, n - len(found), now))
    return found
