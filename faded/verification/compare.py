"""The figures of a verification, from outcomes alone. Numpy and scipy only, for pages read them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from faded.verification import paired
from faded.verification.records import Change, Comparison, Evaluation, Role, Setting, SettingResult

FloatArray = NDArray[np.float64]

MARGIN = 0.1
"""A rise of a setting's rate by at most ten points is not called broken: below it a fold's stratum of 20 to 60 samples
cannot tell a rise from none, see docs/verification.md."""
RESAMPLES = 2000
"""Of the bootstrap: the ends of a 90% interval then vary by about 3% of its width."""


def compare(evaluation: Evaluation, margin: float = MARGIN, seed: int = 0, of_a_candidate: bool = False) -> Comparison:
    """Compare both targets.

    Args:
        evaluation: Outcomes on an unused fold.
        margin: The smallest rise of a rate that counts as broken.
        seed: Of the bootstrap.
        of_a_candidate: Whether two checkpoints are compared: nothing was repaired, so no confirmed mode is missing.
    """
    before, after = evaluation.before, evaluation.after
    results = _results(evaluation, margin)
    confirmed = _with(results, Role.CONFIRMED)
    established = [r for r in results if {Role.CONFIRMED.value, Role.ESTABLISHED.value} & set(r.roles)]
    watched, interpolated = _with(results, Role.WATCH), _with(results, Role.INTERPOLATED)
    tested = [r for r in established + watched if r.n > 0]
    detectable = _detectable(tested, margin)
    unlabelled = [r for r in established if Role.CONFIRMED.value not in r.roles]
    rates = [_mean([r.before for r in confirmed]), _mean([r.after for r in confirmed])]
    inputs, broken = len(before.clean), after.clean & ~before.clean

    def interval(of: Sequence[SettingResult]) -> tuple[float, float] | None:
        places = {(r.stratum, r.values) for r in of if r.n > 0}
        numbers = [j for j, r in enumerate(results) if (r.stratum, r.values) in places]
        return None if _drop(of) is None else _interval(evaluation, numbers, seed)

    return Comparison(
        inputs=len(evaluation.sample_ids),
        frozen=int(evaluation.frozen.sum()),
        modes_confirmed=len(confirmed),
        modes_established=sum(r.n > 0 for r in established),
        induced_rate_before=rates[0],
        induced_rate_after=rates[1],
        relative_drop=_drop(confirmed),
        interval90=interval(confirmed),
        all_modes_relative_drop=_drop(established),
        all_modes_interval90=interval(established),
        unlabelled_relative_drop=_drop(unlabelled),
        unlabelled_interval90=interval(unlabelled),
        interpolated_relative_drop=_drop(interpolated),
        interpolated_interval90=interval(interpolated),
        clean_before=float(before.score.mean()),
        clean_after=float(after.score.mean()),
        clean_change_interval90=_clean_change(before.score, after.score, seed),
        negative_flip_rate=float(broken.mean()),
        negative_flip_interval90=share_interval(int(broken.sum()), inputs),
        newly_broken=sum(r.change is Change.NEWLY_BROKEN for r in tested),
        margin=margin,
        watched=len(watched),
        cannot_tell=sum(r.change is Change.CANNOT_TELL for r in tested),
        smallest_detectable_change=detectable,
        settings=tuple(results),
        notes=_notes(results, detectable, of_a_candidate),
    )


def _results(evaluation: Evaluation, margin: float) -> list[SettingResult]:
    """Return the result of every setting; those without samples come with n = 0."""
    count = len(evaluation.settings)
    rows, before, after = evaluation.rows.setting, evaluation.before.failed, evaluation.after.failed

    def counted(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(rows[which], minlength=count).astype(np.int64)

    n, was, now = counted(np.ones(len(rows), dtype=np.bool_)), counted(before), counted(after)
    broken, mended = counted(after & ~before), counted(before & ~after)
    low, high = paired.interval(broken, mended, np.maximum(n, 1))
    counts, ends = np.stack([n, was, now, broken, mended], axis=1).tolist(), np.stack([low, high], axis=1).tolist()
    return [_result(s, counts[j], ends[j], margin) for j, s in enumerate(evaluation.settings)]


def _result(setting: Setting, counts: list[int], ends: list[float], margin: float) -> SettingResult:
    n, was, now, broken, mended = counts
    low, high = (round(end, 6) for end in ends)
    roles = tuple(sorted(role.value for role in setting.roles))
    place = (setting.stratum, setting.values, setting.cell, roles)
    if n == 0:
        return SettingResult(*place, 0, None, None, 0, 0, None, None, None, Change.CANNOT_TELL)
    if bool(paired.rose(broken, mended, n, margin)):
        change = Change.NEWLY_BROKEN
    elif high < 0:
        change = Change.FIXED
    elif bool(paired.kept(broken, mended, n, margin)):
        change = Change.UNCHANGED
    else:
        change = Change.CANNOT_TELL
    difference = (broken - mended) / n
    return SettingResult(*place, n, was / n, now / n, broken, mended, difference, low, high, change)


def _with(results: Sequence[SettingResult], role: Role) -> list[SettingResult]:
    """Return the settings of a role that have samples in the fold."""
    return [r for r in results if role.value in r.roles and r.n > 0]


def _mean(rates: Sequence[float | None]) -> float | None:
    known = [r for r in rates if r is not None]
    return float(np.mean(known)) if known else None


def _drop(results: Sequence[SettingResult]) -> float | None:
    """Return 1 - mean after / mean before, None where nothing failed before or there is no setting."""
    known = [r for r in results if r.n > 0]
    before, after = _mean([r.before for r in known]), _mean([r.after for r in known])
    return None if before is None or after is None or before == 0 else 1 - after / before


def _clean_change(before: FloatArray, after: FloatArray, seed: int) -> tuple[float, float]:
    """Return the 90% interval of the change of the mean score of the same inputs.

    Where scores are 0 or 1 it is the score interval of a paired share, else the percentile interval by bootstrap.
    """
    change = after - before
    if np.isin(before, (0.0, 1.0)).all() and np.isin(after, (0.0, 1.0)).all():
        low, high = paired.interval(int((change > 0).sum()), int((change < 0).sum()), len(change))
        return float(low), float(high)
    n, rng = len(change), np.random.default_rng([seed, 1])
    means = [change[rng.integers(n, size=n)].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)


def share_interval(count: int, n: int) -> tuple[float, float]:
    """Return the 90% interval of a share (Clopper and Pearson 1934, Biometrika 26, 404-413: never too narrow)."""
    low = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, 0.05))
    high = 1.0 if count == n else float(betaincinv(count + 1, n - count, 0.95))
    return low, high


def _interval(evaluation: Evaluation, settings: Sequence[int], seed: int) -> tuple[float, float]:
    """Return the 90% percentile interval of the relative drop over some settings, by their numbers.

    Source samples are drawn again within their stratum; a sample brings all its rows. The settings stay as they are.
    """
    rng = np.random.default_rng(seed)
    weights: dict[str, FloatArray] = {}
    means = np.zeros((2, RESAMPLES))
    for j in settings:
        rows = np.flatnonzero(evaluation.rows.setting == j)
        stratum, n = evaluation.settings[j].stratum, len(rows)
        if stratum not in weights:
            weights[stratum] = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n
        for side, outcomes in enumerate((evaluation.before, evaluation.after)):
            means[side] += weights[stratum] @ outcomes.failed[rows].astype(np.float64)
    drops = 1 - means[1][means[0] > 0] / means[0][means[0] > 0]
    low, high = np.quantile(drops, [0.05, 0.95])
    return float(low), float(high)


def _detectable(tested: Sequence[SettingResult], margin: float) -> float | None:
    """Return the median over the tested settings of the smallest detectable rise.

    Flips that cancel out make a rise harder to see. Their share is taken from the settings themselves: the mean of the
    smaller of the shares broken and mended.
    """
    if not tested:
        return None
    churn = float(np.mean([min(r.broken, r.mended) / r.n for r in tested]))
    sizes = [r.n for r in tested]
    by_size = {n: paired.smallest_detectable(churn, n, margin) for n in sorted(set(sizes))}
    found = np.array([v if (v := by_size[n]) is not None else np.inf for n in sizes])
    median = float(np.quantile(found, 0.5, method="inverted_cdf"))
    return median if np.isfinite(median) else None


def _notes(results: Sequence[SettingResult], detectable: float | None, of_a_candidate: bool) -> tuple[str, ...]:
    """Say in words what is missing and why; a comparison misses none of what only a repair asks."""
    notes = []
    earlier = "by the target on this fold" if of_a_candidate else "on this fold before"
    for role, name in ((Role.CONFIRMED, "confirmed mode"), (Role.INTERPOLATED, "interpolated setting")):
        known = _with(results, role)
        asked = sum(role.value in r.roles for r in results)
        if not known and not asked and of_a_candidate:
            continue
        if not known:
            reason = "its classes have no rightly answered input in the fold" if asked else "there is none"
            notes.append(f"No {name} was verified: {reason}.")
        elif _drop(known) is None:
            notes.append(f"No {name} failed {earlier}, so there is no drop to state.")
    empty = sorted({r.stratum for r in results if r.n == 0})
    if empty:
        notes.append(f"No rightly answered input in the fold for: {', '.join(empty)}. Their settings are left out.")
    if detectable is None:
        notes.append("In most settings the fold is too small to see even a rise of the rate to one.")
    return tuple(notes)
