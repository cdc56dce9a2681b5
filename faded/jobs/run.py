"""Runs one claimed stage, whichever it is, and writes down how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from faded import log
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs.context import Context, prepare
from faded.jobs.desk import BeforeReading, Desk, Ending, HandedBack, Say, never, nothing_to_do, silent
from faded.jobs.explore import explore
from faded.jobs.heart import beating
from faded.jobs.repair import repair_target
from faded.jobs.verify import verify
from faded.stages import EXPLORE, NEXT, NEXT_OF_A_COMPARISON, REPAIR, VERIFY
from faded.store import campaigns, jobs
from faded.store.engine import Db, Store
from faded.store.jobs import STALE_SECONDS
from faded.store.watch import Watch

STAGES: dict[str, Callable[[Desk, Context], dict[str, Any] | None]] = {
    EXPLORE: explore,
    REPAIR: repair_target,
    VERIFY: verify,
}


class Runner:
    """Runs jobs one after the other; keeps the last round's data in memory between them.

    Args:
        store: The open store.
        worker_id: Under which name jobs are claimed.
        say: Told of progress besides the store.
        before_reading: Called before exploring reads verdicts; see `Desk`.
        ending: Says whether this process is to end; its job then goes back into the queue.

    Attributes:
        unexpected: What the latest job raised, where it is a fault of the program and not of its input.
    """

    def __init__(
        self,
        store: Store,
        worker_id: str,
        say: Say = silent,
        before_reading: BeforeReading = nothing_to_do,
        ending: Ending = never,
    ) -> None:
        self._store, self._worker_id, self._say = store, worker_id, say
        self._before_reading, self._ending = before_reading, ending
        self._watch = Watch()
        self._context: tuple[tuple[int, int], Context] | None = None
        self.unexpected: Exception | None = None

    def hand(self, round_: campaigns.Round, context: Context) -> None:
        """Use data that were prepared already for this round's jobs."""
        self._context = ((round_.campaign_id, round_.fold), context)

    def run_next(self, round_id: int | None = None) -> bool:
        """Claim and run the next job, of one round or of any; return whether there was one."""
        self.unexpected = None
        with self._store.read() as db:
            alive = self._watch.doubtful(db, STALE_SECONDS / 2)
            if not jobs.waiting(db, STAGES, STALE_SECONDS, time.time()):
                return False
        with self._store.write() as db:
            job = jobs.claim(
                db, self._worker_id, STALE_SECONDS, time.time(), round_id=round_id, kinds=STAGES, leave=alive
            )
        if job is None:
            return False
        with log.about(job=job.id, round=job.round_id):
            try:
                self._run(job)
            except jobs.JobLost:
                self._say(job.kind, job.progress, "another worker has taken this job over")
        return True

    def _run(self, job: jobs.Job) -> None:
        with self._store.read() as db:
            round_ = campaigns.get_round(db, job.round_id)
        desk = Desk(self._store, job, round_, self._worker_id, self._say, self._before_reading, self._ending)
        started = time.monotonic()
        try:
            with beating(self._store, job.id, self._worker_id):
                result = STAGES[job.kind](desk, self._context_of(desk))
        except FadedError as error:
            self._fail(job, str(error))
        except jobs.JobLost:
            raise
        except HandedBack:
            self._hand_back(job)
        except KeyboardInterrupt:
            self._hand_back(job)
            raise
        except Exception as error:
            log.fault(error)
            self.unexpected = error
            said = f"The worker's log has the details, under job {job.id}; resume to try again."
            self._fail(job, f"{type(error).__name__}: {error}. {said}")
        else:
            self._end(job, result, time.monotonic() - started)

    def _context_of(self, desk: Desk) -> Context:
        """Return the round's data, prepared anew where the last job had others."""
        key = (desk.round.campaign_id, desk.round.fold)
        if self._context is None or self._context[0] != key:
            with self._store.read() as db:
                campaign = campaigns.get_campaign(db, desk.round.campaign_id)
            config = CampaignConfig.from_json(campaign.config)

            def say(message: str) -> None:
                desk.tell(desk.job.progress, message)

            context = prepare(config, desk.round.fold, say)
            self._context = (key, context)
        return self._context[1]

    def _follows(self, db: Db, job: jobs.Job) -> str | None:
        """Return the stage that follows by itself."""
        campaign = campaigns.get_campaign(db, campaigns.get_round(db, job.round_id).campaign_id)
        return (NEXT_OF_A_COMPARISON if campaign.config.get("candidate") else NEXT).get(job.kind)

    def _fail(self, job: jobs.Job, error: str) -> None:
        with self._store.write() as db:
            jobs.fail(db, job.id, self._worker_id, error, time.time())
        self._say(job.kind, job.progress, f"failed: {error}")

    def _hand_back(self, job: jobs.Job) -> None:
        with self._store.write() as db:
            jobs.give_back(db, [self._worker_id])
        self._say(job.kind, job.progress, "handed back, to go on from its checkpoint")

    def _end(self, job: jobs.Job, result: dict[str, Any] | None, seconds: float) -> None:
        with self._store.write() as db:
            now = time.time()
            if result is None:
                jobs.stop(db, job.id, self._worker_id, now)
                return
            jobs.finish(db, job.id, self._worker_id, {**result, "seconds": round(seconds, 3)}, now)
            follows = self._follows(db, job)
            if follows is not None:
                jobs.enqueue(db, job.round_id, follows, now=now)
        self._say(job.kind, 1.0, "done")
