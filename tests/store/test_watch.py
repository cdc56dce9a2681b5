"""Hearts of other workers, where the time of day jumps."""

from __future__ import annotations

from faded.store import jobs
from faded.store.engine import Store
from faded.store.watch import Watch

STALE, STILL = 10.0, 5.0
HOUR = 3600.0


def test_a_clock_put_forward_takes_no_job_from_a_worker_that_lives(store: Store, round_id: int) -> None:
    steady = [0.0]
    watch = Watch(lambda: steady[0])
    with store.write() as db:
        job = jobs.enqueue(db, round_id, "explore", now=0.0).id
        jobs.claim(db, "alive", STALE, 100.0)
        assert watch.doubtful(db, STILL) == [job]
        now, steady[0] = 101.0 + HOUR, 1.0
        assert jobs.waiting(db, ["explore"], STALE, now)  # by the time of day alone it would be taken over
        assert watch.doubtful(db, STILL) == [job]
        assert jobs.claim(db, "other", STALE, now, leave=[job]) is None
        steady[0] = 3.0
        jobs.pulse(db, job, "alive", now + 2)
        assert not jobs.waiting(db, ["explore"], STALE, now + 2)


def test_a_dead_worker_is_taken_for_dead_after_a_while_however_the_clock_jumps(store: Store, round_id: int) -> None:
    steady = [0.0]
    watch = Watch(lambda: steady[0])
    with store.write() as db:
        job = jobs.enqueue(db, round_id, "explore", now=0.0).id
        jobs.claim(db, "dead", STALE, 2 * HOUR)
        for steady[0], doubtful in ((0.0, [job]), (4.9, [job]), (5.0, [])):
            assert watch.doubtful(db, STILL) == doubtful
        assert jobs.claim(db, "other", STALE, 6.0) is not None


def test_a_beat_in_between_begins_the_watch_anew(store: Store, round_id: int) -> None:
    steady = [0.0]
    watch = Watch(lambda: steady[0])
    with store.write() as db:
        job = jobs.enqueue(db, round_id, "explore", now=0.0).id
        jobs.claim(db, "alive", STALE, 1.0)
        assert watch.doubtful(db, STILL) == [job]
        jobs.pulse(db, job, "alive", 3.0)  # its process sees the clock later than this one
        steady[0] = 6.0
        assert watch.doubtful(db, STILL) == [job]
