"""The figures of a verification mean what the documentation says."""

import dataclasses
import json
import math

import numpy as np
import pytest

from faded.verification.compare import compare
from faded.verification.gate import gate
from faded.verification.records import Change, Evaluation, Outcomes, Role, Rows
from tests.verification.folds import drawn, setting

ESTABLISHED = frozenset({Role.ESTABLISHED})
WATCH = frozenset({Role.WATCH})
INTERPOLATED = frozenset({Role.INTERPOLATED})


def by_hand(settings: list, was: list[list[int]], now: list[list[int]], clean_was: str, clean_now: str) -> Evaluation:
    """One stratum; rows per setting are the samples that were right under the control."""
    clean = [np.array([c == "x" for c in text]) for text in (clean_was, clean_now)]
    frozen = np.flatnonzero(~clean[0])
    rows = Rows(np.repeat(np.arange(len(settings)), len(frozen)), np.tile(frozen, len(settings)))
    failed = [np.array(side, dtype=bool).reshape(-1) for side in (was, now)]
    ids = tuple("abcdefghij"[: len(clean_was)])
    before, after = (Outcomes(bad, rows_failed, 1.0 - bad) for bad, rows_failed in zip(clean, failed, strict=True))
    return Evaluation(ids, ("red",) * len(ids), tuple(settings), rows, before, after, ~clean[0])


def test_rates_are_of_the_frozen_samples_and_modes_weigh_alike() -> None:
    evaluation = by_hand(
        [setting("red", 0.5), setting("red", 0.9), setting("red", 0.7, ESTABLISHED), setting("red", 0.6, INTERPOLATED)],
        was=[[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]],
        now=[[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]],
        clean_was=".x...",
        clean_now="x....",
    )
    found = compare(evaluation)
    assert (found.inputs, found.frozen, found.modes_confirmed, found.modes_established) == (5, 4, 2, 3)
    assert (found.induced_rate_before, found.induced_rate_after) == (0.75, 0.25)
    assert found.relative_drop == pytest.approx(2 / 3)
    assert found.all_modes_relative_drop == pytest.approx(1 - 2 / 7)
    assert found.unlabelled_relative_drop == 1 and found.interpolated_relative_drop == 0.5
    assert found.clean_before == found.clean_after == pytest.approx(0.8)
    assert found.negative_flip_rate == pytest.approx(0.2)
    second = found.settings[1]
    assert (second.broken, second.mended, second.difference) == (1, 2, -0.25)


def test_each_setting_is_called_what_it_is() -> None:
    settings = [setting("red", v, ESTABLISHED if v < 0.5 else WATCH) for v in (0.1, 0.2, 0.6, 0.8)]
    found = compare(drawn(settings, [0.9, 0.3, 0.1, 0.0], [0.2, 0.3, 0.6, 0.0], 150, seed=0, kept=1.0))
    calls = [s.change for s in found.settings]
    assert calls == [Change.FIXED, Change.UNCHANGED, Change.NEWLY_BROKEN, Change.UNCHANGED]
    assert found.newly_broken == 1 and found.cannot_tell == 0 and found.watched == 2
    assert [m.values for m in found.modes] == [(0.1,), (0.2,), (0.6,)]
    few = compare(drawn(settings, [0.9, 0.3, 0.1, 0.0], [0.2, 0.3, 0.2, 0.0], 12, seed=0, kept=1.0))
    assert few.settings[3].change is Change.CANNOT_TELL


@pytest.mark.parametrize(("per_stratum", "kept"), [(40, 0.0), (25, 0.8)])
def test_the_interval_of_the_drop_covers_the_truth(per_stratum: int, kept: float) -> None:
    settings = [setting(stratum, v) for stratum in ("red", "green", "blue") for v in (0.5, 0.6, 0.9)]
    before, after = [0.7, 0.8, 0.95] * 3, [0.2, 0.3, 0.5] * 3
    truth = 1 - sum(after) / sum(before)
    covered = []
    for seed in range(150):
        interval = compare(drawn(settings, before, after, per_stratum, seed, kept)).interval90
        assert interval is not None
        covered.append(interval[0] <= truth <= interval[1])
    assert 0.83 < np.mean(covered) < 0.97


def test_under_no_change_nothing_is_newly_broken_and_the_gate_sees_no_improvement() -> None:
    settings = [setting(s, v, WATCH if v > 0.4 else frozenset(Role) - {Role.WATCH, Role.INTERPOLATED})
                for s in ("red", "green") for v in np.linspace(0.1, 0.9, 60)]  # fmt: skip
    rates = np.tile(np.linspace(0.05, 0.95, 60), 2)
    alarms, improved = 0, 0
    for seed in range(15):
        found = compare(drawn(settings, rates, rates, 40, seed, kept=0.8), seed=seed)
        alarms += found.newly_broken
        improved += gate(found).passed
    assert alarms <= 5 and improved <= 2


def test_shares_of_a_sample_are_resampled_together() -> None:
    """Ten copies of one mode tell no more than the mode itself."""
    one = compare(drawn([setting("red", 0.5)], [0.8], [0.4], 60, seed=3)).interval90
    copies = [setting("red", 0.5 + i / 100) for i in range(10)]
    ten = compare(drawn(copies, [0.8] * 10, [0.4] * 10, 60, seed=3)).interval90
    assert one is not None and ten == pytest.approx(one, abs=0.03)


def test_without_confirmed_modes_the_figures_are_missing_with_a_reason_and_the_gate_fails() -> None:
    found = compare(drawn([setting("red", 0.5, WATCH)], [0.2], [0.2], 50, seed=0, kept=1.0))
    assert found.relative_drop is None and found.interval90 is None
    assert any("No confirmed mode" in note for note in found.notes)
    decision = gate(found)
    assert not decision.passed and decision.reasons[0].startswith("Failed: there is no drop")


def test_a_class_that_is_missing_from_the_fold_is_named_and_spoils_nothing() -> None:
    whole = drawn([setting("red", 0.5)], [0.8], [0.2], 40, seed=0)
    wider = Evaluation(whole.sample_ids, whole.strata, (*whole.settings, setting("blue", 0.5)), whole.rows, whole.before, whole.after, whole.frozen)  # fmt: skip # noqa: E501
    found = compare(wider)
    assert found.modes_confirmed == 1 and found.relative_drop == compare(whole).relative_drop
    assert any("blue" in note for note in found.notes)


def test_the_figures_are_json_without_nan() -> None:
    found = compare(drawn([setting("red", 0.5), setting("red", 0.7, INTERPOLATED)], [0.8, 0.0], [0.2, 0.0], 40, seed=0))
    values = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert values["modes"][0]["change"] == "fixed" and values["interpolated_relative_drop"] is None
    assert math.isclose(values["relative_drop"], 1 - values["induced_rate_after"] / values["induced_rate_before"])


def test_the_gate_passes_a_clean_repair_and_prints_every_figure() -> None:
    good = compare(drawn([setting("red", 0.5)], [0.9], [0.2], 100, seed=0))
    decision = gate(good)
    assert decision.passed and len(decision.reasons) == 4 and all(r.startswith("Passed") for r in decision.reasons)


def test_the_gate_fails_a_repair_that_costs_clean_answers() -> None:
    good = drawn([setting("red", 0.5)], [0.9], [0.2], 100, seed=0)
    harmed = Outcomes(np.arange(100) < 4, good.after.failed, 1.0 - (np.arange(100) < 4))
    decision = gate(compare(dataclasses.replace(good, after=harmed)))
    assert not decision.passed
    assert [r.split(":")[0] for r in decision.reasons] == ["Passed", "Failed", "Failed", "Passed"]
    assert "100.00% to 96.00%" in decision.reasons[1] and "4.00%" in decision.reasons[2]


def test_the_gate_fails_where_too_few_were_asked_to_tell_a_loss() -> None:
    few, enough = (gate(compare(drawn([setting("red", 0.5)], [0.9], [0.2], count, seed=0))) for count in (33, 34))
    assert not few.passed and [r.split(":")[0] for r in few.reasons] == ["Passed", "Passed", "Failed", "Passed"]
    assert "0.00% of the clean inputs" in few.reasons[2] and "only 33 were asked" in few.reasons[2]
    assert "takes 34 in a verify fold" in few.reasons[2]
    assert enough.passed and enough.reasons[2].startswith("Passed: 0.00%")


def test_every_headline_has_an_interval_around_it() -> None:
    settings = [setting("red", 0.5), setting("red", 0.9, ESTABLISHED), setting("red", 0.3, INTERPOLATED)]
    found = compare(drawn(settings, [0.9, 0.8, 0.6], [0.2, 0.5, 0.2], 100, seed=0))
    for name in ("all_modes", "unlabelled", "interpolated"):
        low, high = getattr(found, f"{name}_interval90")
        assert low < getattr(found, f"{name}_relative_drop") < high
    nothing = compare(drawn([setting("red", 0.5)], [0.9], [0.2], 100, seed=0))
    assert nothing.unlabelled_interval90 is None and nothing.interpolated_interval90 is None


def test_clean_changes_have_intervals_even_where_nothing_changed() -> None:
    calm = drawn([setting("red", 0.5)], [0.9], [0.2], 100, seed=0)
    found = compare(calm)
    assert found.negative_flip_interval90 == (0.0, pytest.approx(1 - 0.05 ** (1 / 100)))
    assert found.clean_change_interval90[0] < 0 < found.clean_change_interval90[1]
    harmed = Outcomes(np.arange(100) < 10, calm.after.failed, 1.0 - (np.arange(100) < 10))
    worse = compare(dataclasses.replace(calm, after=harmed))
    assert worse.clean_change_interval90[0] < -0.1 < worse.clean_change_interval90[1] < 0
    assert worse.negative_flip_interval90[0] < 0.1 < worse.negative_flip_interval90[1]


def test_scores_between_right_and_wrong_are_averaged_with_an_interval_of_their_own() -> None:
    evaluation = drawn([setting("red", 0.5)], before=[0.6], after=[0.2], per_stratum=200, seed=3)
    rng = np.random.default_rng(0)
    before = rng.uniform(0.6, 1.0, 200)
    after = before - 0.02 + rng.normal(0, 0.05, 200)
    was, now = (
        dataclasses.replace(side, score=score)
        for side, score in ((evaluation.before, before), (evaluation.after, after))
    )
    scored = dataclasses.replace(evaluation, before=was, after=now)
    found = compare(scored)
    low, high = found.clean_change_interval90
    assert found.clean_before == pytest.approx(before.mean()) and found.clean_after == pytest.approx(after.mean())
    assert low < after.mean() - before.mean() < high < 0
    assert high - low == pytest.approx(2 * 1.645 * (after - before).std() / np.sqrt(200), rel=0.2)
    assert found.negative_flip_rate == 0
