"""Everything that a workspace holds of one person, as JSON values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select

from faded.store import accounts, event_lines
from faded.store.account_tables import accounts as account_table
from faded.store.account_tables import attempts, audit, invites, sessions
from faded.store.audit import NO_NAMES
from faded.store.campaigns import STARTED_BY
from faded.store.engine import Db
from faded.store.event_lines import CHECK
from faded.store.gold_tables import gold, gold_leases, qualifications
from faded.store.labeling_tables import guidelines, labeling_pauses, leases
from faded.store.schema import campaigns, drafts, inquiries, rounds

NO_SECRETS: dict[str, tuple[Table, tuple[str, ...]]] = {
    "account": (account_table, ("name", "role", "created_at", "disabled_at")),
    "sessions": (sessions, ("created_at", "expires_at")),
    "invitations": (invites, ("role", "created_at", "expires_at", "used_at")),
    "failed_sign_ins": (attempts, ("about", "created_at")),
    "drafts": (drafts, ("fields", "updated_at")),
    "inquiries": (inquiries, ("kind", "params", "state", "result", "error", "created_at")),
    "qualifications": (qualifications, ("annotator", "outcome", "right", "answers", "who", "created_at")),
    "known_answers": (gold, ("proposal_id", "verdict", "who", "made_at", "withdrawn_by", "withdrawn_at")),
    "guidelines": (guidelines, ("number", "text", "who", "created_at")),
    "pauses": (labeling_pauses, ("who", "reason", "since")),
    "audit": (audit, ("created_at", "who", "action", "about", "details")),
}
"""What is told of each table: no password, no token, and no digest of one."""


def data_of(db: Db, name: str, now: float) -> dict[str, Any]:
    """Return what is held of somebody; moments are seconds since 1970.

    Which of their answers were to known ones is left out: they might tell others which to look out for.

    Args:
        db: A transaction.
        name: The name, as it stands beside verdicts.
        now: Seconds since 1970.
    """
    account = accounts.find(db, name)
    number = account.id if account is not None and account.name == name else None
    theirs = {
        "account": account_table.c.id == number,
        "sessions": sessions.c.account_id == number,
        "invitations": invites.c.made_by == name,
        "failed_sign_ins": accounts.about_name(name),
        "drafts": drafts.c.owner == name,
        "inquiries": inquiries.c.owner == name,
        "qualifications": or_(qualifications.c.annotator == name, qualifications.c.who == name),
        "known_answers": or_(gold.c.who == name, gold.c.withdrawn_by == name),
        "guidelines": guidelines.c.who == name,
        "pauses": labeling_pauses.c.who == name,
        "audit": or_(
            audit.c.who.in_([name, f"invited by {name}"]), and_(audit.c.about == name, audit.c.action.not_in(NO_NAMES))
        ),
    }
    told = {what: _rows(db, what, where) for what, where in theirs.items()}
    told["held"] = _held(db, name, now)
    lines = event_lines.lines(db, annotator=name)
    return {
        "name": name,
        "exported_at": now,
        "events": [{key: value for key, value in line.items() if key != CHECK} for line in lines],
        "rounds": _rounds(db, name),
        **told,
    }


def _rows(db: Db, what: str, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    table, names = NO_SECRETS[what]
    query = select(*(table.c[name] for name in names)).where(where)
    return [dict(row._mapping) for row in db.execute(query)]


def _held(db: Db, name: str, now: float) -> list[dict[str, Any]]:
    """Return what lies before somebody, in its order: known ones stand among the others, as on their page."""
    parts = [
        select(table.c.round_id, table.c.place, table.c.proposal_id, table.c.expires_at).where(
            table.c.annotator == name, table.c.expires_at > now
        )
        for table in (leases, gold_leases)
    ]
    rows = sorted(row for part in parts for row in db.execute(part).tuples())
    return [{"proposal_id": proposal_id, "expires_at": expires_at} for _, _, proposal_id, expires_at in rows]


def _rounds(db: Db, name: str) -> list[dict[str, Any]]:
    """Return the rounds that somebody began or decided."""
    query = select(campaigns.c.name, rounds).join(campaigns, campaigns.c.id == rounds.c.campaign_id)
    begun = rounds.c.summary[STARTED_BY].as_string() == name
    return [
        {
            "campaign": row.name,
            "round": row.number,
            "began_at": row.created_at if row.summary.get(STARTED_BY) == name else None,
            "decided_at": row.decided_at if row.decided_by == name else None,
            "decision": row.state if row.decided_by == name else None,
        }
        for row in db.execute(query.where(or_(begun, rounds.c.decided_by == name)).order_by(rounds.c.id))
    ]
