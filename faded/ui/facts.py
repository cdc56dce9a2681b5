"""What the pages know of a round: read from the store in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faded.labeling import queue
from faded.labeling.standings import StandingsCache
from faded.repair import budget
from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store import campaigns, jobs, pauses, proposals, rounds, series, trials
from faded.store.campaigns import Campaign, Round, RoundState
from faded.store.engine import Db
from faded.store.jobs import Job, JobState
from faded.store.pauses import Pause
from faded.store.trials import TrialCounts
from faded.ui import evidence
from faded.ui.evidence import Evidence

Series = tuple[tuple[int, Mapping[str, float]], ...]
"""Points of a progress series in order."""

BUSY = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Step:
    """What an optimiser step of a repair learns from, and how often it is looked at what that brought.

    Attributes:
        batch: Rows that push a chosen answer.
        evaluate_every: Steps between evaluations.
        patience: Evaluations without a better score after which it ends.
        draws: Of texts: inputs that the modes are re-applied to before the first step, at most; None where not known.
    """

    batch: int
    evaluate_every: int = budget.EVALUATE_EVERY
    patience: int = budget.PATIENCE
    draws: int | None = None


@dataclass(frozen=True)
class Facts:
    """One round as it stands.

    Attributes:
        campaign: Its campaign.
        round: The round.
        explore: The latest job of that kind, None where there is none yet.
        repair: The same.
        verify: The same.
        counts: Numbers of queries.
        proposals: Number of proposals.
        labels: How far labeling is, as the person who looks sees it.
        exploring: The exploration's progress series: (queries, figures).
        repairing: The repair's progress series: (step, figures).
        next_missing: What is missing before the next round may begin; empty where nothing is.
        pause: The pause of the campaign's labeling, None where it goes on.
        followed_by: Number of the campaign's newest round where that is another, which goes on with this one's finds.
    """

    campaign: Campaign
    round: Round
    explore: Job | None
    repair: Job | None
    verify: Job | None
    counts: TrialCounts
    proposals: int
    labels: queue.Progress
    exploring: Series
    repairing: Series
    next_missing: str
    pause: Pause | None
    followed_by: int | None

    @property
    def confirmed(self) -> int:
        """Modes confirmed on the round's weights, by verdicts of earlier rounds on them as well."""
        return self.labels.confirmed

    @property
    def open(self) -> bool:
        """Whether nobody has decided the round."""
        return self.round.state is RoundState.OPEN

    @property
    def compares(self) -> bool:
        """Whether the campaign compares its target with a candidate, and repairs nothing."""
        return bool(self.campaign.config.get("candidate"))

    @property
    def evidence(self) -> Evidence:
        """The words for what the round is about."""
        return evidence.of(self.round.summary, self.campaign.config)

    @property
    def step(self) -> Step:
        """What a step of its repair learns from; a round of texts or prompts says it once exploring has begun."""
        if not self.evidence.passes:
            return Step(budget.BATCH)
        told = self.round.summary.get("repair")
        if told is None:
            return Step(budget.TEXT_BATCH)
        every, patience = told.get("evaluate_every", budget.EVALUATE_EVERY), told.get("patience", budget.PATIENCE)
        return Step(told["batch"], every, patience, told["draws"])

    @property
    def current(self) -> Job | None:
        """The job that runs or waits, else the newest of the round."""
        found = [job for job in (self.verify, self.repair, self.explore) if job is not None]
        busy = [job for job in found if job.state in BUSY]
        return max(busy or found, key=lambda job: job.id, default=None)

    @property
    def result(self) -> Mapping[str, Any] | None:
        """What verification found, of the candidate or the latest repair; None until it is known."""
        if self.compares:
            return None if self.verify is None else self.verify.result
        if self.verify is None or self.repair is None or self.verify.id < self.repair.id:
            return None
        return self.verify.result

    @property
    def latest(self) -> Mapping[str, float]:
        """The latest figures of the exploration; empty before the first."""
        return self.exploring[-1][1] if self.exploring else {}

    @property
    def best_step(self) -> int:
        """The step whose weights a running repair would keep if it were stopped now; 0 where it would only pause."""
        running = self.repair is not None and self.repair.state is JobState.RUNNING
        return int(self.repairing[-1][1].get("best", 0)) if running and self.repairing else 0

    @property
    def may_go_on(self) -> bool:
        """Whether the next round may begin and would differ: this one is decided, or there are verdicts to use."""
        return not self.next_missing and (not self.open or self.labels.everybody > 0)

    @property
    def settled(self) -> bool:
        """Whether exploring is over, one way or the other, so that a repair may begin."""
        return self.explore is not None and self.explore.state in (JobState.DONE, JobState.STOPPED)

    def missing_for_repair(self) -> str:
        """Say what is missing before a repair can start; empty where nothing is."""
        if self.compares:
            return "This campaign compares its target with a candidate: nothing is repaired in it."
        if not self.open:
            return "The round is decided."
        if self.round.elsewhere:
            return f"Round {self.round.number} is explored elsewhere, and is repaired there."
        if self.followed_by is not None:
            return f"Round {self.followed_by} goes on with what this one found: repair that one."
        if any(job is not None and job.state in BUSY for job in (self.repair, self.verify)):
            return "A repair or its verification is under way."
        if not self.settled:
            return "Exploring has to end first."
        if not self.confirmed:
            return (
                f"No mode is confirmed yet. A mode needs at least three verdicts on {self.evidence.distinct}, nearly "
                "all of them confirming it."
            )
        return ""


def read_facts(db: Db, round_id: int | None, user: str, cache: StandingsCache | None = None) -> Facts | None:
    """Read a round, or the newest one where it is not named or not there; None where there is no round at all.

    Args:
        db: A transaction; with a cache, one that has not changed a mode.
        round_id: The round.
        user: Who looks.
        cache: How rounds stand, kept between two looks.
    """
    named = None if round_id is None else campaigns.find_round(db, round_id)
    found = named or campaigns.latest_round(db)
    if found is None:
        return None
    of_round = jobs.list_for_round(db, found.id)

    def latest(kind: str) -> Job | None:
        return next((job for job in reversed(of_round) if job.kind == kind), None)

    explore, repair = latest(EXPLORE), latest(REPAIR)
    return Facts(
        campaign=campaigns.get_campaign(db, found.campaign_id),
        round=found,
        explore=explore,
        repair=repair,
        verify=latest(VERIFY),
        counts=trials.counts(db, found.id),
        proposals=proposals.count(db, found.id),
        labels=queue.progress(db, found.id, user, cache),
        exploring=tuple(() if explore is None else series.points(db, explore.id)),
        repairing=tuple(() if repair is None else series.points(db, repair.id)),
        next_missing=rounds.missing_for_next(db, found),
        pause=pauses.of_campaign(db, found.campaign_id),
        followed_by=rounds.followed_by(db, found),
    )
