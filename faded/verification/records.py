"""What verification is about and what it finds, as frozen records. Numpy only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.domain import Cell, Values
from faded.verification.beside import Beside

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


class Role(StrEnum):
    """Why a setting is verified."""

    CONFIRMED = "confirmed"
    """A confirmed mode: repair trained on it."""
    ESTABLISHED = "established"
    """An established mode, labelled or not."""
    INTERPOLATED = "interpolated"
    """Half way from a confirmed mode to its neighbour towards neutral."""
    WATCH = "watch"
    """Drawn uniformly from the other valid cells and strata, to see what else the repair changed."""


class Change(StrEnum):
    """What happened to a setting."""

    FIXED = "fixed"
    UNCHANGED = "unchanged"
    NEWLY_BROKEN = "newly broken"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting within a stratum.

    Attributes:
        stratum: Whose samples are edited.
        values: Level values.
        cell: The cell, None between the levels.
        roles: Why it is verified.
    """

    stratum: str
    values: Values
    cell: Cell | None
    roles: frozenset[Role]


@dataclass(frozen=True)
class Outcomes:
    """What one target made of a fold, as far as it got.

    Attributes:
        clean: Whether it failed under the clean control, per sample of the fold.
        failed: Whether it failed, per row of `Rows`.
        score: How good its clean answers are, 0 to 1, per sample of the fold.
    """

    clean: BoolArray
    failed: BoolArray
    score: NDArray[np.float64]

    def to_json(self) -> dict[str, Any]:
        """Return JSON values, eight outcomes a byte in hexadecimal; scores only where `clean` does not say them."""
        packed: dict[str, Any] = {
            n: [len(v), np.packbits(v).tobytes().hex()] for n, v in vars(self).items() if n != "score"
        }
        follows = np.array_equal(self.score, ~self.clean)
        return packed if follows else packed | {"score": self.score.tolist()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Outcomes:
        """Rebuild from `to_json`'s values."""
        found = {}
        for name in ("clean", "failed"):
            count, digits = values[name]
            packed = np.frombuffer(bytes.fromhex(digits), dtype=np.uint8)
            found[name] = np.unpackbits(packed, count=count).astype(np.bool_)
        score = np.array(values["score"] if "score" in values else ~found["clean"], dtype=np.float64)
        return cls(**found, score=score)


NO_OUTCOMES = Outcomes(np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.bool_), np.zeros(0))


@dataclass(frozen=True)
class Rows:
    """Which samples are asked under which setting: the frozen samples of the setting's stratum.

    Attributes:
        setting: Number of the setting, shape (n_rows,), ascending.
        sample: Number of the sample in the fold, shape (n_rows,).
    """

    setting: IntArray
    sample: IntArray


@dataclass(frozen=True)
class Evaluation:
    """Both targets on one fold.

    Attributes:
        sample_ids: The fold.
        strata: The stratum of each sample.
        settings: What was asked.
        rows: Who was asked what.
        before: The target that the round began with.
        after: The repaired one.
        frozen: Whether the original target answered each sample of the fold rightly under the clean control.
    """

    sample_ids: tuple[str, ...]
    strata: tuple[str, ...]
    settings: tuple[Setting, ...]
    rows: Rows
    before: Outcomes
    after: Outcomes
    frozen: BoolArray


@dataclass(frozen=True, slots=True)
class SettingResult:
    """One setting before and after.

    Attributes:
        stratum: Whose samples were edited.
        values: Level values.
        cell: The cell, None between the levels.
        roles: Why it was verified, in alphabetical order.
        n: Frozen samples of the stratum in the fold.
        before: Induced rate before, None where n is 0.
        after: Induced rate after, of the same samples.
        broken: Samples that failed after and not before.
        mended: Samples that failed before and not after.
        difference: `after` minus `before`.
        low: Lower end of the difference's 90% score interval.
        high: Upper end of it.
        change: What that says.
    """

    stratum: str
    values: Values
    cell: Cell | None
    roles: tuple[str, ...]
    n: int
    before: float | None
    after: float | None
    broken: int
    mended: int
    difference: float | None
    low: float | None
    high: float | None
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of a verification; `docs/verification.md` defines each.

    Attributes:
        inputs: Samples of the fold.
        frozen: Those that the original target answered rightly under the clean control.
        modes_confirmed: Confirmed modes with samples in the fold.
        modes_established: Established modes with samples in the fold.
        induced_rate_before: Mean over the confirmed modes, equally weighted.
        induced_rate_after: The same after the repair.
        relative_drop: 1 - after / before.
        interval90: Of `relative_drop`, by bootstrap over source samples.
        all_modes_relative_drop: The same figure over the established modes.
        all_modes_interval90: Of it, as `interval90`; so for the two below.
        unlabelled_relative_drop: Over the established modes that are not confirmed.
        unlabelled_interval90: Of it.
        interpolated_relative_drop: Over the interpolated settings.
        interpolated_interval90: Of it.
        clean_before: Mean score of the fold under the clean control; where an answer is right or wrong and nothing
            between, the share that is right.
        clean_after: The same after the repair.
        clean_change_interval90: 90% interval of `clean_after` - `clean_before`.
        negative_flip_rate: Share of the fold that was right under the clean control and is wrong now.
        negative_flip_interval90: Exact interval of it.
        newly_broken: Established modes and watched settings whose rate rose by more than `margin`, at 95% confidence.
        margin: The smallest rise that counts.
        watched: Settings of the watch list with samples in the fold.
        cannot_tell: Established modes and watched settings of which nothing can be said.
        smallest_detectable_change: Median smallest rise of one setting's rate that would be called newly broken with
            power 0.8.
        settings: Every setting.
        notes: Why a figure is missing, in words.
        beside: What no failure shows, where a kind of target has such figures.
    """

    inputs: int
    frozen: int
    modes_confirmed: int
    modes_established: int
    induced_rate_before: float | None
    induced_rate_after: float | None
    relative_drop: float | None
    interval90: tuple[float, float] | None
    all_modes_relative_drop: float | None
    all_modes_interval90: tuple[float, float] | None
    unlabelled_relative_drop: float | None
    unlabelled_interval90: tuple[float, float] | None
    interpolated_relative_drop: float | None
    interpolated_interval90: tuple[float, float] | None
    clean_before: float
    clean_after: float
    clean_change_interval90: tuple[float, float]
    negative_flip_rate: float
    negative_flip_interval90: tuple[float, float]
    newly_broken: int
    margin: float
    watched: int
    cannot_tell: int
    smallest_detectable_change: float | None
    settings: tuple[SettingResult, ...]
    notes: tuple[str, ...]
    beside: tuple[Beside, ...] = ()

    @property
    def modes(self) -> tuple[SettingResult, ...]:
        """Confirmed and established modes, then watched settings that are newly broken."""
        shown = {Role.CONFIRMED.value, Role.ESTABLISHED.value}
        modes = [s for s in self.settings if shown & set(s.roles)]
        return (*modes, *(s for s in self.settings if s not in modes and s.change is Change.NEWLY_BROKEN))

    def to_json(self) -> dict[str, Any]:
        """Return JSON values: every figure, and `modes` in place of all settings."""
        values = asdict(self)
        del values["settings"]
        return values | {"modes": [asdict(s) for s in self.modes]}
