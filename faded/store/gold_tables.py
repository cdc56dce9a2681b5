"""The tables of known answers: which proposals have one, who has one before them, what people said, who qualified."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from faded.store.tables import append_only, metadata

KINDS = CheckConstraint("kind IN ('silent', 'qualification')", name="kind")


class GoldColumns(TypedColumns):
    """A proposal whose right verdict a manager has said, so that others' answers to it can be checked."""

    proposal_id: Named[str] = Column(Text, ForeignKey("proposals.id"), primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    verdict: Named[str] = Column(Text)
    who: Named[str] = Column(Text)
    made_at: Named[float]
    withdrawn_by: Named[str | None] = Column(Text)
    withdrawn_at: Named[float | None]


class GoldLeaseColumns(TypedColumns):
    """Which of them lies, or lay, before whom without an answer yet; `place` is among those of `leases`.

    A row stays when its time is over, and when it was skipped: an answer that comes late is told by it.
    """

    proposal_id: Named[str] = Column(Text, ForeignKey("proposals.id"), primary_key=True)
    annotator: Named[str] = Column(Text, primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    kind: Named[str] = Column(Text)
    expires_at: Named[float]
    place: Named[int]


class GoldAnswerColumns(TypedColumns):
    """That a verdict or a skip answers one of them, and is no opinion; nothing here is ever changed or deleted."""

    event_id: Named[int] = Column(ForeignKey("verdict_events.id"), primary_key=True, autoincrement=False)
    kind: Named[str] = Column(Text)


class GoldOpinionColumns(TypedColumns):
    """What somebody says to one of them, by how it was asked: their latest such verdict that is not undone.

    Derived from the events, and written in the transaction of the event.
    """

    proposal_id: Named[str] = Column(Text, ForeignKey("proposals.id"), primary_key=True)
    annotator: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text, primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    event_id: Named[int] = Column(ForeignKey("verdict_events.id"))
    verdict: Named[str] = Column(Text)


class QualificationColumns(TypedColumns):
    """How qualifications ended, and what managers decided about them; append-only but for names, see `former`.

    `event_id` is the number of the latest event then: what was answered until a new attempt does not count in it.
    """

    id = Column(Integer, primary_key=True)
    campaign_id: Named[int] = Column(ForeignKey("campaigns.id"))
    annotator: Named[str] = Column(Text)
    outcome: Named[str] = Column(Text)
    right: Named[int]
    answers: Named[int]
    who: Named[str] = Column(Text)
    created_at: Named[float]
    event_id: Named[int]


gold = Table("gold", metadata, GoldColumns, Index("ix_gold_round", "round_id"))
gold_leases = Table(
    "gold_leases", metadata, GoldLeaseColumns, KINDS.copy(), Index("ix_gold_leases_annotator", "round_id", "annotator")
)
gold_answers = Table("gold_answers", metadata, GoldAnswerColumns, KINDS.copy())
append_only(gold_answers, "answers to known ones are append-only")
gold_opinions = Table(
    "gold_opinions",
    metadata,
    GoldOpinionColumns,
    KINDS.copy(),
    Index("ix_gold_opinions_round", "round_id", "kind", "annotator"),
)
qualifications = Table(
    "qualifications",
    metadata,
    QualificationColumns,
    CheckConstraint("outcome IN ('passed', 'failed', 'let in', 'new attempt')", name="outcome"),
    Index("ix_qualifications_annotator", "campaign_id", "annotator", "id"),
    sqlite_autoincrement=True,
)
append_only(qualifications, "qualifications are append-only", names=("annotator", "who"))
