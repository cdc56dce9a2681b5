from __future__ import annotations

from faded.domain import Role
from faded.stages import CLEAN
from faded.store import campaigns, jobs, pauses, rounds
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.ui import frame, landscape_page, run_actions, status
from faded.ui.auth import User
from faded.ui.cards import changes, explore, repair, verification
from faded.ui.cards import job as job_card
from faded.ui.facts import Facts, read_facts
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import View
from tests.ui import believable
from tests.ui.believable import NOW, WORKER, Believable


def facts_of(store: Store) -> Facts:
    with store.read() as db:
        found = read_facts(db, None, "local")
    assert found is not None
    return found


def test_without_a_round_the_page_says_how_to_start() -> None:
    assert "Start one" in status.sentence(None)
    assert {state for _, state, _ in status.steps(None)} == {""}


def test_the_sentence_follows_the_round(store: Store, made: Believable) -> None:
    assert "20 proposals wait for a verdict. <a href='#label'>Label them" in status.sentence(facts_of(store))
    believable.labeled(store, made)
    assert "3 modes are confirmed." in status.sentence(facts_of(store))
    believable.repaired(store, made)
    assert "The repair is verified and the gate passed." in status.sentence(facts_of(store))
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ROLLED_BACK, "local", NOW)
    assert "rolled back by local on" in status.sentence(facts_of(store))
    assert [state for _, state, _ in status.steps(facts_of(store))] == ["done"] * 5
    assert status.steps(facts_of(store))[-1] == ("verify", "done", "rolled back")


def test_annotators_are_told_of_nothing_that_they_cannot_do(store: Store, made: Believable) -> None:
    assert "<a href='#run'>" not in status.for_annotators(None)
    assert status.for_annotators(facts_of(store)).startswith("20 proposals wait for verdicts, see <a href='#label'>")
    believable.labeled(store, made)
    with store.write() as db:
        job = jobs.enqueue(db, made.round, "explore", now=NOW)
        pauses.begin(db, made.campaign, "mira<b>", "lunch", NOW)
    facts = facts_of(store)
    shown = status.render(facts, runs=False, asked=None, moved=False)
    assert "repair" not in shown and "<b>Labeling is paused</b> by mira&lt;b&gt;." in shown
    assert "#label" not in shown and "Exploring goes on" not in shown, "it is paused, and the job waits"
    with store.write() as db:
        jobs.claim(db, WORKER, 30, NOW)
    assert "Exploring goes on and may find more." in status.for_annotators(facts_of(store))
    with store.write() as db:
        jobs.request_stop(db, job.id, NOW)
    assert "Exploring goes on" not in status.for_annotators(facts_of(store))
    assert "Labeling is paused" in status.render(facts, runs=True, asked=None, moved=False)
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ROLLED_BACK, "local", NOW)
    assert "takes no more verdicts" in status.for_annotators(facts_of(store))


def test_a_running_exploration_offers_what_was_found_already(store: Store) -> None:
    made = believable.explored(store, done=False)
    assert "label them" in status.sentence(facts_of(store))
    assert "Exploring has to end first." in facts_of(store).missing_for_repair()
    with store.write() as db:
        jobs.stop(db, made.explore, WORKER, NOW)
    assert "stopped at 50%" in status.sentence(facts_of(store))


def exploring(store: Store, message: str) -> Facts:
    """Return the facts of a round on prompts that has only begun."""
    with store.write() as db:
        config = run_actions.demo_config("scenes", 400, 0, 0.5).to_json()
        campaign = campaigns.create_campaign(db, "scenes-1", config, NOW)
        made = campaigns.create_round(db, campaign.id, now=NOW)
        job = jobs.enqueue(db, made.id, "explore", now=NOW)
        jobs.claim(db, WORKER, 30, NOW + 1)
        jobs.heartbeat(db, job.id, WORKER, 0.06, message, NOW + 2, 300)
    return facts_of(store)


def test_the_unedited_inputs_come_first_and_are_counted(store: Store) -> None:
    facts = exploring(store, f"{CLEAN}32 of 120")
    assert status.sentence(facts) == "First the unedited prompts: 32 of 120. Proposals appear after them."
    assert "aria-valuenow='6'" in explore.render(facts)
    assert facts.explore is not None
    with store.write() as db:
        jobs.heartbeat(db, facts.explore.id, WORKER, 0.0, "Loading the target", NOW + 3)
    assert "first the unedited prompts, then proposals" in status.sentence(facts_of(store))


def test_a_stop_is_said_until_it_has_stopped(store: Store) -> None:
    facts = exploring(store, "Loading the target")
    assert facts.explore is not None and status.stop_words(facts, facts.explore) == "Stop exploring"
    with store.write() as db:
        jobs.request_stop(db, facts.explore.id, NOW)
    facts = facts_of(store)
    assert status.sentence(facts) == "Stopping after this batch. It can be resumed later."
    with store.read() as db:
        assert facts.explore is not None
        button = frame.draw(db, facts, "run", "", runs=True, asked=facts.round.id)["stop"].update
    assert (button["value"], button["interactive"], button["visible"]) == ("Stopping", False, True)
    with store.write() as db:
        jobs.stop(db, facts.explore.id, WORKER, NOW + 4)
    assert "stopped at 6%. Resume it when you like: it begins again" in status.sentence(facts_of(store))


def test_pages_say_where_to_look_while_a_round_explores(store: Store) -> None:
    assert "<a href='#run'>Start a round</a>" in explore.whereabouts(None)
    facts = exploring(store, "Loading the target")
    watch = "The round is exploring: <a href='#run'>see on the page Run how far it is</a>."
    assert f"Exploring has to end first. {watch}" in repair.render(facts)
    view = View(store, User("local", Role.ADMIN), facts, dict.fromkeys(landscape_page.CHOOSERS), LandscapeCache(store))
    assert watch in landscape_page.draw(view)["map"].update
    with store.write() as db:
        assert facts.explore is not None
        jobs.fail(db, facts.explore.id, WORKER, "no room", NOW)
    assert "Exploring failed: <a href='#run'>look at it" in explore.whereabouts(facts_of(store))


def test_a_repair_needs_confirmed_modes(store: Store, made: Believable) -> None:
    assert "No mode is confirmed yet" in facts_of(store).missing_for_repair()
    believable.labeled(store, made)
    assert facts_of(store).missing_for_repair() == ""


def test_a_newer_repair_hides_the_old_verification(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repaired(store, made)
    assert facts_of(store).result is not None
    with store.write() as db:
        jobs.enqueue(db, made.round, "repair", now=NOW + 900)
    assert facts_of(store).result is None


def test_a_gate_that_did_not_pass_says_why(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repaired(store, made, passed=False)
    drawn = verification.render(facts_of(store))
    assert "The gate did not pass" in drawn
    assert "1 is newly broken" in drawn
    assert "newly broken</span>" in changes.render(facts_of(store), "newly broken", store.workspace)
    assert "rolling back is the safe choice" in status.sentence(facts_of(store))


def test_the_time_left_is_what_the_worker_reckons(store: Store) -> None:
    made = believable.explored(store, done=False)
    with store.read() as db:
        running = jobs.get(db, made.explore)
    assert "about 1 min left" in job_card.render(running, NOW + 61)
    assert "has not been heard of for 40 seconds" in job_card.render(running, NOW + 100)


def test_an_error_is_shown_whole_and_escaped(store: Store) -> None:
    made = believable.explored(store, done=False)
    with store.write() as db:
        jobs.fail(db, made.explore, WORKER, "cannot read <img src=x onerror=alert(1)>", NOW)
        failed = jobs.get(db, made.explore)
    drawn = job_card.render(failed)
    assert "cannot read &lt;img src=x onerror=alert(1)&gt;" in drawn
    assert "<img" not in drawn
    assert "press Resume" in drawn
