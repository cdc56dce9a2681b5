"""What the events say: what people say of a proposal, and what stands for it. Derived, and written down beside it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, exists, insert, select, update

from faded.domain import Verdict
from faded.store import campaigns, labeling_rules
from faded.store.engine import Db
from faded.store.labeling_rules import Rules, Said
from faded.store.labeling_tables import adjudications, opinions
from faded.store.proposals import recount
from faded.store.schema import proposals, verdict_events


class EventKind(StrEnum):
    """What an annotator did."""

    VERDICT = "verdict"
    UNDO = "undo"
    SKIP = "skip"
    FLAG = "flag"


def valid() -> Select[Any]:
    """Select the events that are neither an undo nor undone."""
    later = verdict_events.alias()
    undone = exists().where(later.c.undoes == verdict_events.c.id)
    return select(verdict_events).where(verdict_events.c.kind != EventKind.UNDO.value, ~undone)


def set_rules(db: Db, round_id: int, rules: Rules, by: str, now: float) -> None:
    """Set the rules of a round's campaign, and settle all that was judged in its open rounds by them.

    Raises:
        FadedError: there is no such round, or a rule cannot be used.
    """
    campaign = campaigns.get_round(db, round_id).campaign_id
    labeling_rules.save(db, campaign, rules, by, now)
    for found in campaigns.list_rounds(db, campaign):
        if found.state is campaigns.RoundState.OPEN:
            judged = select(opinions.c.proposal_id).where(opinions.c.round_id == found.id).distinct()
            for proposal_id in db.execute(judged).scalars().all():
                settle(db, proposal_id)


def settle(db: Db, proposal_id: str) -> None:
    """Write down what people say of a proposal, and what stands for it, after its events so far."""
    where = proposals.c.id == proposal_id
    home = db.execute(select(proposals.c.round_id, proposals.c.mode_id).where(where)).one()
    events = valid().where(verdict_events.c.proposal_id == proposal_id)
    events = events.add_columns(adjudications.c.reason.label("adjudicates"))
    events = events.outerjoin(adjudications, adjudications.c.event_id == verdict_events.c.id)
    by_person: dict[str, Said] = {}
    adjudicated, skip = None, None
    for row in db.execute(events.order_by(verdict_events.c.id)):
        if row.kind == EventKind.SKIP.value:
            skip = row.id
        elif row.kind == EventKind.VERDICT.value:
            said = Said(row.id, Verdict(row.verdict), row.answer)
            if row.adjudicates is not None:
                adjudicated = said
            else:
                by_person.pop(row.annotator, None)  # in the order of the latest
                by_person[row.annotator] = said
    rules = labeling_rules.of_round(db, home.round_id)
    stands, disputed = labeling_rules.resolve(list(by_person.values()), adjudicated, rules)
    changes = {
        "event_id": skip if stands is None else stands.event_id,
        "verdict": None if stands is None else stands.verdict.value,
        "opinions": len(by_person),
        "disputed": disputed,
    }
    db.execute(update(proposals).where(where).values(changes))
    db.execute(delete(opinions).where(opinions.c.proposal_id == proposal_id))
    if by_person:
        about = {"proposal_id": proposal_id, "round_id": home.round_id, "mode_id": home.mode_id}
        about["open"] = stands is None and not disputed
        told = [
            about | {"annotator": who, "event_id": said.event_id, "verdict": said.verdict.value}
            for who, said in by_person.items()
        ]
        db.execute(insert(opinions), told)
    recount(db, [home.mode_id])
