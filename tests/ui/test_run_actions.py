from __future__ import annotations

from dataclasses import replace

import pytest

from faded.domain import FadedError
from faded.store import campaigns, jobs
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.store.jobs import JobState
from faded.ui import run_actions, run_page
from faded.ui.auth import User
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import Deed, View
from tests.ui import believable
from tests.ui.believable import Believable

USER = User("local")


def deed(store: Store, round_id: int | None = None, *values: object) -> Deed:
    return Deed(store, USER, round_id, values)


@pytest.mark.parametrize(
    ("queries", "seed", "bound", "message"),
    [
        (None, 0, 0.5, "Queries is empty: give a whole number from 200"),
        (10, 0, 0.5, "Queries is 10"),
        (1000.5, 0, 0.5, r"Queries is 1000\.5"),
        (1000, -1, 0.5, "Seed is -1"),
        (1000, 0, 1.0, "bound is 1: give a rate between 0 and 1"),
        (1000, 0, None, "bound is empty"),
    ],
)
def test_what_the_form_says_is_checked(queries: float | None, seed: float, bound: float | None, message: str) -> None:
    with pytest.raises(FadedError, match=message):
        run_actions.demo_config("signs", queries, seed, bound)


def test_the_form_says_what_is_wrong_beside_its_fields(store: Store) -> None:
    view = View(store, USER, None, {"queries": 100, "seed": 0, "bound": 0.5}, LandscapeCache(store))
    assert (
        run_page.draw(view)["wrong"].update
        == "<p class='o-wrong' role='alert'>Queries is 100: give a whole number from 200 to 200,000.</p>"
    )
    assert run_page.QUERIES_INFO == "200 to 200,000"
    fair = replace(view, choice={"queries": 200, "seed": 0, "bound": 0.5})
    assert run_page.draw(fair)["wrong"].update == ""


def test_starting_registers_the_campaign_and_enqueues_its_exploration(store: Store) -> None:
    first, second = (run_actions.start_demo(deed(store, None, "signs", 1000, 3, 0.4)) for _ in range(2))
    assert first != second
    with store.read() as db:
        campaign = campaigns.get_campaign(db, campaigns.get_round(db, second).campaign_id)
        assert campaign.config == run_actions.demo_config("signs", 1000, 3, 0.4).to_json()
        assert [(j.kind, j.state) for j in jobs.list_for_round(db, first)] == [("explore", JobState.QUEUED)]


def test_stop_and_resume(store: Store) -> None:
    started = deed(store, run_actions.start_demo(deed(store, None, "signs", 1000, 0, 0.5)))
    run_actions.stop(started)
    with pytest.raises(FadedError, match="nothing to stop"):
        run_actions.stop(started)
    run_actions.resume(started)
    with pytest.raises(FadedError, match="nothing to resume"):
        run_actions.resume(started)


def test_repair_and_decision_wait_for_what_they_need(store: Store, made: Believable) -> None:
    with pytest.raises(FadedError, match="No mode is confirmed yet"):
        run_actions.start_repair(deed(store, made.round, 300))
    with pytest.raises(FadedError, match="not verified yet"):
        run_actions.accept(deed(store, made.round))
    believable.labeled(store, made)
    run_actions.start_repair(deed(store, made.round, 300))
    with pytest.raises(FadedError, match="under way"):
        run_actions.start_repair(deed(store, made.round, 300))


def test_a_decision_says_who_and_stands(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repaired(store, made)
    run_actions.accept(deed(store, made.round))
    with store.read() as db:
        decided = campaigns.get_round(db, made.round)
    assert (decided.state, decided.decided_by) == (RoundState.ACCEPTED, "local")
    with pytest.raises(FadedError, match="accepted by local already"):
        run_actions.roll_back(deed(store, made.round))


def test_without_a_round_the_buttons_say_so(store: Store) -> None:
    with pytest.raises(FadedError, match="start one first"):
        run_actions.stop(deed(store))


def test_a_round_that_another_goes_on_from_is_left_as_it_is(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    with store.write() as db:
        job = jobs.enqueue(db, made.round, "repair", now=believable.NOW + 300)
        jobs.request_stop(db, job.id, believable.NOW + 301)
    second = run_actions.go_on(deed(store, made.round))
    assert second != made.round
    for action in (run_actions.resume, run_actions.accept):
        with pytest.raises(FadedError, match="followed by round 2 already"):
            action(deed(store, made.round))
    with pytest.raises(FadedError, match="Round 2 goes on with what this one found"):
        run_actions.start_repair(deed(store, made.round, 300))
