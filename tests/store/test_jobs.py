import pytest

from faded.domain import FadedError
from faded.store import campaigns, jobs, previews, series
from faded.store.jobs import JobLost, JobState

STALE = 30.0


@pytest.fixture
def db(store, round_id):
    with store.write() as db:
        yield db


def test_interactive_jobs_go_first_then_the_oldest(db, round_id):
    for kind, priority in (("explore", jobs.LONG), ("repair", jobs.LONG), ("preview", jobs.INTERACTIVE)):
        jobs.enqueue(db, round_id, kind, now=0.0, priority=priority)
    claimed = [jobs.claim(db, "w", STALE, 1.0) for _ in range(4)]
    assert [job and job.kind for job in claimed] == ["preview", "explore", "repair", None]


def test_campaigns_take_turns(db, round_id):
    other = campaigns.create_round(db, campaigns.create_campaign(db, "other", {}, 0.0).id, now=0.0).id
    for round_ in (round_id,) * 4 + (other,) * 2:
        jobs.enqueue(db, round_, "explore", now=0.0)
    shown = jobs.enqueue(db, round_id, "preview", now=0.0, priority=jobs.INTERACTIVE)
    served = []
    for now in range(1, 8):
        job = jobs.claim(db, "w", STALE, float(now))
        jobs.finish(db, job.id, "w", {}, now + 0.5)
        served.append("preview" if job.id == shown.id else "other" if job.round_id == other else "first")
    assert served == ["preview", "first", "other", "first", "other", "first", "first"]


def test_a_clock_that_was_put_back_holds_no_campaign_up(db, round_id):
    other = campaigns.create_round(db, campaigns.create_campaign(db, "other", {}, 0.0).id, now=0.0).id
    for round_ in (round_id, round_id, other, other):
        jobs.enqueue(db, round_, "explore", now=0.0)
    served = []
    for now in (7200.0, 1.0, 2.0, 3.0):  # put back by two hours after the first
        job = jobs.claim(db, "w", STALE, now)
        jobs.finish(db, job.id, "w", {}, now + 0.5)
        served.append(job.round_id)
    assert served == [round_id, round_id, other, other]


def test_a_heart_that_beats_in_the_future_has_stopped_too(db, round_id):
    made = jobs.enqueue(db, round_id, "explore", now=0.0)
    jobs.claim(db, "dead", STALE, 7200.0)  # then somebody put the clock back by two hours
    again = jobs.claim(db, "new", STALE, 1.0)
    assert again is not None and again.id == made.id


def test_only_jobs_of_the_round_asked_for_are_claimed(db, round_id):
    other = campaigns.create_round(db, campaigns.get_round(db, round_id).campaign_id, now=0.0).id
    stale, waiting, mine = (jobs.enqueue(db, r, "explore", now=0.0) for r in (other, other, round_id))
    assert jobs.claim(db, "dead", STALE, 1.0) == jobs.get(db, stale.id)
    claimed = jobs.claim(db, "w", STALE, 1000.0, round_id=round_id)
    assert claimed is not None and claimed.id == mine.id
    assert jobs.claim(db, "w", STALE, 1000.0, round_id=round_id) is None
    assert jobs.get(db, waiting.id).state is JobState.QUEUED


def test_a_worker_may_claim_some_kinds_only(db, round_id):
    jobs.enqueue(db, round_id, "explore", now=0.0)
    assert not jobs.waiting(db, ["preview"], STALE, 1.0)
    assert jobs.claim(db, "w", STALE, 1.0, kinds=["preview"]) is None
    asked = previews.ask(db, round_id, "sample", [0.5], "a page", 1.0)
    assert jobs.waiting(db, ["preview"], STALE, 1.0)
    assert jobs.claim(db, "w", STALE, 1.0, kinds=["preview"]).id == asked
    assert jobs.claim(db, "w", STALE, 1.0, kinds=["explore", "repair"]).kind == "explore"


def test_a_job_runs_and_ends(db, round_id):
    made = jobs.enqueue(db, round_id, "explore", now=0.0, params={"queries": 6000})
    jobs.claim(db, "w", STALE, 1.0)
    assert jobs.heartbeat(db, made.id, "w", 0.5, "half way", 2.0) is False
    half = jobs.get(db, made.id)
    assert (half.state, half.progress, half.message, half.started_at) == (JobState.RUNNING, 0.5, "half way", 1.0)
    jobs.finish(db, made.id, "w", {"modes": 3}, 3.0)
    done = jobs.get(db, made.id)
    assert (done.state, done.result, done.progress, done.ended_at) == (JobState.DONE, {"modes": 3}, 1.0, 3.0)
    assert done.params == {"queries": 6000}
    assert jobs.list_for_round(db, round_id) == [done]


def test_a_job_whose_worker_died_is_claimed_again_with_its_checkpoint(db, round_id):
    made = jobs.enqueue(db, round_id, "explore", now=0.0)
    jobs.claim(db, "dead", STALE, 1.0)
    jobs.checkpoint(db, made.id, "dead", {"query": 512})
    assert jobs.claim(db, "new", STALE, 1.0 + STALE) is None  # not stale yet
    again = jobs.claim(db, "new", STALE, 1.1 + STALE)
    assert (again.id, again.checkpoint, again.attempts, again.worker) == (made.id, {"query": 512}, 2, "new")


def test_what_a_dead_worker_was_at_waits_for_the_next_one_at_once(db, round_id):
    theirs, waiting, mine = (jobs.enqueue(db, round_id, kind, now=0.0) for kind in ("explore", "repair", "verify"))
    dead, other = jobs.worker_names(71)[0], jobs.worker_names(7)[0]
    jobs.claim(db, dead, STALE, 1.0, kinds=["explore"])
    jobs.checkpoint(db, theirs.id, dead, {"query": 512})
    jobs.claim(db, other, STALE, 1.0, kinds=["verify"])
    assert jobs.give_back(db, jobs.worker_names(71)) == 1
    assert jobs.get(db, waiting.id).state is JobState.QUEUED
    assert jobs.get(db, mine.id).worker == other
    again = jobs.claim(db, "new", STALE, 1.1)
    assert (again.id, again.checkpoint, again.attempts) == (theirs.id, {"query": 512}, 2)


def test_the_time_left_is_forgotten_with_the_worker_that_reckoned_it(db, round_id):
    made = jobs.enqueue(db, round_id, "verify", now=0.0)
    jobs.claim(db, "dead", STALE, 1.0)
    jobs.heartbeat(db, made.id, "dead", 0.5, "half way", 2.0, 30.0)
    jobs.pulse(db, made.id, "dead", 3.0)
    assert jobs.get(db, made.id).seconds_left == 30.0
    assert jobs.claim(db, "new", STALE, 1000.0).seconds_left is None


def test_a_worker_that_lost_its_job_is_told_and_changes_nothing(db, round_id):
    made = jobs.enqueue(db, round_id, "explore", now=0.0)
    jobs.claim(db, "slow", STALE, 1.0)
    jobs.claim(db, "new", STALE, 100.0)
    before = jobs.get(db, made.id)
    for write in (
        lambda: jobs.heartbeat(db, made.id, "slow", 0.9, "", 101.0),
        lambda: jobs.checkpoint(db, made.id, "slow", {"query": 1}),
        lambda: jobs.finish(db, made.id, "slow", {}, 101.0),
        lambda: jobs.fail(db, made.id, "slow", "no", 101.0),
        lambda: jobs.stop(db, made.id, "slow", 101.0),
    ):
        with pytest.raises(JobLost):
            write()
    assert jobs.get(db, made.id) == before


def test_stop_and_resume_keep_the_checkpoint(db, round_id):
    made = jobs.enqueue(db, round_id, "repair", now=0.0)
    jobs.claim(db, "w", STALE, 1.0)
    jobs.checkpoint(db, made.id, "w", {"step": 40})
    jobs.request_stop(db, made.id, 2.0)
    assert jobs.heartbeat(db, made.id, "w", 0.1, "", 3.0) is True
    jobs.stop(db, made.id, "w", 4.0)
    assert jobs.claim(db, "w", STALE, 1000.0) is None
    jobs.resume(db, made.id)
    again = jobs.claim(db, "w", STALE, 1001.0)
    assert (again.checkpoint, again.stop_requested) == ({"step": 40}, False)


def test_a_waiting_job_stops_at_once(db, round_id):
    made = jobs.enqueue(db, round_id, "repair", now=0.0)
    assert jobs.request_stop(db, made.id, 1.0).state is JobState.STOPPED
    assert jobs.claim(db, "w", STALE, 2.0) is None


def test_a_failed_job_says_why_and_can_be_resumed(db, round_id):
    made = jobs.enqueue(db, round_id, "repair", now=0.0)
    jobs.claim(db, "w", STALE, 1.0)
    jobs.fail(db, made.id, "w", "the target answered with NaN", 2.0)
    assert jobs.get(db, made.id).error == "the target answered with NaN"
    assert jobs.resume(db, made.id).state is JobState.QUEUED
    with pytest.raises(FadedError, match="only a stopped or failed job"):
        jobs.resume(db, made.id)


def test_a_batch_done_again_overwrites_its_point(db, round_id):
    made = jobs.enqueue(db, round_id, "explore", now=0.0)
    for step, entropy in ((0, 1.0), (1, 0.9), (1, 0.8), (2, 0.7)):
        series.add(db, made.id, step, {"entropy": entropy})
    assert series.points(db, made.id, after_step=0) == [(1, {"entropy": 0.8}), (2, {"entropy": 0.7})]
