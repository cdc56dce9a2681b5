"""The tables of labeling by several people: who has what before them, who said what, and by which rules."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from faded.store.tables import append_only, metadata


class LeaseColumns(TypedColumns):
    """Which proposal lies before whom. `place` orders a person's leases; below zero: put back by undo."""

    proposal_id: Named[str] = Column(Text, ForeignKey("proposals.id"), primary_key=True)
    annotator: Named[str] = Column(Text, primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    expires_at: Named[float]
    place: Named[int]


class OpinionColumns(TypedColumns):
    """What somebody says of a proposal: their latest verdict that is not undone, adjudications left out.

    Derived from the events, and written in the transaction of the event. `open` says that no verdict stands for the
    proposal yet and none is disputed.
    """

    proposal_id: Named[str] = Column(Text, ForeignKey("proposals.id"), primary_key=True)
    annotator: Named[str] = Column(Text, primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    mode_id: Named[int] = Column(ForeignKey("modes.id"))
    event_id: Named[int] = Column(ForeignKey("verdict_events.id"))
    verdict: Named[str] = Column(Text)
    open: Named[bool]


class AdjudicationColumns(TypedColumns):
    """That a verdict settles a proposal whatever others say, and why; nothing here is ever changed or deleted."""

    event_id: Named[int] = Column(ForeignKey("verdict_events.id"), primary_key=True, autoincrement=False)
    reason: Named[str] = Column(Text)


class LabelingRulesColumns(TypedColumns):
    """How a campaign is labelled, see `labeling_rules`; a campaign without a row has the usual rules."""

    campaign_id: Named[int] = Column(ForeignKey("campaigns.id"), primary_key=True, autoincrement=False)
    rules: Named[dict[str, Any]] = Column(JSON)


class LabelingPauseColumns(TypedColumns):
    """That nothing of a campaign is laid before anybody at the moment: who said so, when, and why."""

    campaign_id: Named[int] = Column(ForeignKey("campaigns.id"), primary_key=True, autoincrement=False)
    who: Named[str] = Column(Text)
    reason: Named[str] = Column(Text)
    since: Named[float]


class GuidelinesColumns(TypedColumns):
    """What a campaign's managers add to the guidelines, version by version; append-only but for names, see `former`."""

    campaign_id: Named[int] = Column(ForeignKey("campaigns.id"), primary_key=True, autoincrement=False)
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    text: Named[str] = Column(Text)
    who: Named[str] = Column(Text)
    created_at: Named[float]


class LessonColumns(TypedColumns):
    """Which verdicts a repair learned from, and what it made of each, see `lineage`."""

    job_id: Named[int] = Column(ForeignKey("jobs.id"), primary_key=True, autoincrement=False)
    event_id: Named[int] = Column(ForeignKey("verdict_events.id"), primary_key=True, autoincrement=False)
    use: Named[str] = Column(Text, primary_key=True)


leases = Table("leases", metadata, LeaseColumns, Index("ix_leases_annotator", "round_id", "annotator"))
opinions = Table(
    "opinions", metadata, OpinionColumns, Index("ix_opinions_annotator", "round_id", "annotator", "open", "mode_id")
)
adjudications = Table("adjudications", metadata, AdjudicationColumns)
append_only(adjudications, "adjudications are append-only")
labeling_rules = Table("labeling_rules", metadata, LabelingRulesColumns)
labeling_pauses = Table("labeling_pauses", metadata, LabelingPauseColumns)
guidelines = Table("guidelines", metadata, GuidelinesColumns)
append_only(guidelines, "versions of guidelines are append-only", names=("who",))
lessons = Table(
    "lessons",
    metadata,
    LessonColumns,
    CheckConstraint("use IN ('pair', 'ranking', 'mode')", name="use"),
    Index("ix_lessons_event", "event_id"),
)
