"""Asks the target as the round began and as repaired the same questions on a fold that nobody has used.

The denominator is frozen: the samples that the campaign's original target answers rightly under the clean control,
also where the round began with weights that an earlier repair made. Under every setting both targets are asked about
all of them that belong to the setting's stratum, in one fixed order, so an evaluation that was killed goes on where it
stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.domain import Cell, ModeKey, Sample, Values
from faded.probe import KnownInvalid, Probe
from faded.targets.base import Answers
from faded.verification.records import NO_OUTCOMES, Evaluation, Outcomes, Role, Rows, Setting

P = TypeVar("P")
I = TypeVar("I")  # noqa: E741 - inputs
A = TypeVar("A", bound=Answers)

WATCHED = 200
"""Settings on the watch list: a share of 1.5% broken settings is then seen at least once with a chance of 95%."""
MOST_DRAWS = 100
"""Times that as many settings as the watch list has are drawn at most: enough where one in fifty is valid."""
BATCH = 128
"""Rows per question; larger batches gained nothing for a small network on one core."""

Place = tuple[str, Values]
"""A stratum and a setting."""
Free = Callable[[Iterable[Place]], list[Place]]
"""Returns those settings that are valid, not the clean control, and no mode."""

OnOutcomes = Callable[[Outcomes, int], None]
"""Called with the outcomes so far and the number of rows in all."""


def settings_of(
    space: ConceptSpace,
    confirmed: Sequence[ModeKey],
    established: Sequence[ModeKey],
    strata: Sequence[str],
    known_invalid: KnownInvalid,
    seed: int,
    watched: int = WATCHED,
) -> list[Setting]:
    """Return what is verified: confirmed and established modes, interpolated settings and the watch list.

    A setting that is known to be invalid is left out, and so is the clean control, which is asked for every sample.

    Args:
        space: The concepts.
        confirmed: Confirmed modes.
        established: Established modes, labelled or not.
        strata: The strata of the campaign.
        known_invalid: What is left out.
        seed: Of the draw of the watch list.
        watched: How many settings to draw for it.
    """
    roles: dict[Place, set[Role]] = {}

    def add(stratum: str, values: Values, role: Role) -> None:
        roles.setdefault((stratum, values), set()).add(role)

    for role, keys in ((Role.CONFIRMED, confirmed), (Role.ESTABLISHED, established)):
        for key in keys:
            add(key.stratum, tuple(space.settings([space.index(key.cell)])[0].tolist()), role)
    taken = set(roles)
    for key in confirmed:
        for values in space.towards_neutral(key.cell):
            add(key.stratum, values, Role.INTERPOLATED)

    def free(settings: Iterable[Place]) -> list[Place]:
        return _valid(space, [setting for setting in settings if setting not in taken], known_invalid)

    draw = _from_all if space.listed else _by_number
    for stratum, values in draw(space, sorted(set(strata)), free, np.random.default_rng(seed), watched):
        add(stratum, values, Role.WATCH)
    kept = _valid(space, list(roles), known_invalid)
    return [
        Setting(stratum, values, _cell(space, values), frozenset(roles[stratum, values])) for stratum, values in kept
    ]


def _from_all(
    space: ConceptSpace, strata: Sequence[str], free: Free, rng: np.random.Generator, count: int
) -> list[Place]:
    """Draw from the list of all free settings, at most as many as there are."""
    grid = [tuple(values) for values in space.grid.tolist()]
    others = free((stratum, values) for stratum in strata for values in grid)
    return [others[i] for i in sorted(rng.choice(len(others), size=min(count, len(others)), replace=False))]


def _by_number(
    space: ConceptSpace, strata: Sequence[str], free: Free, rng: np.random.Generator, count: int
) -> list[Place]:
    """Draw where there is no list: numbers of strata and cells, over and over until enough are free and new."""
    found: dict[Place, None] = {}
    for _ in range(MOST_DRAWS):
        rows, values = rng.integers(len(strata), size=count), space.settings(rng.integers(space.n_cells, size=count))
        found |= dict.fromkeys(free((strata[row], tuple(v)) for row, v in zip(rows, values.tolist(), strict=True)))
        if len(found) >= count:
            break
    return list(found)[:count]


def _cell(space: ConceptSpace, values: Values) -> Cell | None:
    """Return the cell of a setting, None of one between the levels."""
    rows = list(zip(space.specs, values, strict=True))
    return tuple(s.levels.index(v) for s, v in rows) if all(v in s.levels for s, v in rows) else None


def _valid(space: ConceptSpace, settings: list[Place], known_invalid: KnownInvalid) -> list[Place]:
    """Return the settings that are neither known to be invalid nor the clean control."""
    if not settings:
        return []
    invalid = known_invalid([s for s, _ in settings], np.array([v for _, v in settings]))
    return [setting for setting, bad in zip(settings, invalid, strict=True) if not bad and setting[1] != space.control]


def rows_of(settings: Sequence[Setting], strata: Sequence[str], clean_failed: np.typing.NDArray[np.bool_]) -> Rows:
    """Return which samples are asked under which setting: the frozen samples of the setting's stratum."""
    members: dict[str, list[int]] = {}
    for i, stratum in enumerate(strata):
        if not clean_failed[i]:
            members.setdefault(stratum, []).append(i)
    pairs = [(j, i) for j, setting in enumerate(settings) for i in members.get(setting.stratum, [])]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Rows(table[:, 0], table[:, 1])


def evaluate(
    before: Probe[P, I, A],
    after: Probe[P, I, A],
    samples: Sequence[Sample[P]],
    settings: Sequence[Setting],
    *,
    known_before: Outcomes = NO_OUTCOMES,
    known_after: Outcomes = NO_OUTCOMES,
    original: Probe[P, I, A] | None = None,
    batch: int = BATCH,
    on_before: OnOutcomes | None = None,
    on_after: OnOutcomes | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Evaluation | None:
    """Ask both targets; return None where the caller stopped it.

    Args:
        before: The target that the round began with.
        after: The repaired one.
        samples: The fold.
        settings: From `settings_of`.
        known_before: Outcomes of an earlier, killed run of the same evaluation.
        known_after: The same of the repaired target.
        original: The original target, whose clean answers freeze the denominator; None where `before` is it.
        batch: Rows per question.
        on_before: Told after each batch of the target that the round began with.
        on_after: Told after each batch of the repaired one.
        should_stop: Asked before each batch.
    """
    strata = tuple(s.stratum for s in samples)
    first = _ask_clean(before, samples, known_before, batch, should_stop)
    if first is None:
        return None
    freezing = first if original is None else _ask_clean(original, samples, NO_OUTCOMES, batch, should_stop)
    if freezing is None:
        return None
    rows = rows_of(settings, strata, freezing.clean)
    first = _ask(before, samples, settings, rows, first, batch, on_before, should_stop)
    second = None if first is None else _ask_clean(after, samples, known_after, batch, should_stop)
    if second is not None:
        second = _ask(after, samples, settings, rows, second, batch, on_after, should_stop)
    if first is None or second is None:
        return None
    return Evaluation(tuple(s.id for s in samples), strata, tuple(settings), rows, first, second, ~freezing.clean)


def _ask_clean(
    probe: Probe[P, I, A],
    samples: Sequence[Sample[P]],
    so_far: Outcomes,
    batch: int,
    should_stop: Callable[[], bool] | None,
) -> Outcomes | None:
    """Ask under the clean control whatever is not known yet."""
    failed, score = [so_far.clean], [so_far.score]
    for start in range(len(so_far.clean), len(samples), batch):
        if should_stop is not None and should_stop():
            return None
        clean = probe.clean(samples[start : start + batch])
        failed.append(clean.failed)
        score.append(clean.score)
    return Outcomes(np.concatenate(failed), so_far.failed, np.concatenate(score))


def _ask(
    probe: Probe[P, I, A],
    samples: Sequence[Sample[P]],
    settings: Sequence[Setting],
    rows: Rows,
    so_far: Outcomes,
    batch: int,
    on_outcomes: OnOutcomes | None,
    should_stop: Callable[[], bool] | None,
) -> Outcomes | None:
    """Ask the rows that are not known yet."""
    total = len(rows.setting)
    failed = np.zeros(total, dtype=np.bool_)
    failed[: len(so_far.failed)] = so_far.failed
    values = np.array([s.values for s in settings], dtype=np.float64).reshape(len(settings), -1)
    for start in range(len(so_far.failed), total, batch):
        if should_stop is not None and should_stop():
            return None
        end = min(start + batch, total)
        asked = [samples[i] for i in rows.sample[start:end]]
        failed[start:end] = probe.measure(asked, values[rows.setting[start:end]]).failed
        if on_outcomes is not None:
            on_outcomes(Outcomes(so_far.clean, failed[:end].copy(), so_far.score), total)
    return Outcomes(so_far.clean, failed, so_far.score)
