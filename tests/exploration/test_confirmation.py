"""Verdicts that follow a pattern are learned within a round of them; verdicts that follow none move nothing."""

from __future__ import annotations

import numpy as np
import pytest

from faded.domain import Judgement, ModeKey, Verdict
from faded.exploration.confirmation import Confirmation, learn
from faded.exploration.places import Judged
from tests.exploration.tables import SPACE

STRATA = tuple("abcdefghijklmnopqrst")
CARED = 4
ALL = np.arange(SPACE.n_cells)


def verdicts(share: np.ndarray, modes: int, seed: int) -> Judged:
    """Give three verdicts on each of some modes, strata in turn as the queue has them, cells drawn at random.

    `share` is P(confirm) by stratum and cell.
    """
    rng = np.random.default_rng(seed)
    rows: dict[tuple[int, int], list[int]] = {}
    for number in range(modes):
        stratum, cell = number % len(STRATA), int(rng.integers(SPACE.n_cells))
        confirm = int(rng.binomial(3, share[stratum, cell]))
        rows[stratum, cell] = [stratum, cell, confirm, 3 - confirm]
    return Judged.from_json([rows[key] for key in sorted(rows)])


def learned(share: np.ndarray, modes: int = 33, seed: int = 0) -> Confirmation:
    model = learn(SPACE, STRATA, verdicts(share, modes, seed))
    assert model is not None
    return model


def learned_without(stratum: int, share: np.ndarray, modes: int) -> Confirmation:
    """Learn from verdicts of which none is of this stratum."""
    judged = verdicts(share, modes, 1)
    seen = judged.stratum != stratum
    rest = Judged(*(a[seen] for a in (judged.stratum, judged.cell, judged.confirm, judged.against)))
    model = learn(SPACE, STRATA, rest)
    assert model is not None
    return model


def flat(value: float) -> np.ndarray:
    return np.full((len(STRATA), SPACE.n_cells), value)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("modes", [10, 33, 100])
def test_random_verdicts_move_little(modes: int, seed: int) -> None:
    model = learned(flat(0.2), modes, seed)
    promised = model.overall.probability.mean(axis=1) / model.overall.probability.sum() * SPACE.n_cells
    assert 0.5 * np.abs(promised - 1 / len(STRATA)).sum() < 0.03
    assert max(model.present[:2]) < 0.5 and model.present[2] < 0.9
    assert model.weights(ALL).min() > 0.7 and model.weights(ALL).max() < 1.4


@pytest.mark.parametrize("seed", range(6))
def test_a_hundred_verdicts_that_depend_on_the_class_show(seed: int) -> None:
    share = flat(0.05)
    share[:CARED] = 0.9
    model = learned(share, 33, seed)
    assert model.present[0] > 0.95
    by_stratum = model.weights(ALL).mean(axis=1)
    assert by_stratum[:CARED].mean() > 3 * by_stratum[CARED:].mean()
    assert by_stratum[:CARED].min() > by_stratum[CARED:].max()


def test_verdicts_that_depend_on_the_setting_show_in_every_stratum() -> None:
    dark = SPACE.cells[:, 1] >= 3
    share = np.where(dark, 0.9, 0.05) * flat(1.0)
    model = learned(share)
    assert model.present[1] > 0.95 > 0.5 > model.present[0]
    assert (
        model.overall.probability[:, dark].mean(axis=1) > 3 * model.overall.probability[:, ~dark].mean(axis=1)
    ).all()


def test_a_stratum_nobody_judged_keeps_an_average_weight_and_a_wide_interval() -> None:
    share = flat(0.05)
    share[:CARED] = 0.9
    model = learned_without(7, share, 60)
    said = {row["stratum"]: row for row in model.to_json(flat(0.5), ALL)["strata"]}
    assert said["h"]["confirm"] == said["h"]["against"] == 0
    assert said["c"]["mean"] > said["h"]["mean"] > said["m"]["mean"]
    assert said["h"]["high"] - said["h"]["low"] > 2 * (said["m"]["high"] - said["m"]["low"])
    assert all(row["low"] <= row["mean"] <= row["high"] for row in said.values())


def test_what_nobody_judged_is_asked_about_before_what_was_rejected() -> None:
    share = flat(0.02)
    share[:CARED] = 0.9
    model = learned_without(7, share, 100)
    hopes = model.hopes(ALL).mean(axis=1)
    assert hopes[7] > 2 * np.delete(hopes, [*range(CARED), 7]).max()
    random = learned(flat(0.2), 100)
    assert random.hopes(ALL) == pytest.approx(np.ones((len(STRATA), SPACE.n_cells)), abs=0.1)


def test_unsure_says_nothing_and_invalid_speaks_against() -> None:
    key = ModeKey((1, 2, 3), "b")

    def judged(*kinds: Verdict) -> Judged:
        return Judged.of(SPACE, STRATA, [Judgement(str(i), str(i), key, kind) for i, kind in enumerate(kinds)])

    assert learn(SPACE, STRATA, judged(Verdict.UNSURE, Verdict.UNSURE)) is None
    both = judged(Verdict.CONFIRM, Verdict.INVALID, Verdict.REJECT, Verdict.UNSURE)
    assert both.to_json() == [[1, SPACE.index(key.cell), 1, 2]]
    assert both.total == 3
    assert both.changes_from(judged(Verdict.CONFIRM, Verdict.CONFIRM)) == 3


def test_what_is_said_of_failures_follows_where_they_are() -> None:
    share = flat(0.05)
    share[:CARED] = 0.9
    model = learned(share, 100)
    failures = np.zeros_like(share)
    assert model.expected_share(failures, ALL) is None
    failures[0] = 1
    cared = model.expected_share(failures, ALL)
    failures[10] = 1
    mixed = model.expected_share(failures, ALL)
    assert cared is not None and mixed is not None
    assert cared > 0.6 and mixed == pytest.approx((cared + model.overall.probability[10].mean()) / 2)
