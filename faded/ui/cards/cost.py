"""What a repair costs in time: as an earlier one of the same target measured it, else not known before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from faded.stages import REPAIR, VERIFY
from faded.store import campaigns, jobs, series
from faded.store.campaigns import Campaign
from faded.store.engine import Db
from faded.store.jobs import Job, JobState
from faded.ui.facts import Facts
from faded.ui.words import clock, duration


@dataclass(frozen=True)
class Cost:
    """What a repair is expected to take.

    Attributes:
        step_s: Seconds per optimiser step.
        before_s: Seconds before the first step and after the last one; None where not known.
        verify_s: Seconds of the verification that follows; None where not known.
        source: What this rests on, a sentence.
    """

    step_s: float
    before_s: float | None
    verify_s: float | None
    source: str


def expected(db: Db, facts: Facts) -> Cost | None:
    """Return the cost as the last repair of the same target measured it; None before there was one.

    How long exploring took says little of it: of a small network that is the edits and the agent more than the target.
    """
    for campaign in _same_target(db, facts.campaign):
        for found in reversed(campaigns.list_rounds(db, campaign.id)):
            cost = _measured(db, jobs.list_for_round(db, found.id))
            if cost is not None:
                return cost
    return None


def _same_target(db: Db, this: Campaign) -> list[Campaign]:
    """Return the campaigns on the same target, this one first, then the newest."""

    def target(campaign: Campaign) -> tuple[object, object]:
        return campaign.config.get("demo"), campaign.config.get("target")

    others = [c for c in reversed(campaigns.list_campaigns(db)) if c.id != this.id and target(c) == target(this)]
    return [this, *others]


def _measured(db: Db, of_round: list[Job]) -> Cost | None:
    for job in reversed(of_round):
        result = job.result or {}
        step_s = series.latest(db, job.id).get("step_seconds") if job.kind == REPAIR else None
        if step_s is None or job.state is not JobState.DONE:
            continue
        verify = next((j for j in reversed(of_round) if j.kind == VERIFY and j.id > job.id), None)
        whole = _seconds(job)
        return Cost(
            step_s,
            None if whole is None else max(whole - step_s * result["steps"], 0.0),
            None if verify is None else _seconds(verify),
            f"Measured: {_each(step_s)} in the repair of this target on {clock(job.ended_at)}.",
        )
    return None


def _seconds(job: Job) -> float | None:
    """Return how long a job took, None where it was not done in one go: a resumed one counts its last part only."""
    result = job.result or {}
    return float(result["seconds"]) if job.attempts == 1 and "seconds" in result else None


def _each(step_s: float) -> str:
    return f"{step_s:.2f} s a step" if step_s < 10 else f"{step_s:.0f} s a step"


def words(cost: Cost | None, steps: int) -> str:
    """Return the expected time in words; trusted text."""
    if cost is None:
        return (
            "How long it takes is not known yet: no repair of this target has been timed here. Its first steps tell, "
            "and the time left is shown while it runs."
        )
    whole = duration(cost.step_s * steps + (cost.before_s or 0.0))
    then = "" if cost.verify_s is None else f", then {duration(cost.verify_s)} to verify it"
    return f"<b>{whole[0].upper()}{whole[1:]}</b> at most{then}. {cost.source}"
