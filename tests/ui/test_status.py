from __future__ import annotations

from faded.store import campaigns, jobs
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.ui import status
from faded.ui.cards import changes, verification
from faded.ui.cards import job as job_card
from faded.ui.facts import Facts, read_facts
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
        campaigns.decide(db, made.round, RoundState.ROLLED_BACK, "local", NOW)
    assert "rolled back by local on" in status.sentence(facts_of(store))
    assert [state for _, state, _ in status.steps(facts_of(store))] == ["done"] * 5
    assert status.steps(facts_of(store))[-1] == ("verify", "done", "rolled back")


def test_a_running_exploration_offers_what_was_found_already(store: Store) -> None:
    made = believable.explored(store, done=False)
    assert "label them" in status.sentence(facts_of(store))
    assert "Exploring has to end first." in facts_of(store).missing_for_repair()
    with store.write() as db:
        jobs.stop(db, made.explore, WORKER, NOW)
    assert "stopped at 50%" in status.sentence(facts_of(store))


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
