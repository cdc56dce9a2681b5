"""Everything goes wrong for ten minutes: `python -m benchmarks.chaos --kills 100 --json -`.

The real app, with its worker, on a small disk of its own. People label over HTTP as in `benchmarks.load`; what is not
acknowledged they send again with the same key, as the page does. The worker explores small campaigns, two at a time, on
the target of the soak test, which loads fast and is slowed down. Meanwhile the web process and the worker are killed
with SIGKILL in turn at random moments; now and then the disk is full for some seconds, or the clock is put an hour
forward or back.

In the end everything is let go on until all jobs are done, the app is told to end, and the store is compared with what
was acknowledged, and examined as `python -m faded doctor` does.

The disk is a tmpfs that is mounted, which takes root; elsewhere it is never full, and the result says so. The clock is
`time.time` of the app's processes alone: SQLite's and the file system's are left as they are. While it jumps, leases of
items expire early, so a fourth person may judge an item that three were asked for: such items are counted apart, and
so is what the doctor says of times in the future.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import load
from benchmarks.app import App
from benchmarks.common import emit, say
from benchmarks.trouble import CLOCK, SITE, SLOW, Chaos, all_jobs, campaign, small_disk
from faded.store import jobs
from faded.store.doctor import examine
from faded.store.engine import Store, open_store
from faded.store.jobs import JobState

PEOPLE = 6
THINK_S = 0.4
SETTLE_S = 240.0
"""A job that has not ended so long after the last kill is stuck."""


class Person(load.Annotator):
    """An annotator who does not mind an app that is gone for a while.

    Attributes:
        sent_again: How often there was no answer.
    """

    sent_again: int = 0
    is_over = threading.Event()

    def label(self) -> None:
        """Label until all is over, and look again where nothing came, such as from a full disk."""
        while not self.is_over.wait(THINK_S):
            self.work(10**6, THINK_S, self.is_over.is_set)

    def _call(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                return super()._call(name, asked)
            except (OSError, http.client.HTTPException):
                self.sent_again += 1
                self._connection.close()
                if self.is_over.wait(0.2):
                    raise SystemExit from None


def doubled(store: Store, round_id: int) -> int:
    """Return how many verdicts are there twice: by the same person on the same item, none of them undone."""
    query = (
        "SELECT count(*) - count(DISTINCT proposal_id || '/' || annotator) FROM verdict_events AS e WHERE round_id = ? "
        "AND kind = 'verdict' AND NOT EXISTS (SELECT 1 FROM verdict_events AS u WHERE u.undoes = e.id)"
    )
    with store.read() as db:
        return int(db.exec_driver_sql(query, (round_id,)).scalar_one())


def settle(chaos: Chaos) -> list[jobs.Job]:
    """Wait until every exploration is done; return those that are not."""
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end:
        left = [job for job in all_jobs(chaos.store) if job.state is not JobState.DONE]
        for job in left:
            if job.state is JobState.FAILED:
                with chaos.store.write() as db:
                    jobs.resume(db, job.id)
                chaos.counts["resumed_after_failure"] += 1
        if not left:
            return []
        time.sleep(0.5)
    return left


def main(argv: Sequence[str] | None = None) -> None:
    """Let everything go wrong and print the figures."""
    parser = argparse.ArgumentParser(description="Whether anything is lost where everything goes wrong.")
    parser.add_argument("--kills", type=int, default=100, help="kills of the web process and the worker (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments (default: 0)")
    parser.add_argument("--json", default="-", help="file for the result, - for standard output (default)")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk") as disk:
        site, clock = Path(folder) / "site", Path(folder) / "clock"
        site.mkdir()
        (site / "sitecustomize.py").write_text(SITE)
        clock.write_text("0")
        os.environ["PYTHONPATH"] = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
        os.environ |= {CLOCK: str(clock), "COLOURS_SECONDS": SLOW}
        emit({"benchmark": "chaos", "figures": measure(Path(folder), disk, clock, given.kills, given.seed)}, given.json)


def measure(folder: Path, disk: Path | None, clock: Path, kills: int, seed: int) -> dict[str, Any]:
    """Run the app, let it be killed, and return the figures."""
    app = App((disk or folder) / "faded")
    round_id, _ = load.fill(app.workspace, PEOPLE, campaign(app.workspace, 0))
    app.start()
    store = open_store(app.workspace)
    chaos, began = Chaos(app, store, disk, clock, random.Random(seed)), time.monotonic()  # noqa: S311 - no secret
    try:
        part = load.component(app)
        people = [Person(app, n, round_id, part, np.random.default_rng(i)) for i, n in enumerate(load.names(PEOPLE))]
        threads = [threading.Thread(target=p.label) for p in people]
        for thread in threads:
            thread.start()
        chaos.feed()
        chaos.run(kills)
        done = sum(job.state is JobState.DONE for job in all_jobs(store))
        stuck = settle(chaos)
        Person.is_over.set()
        for thread in threads:
            thread.join()
        found = load.compare(store, round_id, people)
    finally:
        Person.is_over.set()
        app.end()
    for job in stuck:
        say(f"stuck: job {job.id} {job.state} at {job.progress:.0%}: {job.message} {job.error or ''}")
    explored, twice = len(all_jobs(store)), doubled(store, round_id)
    store.close()
    findings = examine(app.workspace, time.time())
    for finding in findings:
        say(f"{'PROBLEM' if finding.problem else 'note'} ({finding.check}): {finding.said}")
    refused = Counter(error[:160] for one in people for error in one.errors if error != "refused")
    for error, count in refused.most_common(8):
        say(f"{count} times refused: {error}")
    assert app.process is not None  # noqa: S101 - it was started
    return {
        "kills": chaos.counts["web_kills"] + chaos.counts["worker_kills"],
        **{name: chaos.counts[name] for name in ("web_kills", "worker_kills", "clock_jumps", "full_disks")},
        "disk": "tmpfs" if disk is not None else "never full",
        "acknowledged": sum(len(one.acknowledged) for one in people),
        "sent_again": sum(one.sent_again for one in people),
        "refused": sum(refused.values()),
        "lost_verdicts": found["lost"],
        "doubled": twice,
        "beyond_asked": found["doubled"],
        "columns_wrong": found["columns_wrong"],
        "jobs": explored,
        "jobs_done_while_killing": done,
        "resumed_after_failure": chaos.counts["resumed_after_failure"],
        "stuck_jobs": len(stuck),
        "doctor_findings": sum(finding.problem and finding.check != "clock" for finding in findings),
        "doctor_on_the_clock": sum(finding.problem and finding.check == "clock" for finding in findings),
        "exit_code": app.process.returncode,
        "seconds": round(time.monotonic() - began),
    }


if __name__ == "__main__":
    main()
