"""The tables. `migrations` builds the same ones; a test compares the two.

Times are seconds since 1970 and always come from the caller. A `cell` of a proposal is written as level indices
joined by commas ("1,3,0"); that of a trial is the cell's number in the campaign's space.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    text,
)

from faded.store import account_tables, gold_tables, labeling_tables  # noqa: F401 - a schema is all tables
from faded.store.tables import append_only, metadata


class CampaignColumns(TypedColumns):
    """One target with its concepts, data, measure and budget."""

    id = Column(Integer, primary_key=True)
    name: Named[str] = Column(Text, unique=True)
    config: Named[dict[str, Any]] = Column(JSON)
    created_at: Named[float]


class RoundColumns(TypedColumns):
    """One explore-label-repair-verify pass."""

    id = Column(Integer, primary_key=True)
    campaign_id: Named[int] = Column(ForeignKey("campaigns.id"))
    number: Named[int]
    state: Named[str] = Column(Text)
    fingerprint_before: Named[str] = Column(Text)
    fingerprint_after: Named[str] = Column(Text)
    weights: Named[str] = Column(Text)
    repaired: Named[str] = Column(Text)
    summary: Named[dict[str, Any]] = Column(JSON)
    created_at: Named[float]
    decided_by: Named[str | None] = Column(Text)
    decided_at: Named[float | None]


class JobColumns(TypedColumns):
    """What the worker runs: a stage of a round, or something short that a page waits for."""

    id = Column(Integer, primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    kind: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    priority: Named[int]
    params: Named[dict[str, Any]] = Column(JSON)
    progress: Named[float]
    message: Named[str] = Column(Text)
    worker: Named[str | None] = Column(Text)
    heartbeat_at: Named[float | None]
    stop_requested: Named[bool]
    checkpoint: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    result: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    error: Named[str | None] = Column(Text)
    attempts: Named[int]
    created_at: Named[float]
    started_at: Named[float | None]
    ended_at: Named[float | None]
    seconds_left: Named[float | None]


class JobMetricColumns(TypedColumns):
    """The progress series of a job; a batch done again overwrites its row."""

    job_id: Named[int] = Column(ForeignKey("jobs.id"), primary_key=True)
    step: Named[int] = Column(primary_key=True, autoincrement=False)
    numbers: Named[dict[str, Any]] = Column(JSON)


class TrialColumns(TypedColumns):
    """One answered query."""

    round_id: Named[int] = Column(ForeignKey("rounds.id"), primary_key=True)
    query: Named[int] = Column(primary_key=True, autoincrement=False)
    batch: Named[int]
    sample_id: Named[str] = Column(Text)
    stratum: Named[str] = Column(Text)
    cell: Named[int]
    failed: Named[bool]
    discrepancy: Named[float]
    answer: Named[str] = Column(Text)
    control: Named[bool]
    counted: Named[bool]
    details: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))


class ModeColumns(TypedColumns):
    """The (cell, stratum) pairs of a round that have proposals, with their place in the ranking.

    The numbers after `score` count their proposals by what stands for them, and what people say of them (`opinions`).
    They are derived, and written in the transaction that changes a proposal: a click reads the modes and not the
    proposals. Of the modes of a round that has changed last has the highest `version`.
    """

    id = Column(Integer, primary_key=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    cell: Named[str] = Column(Text)
    stratum: Named[str] = Column(Text)
    score: Named[float]
    total: Named[int]
    skipped: Named[int]
    confirm: Named[int]
    reject: Named[int]
    invalid: Named[int]
    unsure: Named[int]
    disputed: Named[int] = Column(Integer, server_default="0")
    opinions: Named[int] = Column(Integer, server_default="0")
    version: Named[int] = Column(Integer, server_default="0")


class ProposalColumns(TypedColumns):
    """A candidate failure put before people.

    `event_id` and `verdict` say what stands after the events so far (`resolving`): the verdict, and the latest event
    that gives it; else the latest skip, with `verdict` empty; else neither. `opinions` is how many people have said
    what it is, and `disputed` says that all were asked and no verdict stands. They are derived, and written in the
    transaction of the event.
    """

    seq = Column(Integer, primary_key=True)
    id: Named[str] = Column(Text, unique=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    mode_id: Named[int] = Column(ForeignKey("modes.id"))
    sample_id: Named[str] = Column(Text)
    answer: Named[str] = Column(Text)
    reference: Named[str | None] = Column(Text)
    discrepancy: Named[float]
    setting: Named[str] = Column(Text)
    original: Named[str] = Column(Text)
    edited: Named[str] = Column(Text)
    details: Named[dict[str, Any]] = Column(JSON)
    clean_answer: Named[str | None] = Column(Text)
    event_id: Named[int | None]
    verdict: Named[str | None] = Column(Text)
    opinions: Named[int] = Column(Integer, server_default="0")
    disputed: Named[bool] = Column(Boolean, server_default="0")


def _rated(name: str) -> str:
    """Return the check of a rating: -1 where it makes no sense."""
    return f"{name} IS NULL OR (verdict IS NOT NULL AND ({name} = -1 OR {name} BETWEEN 1 AND 10))"


def _chosen(name: str, other: str = "") -> str:
    """Return the check of a picture's number, which is not that of the other chosen one."""
    apart = f" AND ({other} IS NULL OR {name} <> {other})" if other else ""
    return f"{name} IS NULL OR (verdict IS NOT NULL AND {name} >= 0{apart})"


class VerdictEventColumns(TypedColumns):
    """What annotators did, in order; nothing here is changed or deleted but the name of somebody who is.

    The last four are said of a set of pictures beside its verdict: see `faded.domain.Ratings`.
    """

    id = Column(Integer, primary_key=True)
    key: Named[str] = Column(Text, unique=True)
    round_id: Named[int] = Column(ForeignKey("rounds.id"))
    proposal_id: Named[str] = Column(Text, ForeignKey("proposals.id"))
    annotator: Named[str] = Column(Text)
    kind: Named[str] = Column(Text)
    verdict: Named[str | None] = Column(Text)
    reason: Named[str | None] = Column(Text)
    visible_ms: Named[int | None]
    undoes: Named[int | None] = Column(ForeignKey("verdict_events.id"), unique=True)
    created_at: Named[float]
    answer: Named[str | None] = Column(Text, CheckConstraint("answer IS NULL OR verdict = 'confirm'", name="answer"))
    guidelines: Named[str | None] = Column(Text)
    bias: Named[int | None] = Column(Integer, CheckConstraint(_rated("bias"), name="bias"))
    quality: Named[int | None] = Column(Integer, CheckConstraint(_rated("quality"), name="quality"))
    best: Named[int | None] = Column(Integer, CheckConstraint(_chosen("best"), name="best"))
    worst: Named[int | None] = Column(Integer, CheckConstraint(_chosen("worst", "best"), name="worst"))


class DraftColumns(TypedColumns):
    """The campaign that a person is about to begin, as typed: it may be wrong, and nothing typed is lost."""

    owner: Named[str] = Column(Text, primary_key=True)
    fields: Named[dict[str, Any]] = Column(JSON)
    updated_at: Named[float]


class InquiryColumns(TypedColumns):
    """What is asked about a draft, such as what a target is; the worker answers within seconds. Kept for a while."""

    id = Column(Integer, primary_key=True)
    owner: Named[str] = Column(Text)
    kind: Named[str] = Column(Text)
    digest: Named[str] = Column(Text)
    params: Named[dict[str, Any]] = Column(JSON)
    state: Named[str] = Column(Text)
    worker: Named[str | None] = Column(Text)
    result: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    error: Named[str | None] = Column(Text)
    created_at: Named[float]


campaigns = Table("campaigns", metadata, CampaignColumns)
rounds = Table(
    "rounds",
    metadata,
    RoundColumns,
    UniqueConstraint("campaign_id", "number"),
    CheckConstraint("state IN ('open', 'accepted', 'rolled_back')", name="state"),
)
jobs = Table(
    "jobs",
    metadata,
    JobColumns,
    CheckConstraint("state IN ('queued', 'running', 'stopped', 'done', 'failed')", name="state"),
    Index("ix_jobs_state", "state", "priority"),
    Index("ix_jobs_round", "round_id"),
)
job_metrics = Table("job_metrics", metadata, JobMetricColumns)
trials = Table("trials", metadata, TrialColumns)
modes = Table(
    "modes",
    metadata,
    ModeColumns,
    UniqueConstraint("round_id", "cell", "stratum"),
    Index("ix_modes_version", "round_id", "version"),
)
BEGUN = "opinions > 0 AND verdict IS NULL AND NOT disputed"
"""Says of a proposal that some have judged it and it waits for others, in the words of the index: SQLite takes an index
of some rows only where a query says the same."""

proposals = Table(
    "proposals",
    metadata,
    ProposalColumns,
    UniqueConstraint("mode_id", "sample_id"),
    Index("ix_proposals_fresh", "mode_id", "seq", sqlite_where=text("event_id IS NULL")),
    Index("ix_proposals_standing", "round_id", "event_id", "verdict"),
    Index("ix_proposals_begun", "round_id", "seq", sqlite_where=text(BEGUN)),
)
verdict_events = Table(
    "verdict_events",
    metadata,
    VerdictEventColumns,
    CheckConstraint("kind IN ('verdict', 'undo', 'skip', 'flag')", name="kind"),
    CheckConstraint("(kind = 'verdict') = (verdict IS NOT NULL)", name="verdict"),
    CheckConstraint("(kind = 'flag') = (reason IS NOT NULL)", name="reason"),
    CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes"),
    Index("ix_verdict_events_proposal", "proposal_id", "id"),
    Index("ix_verdict_events_annotator", "round_id", "annotator", "id"),
    Index("ix_verdict_events_day", "round_id", "annotator", "created_at"),
    Index("ix_verdict_events_flags", "round_id", sqlite_where=text("kind = 'flag'")),
    Index("ix_verdict_events_given", "round_id", "kind", "created_at"),
    sqlite_autoincrement=True,
)
drafts = Table("drafts", metadata, DraftColumns)
inquiries = Table(
    "inquiries",
    metadata,
    InquiryColumns,
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
    UniqueConstraint("owner", "digest"),
)
append_only(verdict_events, "verdict events are append-only", names=("annotator",))
