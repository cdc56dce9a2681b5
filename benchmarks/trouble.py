"""What goes wrong in `benchmarks.chaos`: processes are killed, the disk is full, the clock jumps."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.app import App
from benchmarks.common import say
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.stages import EXPLORE
from faded.store import jobs
from faded.store.engine import Store
from faded.store.jobs import JobState
from faded.store.rounds import begin_campaign
from tests.jobs import colours
from tests.jobs.conftest import CONCEPTS

QUERIES = 3000
SLOW = "0.1"
"""Seconds that the target sleeps in each pass: a campaign takes ten where nobody disturbs."""
DISK_MB = 900
"""More than what the app asks to be free, by as much as the benchmark writes."""
SHORT_LIFE_S, LONG_LIFE_S, LONG = (0.0, 2.0), (8.0, 18.0), 0.22
"""Seconds between two kills: mostly few, so that processes are killed while they start, and by this share enough for a
worker to come to work."""
FULL_EVERY, FULL_S = 12, 4.0
CLOCK_EVERY, CLOCK_S = 8, (3600.0, 0.0, -3600.0, 0.0)
CLOCK = "FADED_CHAOS_CLOCK"
SITE = f"""
import os, time
_place, _time = os.environ.get("{CLOCK}"), time.time
def _shifted():
    try:
        with open(_place) as file:
            return _time() + float(file.read() or 0)
    except OSError:
        return _time()
if _place:
    time.time = _shifted
"""


@dataclass
class Chaos:
    """What goes wrong.

    Attributes:
        app: The app.
        store: Its store, opened here as well.
        disk: The mounted disk; None where there is none.
        clock: File of the seconds by which the app's clock is wrong.
        rng: Draws the moments.
        counts: What was done.
    """

    app: App
    store: Store
    disk: Path | None
    clock: Path
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, kills: int) -> None:
        """Kill so many times, and do the rest in between."""
        for number in range(1, kills + 1):
            time.sleep(self.rng.uniform(*(LONG_LIFE_S if self.rng.random() < LONG else SHORT_LIFE_S)))
            self._kill(worker=number % 2 == 1)
            if number % CLOCK_EVERY == 0:
                self.clock.write_text(str(CLOCK_S[number // CLOCK_EVERY % len(CLOCK_S) - 1]))
                self.counts["clock_jumps"] += 1
            if number % FULL_EVERY == 0 and self.disk is not None:
                self._fill(self.disk)
            stands = self.feed()
            if number % 10 == 0:
                say(f"{number} kills, {stands}")
        self.clock.write_text("0")

    def feed(self) -> str:
        """See that there is something to explore, and that somebody resumes what failed; say how it stands."""
        waiting: list[jobs.Job] = []
        with contextlib.suppress(FadedError), self.store.write() as db:
            found = all_jobs(self.store)
            for job in found:
                if job.state is JobState.FAILED:
                    say(f"job {job.id} failed: {job.error}")
                    jobs.resume(db, job.id)
                    self.counts["resumed_after_failure"] += 1
            waiting = [job for job in found if job.state is not JobState.DONE]
            if len(waiting) < 2:
                begin_campaign(db, campaign(self.app.workspace, len(found)), time.time())
        return ", ".join(f"{job.id} {job.state} {job.progress:.0%}" for job in waiting)

    def worker(self) -> int | None:
        """Return the process id of the app's worker; None where it is between two."""
        assert self.app.process is not None  # noqa: S101 - it was started
        for thread in Path(f"/proc/{self.app.process.pid}/task").iterdir():
            for pid in (thread / "children").read_text().split():
                with contextlib.suppress(OSError):  # it has just ended
                    if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        return int(pid)
        return None

    def _kill(self, worker: bool) -> None:
        pid = self.worker() if worker else None
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.counts["worker_kills"] += 1
        else:
            self.app.kill()
            self.counts["web_kills"] += 1
            self.app.start()

    def _fill(self, disk: Path) -> None:
        """Leave no byte of the disk for a while."""
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(bytes(1 << 20))
        with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        time.sleep(FULL_S)
        filler.unlink()
        self.counts["full_disks"] += 1


def campaign(workspace: Path, seed: int) -> CampaignConfig:
    """Return a campaign on the soak test's pictures, which lie beside the workspace."""
    pictures = workspace.parent / "pictures"
    if not pictures.is_dir():
        colours.draw(pictures, 110)
    target = "tests.jobs.colours:target"
    return CampaignConfig(
        target=target, data=str(pictures), verify_folds=1, concepts=CONCEPTS, queries=QUERIES, seed=seed
    )


def all_jobs(store: Store) -> list[jobs.Job]:
    """Return every exploration."""
    with store.read() as db:
        ids = [i for (i,) in db.exec_driver_sql("SELECT id FROM jobs WHERE kind = ? ORDER BY id", (EXPLORE,))]
        return [jobs.get(db, i) for i in ids]


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """Mount a disk that can be filled; None where this process may not."""
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:  # noqa: S603 - ours
        say("No disk can be mounted here: it will not be full.")
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)  # noqa: S603, S607 - ours
