"""Verdict events: what annotators said, append-only, and what stands after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select

from faded.domain import NO_RATINGS, FadedError, Judgement, Proposal, Ratings, Verdict
from faded.store import answers, campaigns, gold_queue, labeling_rules, leases
from faded.store import ratings as rated
from faded.store.engine import Db
from faded.store.labeling_tables import adjudications, opinions
from faded.store.proposals import get, with_round
from faded.store.rows import mode_of
from faded.store.schema import modes, proposals, verdict_events
from faded.store.settling import VALID, EventKind, append, settle_in

_STANDS = and_(proposals.c.event_id.is_not(None), proposals.c.verdict.is_not(None))
"""Selects judged proposals; the first half lets SQLite use the index."""

# Made once: every click asks them, and to put a query together takes longer than to ask it.
_BY_KEY = select(verdict_events).where(verdict_events.c.key == bindparam("key"))
_GIVEN = select(func.count()).where(
    opinions.c.round_id == bindparam("round"), opinions.c.annotator == bindparam("annotator")
)

LONGEST_REASON = 500
"""Characters of a flag's reason: a paragraph."""

LONGEST_KEY = 64
"""Characters of an idempotency key: a UUID has 36."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of an event; shown to a person only after the transaction is committed.

    Attributes:
        event_id: Number of the event.
        key: The idempotency key it came with.
        proposal_id: The proposal.
        kind: What was done.
        verdict: The verdict, None for a skip or a flag.
        created_at: Seconds since 1970.
    """

    event_id: int
    key: str
    proposal_id: str
    kind: EventKind
    verdict: Verdict | None
    created_at: float


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """Standing verdicts of a round."""

    confirm: int
    reject: int
    invalid: int
    unsure: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.confirm + self.reject + self.invalid + self.unsure


def submit(
    db: Db,
    proposal_id: str,
    annotator: str,
    key: str,
    *,
    now: float,
    verdict: Verdict | None = None,
    answer: str | None = None,
    flag: str | None = None,
    visible_ms: int | None = None,
    guidelines: str | None = None,
    ratings: Ratings = NO_RATINGS,
    adjudicates: str | None = None,
    check: gold_queue.Check | None = None,
    earnest: bool = False,
) -> Receipt:
    """Append an event: a verdict, a flag with its reason, or (neither given) a skip.

    A verdict or a skip takes the proposal from before the annotator; a flag leaves it there. A confirmation may have to
    state the right answer, or be free to: see `answers.check`.

    Args:
        db: The transaction.
        proposal_id: The proposal.
        annotator: Who.
        key: Idempotency key: sent again, it changes nothing and gives the first receipt.
        now: Seconds since 1970.
        verdict: The verdict.
        answer: The right answer: one of the labels that the round's summary names, or where it names none, free text.
        flag: Why it is flagged.
        visible_ms: How long the person saw it, milliseconds.
        guidelines: Version of the guidelines that the person had before them.
        ratings: What is said of a set of pictures beside the verdict.
        adjudicates: Why the verdict settles what people differ about.
        check: How it was asked where its answer is known and this is nobody's opinion; None: as it was laid.
        earnest: That it was asked in earnest, however it was laid: of what was not said on the page Label.

    Raises:
        FadedError: there is no such proposal, its round is decided, the flag or the adjudication has no reason or a
            very long one, both a verdict and a flag are given, the answer is missing or cannot stand, or a rating
            cannot.
    """
    first = _receipt(db, key)
    if first is not None:
        return first
    if verdict is not None and flag is not None:
        raise FadedError(f"A verdict and a flag for proposal {proposal_id!r} came at once: send two events.")
    _check_reason("flag on", proposal_id, flag)
    _check_reason("adjudication of", proposal_id, adjudicates)
    if adjudicates is not None and verdict is None:
        raise FadedError(f"The adjudication of proposal {proposal_id!r} gives no verdict: choose one.")
    if len(key) > LONGEST_KEY:
        raise FadedError(f"The event's key has {len(key)} characters: reload the page, which makes shorter ones.")
    proposal, round_id = with_round(db, proposal_id)
    found = _check_open(db, round_id)
    if check is None and adjudicates is None and flag is None and not earnest:
        check = gold_queue.asked(db, proposal_id, annotator)
    answers.check(proposal, verdict, answer, found.summary.get("labels"))
    rated.check(proposal, verdict, ratings)
    kind = EventKind.FLAG if flag is not None else EventKind.SKIP if verdict is None else EventKind.VERDICT
    number = _append(
        db,
        found,
        proposal_id,
        key=key,
        annotator=annotator,
        kind=kind.value,
        verdict=None if verdict is None else verdict.value,
        answer=answer,
        reason=flag,
        visible_ms=visible_ms,
        guidelines=guidelines,
        created_at=now,
        adjudicates=adjudicates,
        check=check,
        **asdict(ratings),
    )
    if kind is not EventKind.FLAG:
        leases.release(db, [proposal_id], annotator)
        gold_queue.release(db, proposal_id, annotator, skipped=verdict is None)
    return Receipt(number, key, proposal_id, kind, verdict, now)


def undo(
    db: Db, round_id: int, annotator: str, key: str, now: float, voids: str | None = None, settles: bool = False
) -> Proposal | None:
    """Void a verdict, skip or flag of the annotator by an event naming it; or what they settled.

    The proposal is put back before the annotator, ahead of all others, unless somebody else holds it.

    Args:
        db: The transaction.
        round_id: The round.
        annotator: Who.
        key: Idempotency key: sent again, it changes nothing and gives the same proposal.
        now: Seconds since 1970.
        voids: Key of the event to void; None: the annotator's latest of the round that is not undone yet.
        settles: Whether an adjudication is meant; else none is voided.

    Returns:
        The proposal that is open again; None where there is nothing to undo.

    Raises:
        FadedError: there is no such round, or it is decided.
    """
    first = _receipt(db, key)
    if first is not None:
        return get(db, first.proposal_id)
    found = _check_open(db, round_id)
    mine = VALID.where(verdict_events.c.round_id == round_id, verdict_events.c.annotator == annotator)
    adjudicates = exists().where(adjudications.c.event_id == verdict_events.c.id)
    mine = mine.where(adjudicates if settles else ~adjudicates)
    if voids is not None:
        mine = mine.where(verdict_events.c.key == voids)
    row = db.execute(mine.order_by(verdict_events.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    voided, proposal_id = row.id, row.proposal_id
    _append(
        db,
        found,
        proposal_id,
        key=key,
        annotator=annotator,
        kind=EventKind.UNDO.value,
        undoes=voided,
        created_at=now,
    )
    said = exists().where(opinions.c.proposal_id == proposal_id, opinions.c.annotator == annotator)
    settled = exists().where(adjudications.c.event_id == voided)
    if not db.execute(select(said | settled)).scalar():  # else there is nothing to judge anew
        check = gold_queue.asked(db, proposal_id, annotator)
        if check is not None:
            gold_queue.lay(db, round_id, proposal_id, annotator, check, now, first=True)
        else:
            slots = labeling_rules.that_hold(db, found).opinions
            leases.put_back(db, round_id, proposal_id, annotator, slots, now)
    return get(db, proposal_id)


def standing(db: Db, *round_ids: int) -> list[Judgement]:
    """Return the verdicts of these rounds that stand, one per proposal (its latest), in the order they were given."""
    columns = (proposals.c.id, proposals.c.sample_id, modes.c.cell, modes.c.stratum, proposals.c.verdict)
    said = (verdict_events.c[name] for name in ("answer", *Ratings.__dataclass_fields__))
    query = (
        select(*columns, *said)
        .join(modes, modes.c.id == proposals.c.mode_id)
        .join(verdict_events, verdict_events.c.id == proposals.c.event_id)
        .where(proposals.c.round_id.in_(round_ids), _STANDS)
        .order_by(proposals.c.event_id)
    )
    return [
        Judgement(i, sample_id, mode_of(cell, stratum), Verdict(str(verdict)), answer, _ratings(ratings))
        for i, sample_id, cell, stratum, verdict, answer, *ratings in db.execute(query)
    ]


def _ratings(said: Sequence[int | None]) -> Ratings:
    return NO_RATINGS if said.count(None) == len(said) else Ratings(*said)


def on_same_weights(db: Db, round_id: int, *, earlier: bool = False) -> list[Judgement]:
    """Return the verdicts that stand on a round's weights: those of rounds before it, and (not `earlier`) its own."""
    ids = [r.id for r in campaigns.on_same_weights(db, round_id)]
    return standing(db, *(ids[:-1] if earlier else ids))


def counts(db: Db, round_id: int, annotator: str | None = None) -> VerdictCounts:
    """Return the numbers of verdicts that stand for a round's proposals, or of those that one annotator gives."""
    if annotator is None:
        query = select(proposals.c.verdict, func.count()).where(proposals.c.round_id == round_id, _STANDS)
        query = query.group_by(proposals.c.verdict)
    else:
        mine = (opinions.c.round_id == round_id, opinions.c.annotator == annotator)
        query = select(opinions.c.verdict, func.count()).where(*mine).group_by(opinions.c.verdict)
    found = {str(verdict): n for verdict, n in db.execute(query)}
    return VerdictCounts(**{kind.value: found.get(kind.value, 0) for kind in Verdict})


def given(db: Db, round_id: int, annotator: str) -> int:
    """Return on how many proposals of a round a person has an opinion."""
    return db.execute(_GIVEN, {"round": round_id, "annotator": annotator}).scalar_one()


def _check_open(db: Db, round_id: int) -> campaigns.Round:
    """Return the round; raise FadedError where it takes no verdicts any more."""
    found = campaigns.get_round(db, round_id)
    if found.state is not campaigns.RoundState.OPEN:
        word = found.state.value.replace("_", " ")
        raise FadedError(
            f"Round {found.number} was {word} by {found.decided_by} already, so it takes no more verdicts."
        )
    return found


def _check_reason(what: str, proposal_id: str, reason: str | None) -> None:
    if reason is not None and not reason.strip():
        raise FadedError(f"The {what} proposal {proposal_id!r} gives no reason: say why in a few words.")
    if reason is not None and len(reason) > LONGEST_REASON:
        raise FadedError(
            f"The reason of the {what} proposal {proposal_id!r} has {len(reason)} characters: say it in "
            f"{LONGEST_REASON}."
        )


def _append(
    db: Db,
    found: campaigns.Round,
    proposal_id: str,
    *,
    adjudicates: str | None = None,
    check: str | None = None,
    **fields: Any,
) -> int:
    """Append an event and write down what stands for its proposal now; return the event's number."""
    number = append(db, {"proposal_id": proposal_id, "round_id": found.id, **fields}, adjudicates, check)
    settle_in(db, found, proposal_id)
    return number


def _receipt(db: Db, key: str) -> Receipt | None:
    row = db.execute(_BY_KEY, {"key": key}).one_or_none()
    if row is None:
        return None
    verdict = None if row.verdict is None else Verdict(row.verdict)
    return Receipt(row.id, row.key, row.proposal_id, EventKind(row.kind), verdict, row.created_at)
