"""Where the failures went is counted over what failed, and examples show what they are kept for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faded.discrepancies.classification import margin
from faded.probe import Probe
from faded.verification import aftermath
from faded.verification.aftermath import Outcome, ask, examples_of, failures_to_follow, follow
from faded.verification.compare import compare
from faded.verification.records import Change, Evaluation, Outcomes, Role
from tests.repair.small import EDITOR, SPACE, lamps, target
from tests.verification.folds import drawn, setting

WATCH = frozenset({Role.WATCH})
ESTABLISHED = frozenset({Role.ESTABLISHED})
SETTINGS = [
    setting("red", 0.9),
    setting("red", 0.6),
    setting("green", 0.9, ESTABLISHED),
    setting("green", 0.3, WATCH),
    setting("green", 0.6, ESTABLISHED),
]


@pytest.fixture
def evaluation() -> Evaluation:
    """Two confirmed modes mended in part, one established mode as before, a watched setting that broke."""
    return drawn(SETTINGS, [0.9, 0.8, 0.7, 0.05, 0.9], [0.2, 0.3, 0.7, 0.6, 0.1], 80, seed=0, kept=1.0)


def test_only_what_failed_before_under_confirmed_modes_is_followed(evaluation: Evaluation) -> None:
    cases = failures_to_follow(evaluation, seed=0)
    failed = evaluation.before.failed & (evaluation.rows.setting < 2)
    assert len(cases) == failed.sum() > 100
    assert {case.setting for case in cases} == {0, 1}
    assert sum(c.outcome is Outcome.MENDED for c in cases) == (failed & ~evaluation.after.failed).sum()


def test_more_than_can_be_followed_are_drawn(evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aftermath, "MOST_FOLLOWED", 50)
    cases = failures_to_follow(evaluation, seed=0)
    assert len(cases) == len(set(cases)) == 50
    assert cases == failures_to_follow(evaluation, seed=0) != failures_to_follow(evaluation, seed=1)
    flow = follow(evaluation, cases, ["green"] * 50, ["green"] * 50)
    assert (flow.followed, flow.mended + flow.same + flow.other) == (50, 50)
    assert flow.failed == (evaluation.before.failed & (evaluation.rows.setting < 2)).sum()


def test_every_followed_failure_ends_in_one_place(evaluation: Evaluation) -> None:
    cases = failures_to_follow(evaluation, seed=0)
    still = [i for i, case in enumerate(cases) if case.outcome is Outcome.STILL]
    after = ["red"] * len(cases)
    for i in still:
        after[i] = "grey"
    for i in still[:3]:
        after[i] = "green"
    flow = follow(evaluation, cases, ["grey"] * len(cases), after)
    assert (flow.mended, flow.same, flow.other) == (len(cases) - len(still), len(still) - 3, 3)
    assert flow.moves[0] == ("red", "grey", "red", flow.mended)
    assert ("red", "grey", "green", 3) in flow.moves
    assert sum(count for *_, count in flow.moves) == len(cases) and flow.unlisted == 0


def test_rare_moves_are_counted_together(evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aftermath, "MOST_MOVES", 1)
    cases = failures_to_follow(evaluation, seed=0)
    flow = follow(evaluation, cases, ["grey"] * len(cases), ["red"] * (len(cases) - 4) + ["a", "b", "c", "d"])
    assert len(flow.moves) == 1 and flow.unlisted == 4


def test_what_broke_under_confirmed_modes_is_counted() -> None:
    found = drawn([setting("red", 0.5)], [0.2], [0.6], 50, seed=0, kept=1.0)
    flow = follow(found, [], [], [])
    assert flow.broken == (found.after.failed & ~found.before.failed).sum() > 0


def test_examples_show_what_they_are_kept_for(evaluation: Evaluation) -> None:
    comparison = compare(evaluation)
    changes = [s.change for s in comparison.settings]
    assert changes == [Change.FIXED, Change.FIXED, Change.UNCHANGED, Change.NEWLY_BROKEN, Change.FIXED]
    found = examples_of(evaluation, comparison, (0.0,), seed=0)
    for why, case in found:
        assert case.setting is not None and changes[case.setting].value == why
        row = (evaluation.rows.setting == case.setting) & (evaluation.rows.sample == case.sample)
        was, now = bool(evaluation.before.failed[row][0]), bool(evaluation.after.failed[row][0])
        assert (was, now) == {Outcome.MENDED: (True, False), Outcome.STILL: (True, True)}.get(
            case.outcome, (False, True)
        )
    kinds = {(why, case.outcome) for why, case in found}
    assert kinds == {
        ("fixed", Outcome.MENDED), ("fixed", Outcome.STILL),
        ("unchanged", Outcome.STILL), ("newly broken", Outcome.BROKEN),
    }  # fmt: skip
    mended = [case.setting for why, case in found if why == "fixed" and case.outcome is Outcome.MENDED]
    assert sorted(mended) == [0, 0, 1, 1, 4, 4] and set(mended[:2]) == {0, 1}


def test_clean_inputs_that_turned_wrong_are_shown_and_there_are_never_many(evaluation: Evaluation) -> None:
    worse = Outcomes(np.arange(160) < 40, evaluation.after.failed, 1.0 - (np.arange(160) < 40))
    harmed = replace(evaluation, after=worse)
    found = examples_of(harmed, compare(harmed), (0.0,), seed=0)
    clean = [case for why, case in found if why == "clean"]
    assert len(clean) == aftermath.EXAMPLES
    assert all(case.sample < 40 and case.values == (0.0,) and case.setting is None for case in clean)
    assert len(found) <= aftermath.EXAMPLES * (len(aftermath.WANTED) + 1)


def test_targets_are_asked_about_the_case_and_stop_when_told() -> None:
    fold = lamps(40, seed=5)
    probe = Probe(target(), EDITOR, margin, SPACE, 0.0)
    cases = [aftermath.Case(i, (0.9,), 0, Outcome.STILL) for i in range(40)]
    told = ask(probe, fold, cases, 16, lambda: False)
    assert told == probe.measure(fold, np.full((40, 1), 0.9)).answers.texts
    assert ask(probe, fold, [], 16, lambda: False) == []
    assert ask(probe, fold, cases, 16, lambda: True) is None
