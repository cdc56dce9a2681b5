"""Which verdicts a repair learned from, and what became of them: from a verdict to weights, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select

from faded.domain import FadedError
from faded.stages import REPAIR, VERIFY
from faded.store import campaigns, jobs
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db
from faded.store.jobs import Job, JobState
from faded.store.labeling_tables import lessons
from faded.store.mode_counts import MANY
from faded.store.schema import jobs as job_table
from faded.store.schema import proposals, verdict_events

FEWEST_CHARACTERS = 6
"""Of a fingerprint, by which weights may be named: few enough to type, and hardly two begin alike."""


class Use(StrEnum):
    """What a repair made of a verdict."""

    PAIR = "pair"
    """A pair of a chosen and a rejected answer."""
    RANKING = "ranking"
    """The best and the worst picture of a set."""
    MODE = "mode"
    """It is one of those that confirmed a mode, which was re-applied to other inputs."""


class Fate(StrEnum):
    """What became of weights."""

    NONE = "not finished"
    OPEN = "not decided"
    ACCEPTED = "accepted"
    ROLLED_BACK = "rolled back"
    REPLACED = "replaced by a later repair"


Lessons = Sequence[tuple[int, Use]]
"""Numbers of verdict events, and what was made of each."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repair, what it learned from, and what became of the weights.

    Attributes:
        job: Number of the job.
        campaign: Name of its campaign.
        round: Number of the round in it.
        started_at: When it began, seconds since 1970; None where it waits.
        began_with: Folder of the weights that it began with; empty for the original ones.
        weights: Fingerprint of the repaired weights; empty where there are none.
        fate: What became of them.
        learned: How many verdicts were made what of; None of a repair from before that was written down.
        found: What the verification of these weights found; None without one.
    """

    job: int
    campaign: str
    round: int
    started_at: float | None
    began_with: str
    weights: str
    fate: Fate
    learned: Mapping[Use, int] | None
    found: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Learned:
    """A verdict that a repair learned from.

    Attributes:
        event: Its number.
        proposal: What it was given on.
        setting: The proposal's setting in words.
        annotator: Who gave it, or the latest of those that decided.
        verdict: The verdict.
        uses: What was made of it.
        stands: Whether it still is the verdict that stands.
    """

    event: int
    proposal: str
    setting: str
    annotator: str
    verdict: str
    uses: tuple[Use, ...]
    stands: bool


def note(db: Db, job_id: int, learned: Lessons) -> None:
    """Write down what a repair learns from, once: a repair keeps to what it began with."""
    db.execute(delete(lessons).where(lessons.c.job_id == job_id))
    rows = [{"job_id": job_id, "event_id": event, "use": use.value} for event, use in learned]
    if rows:
        db.execute(insert(lessons), rows)


def standing_events(db: Db, proposal_ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the events that give what stands for these proposals."""
    found: dict[str, int] = {}
    for start in range(0, len(proposal_ids), MANY):
        part = proposals.c.id.in_(proposal_ids[start : start + MANY])
        rows = db.execute(select(proposals.c.id, proposals.c.event_id).where(part)).tuples()
        found |= {proposal_id: number for proposal_id, number in rows if number is not None}
    return found


def of_round(db: Db, round_id: int) -> list[Repaired]:
    """Return the repairs of a round, the newest first."""
    found = campaigns.get_round(db, round_id)
    name = campaigns.get_campaign(db, found.campaign_id).name
    done = jobs.list_for_round(db, round_id)
    repairs = [job for job in done if job.kind == REPAIR]
    return [_repaired(db, found, name, job, done) for job in reversed(repairs)]


def of_proposal(db: Db, proposal_id: str) -> list[tuple[Repaired, tuple[Learned, ...]]]:
    """Return the repairs that learned from a verdict on a proposal, the newest first, with those verdicts.

    Raises:
        FadedError: there is no such proposal.
    """
    query = select(lessons.c.job_id).join(verdict_events, verdict_events.c.id == lessons.c.event_id)
    ids = db.execute(query.where(verdict_events.c.proposal_id == proposal_id).distinct()).scalars().all()
    if not ids and db.execute(select(proposals.c.seq).where(proposals.c.id == proposal_id)).first() is None:
        raise FadedError(
            f"There is neither a proposal nor weights {proposal_id!r}: give the id of a proposal as an export has it, "
            f"or {FEWEST_CHARACTERS} or more characters of the weights' fingerprint."
        )
    homes = db.execute(select(job_table.c.round_id, job_table.c.id).where(job_table.c.id.in_(ids))).tuples()
    told = []
    for round_id, job_id in sorted(homes, key=lambda home: -home[1]):
        found = next(one for one in of_round(db, round_id) if one.job == job_id)
        told.append((found, tuple(one for one in learned(db, job_id) if one.proposal == proposal_id)))
    return told


def of_weights(db: Db, fingerprint: str) -> list[Repaired]:
    """Return the repairs that made weights, the newest first; none where there are no such weights.

    Args:
        db: A transaction.
        fingerprint: Of the weights, or how it begins.
    """
    if len(fingerprint) < FEWEST_CHARACTERS:
        return []
    with_repair = select(job_table.c.round_id).where(job_table.c.kind == REPAIR).distinct()
    ids = db.execute(with_repair).scalars().all()
    found = [one for round_id in ids for one in of_round(db, round_id) if one.weights.startswith(fingerprint)]
    return sorted(found, key=lambda one: -one.job)


def trace(db: Db, named: str, n: int | None = None) -> list[tuple[Repaired, tuple[Learned, ...]]]:
    """Return the repairs that made weights, with up to n of their verdicts, or that learned from a proposal's verdicts.

    Args:
        db: A transaction.
        named: The fingerprint of weights or how it begins, or the id of a proposal.
        n: How many verdicts of each are wanted; None for all.

    Raises:
        FadedError: there is neither.
    """
    made = of_weights(db, named)
    return [(one, tuple(learned(db, one.job, n))) for one in made] if made else of_proposal(db, named)


def record(repaired: Repaired, verdicts: Sequence[Learned]) -> dict[str, Any]:
    """Return a repair with its verdicts as JSON values."""
    found = repaired.found
    told = asdict(repaired) | {"fate": repaired.fate.value}
    del told["found"], told["learned"]
    figures = None
    if found is not None:
        rates = {name: found.get(name) for name in ("induced_rate_before", "induced_rate_after")}
        figures = {**rates, "gate_passed": bool(found["gate"]["passed"])}
    said = [asdict(one) | {"uses": [use.value for use in one.uses]} for one in verdicts]
    return told | {"verification": figures, "verdicts": said}


def learned(db: Db, job_id: int, n: int | None = None) -> list[Learned]:
    """Return the verdicts that a repair learned from, in the order they were given, up to n of them."""
    first = select(lessons.c.event_id).where(lessons.c.job_id == job_id).distinct()
    first = first.order_by(lessons.c.event_id).limit(n)
    query = (
        select(
            verdict_events,
            proposals.c.setting,
            (proposals.c.event_id == verdict_events.c.id).label("stands"),
            func.group_concat(lessons.c.use).label("uses"),
        )
        .join(lessons, lessons.c.event_id == verdict_events.c.id)
        .join(proposals, proposals.c.id == verdict_events.c.proposal_id)
        .where(lessons.c.job_id == job_id, verdict_events.c.id.in_(first))
        .group_by(verdict_events.c.id)
        .order_by(verdict_events.c.id)
    )
    return [
        Learned(
            event=row.id,
            proposal=row.proposal_id,
            setting=row.setting,
            annotator=row.annotator,
            verdict=row.verdict,
            uses=tuple(use for use in Use if use.value in row.uses.split(",")),
            stands=bool(row.stands),
        )
        for row in db.execute(query)
    ]


def verdicts_of(db: Db, job_id: int) -> int:
    """Return how many verdicts a repair learned from."""
    return int(
        db.execute(select(func.count(lessons.c.event_id.distinct())).where(lessons.c.job_id == job_id)).scalar_one()
    )


def _repaired(db: Db, found: Round, campaign: str, job: Job, done: Sequence[Job]) -> Repaired:
    folder = str((job.result or {}).get("folder") or "")
    uses = select(lessons.c.use, func.count()).where(lessons.c.job_id == job.id).group_by(lessons.c.use)
    counts = {Use(use): n for use, n in db.execute(uses).tuples()}
    return Repaired(
        job=job.id,
        campaign=campaign,
        round=found.number,
        started_at=job.started_at,
        began_with=found.weights,
        weights=folder.rpartition("/")[2],
        fate=_fate(found, folder),
        learned=counts or None,
        found=_verified(job, done),
    )


def _fate(found: Round, folder: str) -> Fate:
    if not folder:
        return Fate.NONE
    if found.repaired != folder:
        return Fate.REPLACED
    return {RoundState.ACCEPTED: Fate.ACCEPTED, RoundState.ROLLED_BACK: Fate.ROLLED_BACK}.get(found.state, Fate.OPEN)


def _verified(job: Job, done: Iterable[Job]) -> Mapping[str, Any] | None:
    """Return what the last verification between this repair and the next found."""
    found = None
    for later in done:
        if later.id > job.id and later.kind == REPAIR:
            break
        if later.id > job.id and later.kind == VERIFY and later.state is JobState.DONE:
            found = later.result
    return found
