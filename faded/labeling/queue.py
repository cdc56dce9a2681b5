"""The labeling queue: what lies before a person next.

What comes next is said by the strategy of the campaign's rules (`strategies`). As a rule what others have judged and
that wants more opinions comes first. Then mode by mode in the order of the ranking, distinct samples within a mode,
until the mode is decided; then the next.
Modes that their proposals cannot decide any more (too few of them) come after those that can be. Skipped proposals
come at the very end. What a person holds already comes first, so a reload shows the same proposal again. Verdicts that
earlier rounds on the same weights got count towards deciding a mode.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from faded.domain import Proposal
from faded.labeling import checks, standings, strategies
from faded.labeling.checks import Tally
from faded.labeling.decided import ModeState, ModeTally
from faded.labeling.standings import Standings, StandingsCache
from faded.labeling.strategies import Asked
from faded.store import gold_queue, labeling_rules, leases, proposals
from faded.store.engine import Db
from faded.store.gold_queue import Check
from faded.store.labeling_rules import Rules, Strategy


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
        mine: Verdicts that this person gives in this round, to known ones as well: the numbers tell them not apart.
        everybody: Verdicts of all in this round, likewise; of several people on one proposal each.
        confirmed: Modes that are confirmed, by verdicts of earlier rounds on the same weights as well.
        refused: Modes that are refused, likewise.
        open: Modes that have verdicts or proposals and are not decided.
        left: Proposals that wait for this person's verdict, of open modes, by the random strategy of all; and the
            known ones that are to come among them.
        disputed: Proposals on which people differ, so that no verdict stands.
    """

    mine: int
    everybody: int
    confirmed: int
    refused: int
    open: int
    left: int
    disputed: int


def lay(
    db: Db, round_id: int, annotator: str, n: int, now: float, cache: StandingsCache
) -> tuple[list[Leased], Progress]:
    """Return `next_items` and `progress` from one look at the modes, in a transaction that has not changed one."""
    found, rules = cache.get(db, round_id), labeling_rules.of_round(db, round_id)
    told = checks.tally(db, round_id, annotator)
    laid, known = _lay(db, round_id, annotator, n, now, found, rules, told)
    return laid, _progress(db, round_id, annotator, found, rules, told, known)


def next_items(db: Db, round_id: int, annotator: str, n: int, now: float) -> list[Leased]:
    """Lay up to n proposals before a person and return them, those held already first.

    Args:
        db: A write transaction.
        round_id: The round.
        annotator: Who asks.
        n: How many are wanted.
        now: Seconds since 1970.
    """
    found, rules = standings.read(db, round_id), labeling_rules.of_round(db, round_id)
    return _lay(db, round_id, annotator, n, now, found, rules, checks.tally(db, round_id, annotator))[0]


def progress(db: Db, round_id: int, annotator: str, cache: StandingsCache | None = None) -> Progress:
    """Return how far labeling is; with a cache, in a transaction that has not changed a mode."""
    found = standings.read(db, round_id) if cache is None else cache.get(db, round_id)
    rules, told = labeling_rules.of_round(db, round_id), checks.tally(db, round_id, annotator)
    return _progress(db, round_id, annotator, found, rules, told, known=0)


def _lay(
    db: Db, round_id: int, annotator: str, n: int, now: float, found: Standings, rules: Rules, told: Tally
) -> tuple[list[Leased], int]:
    """Return what lies before a person, and how many known ones are among it that they have not skipped before."""
    kept: list[leases.Held] = []
    idle: list[str] = []
    for item in leases.held(db, round_id, annotator, now):
        is_open = item.begun or rules.strategy is Strategy.RANDOM or found.by_id[item.mode_id].state is ModeState.OPEN
        if item.put_back or (is_open and not item.judged):
            kept.append(item)
        else:
            idle.append(item.proposal.id)
    if idle:
        leases.release(db, idle, annotator)
    golds = gold_queue.held(db, round_id, annotator, now) if told.any else []
    golds = [item for item in golds if item.check is Check.SILENT or item.place < 0]  # those of a qualification do not
    again = sum(item.again for item in golds)
    silent = sum(item.check is Check.SILENT for item in golds) - again
    before = [(item.place, item.proposal, item.mode_id) for item in kept]
    before += [(item.place, item.proposal, item.mode_id) for item in golds]
    here = [(proposal, mode_id) for _, proposal, mode_id in sorted(before, key=lambda item: item[0])]
    if len(here) < n:
        held = Counter(mode_id for _, mode_id in here)
        asked = Asked(db, round_id, annotator, rules.opinions, n - len(here), now, held)
        if rules.strategy is Strategy.INFORMATIVE:
            wanted = _candidates(db, round_id, annotator, rules.opinions, found, asked.n, now)
        else:
            wanted = strategies.candidates(rules.strategy, asked, found)
        there = {proposal.id for proposal, _ in here}  # undo may have put back what waits again
        wanted = [one for one in wanted if one not in there]
        taken, new = checks.lay(asked, rules.gold_percent, wanted, len(here) - again, silent, told)
        here.extend(proposals.with_modes(db, taken))
        silent += new
    until = now + leases.LEASE_SECONDS
    return [Leased(proposal, until, found.by_id[mode_id].tally) for proposal, mode_id in here[:n]], silent


def _progress(
    db: Db, round_id: int, annotator: str, found: Standings, rules: Rules, told: Tally, known: int
) -> Progress:
    """Return how far labeling is; `known`: so many known ones lie before the person."""
    judged, left, all_modes = leases.judged_by(db, round_id, annotator), found.left, rules.strategy is Strategy.RANDOM
    mine = sum(n for mode_id, n in judged.items() if all_modes or found.by_id[mode_id].state is ModeState.OPEN)
    if all_modes:
        left = sum(s.mode.unjudged for s in found.by_id.values())
    to_come = checks.to_come(db, round_id, annotator, rules.gold_percent, told, left - mine, known)
    return Progress(
        mine=told.given + told.known,
        everybody=found.opinions + told.everybody,
        confirmed=found.states[ModeState.CONFIRMED],
        refused=found.states[ModeState.REFUSED],
        open=found.states[ModeState.OPEN],
        left=left - mine + to_come,
        disputed=found.disputed,
    )


def _candidates(
    db: Db, round_id: int, annotator: str, slots: int, standing: Standings, n: int, now: float
) -> list[str]:
    """Return ids of up to n proposals that have a slot for a person, in the order of the queue."""
    found = leases.begun(db, round_id, annotator, slots, n, now) if slots > 1 else []
    skipped = any(s.mode.skipped for s in standing.waiting)
    judged = leases.judged_by(db, round_id, annotator, fresh=skipped) if slots > 1 else {}
    with_some = (s.mode.id for s in standing.waiting if s.mode.unjudged > s.mode.skipped + judged.get(s.mode.id, 0))
    found.extend(leases.fresh(db, with_some, annotator, slots, n - len(found), now, without=found))
    if len(found) < n:
        ids = [s.mode.id for s in standing.waiting]
        found.extend(leases.skipped(db, round_id, ids, annotator, slots, n - len(found), now))
    return found
