import pytest

from faded.domain import FadedError
from faded.store import jobs, previews

STALE = 30.0


@pytest.fixture
def db(store, round_id):
    with store.write() as db:
        yield db


def waiting(db):
    """Claim every preview that waits; return their numbers."""
    found = []
    while (job := jobs.claim(db, "w", STALE, 1000.0, kinds=["preview"])) is not None:
        found.append(job.id)
    return found


def test_the_newest_question_of_each_viewer_is_all_that_waits(db, round_id):
    stage = jobs.enqueue(db, round_id, "explore", now=0.0)
    mine = [previews.ask(db, round_id, "sample", [0.01 * i], "me", 0.1 * i) for i in range(50)]
    hers = previews.ask(db, round_id, "sample", [0.5], "her", 5.0)
    assert [j.id for j in jobs.list_for_round(db, round_id)] == [stage.id]
    asked = previews.find(db, mine[-1], "me")
    assert asked is not None
    assert asked.params == {"sample": "sample", "values": [0.49], "viewer": "me"}
    assert waiting(db) == [mine[-1], hers]


def test_old_previews_are_deleted_whoever_asked(db, round_id):
    old = [previews.ask(db, round_id, "sample", [0.5], f"closed page {i}", 0.0) for i in range(5)]
    jobs.claim(db, "w", STALE, 1.0, kinds=["preview"])
    kept = previews.ask(db, round_id, "sample", [0.5], "a page", previews.KEPT_SECONDS - 1)
    newest = previews.ask(db, round_id, "sample", [0.5], "another", previews.KEPT_SECONDS + 1)
    assert all(previews.find(db, job, f"closed page {i}") is None for i, job in enumerate(old))
    assert waiting(db) == [kept, newest]


def test_nobody_reads_what_another_page_asked_or_what_is_no_preview(db, round_id):
    asked = previews.ask(db, round_id, "sample", [0.5], "me", 1.0)
    stage = jobs.enqueue(db, round_id, "explore", now=1.0, params={"viewer": "me"})
    assert previews.find(db, asked, "her") is None
    assert previews.find(db, stage.id, "me") is None


def test_a_preview_needs_its_round(db):
    with pytest.raises(FadedError, match="round 99"):
        previews.ask(db, 99, "sample", [0.5], "me", 1.0)
