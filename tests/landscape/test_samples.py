"""Some samples fail readily and some hardly ever: rates take into account which of them were asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.landscape.modes import established_table
from faded.landscape.posterior import Landscape
from faded.landscape.samples import SampleEffects

SPACE = ConceptSpace(
    tuple(ConceptSpec(f"c{i}", Kind.ORDINAL, (0.0, 1.0, 2.0, 3.0), 0.0, f"c{i} at {{value:g}}") for i in range(3))
)
N_STRATA, PER_STRATUM = 2, 150


class Planted:
    """Samples whose logits differ by a normal effect.

    Args:
        spread: Its standard deviation.
        seed: Of all that is drawn.
    """

    def __init__(self, spread: float, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.stratum = np.repeat(np.arange(N_STRATA), PER_STRATUM)
        effect = spread * self.rng.standard_normal(len(self.stratum))
        base = -1.5 + 0.5 * SPACE.cells.sum(axis=1) + 0.4 * self.rng.standard_normal(SPACE.n_cells)
        chance = expit(base + effect[:, None] - self.stratum[:, None])
        self.failed = self.rng.random(chance.shape) < chance
        self.rates = np.stack([self.failed[self.stratum == s].mean(axis=0) for s in range(N_STRATA)])

    def asked(self, trials: int, known: bool = True) -> Landscape:
        """Ask each sample in turn under settings at random, or under few of them."""
        samples = SampleEffects(self.stratum, np.ones(len(self.stratum), dtype=np.bool_)) if known else None
        landscape = Landscape(SPACE, ("a", "b"), 0.5, np.zeros((N_STRATA, SPACE.n_cells), dtype=np.bool_), samples)
        pairs = self.rng.permutation(len(self.stratum) * SPACE.n_cells)[:trials]
        for part in np.array_split(pairs, 20):
            rows, cells = np.divmod(part, SPACE.n_cells)
            landscape.add(self.stratum[rows], cells, self.failed[rows, cells], rows if known else None)
            landscape.refit()
        return landscape

    def errors(self, landscape: Landscape) -> np.ndarray:
        """Return the errors of the rates, the clean control's left out."""
        wrong = landscape.posterior().mean - self.rates
        return wrong[~landscape.excluded]


def test_rates_are_nearer_to_the_truth_where_samples_differ() -> None:
    gained = []
    for seed in range(8):
        plain, other = (Planted(2.5, seed) for _ in range(2))
        gained.append(
            (plain.errors(plain.asked(1500)) ** 2).mean() / (other.errors(other.asked(1500, known=False)) ** 2).mean()
        )
    assert np.median(gained) < 0.85


def test_nothing_is_lost_where_they_do_not_differ() -> None:
    lost = []
    for seed in range(8):
        plain, other = (Planted(0.0, seed) for _ in range(2))
        lost.append(
            (plain.errors(plain.asked(1500)) ** 2).mean() / (other.errors(other.asked(1500, known=False)) ** 2).mean()
        )
    assert np.median(lost) < 1.1


def test_estimates_stay_unbiased_and_intervals_honest() -> None:
    errors, inside = [], []
    for seed in range(12):
        planted = Planted(2.0, seed)
        landscape = planted.asked(1200)
        found, kept = landscape.posterior(), ~landscape.excluded
        errors.append(planted.errors(landscape).mean())
        inside.append(((found.low90 <= planted.rates) & (planted.rates <= found.high90))[kept].mean())
    assert abs(np.mean(errors)) < 0.015
    assert 0.85 < np.mean(inside) < 0.97


@pytest.mark.parametrize(("spread", "low", "high"), [(0.0, 0.0, 0.3), (2.0, 1.5, 6.0)])
def test_how_much_samples_differ_is_learned(spread: float, low: float, high: float) -> None:
    landscape = Planted(spread).asked(4000)
    assert low <= float(landscape.state_dict()["samples.variance"][0]) <= high


def test_a_lucky_draw_of_samples_is_seen_through() -> None:
    """The fragile half is asked under one setting alone: its rate is not taken at face value."""
    planted = Planted(3.0, 3)
    target = int(np.abs(planted.rates[0] - 0.5).argmin())
    rng = np.random.default_rng(1)
    members = np.flatnonzero(planted.stratum == 0)
    fragile = members[np.argsort(-planted.failed[members].mean(axis=1))[:30]]
    means = []
    for known in (True, False):
        samples = SampleEffects(planted.stratum, np.ones(len(planted.stratum), dtype=np.bool_)) if known else None
        landscape = Landscape(SPACE, ("a", "b"), 0.5, np.zeros((N_STRATA, SPACE.n_cells), dtype=np.bool_), samples)
        others = np.flatnonzero(np.arange(SPACE.n_cells) != target)
        for row in members:
            cells = rng.choice(others, 12, replace=False)
            of = np.full(12, row) if known else None
            landscape.add(np.zeros(12, dtype=np.int64), cells, planted.failed[row, cells], of)
        last = fragile if known else None
        landscape.add(np.zeros(30, dtype=np.int64), np.full(30, target), planted.failed[fragile, target], last)
        landscape.refit(10)
        means.append(landscape.posterior().mean[0, target])
    truth = planted.rates[0, target]
    assert means[1] - truth > 0.2
    assert abs(means[0] - truth) < 0.5 * (means[1] - truth)


def test_what_is_established_is_decided_by_trials_as_they_are() -> None:
    landscape = Planted(2.5).asked(3000)
    strata, cells = np.nonzero(established_table(landscape))
    assert len(strata) > 0
    trials, failures = landscape.trials[strata, cells], landscape.failures[strata, cells]
    assert np.array_equal(trials, np.round(trials)) and (failures / trials > 0.5).all()


def test_a_saved_landscape_goes_on_alike() -> None:
    planted = Planted(2.0)
    one, other = planted.asked(1000), planted.asked(100)
    other.load_state_dict(one.state_dict())
    for landscape in (one, other):
        landscape.add([0, 1], [3, 4], [True, False], np.array([5, 200]))
        landscape.refit()
    assert np.array_equal(one.posterior().mean, other.posterior().mean)


def test_a_state_of_before_samples_were_known_goes_on_without_them_however_often() -> None:
    planted = Planted(2.0)
    state = {k: v for k, v in planted.asked(1000).state_dict().items() if k != "told" and not k.startswith("samples.")}
    for _ in range(2):
        landscape = planted.asked(0)
        landscape.load_state_dict(state)
        landscape.add([0], [3], [True])
        landscape.refit()
        state = landscape.state_dict()
    assert landscape.trials.sum() == 1002
    assert np.allclose(landscape.alpha + landscape.beta - landscape._priors.a - landscape._priors.b, landscape.trials)


def test_trials_without_their_samples_are_refused_where_samples_are_known() -> None:
    with pytest.raises(ValueError, match="with their samples"):
        Planted(1.0).asked(0).add([0], [3], [True])


@pytest.mark.parametrize("spread", [0.0, 2.0, 3.5])
def test_with_one_trial_a_setting_no_share_is_cut_off_at_0_or_1(spread: float) -> None:
    """Of many settings each is asked once or never: rates stay as unbiased at both ends as without samples."""
    space = ConceptSpace(
        tuple(ConceptSpec(f"c{i}", Kind.ORDINAL, tuple(map(float, range(6))), 0.0, "c {value:g}") for i in range(4))
    )
    n, bias, inside = 200, np.zeros((2, 2, 4)), np.zeros((2, 4))
    for seed in range(4):
        for known in (True, False):
            rng = np.random.default_rng(seed)
            effect = spread * rng.standard_normal(n)
            base = -6 + 0.6 * space.cells.sum(axis=1) + 0.4 * rng.standard_normal(space.n_cells)
            truth = expit(base[:, None] + effect).mean(axis=1)
            samples = SampleEffects(np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.bool_)) if known else None
            landscape = Landscape(space, ("a",), 0.5, np.zeros((1, space.n_cells), dtype=np.bool_), samples)
            for _ in range(15):
                cells, rows = rng.integers(space.n_cells, size=80), rng.integers(n, size=80)
                failed = rng.random(80) < expit(base[cells] + effect[rows])
                landscape.add(np.zeros(80, dtype=np.int64), cells, failed, rows if known else None)
                landscape.refit()
            found = landscape.posterior()
            wrong = found.mean[0] - truth
            bias[:, int(known), seed] = wrong[truth < 0.25].mean(), wrong[truth > 0.75].mean()
            inside[int(known), seed] = ((found.low90[0] <= truth) & (truth <= found.high90[0])).mean()
    without, known_ = np.abs(bias.mean(axis=2)).T
    assert (known_ < without + 0.012).all()
    assert inside[1].mean() > 0.87 and inside[1].mean() > inside[0].mean() - 0.04
