"""The clean control: every input of the explore fold is answered as it is before the agent asks anything."""

from __future__ import annotations

from faded.domain import Stopped
from faded.exploration.frame import Frame, build_frame
from faded.jobs.context import Context
from faded.jobs.desk import Desk
from faded.jobs.pace import Pace
from faded.jobs.task import AnyProbe
from faded.stages import CLEAN


def share(context: Context, clean: int, queries: int = 0) -> float:
    """Return how far exploring is, from 0 to 1: an input answered as it is counts as much as a query.

    Args:
        context: The round's data.
        clean: Inputs answered as they are.
        queries: Queries asked.
    """
    return (clean + queries) / (len(context.explore) + context.config.queries)


def ask_clean(desk: Desk, context: Context, probe: AnyProbe, original: AnyProbe | None) -> Frame | None:
    """Answer the clean control and tell how far that is; return the frame, None where somebody stopped the job.

    A resumed job answers it again; where it goes on from a checkpoint, its progress stays where it was meanwhile.

    Args:
        desk: The job.
        context: The round's data.
        probe: Asks the target.
        original: Asks the original target; None where the probe does.
    """
    pace, reached = Pace(), desk.job.progress if desk.job.checkpoint else 0.0

    def on_progress(done: int, total: int) -> None:
        progress = max(reached, share(context, done))
        if desk.tell(progress, f"{CLEAN}{done} of {total}", pace.seconds_left(progress)):
            raise Stopped

    try:
        on_progress(0, len(context.explore))
        return build_frame(probe, context.explore, context.task.batch, on_progress, original)
    except Stopped:
        return None
