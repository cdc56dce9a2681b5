"""What the events say: what people say of a proposal, and what stands for it. Derived, and written down beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Row, bindparam, delete, exists, insert, select, update

from faded.domain import Verdict
from faded.store import campaigns, labeling_rules
from faded.store.campaigns import Round
from faded.store.engine import Db, Store
from faded.store.gold_tables import gold_answers, gold_opinions
from faded.store.labeling_rules import Rules, Said
from faded.store.labeling_tables import adjudications, opinions
from faded.store.mode_counts import MANY, recount
from faded.store.proposals import round_of
from faded.store.rows import key_of
from faded.store.schema import proposals, verdict_events


class EventKind(StrEnum):
    """What an annotator did."""

    VERDICT = "verdict"
    UNDO = "undo"
    SKIP = "skip"
    FLAG = "flag"


# Made once: every click asks them, and to put a query together takes longer than to ask it.
_LATER = verdict_events.alias()
IS_UNDONE = exists().where(_LATER.c.undoes == verdict_events.c.id)
"""Says of an event that a later one takes it back."""
VALID = select(verdict_events).where(verdict_events.c.kind != EventKind.UNDO.value, ~IS_UNDONE)
"""Selects the events that are neither an undo nor undone."""
_TOLD = (
    VALID.add_columns(adjudications.c.reason.label("adjudicates"), gold_answers.c.kind.label("checks"))
    .outerjoin(adjudications, adjudications.c.event_id == verdict_events.c.id)
    .outerjoin(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
    .order_by(verdict_events.c.proposal_id, verdict_events.c.id)
)
"""Selects the valid events, with why they adjudicate or how they were asked, by proposal in the order given."""
_TOLD_OF_ONE = _TOLD.where(verdict_events.c.proposal_id == bindparam("proposal"))
_AMONG: BindParameter[str] = bindparam("ids", expanding=True)
_HOMES = select(proposals.c.id, proposals.c.round_id, proposals.c.mode_id).where(proposals.c.id.in_(_AMONG))
_WRITE = (
    update(proposals)
    .where(proposals.c.id == bindparam("k_id"))
    .values({name: bindparam(f"k_{name}") for name in ("event_id", "verdict", "disputed", "opinions")})
)
_CLEAR = [delete(table).where(table.c.proposal_id.in_(_AMONG)) for table in (opinions, gold_opinions)]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the events of a proposal say.

    Attributes:
        event_id: The latest event that gives what stands; else the latest skip; else None.
        verdict: What stands, None where nothing does.
        disputed: Whether all were asked and no verdict stands.
        people: Who says what, in the order of their latest verdicts.
        checked: Who answered it as one whose answer is known, with what, and how it was asked; nobody's opinions.
    """

    event_id: int | None = None
    verdict: Verdict | None = None
    disputed: bool = False
    people: tuple[tuple[str, Said], ...] = ()
    checked: frozenset[tuple[str, int, str, str]] = frozenset()

    @property
    def open(self) -> bool:
        """Whether it waits for verdicts."""
        return self.verdict is None and not self.disputed


def append(db: Db, event: Mapping[str, Any], adjudicates: str | None, check: str | None = None) -> int:
    """Append an event, and return its number; `settle` is to follow.

    Args:
        db: The transaction.
        event: Its columns.
        adjudicates: Of an adjudication: why.
        check: Of an answer to a proposal whose answer is known: how that was asked, a `gold.Check`.
    """
    number = key_of(db.execute(insert(verdict_events).values(event)))
    if adjudicates is not None:
        db.execute(insert(adjudications).values(event_id=number, reason=adjudicates))
    if check is not None:
        db.execute(insert(gold_answers).values(event_id=number, kind=check))
    return number


def set_rules(store: Store, round_id: int, rules: Rules, by: str, now: float) -> None:
    """Set the rules of a round's campaign, and settle all that was judged in its open rounds by them.

    That is many rows: they are compared without holding anybody up, and written in portions.

    Raises:
        FadedError: there is no such round, or a rule cannot be used.
    """
    with store.write() as db:
        campaign = campaigns.get_round(db, round_id).campaign_id
        labeling_rules.save(db, campaign, rules, by, now)
        ids = [r.id for r in campaigns.list_rounds(db, campaign) if r.state is campaigns.RoundState.OPEN]
    for found in ids:
        with store.read() as db:
            changed = list(wrong(db, found))
        for start in range(0, len(changed), MANY):
            with store.write() as db:
                write(db, wrong(db, found, changed[start : start + MANY]))


def settle(db: Db, proposal_id: str) -> None:
    """Write down what people say of a proposal, and what stands for it, after its events so far."""
    settle_in(db, campaigns.get_round(db, round_of(db, proposal_id)), proposal_id)


def settle_in(db: Db, found: Round, proposal_id: str) -> None:
    """Do the same where the proposal's round was read already."""
    events = db.execute(_TOLD_OF_ONE, {"proposal": proposal_id}).all()
    write(db, {proposal_id: settled(events, *_how(db, found))})


def _how(db: Db, found: Round) -> tuple[Rules, bool]:
    """Return a round's rules, and whether the right answers that its confirmations state are labels, not free texts."""
    return labeling_rules.that_hold(db, found), bool(found.summary.get("labels"))


def settled(events: Iterable[Row[Any]], rules: Rules, by_label: bool) -> Settled:
    """Return what the valid events of a proposal say, in the order they were given; see `labeling_rules.resolve`."""
    by_person: dict[str, Said] = {}
    checked: dict[tuple[str, str], tuple[str, int, str, str]] = {}
    adjudicated, skip = None, None
    for row in events:
        if row.checks is not None:
            if row.verdict is not None:
                checked[row.annotator, row.checks] = (row.annotator, row.id, row.verdict, row.checks)
        elif row.kind == EventKind.SKIP.value:
            skip = row.id
        elif row.kind == EventKind.VERDICT.value:
            said = Said(row.id, Verdict(row.verdict), row.answer)
            if row.adjudicates is not None:
                adjudicated = said
            else:
                by_person.pop(row.annotator, None)  # in the order of the latest
                by_person[row.annotator] = said
    stands, disputed = labeling_rules.resolve(list(by_person.values()), adjudicated, rules, by_label)
    people, checks = tuple(by_person.items()), frozenset(checked.values())
    if stands is None:
        return Settled(skip, None, disputed, people, checks)
    return Settled(stands.event_id, stands.verdict, disputed, people, checks)


def wrong(db: Db, round_id: int, ids: Sequence[str] | None = None) -> dict[str, Settled]:
    """Return what the events say of those proposals of a round of which something else is written down.

    Args:
        db: A transaction.
        round_id: The round.
        ids: Which proposals are looked at, up to `MANY`; None for all.
    """
    rules, by_label = _how(db, campaigns.get_round(db, round_id))

    def looked_at(table: FromClause, column: str) -> ColumnElement[bool]:
        return table.c.round_id == round_id if ids is None else table.c[column].in_(ids)

    rows = db.execute(_TOLD.where(looked_at(verdict_events, "proposal_id"))).all()
    by_proposal = {i: settled(list(of), rules, by_label) for i, of in groupby(rows, key=lambda row: row.proposal_id)}
    columns = (proposals.c.id, *(proposals.c[name] for name in ("event_id", "verdict", "opinions", "disputed")))
    written = db.execute(select(*columns).where(looked_at(proposals, "id")).order_by(proposals.c.seq)).all()
    told: dict[str, set[tuple[str, int, str, bool]]] = {}
    for row in db.execute(select(opinions).where(looked_at(opinions, "proposal_id"))):
        told.setdefault(row.proposal_id, set()).add((row.annotator, row.event_id, row.verdict, bool(row.open)))
    checks: dict[str, set[tuple[str, int, str, str]]] = {}
    for row in db.execute(select(gold_opinions).where(looked_at(gold_opinions, "proposal_id"))):
        checks.setdefault(row.proposal_id, set()).add((row.annotator, row.event_id, row.verdict, row.kind))
    found = {}
    for row in written:
        says = by_proposal.get(row.id, Settled())
        people = {(who, said.event_id, said.verdict.value, says.open) for who, said in says.people}
        expected = (says.event_id, says.verdict, len(people), says.disputed, people, set(says.checked))
        there = (told.get(row.id, set()), checks.get(row.id, set()))
        if expected != (row.event_id, row.verdict, row.opinions, row.disputed, *there):
            found[row.id] = says
    return found


def standing_by(db: Db, round_id: int, ids: Sequence[str], rules: Rules) -> int:
    """Return for how many of these proposals of a round a verdict stands by other rules than its own."""
    by_label = bool(campaigns.get_round(db, round_id).summary.get("labels"))
    rows = db.execute(_TOLD.where(verdict_events.c.proposal_id.in_(ids))).all()
    by_proposal = (list(of) for _, of in groupby(rows, key=lambda row: row.proposal_id))
    return sum(settled(of, rules, by_label).verdict is not None for of in by_proposal)


def write(db: Db, found: Mapping[str, Settled]) -> None:
    """Write down what the events of proposals say."""
    ids, touched = list(found), set()
    for start in range(0, len(ids), MANY):
        part = ids[start : start + MANY]
        rows, told, checks = [], [], []
        for proposal_id, round_id, mode_id in db.execute(_HOMES, {"ids": part}).tuples():
            says = found[proposal_id]
            stands = None if says.verdict is None else says.verdict.value
            now = {"k_event_id": says.event_id, "k_verdict": stands, "k_disputed": says.disputed}
            rows.append(now | {"k_id": proposal_id, "k_opinions": len(says.people)})
            about = {"proposal_id": proposal_id, "round_id": round_id, "mode_id": mode_id, "open": says.open}
            told += [
                about | {"annotator": who, "event_id": said.event_id, "verdict": said.verdict.value}
                for who, said in says.people
            ]
            checks += [
                {"proposal_id": proposal_id, "round_id": round_id, "annotator": who, "event_id": event_id}
                | {"verdict": verdict, "kind": kind}
                for who, event_id, verdict, kind in says.checked
            ]
            touched.add(mode_id)
        db.execute(_WRITE, rows)
        for clear in _CLEAR:
            db.execute(clear, {"ids": part})
        for table, values in ((opinions, told), (gold_opinions, checks)):
            if values:
                db.execute(insert(table), values)
    recount(db, sorted(touched))
