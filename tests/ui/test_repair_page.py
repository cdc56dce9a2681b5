"""What the page Repair says: what is learned, what it costs, how it goes."""

from __future__ import annotations

import pytest

from faded.domain import FadedError, ModeKey, Role, Verdict
from faded.labeling.chosen import to_learn
from faded.repair import budget
from faded.store import campaigns, jobs, series, verdicts
from faded.store.campaigns import CHOSEN
from faded.store.engine import Store
from faded.store.jobs import JobState
from faded.ui import charts, evidence, repair_page, run_actions, status
from faded.ui.auth import User
from faded.ui.cards import cost, lessons, repair
from faded.ui.facts import Facts, Step, read_facts
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import BLIND, Deed, View
from tests.ui import believable
from tests.ui.believable import NOW, WORKER, Believable

USER = User("local", Role.ADMIN)


def facts_of(store: Store) -> Facts:
    with store.read() as db:
        found = read_facts(db, None, "local")
    assert found is not None
    return found


def lessons_of(store: Store) -> lessons.Lessons:
    with store.read() as db:
        found = lessons.read(db, store.workspace, read_facts(db, None, "local"))
    assert found is not None
    return found


def drawn(store: Store, steps: float | None = 300) -> dict[str, object]:
    view = View(store, USER, facts_of(store), {"steps": steps}, LandscapeCache(store))
    return {name: shown.update for name, shown in repair_page.draw(view).items()}


def test_annotators_are_not_told_which_modes_others_confirm(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    who = User("ann")
    view = View(store, who, facts_of(store), {"steps": 300}, LandscapeCache(store))
    shown = str(repair_page.draw(view)["modes"].update)
    assert BLIND in shown and "<img" not in shown and "<img" in str(drawn(store)["modes"])


def choose(store: Store, made: Believable, keys: list[ModeKey]) -> None:
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={CHOSEN: [[list(k.cell), k.stratum] for k in keys]})


def test_every_confirmed_mode_is_trained_on_unless_somebody_chose(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    found = lessons_of(store)
    assert {m.key.stratum for m in found.modes} == {"stop", "yield", "no entry"}
    assert (found.left_out, found.pairs, found.pinned) == (0, 9, False)
    assert [m.tally.confirm for m in found.modes] == [3, 3, 3]
    choose(store, made, [found.modes[1].key])
    chosen = lessons_of(store)
    assert [m.key for m in chosen.modes] == [found.modes[1].key]
    assert (chosen.left_out, chosen.pairs) == (2, 3)
    words = lessons.render_modes(chosen)
    assert "trained on <b>1 mode</b>; 2 confirmed modes are left out." in words
    assert "3 confirmed" in words and words.count("<img src='data:image/png") == lessons.PICTURES


def test_a_chosen_mode_that_is_not_confirmed_any_more_is_left_out(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    with store.read() as db:
        standing = verdicts.standing(db, made.round)
    gone = [[list(standing[0].key.cell), "nowhere"]]
    modes, heeded = to_learn({CHOSEN: gone}, standing)
    assert modes == [] and heeded == []


def test_rejections_make_pairs_the_other_way_round(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    with store.write() as db:
        verdicts.submit(db, made.proposals[3], "local", "key-r", now=NOW, verdict=Verdict.REJECT)
    found = lessons_of(store)
    assert found.pairs == 10 and len(found.preview) == lessons.PAIRS_SHOWN
    first, second, third = found.preview[:3]
    assert (first.chosen, first.rejected) == ("stop", "no entry")
    assert len({p.setting for p in (first, second, third)}) == 3, "one of each mode comes first"


def test_the_pairs_say_how_many_are_reapplied(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    words = lessons.render_pairs(lessons_of(store), 200)
    assert "<b>9 pairs</b>" in words
    assert "<b>112</b> in each step, up to 22,400 in 200 steps, with 16 of the pairs" in words
    assert budget.from_pairs(4, 0.125, 9, 3) == 1  # however small a batch, verdicts are learned from
    assert budget.from_pairs(128, 0.125, 9, 0) == 128 and budget.from_pairs(128, 0.125, 0, 3) == 0


def test_without_a_round_the_rule_speaks_of_no_kind_of_input(store: Store) -> None:
    assert "three verdicts on different inputs, nearly all" in lessons.render_modes(None)
    for kind, distinct in ((evidence.PROMPTS, "different sets of pictures"), (evidence.ARTICLES, "different articles")):
        assert f"three verdicts on {distinct}, nearly all" in lessons.render_modes(None, kind)


def test_nothing_chosen_cannot_be_repaired(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    choose(store, made, [])
    assert "No mode is chosen" in lessons.render_modes(lessons_of(store))
    assert drawn(store)["start"]["interactive"] is False  # type: ignore[index]
    with pytest.raises(FadedError, match="No confirmed mode is chosen"):
        run_actions.start_repair(Deed(store, USER, made.round, (300,)))


def test_the_steps_become_the_jobs(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    for steps, message in ((None, "Steps is empty"), (49, "Steps is 49"), (10.5, r"Steps is 10\.5"), (1e9, "Steps is")):
        with pytest.raises(FadedError, match=message):
            run_actions.start_repair(Deed(store, USER, made.round, (steps,)))
        assert "role='alert'" in str(drawn(store, steps)["budget"])
    run_actions.start_repair(Deed(store, USER, made.round, (120,)))
    assert facts_of(store).repair is not None
    with store.read() as db:
        job = jobs.list_for_round(db, made.round)[-1]
    assert (job.kind, job.params) == ("repair", {"steps": 120})
    assert "in 120 steps" in str(drawn(store, 300)["pairs"])
    assert drawn(store)["steps"]["visible"] is False  # type: ignore[index]


def test_before_any_repair_the_cost_is_not_guessed(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    with store.read() as db:
        assert cost.expected(db, facts_of(store)) is None
    assert "is not known yet: no repair of this target has been timed here" in str(drawn(store)["budget"])


def test_a_repair_of_the_same_target_measures_the_cost(store: Store) -> None:
    earlier = believable.explored(store)
    believable.labeled(store, earlier)
    believable.repaired(store, earlier)
    later = believable.explored(store)
    believable.labeled(store, later)
    with store.read() as db:
        found = cost.expected(db, facts_of(store))
    assert found is not None and found.step_s == 0.42
    assert found.before_s == pytest.approx(196.4 - 0.42 * 400)
    words = cost.words(found, 1000)
    assert words.startswith("<b>About 7 min</b> at most. Measured: 0.42 s a step in the repair of this target on ")


def test_a_running_repair_says_what_stopping_keeps_and_how_long_it_takes(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repairing(store, made)
    facts = facts_of(store)
    words = repair.render(facts)
    assert "about 2 min left" in words
    assert "unedited, now wrong, held out" in words
    assert "Stopping keeps the best weights so far, those of step 150. Verification follows by itself." in words
    assert "Stopping keeps the best weights so far" in status.sentence(facts)
    assert stop_button(facts) == "Stop the repair, keep the best"
    found = lessons_of(store)
    assert found.pinned and len(found.modes) == 3
    assert "The repair is trained on <b>3 modes</b>." in lessons.render_modes(found)


def stop_button(facts: Facts) -> str:
    assert facts.current is not None
    return status.stop_words(facts, facts.current)


def test_a_repair_that_found_nothing_better_says_that_stopping_is_a_pause(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    job = believable.repairing(store, made)
    with store.write() as db:
        series.cut(db, job, 40)  # before the first evaluation
    facts = facts_of(store)
    assert stop_button(facts) == "Stop the repair"
    assert "stopped now, it can be resumed" in status.sentence(facts)
    assert "Stopped now, it keeps none" in repair.render(facts) and "Verification" not in repair.render(facts)
    with store.write() as db:
        jobs.stop(db, job, WORKER, NOW + 400)
    facts = facts_of(store)
    assert "The repair is stopped at 45%. Resume it when you like" in status.sentence(facts)
    assert "kept" not in repair.render(facts)


def test_a_waiting_repair_does_not_promise_that_stopping_keeps_anything(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repairing(store, made)
    with store.write() as db:
        jobs.give_back(db, [WORKER])
    facts = facts_of(store)
    assert stop_button(facts) == "Stop the repair"
    assert "The repair waits for the worker." in status.sentence(facts)
    assert "left" not in repair.render(facts) and "kept" not in repair.render(facts)


def test_a_stopped_repair_that_kept_its_best_is_over(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    job = believable.repairing(store, made)
    with store.write() as db:
        jobs.finish(
            db, job, WORKER, believable.repair_result() | {"steps": 180, "best_step": 150, "stopped": True}, NOW
        )
    words = repair.render(facts_of(store))
    assert "<span>Stopped, the best kept</span>" in words
    assert "It was stopped after 180 steps; the best weights, of step 150, are kept. It cannot be resumed" in words


def test_a_finished_repair_says_which_weights_are_kept(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repaired(store, made)
    assert "It took 400 steps; the best weights, of step 350, are kept." in repair.render(facts_of(store))


def test_a_failed_repair_says_what_to_do(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    job = believable.repairing(store, made)
    with store.write() as db:
        jobs.fail(db, job, WORKER, "no room on <the disk>", NOW + 400)
    assert facts_of(store).repair is not None and facts_of(store).repair.state is JobState.FAILED  # type: ignore[union-attr]
    words = repair.render(facts_of(store))
    assert "no room on &lt;the disk&gt;" in words and "press Resume" in words


def test_curves_show_each_evaluation_once(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    believable.repairing(store, made)
    facts = facts_of(store)
    assert [step for step, _ in repair.evaluations(facts.repairing)] == [0, 50, 100, 150]
    words = repair.render_curves(facts)
    assert words.count("<svg") == 4 and words.count("<circle") == 2 * 4
    assert ">400</text>" in words, "the axis ends where the steps do"
    assert repair.render_curves(None) == ""


def test_charts_tell_small_shares_apart() -> None:
    line = charts.Line("held out", "agent", [(0, 0.0), (50, 0.012)], dots=True)
    words = charts.render("Turned wrong", "steps", [line], share=True, upto=300)
    assert ">0.5%<" in words and ">2%<" in words and "held out: 1.2% at 50" in words


def test_labels_and_answers_are_escaped(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    bad = "<img src=x onerror=alert(1)>"
    line = lessons.ModeLine(ModeKey((0,), bad), bad, lessons.ModeTally(3), ("data:image/png;base64,",))
    pair = lessons.PairLine("", bad, bad, bad)
    found = lessons.Lessons((line,), 0, 1, (pair,), 0, pinned=False, evidence=evidence.PICTURES, step=Step(128))
    assert bad not in lessons.render_modes(found) + lessons.render_pairs(found, 300)
