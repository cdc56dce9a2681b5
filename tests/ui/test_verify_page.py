"""What the page Verify says: figures, the figure of all modes, examples, where failures went, the decision."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from typing import Any

import pytest

from faded.domain import Role
from faded.store import jobs, rounds
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.ui import evidence, verify_page
from faded.ui.auth import User
from faded.ui.cards import changes, decide, flow, matrix, verification
from faded.ui.facts import Facts, read_facts
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import BLIND, View
from tests.ui import believable
from tests.ui.believable import NOW, SPACE, WORKER, Believable

BAD = "<img src=x onerror=alert(1)>"


def facts_of(store: Store) -> Facts:
    with store.read() as db:
        found = read_facts(db, None, "local")
    assert found is not None
    return found


@pytest.fixture
def verified(store: Store, made: Believable) -> Store:
    believable.labeled(store, made)
    believable.repaired(store, made)
    return store


def drawn(store: Store, rows: str | None = None, group: str | None = None) -> dict[str, Any]:
    choice = {"rows": rows, "group": group}
    view = View(store, User("local", Role.ADMIN), facts_of(store), choice, LandscapeCache(store))
    return {name: shown.update for name, shown in verify_page.draw(view).items()}


def rewrite(store: Store, **changed: Any) -> None:
    """Verify again, with other findings."""
    with store.write() as db:
        found = read_facts(db, None, "local")
        assert found is not None
        job = jobs.enqueue(db, found.round.id, "verify", now=NOW + 700, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 701)
        jobs.finish(db, job.id, WORKER, believable.verification(True) | changed, NOW + 702)


def test_before_a_result_the_page_says_what_is_under_way(store: Store, made: Believable) -> None:
    assert "appears here after it" in drawn(store)["result"]
    believable.labeled(store, made)
    job = believable.repairing(store, made)
    assert "The repair is under way" in drawn(store)["result"]
    with store.write() as db:
        jobs.finish(db, job, WORKER, believable.repair_result(), NOW + 400)
        jobs.enqueue(db, made.round, "verify", now=NOW + 401)
    page = drawn(store)
    assert "Waiting for the worker" in page["result"]
    assert not any(page[name] for name in ("decide", "folder", "matrix", "modes", "flow", "untold"))
    assert page["accept"]["visible"] is False


def test_headline_figures_come_with_intervals(verified: Store) -> None:
    words = verification.render(facts_of(verified))
    assert "69.9%<small>64.2% to 75.1%</small>" in words
    assert "-0.3 points<small>-1.1 to +0.5 points</small>" in words
    assert "0.9%<small>0.4% to 1.8%</small>" in words


def test_a_round_verified_before_intervals_were_kept_is_still_shown(verified: Store) -> None:
    old = {name: None for name in believable.verification(True) if name.endswith("_interval90")}
    rewrite(verified, **old, flow=None, examples=[])
    page = drawn(verified)
    assert "53.1%<small></small>" in page["result"] and page["flow"] == ""


def test_what_could_not_be_told_is_told(verified: Store) -> None:
    words = verification.render_untold(facts_of(verified))
    assert "Of <b>31</b> of the 305 settings" in words
    assert "rise by <b>17.0 points</b>" in words
    assert "fewer than 1.5% of all settings" in words
    rewrite(verified, smallest_detectable_change=None, cannot_tell=0, watched=0, notes=[f"Nothing for: {BAD}."])
    words = verification.render_untold(facts_of(verified))
    assert "too few to see even a rise" in words and "Of each of the" in words
    assert "watched" not in words and BAD not in words and "&lt;img" in words


def test_every_mode_has_a_tile_in_its_row(verified: Store) -> None:
    found = facts_of(verified).result
    assert found is not None
    by_class = matrix.rows(found["modes"], SPACE, matrix.STRATA)
    assert [name for name, _ in by_class] == sorted(believable.STRATA)
    assert sum(len(of_row) for _, of_row in by_class) == len(found["modes"]) == 105
    first = dict(by_class)["stop"][0]
    assert "confirmed" in first["roles"]
    by_level = matrix.rows(found["modes"], SPACE, "darkening")
    assert [name for name, _ in by_level] == ["unchanged", "darkened by 30%", "darkened by 60%", "darkened by 80%"]
    drawing = matrix.render(facts_of(verified), "darkening")
    assert drawing.count("class='o-tile'") + drawing.count("class='o-tile sure'") == 105 + 2
    assert "title='stop: Turned right by 90 degrees, darkened by 60%, colours at 50%. 79% before, 21% now" in drawing
    assert "<b class='heat-7'>79</b><b class='heat-2'>21</b>" in drawing


def test_a_rows_mean_leaves_out_settings_shown_only_because_they_rose(verified: Store) -> None:
    mode = believable.established(1)[0] | {"stratum": "stop", "before": 0.6, "after": 0.2, "change": "fixed"}
    rose = mode | {"roles": ["watch"], "before": 0.0, "after": 1.0, "change": "newly broken"}
    rewrite(verified, modes=[rose, mode, rose | {"stratum": "yield"}])
    drawing = matrix.render(facts_of(verified), matrix.STRATA)
    assert "<b>stop</b><small>60% \N{RIGHTWARDS ARROW} 20%</small><small>beside: 1 newly broken</small>" in drawing
    assert "<b>yield</b><small>beside: 1 newly broken</small>" in drawing
    assert "Rates of 1 mode and of 2 settings beside them that rose" in drawing and matrix.BESIDE in drawing
    assert drawing.index("<b class='heat-2'>20") < drawing.index("o-tile broken")


def test_hundreds_of_modes_are_drawn_narrow(verified: Store) -> None:
    rewrite(verified, modes=believable.established(matrix.DENSE + 1))
    assert "o-matrix dense" in matrix.render(facts_of(verified), matrix.STRATA)
    rewrite(verified, modes=[])
    assert "No mode has pictures" in matrix.render(facts_of(verified), matrix.STRATA)


def test_the_figures_can_be_taken_away_and_no_text_is_run(verified: Store) -> None:
    modes = believable.established(2)
    modes[0]["stratum"] = "=HYPERLINK(1)"
    table = list(csv.reader(io.StringIO(matrix.to_csv(modes, evidence.PICTURES))))
    assert table[0][:4] == ["class", "setting", "roles", "pictures"] and len(table) == 3
    assert table[1][0] == "'=HYPERLINK(1)"
    assert float(table[2][4]) == pytest.approx(modes[1]["before"], rel=1e-3) and table[2][9] == modes[1]["change"]


def test_the_groups_count_their_modes_and_newly_broken_comes_first(verified: Store) -> None:
    counts = dict(changes.choices(facts_of(verified)))
    assert "Fixed" in next(iter(counts)) and list(counts.values()) == list(changes.GROUPS)
    assert "Unedited, now wrong (5)" in counts
    assert changes.first(facts_of(verified)) == "fixed"
    rewrite(verified, **believable.verification(False))
    assert changes.first(facts_of(verified)) == "newly broken"
    assert "Newly broken (1)" in dict(changes.choices(facts_of(verified)))


def test_examples_show_the_edited_picture_and_both_answers(verified: Store) -> None:
    fixed = drawn(verified, group="fixed")["modes"]
    assert "Failed before, right now" in fixed and "Failed before, failing still" in fixed
    assert fixed.count("<li>") == 10 and fixed.count("<img src='data:image/png") == 20
    assert "<dt>before</dt><dd class='bad'>" in fixed and "<dt>now</dt><dd class='good'>" in fixed
    clean = drawn(verified, group="clean")["modes"]
    assert clean.count("<img") == clean.count("<li>") == 4, "an unedited picture is shown once"
    assert "There is none." in drawn(verified, group="newly broken")["modes"]
    assert drawn(verified, group="no such group")["modes"] == fixed


def test_a_wrong_class_is_called_wrong_also_where_the_threshold_lets_it_pass(verified: Store) -> None:
    example = next(e for e in believable.examples(verified) if e["outcome"] == "mended")
    flags = {"before_failed": False, "after_failed": True}
    rewrite(verified, examples=[example | flags])
    shown = drawn(verified, group="fixed")["modes"]
    assert f"<dd class='bad'>{example['before']}<span class='f-hidden'>, wrong</span>" in shown
    assert f"<dd class='good'>{example['after']}<span class='f-hidden'>, right</span>" in shown
    rewrite(verified, examples=[example | flags | {"reference": None}])
    assert f"<dt>now</dt><dd class=''>{example['after']}</dd>" in drawn(verified, group="fixed")["modes"]


def test_where_the_failures_went_adds_up_to_all(verified: Store) -> None:
    words = flow.render(facts_of(verified))
    assert "gave 209 wrong answers before" in words and "3 answers that were right are wrong now" in words
    for share in ("<b>75%</b> right now (157)", "<b>19%</b> the same wrong answer (40)", "<b>6%</b> another wrong"):
        assert share in words
    assert "f-pill good'>no entry" in words and "f-pill bad'>the same" in words
    more = believable.flow() | {"failed": 5000, "unlisted": 4, "moves": [["a", "b", str(i), 1] for i in range(12)]}
    rewrite(verified, flow=more)
    words = flow.render(facts_of(verified))
    assert "209 of them, drawn at random" in words and "2 rarer ways" in words and "4 answers went ways" in words


def test_the_decision_says_what_comes_next_and_where_the_target_lies(verified: Store, made: Believable) -> None:
    page = drawn(verified)
    assert "The gate passed" in page["decide"] and page["accept"]["visible"]
    folder = str((verified.workspace / f"targets/round-{made.round}").resolve())
    assert f"data-copy='{folder}'" in page["folder"]
    with verified.write() as db:
        rounds.decide(db, made.round, RoundState.ACCEPTED, "local", NOW)
    page = drawn(verified)
    assert "in place of the one before" in page["decide"] and not page["accept"]["visible"]
    assert "Accepted</b> by local on" in page["result"]
    assert folder in page["folder"]


def test_rolling_back_is_advised_where_the_gate_did_not_pass(verified: Store, made: Believable) -> None:
    rewrite(verified, **believable.verification(False))
    assert "rolling back is the safe choice" in decide.render(facts_of(verified))
    assert [drawn(verified)[name]["variant"] for name in ("accept", "roll_back")] == ["secondary", "primary"]
    with verified.write() as db:
        rounds.decide(db, made.round, RoundState.ROLLED_BACK, "local", NOW)
    assert "stays as it was before the round" in decide.render(facts_of(verified))


def test_texts_of_the_target_are_escaped(verified: Store) -> None:
    (example,) = believable.examples(verified)[:1]
    example |= {"stratum": BAD, "setting": BAD, "before": BAD, "after": BAD, "reference": None}
    mode = believable.established(1)[0] | {"stratum": BAD, "setting": BAD, "change": "fixed"}
    moves = believable.flow() | {"moves": [[BAD, BAD, BAD, 1], [BAD, "a", BAD, 1]]}
    rewrite(verified, examples=[example], modes=[mode], flow=moves)
    page = drawn(verified, group="fixed")
    for name in ("matrix", "modes", "flow"):
        assert "onerror" in page[name] and BAD not in page[name]


def test_without_references_answers_are_kept_or_changed(verified: Store) -> None:
    facts = facts_of(verified)
    known = dataclasses.replace(facts.round, summary={**facts.round.summary, "labelled": False})
    unlabelled = dataclasses.replace(facts, round=known)
    said = verification.render(unlabelled) + flow.render(unlabelled)
    said += "".join(name for name, _ in changes.choices(unlabelled))
    said += "".join(changes.render(unlabelled, group, verified.workspace) for group in changes.GROUPS)
    assert "Answers kept on unedited pictures went from 98.1% to 97.8%" in said
    assert "gave 209 changed answers" in said
    words = re.sub(r"<[^>]*>|[Tt]urn(ed)? right|, (right|wrong)(?=</span>)", "", said)
    assert not re.search(r"\b(accuracy|wrong|right)\b", words, re.IGNORECASE)


def test_annotators_are_not_told_what_others_confirmed_while_they_may_judge(verified: Store) -> None:
    facts, choice = facts_of(verified), {"rows": None, "group": None}
    shown = verify_page.draw(View(verified, User("ann"), facts, choice, LandscapeCache(verified)))
    text = " ".join(str(part.update) for part in shown.values())
    assert BLIND in text and "<img" not in text and "confirmed" not in text
    assert "confirmed" in str(drawn(verified).values())
    with verified.write() as db:
        rounds.decide(db, facts.round.id, RoundState.ROLLED_BACK, "mira", NOW + 800)
    shown = verify_page.draw(View(verified, User("ann"), facts_of(verified), choice, LandscapeCache(verified)))
    assert BLIND not in str(shown["result"].update)
