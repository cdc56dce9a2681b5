"""What a repair of drawings trains on and is scored on: all that the frozen original draws, before the first step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from faded.domain import FadedError, ModeKey, Sample, Stopped, Values
from faded.probe import Probe
from faded.repair.material import split
from faded.repair.painters import Painter, Sorting
from faded.repair.pairs import Lesson, Ranking, by_stratum, cell_values, some, under_modes

P = TypeVar("P")
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Pictures = NDArray[np.uint8]

MORE = 3
"""Times that as many sets again are drawn of a mode whose sets show nothing of what is wanted."""


@dataclass(frozen=True)
class Pool:
    """What was drawn for one prompt.

    Attributes:
        prompt: Its number.
        groups: Latents of the pictures, by group, shape (n, channels, height, width) each.
    """

    prompt: int
    groups: list[torch.Tensor]


@dataclass(frozen=True)
class Learned:
    """A mode whose prompts are learned.

    Attributes:
        stratum: Of the mode.
        values: Its setting.
        pools: Of each of its prompts: each has pictures of every group that is wanted.
        counts: Pictures of each group that the original draws, shape (groups,).
    """

    stratum: str
    values: Values
    pools: list[Pool]
    counts: FloatArray


@dataclass(frozen=True)
class DiffusionMaterial(Generic[P]):
    """Everything that does not change while training.

    Attributes:
        told: What the denoiser is told of each prompt.
        modes: What is learned.
        ranked: A prompt's number, a better and a worse picture of it, as people chose them.
        held_prompts: Number of the prompt of each held picture.
        held_latents: Pictures of other prompts, as the original draws them.
        held_clean: Held-out inputs that the original answers without failure as they are.
        held_modes: The same inputs under settings of the modes.
        n_held: Held-out inputs that were asked about.
        skipped: Modes that have no training inputs of their stratum, or no picture of what is wanted.
    """

    told: torch.Tensor
    modes: list[Learned]
    ranked: list[tuple[int, torch.Tensor, torch.Tensor]]
    held_prompts: IntArray
    held_latents: torch.Tensor
    held_clean: list[Sample[P]]
    held_modes: list[Lesson[P]]
    n_held: int
    skipped: tuple[ModeKey, ...]


def prepare(
    probe: Probe[P, Any, Any],
    painter: Painter,
    sorting: Sorting,
    tune: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    rankings: Sequence[Ranking],
    samples: Mapping[str, Sample[P]],
    sets: int,
    clean_sets: int,
    held_rows: int,
    seed: int,
    on_prepared: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> DiffusionMaterial[P]:
    """Split the tune inputs by hash and let the frozen original draw.

    Args:
        probe: Asks the target and measures, with the campaign's threshold.
        painter: The same target.
        sorting: What sets should show.
        tune: Inputs to train on.
        modes: Confirmed modes.
        rankings: The best and the worst picture of sets.
        samples: Their inputs, by id.
        sets: Sets drawn of each mode, and as many with coached inputs per group.
        clean_sets: Sets drawn of inputs as they are, and as many of settings outside the modes.
        held_rows: Held-out inputs per evaluation at most, clean ones and edited ones each.
        seed: Of every draw.
        on_prepared: Called with the tune inputs that are answered so far and in all.
        should_stop: Asked in between.

    Raises:
        FadedError: there is nothing to learn from.
        Stopped: somebody stopped it.
    """
    train, held = split(tune)
    rng = np.random.default_rng([seed, 0])
    pools = by_stratum(train)
    usable = [m for m in modes if m.stratum in pools]
    held = some(held, held_rows, rng)
    total, done = sets * len(usable) + 2 * clean_sets + len(held), 0

    def answered(count: int) -> None:
        nonlocal done
        done += count
        if on_prepared is not None:
            on_prepared(done, total)
        if should_stop is not None and should_stop():
            raise Stopped("The repair was stopped before its first step.")

    answered(0)
    told: list[torch.Tensor] = []
    learned: dict[ModeKey, Learned] = {}
    for mode in usable:
        found = _learned(probe, painter, sorting, pools[mode.stratum], mode, sets, rng, told)
        if found is not None:
            learned[mode] = found
        answered(sets)
    if not learned:
        raise FadedError(
            "There is nothing to repair: no confirmed mode has tune inputs of its stratum and pictures of what is "
            "wanted. Confirm more proposals, or give tune data of those strata."
        )
    ranked = _ranked(probe, painter, rankings, samples, told)
    held_prompts, held_latents = _held_pictures(probe, painter, train, modes, clean_sets, rng, told)
    answered(2 * clean_sets)
    right = [s for s, failed in zip(held, probe.clean(held).failed, strict=True) if not failed]
    answered(len(held))
    edited = under_modes(probe.space, list(learned), by_stratum(right))
    if not edited:
        raise FadedError(
            f"None of the {len(held)} held-out tune inputs is in a confirmed mode and answered without failure as it "
            "is, so it cannot be told what helps. Give more tune data of those strata."
        )
    return DiffusionMaterial(
        told=torch.stack(told),
        modes=list(learned.values()),
        ranked=ranked,
        held_prompts=held_prompts,
        held_latents=held_latents,
        held_clean=right,
        held_modes=some(edited, held_rows, rng),
        n_held=len(held),
        skipped=tuple(m for m in modes if m not in learned),
    )


def _learned(
    probe: Probe[P, Any, Any],
    painter: Painter,
    sorting: Sorting,
    samples: Sequence[Sample[P]],
    mode: ModeKey,
    sets: int,
    rng: np.random.Generator,
    told: list[torch.Tensor],
) -> Learned | None:
    """Draw what a mode's prompts give, and what their coached forms give; None where a wanted group has no picture.

    Where it is missing, more sets of the mode are drawn, a few times as many. Adds prompts to `told`.
    """
    order = [samples[i] for i in rng.permutation(len(samples))[: sets * (1 + MORE)]]
    values = cell_values(probe.space, mode)
    counts = np.zeros(len(sorting.shares))
    found: dict[str, list[Pictures]] = {}
    for start in range(0, len(order), sets):
        counts += _drawn(probe, sorting, order[start : start + sets], values, found)
        whole = {
            prompt: groups
            for prompt, groups in found.items()
            if all(len(group) or not share for group, share in zip(groups, sorting.shares, strict=True))
        }
        if whole:
            pools = [Pool(len(told) + i, _latents(painter, groups)) for i, groups in enumerate(whole.values())]
            told += list(painter.embedded(list(whole)))
            return Learned(mode.stratum, values, pools, counts)
    return None


def _drawn(
    probe: Probe[P, Any, Any],
    sorting: Sorting,
    samples: Sequence[Sample[P]],
    values: Values,
    found: dict[str, list[Pictures]],
) -> FloatArray:
    """Draw sets under a setting and with coached inputs; adds pictures to `found`, by prompt and group.

    Returns:
        Pictures of each group in the sets that nothing was coached in, shape (groups,).
    """
    inputs = probe.editor([s.payload for s in samples], np.tile(np.array(values), (len(samples), 1)))
    own = probe.target.answer(inputs)
    groups = sorting.groups(own)
    prompts = [brief.prompt for brief in own.briefs]
    for prompt in dict.fromkeys(prompts):
        rows = [row for row, other in enumerate(prompts) if other == prompt]
        kept = found.setdefault(prompt, [own.pictures[0, :0]] * len(sorting.shares))
        _keep(kept, own.pictures[rows], groups[rows])
        for group, coached in enumerate(sorting.coached([inputs[row] for row in rows])):
            if coached and sorting.shares[group] > 0:
                more = probe.target.answer(coached)
                _keep(kept, more.pictures, np.where(sorting.groups(more) == group, group, -1))
    return np.bincount(groups[groups >= 0], minlength=len(sorting.shares)).astype(np.float64)


def _keep(kept: list[Pictures], pictures: Pictures, groups: IntArray) -> None:
    for group, before in enumerate(kept):
        kept[group] = np.concatenate([before, pictures[groups == group]])


def _latents(painter: Painter, groups: Sequence[Pictures]) -> list[torch.Tensor]:
    return [painter.encoded(pictures) if len(pictures) else torch.empty(0) for pictures in groups]


def _ranked(
    probe: Probe[P, Any, Any],
    painter: Painter,
    rankings: Sequence[Ranking],
    samples: Mapping[str, Sample[P]],
    told: list[torch.Tensor],
) -> list[tuple[int, torch.Tensor, torch.Tensor]]:
    """Draw the ranked sets again, which are what they were; adds prompts to `told`."""
    found = []
    for ranking in rankings:
        sets = probe.ask([samples[ranking.sample_id]], np.array([ranking.values]))
        best, worst = painter.encoded(sets.pictures[0, [ranking.best, ranking.worst]])
        found.append((len(told), best, worst))
        told.append(painter.embedded([sets.briefs[0].prompt])[0])
    return found


def _held_pictures(
    probe: Probe[P, Any, Any],
    painter: Painter,
    train: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    count: int,
    rng: np.random.Generator,
    told: list[torch.Tensor],
) -> tuple[IntArray, torch.Tensor]:
    """Draw inputs as they are and under settings outside the modes; what passes is held. Adds prompts to `told`."""
    space = probe.space
    chosen = set(modes)
    samples = [train[i] for i in rng.integers(len(train), size=2 * count)]
    cells = [space.cell(int(i)) for i in rng.integers(space.n_cells, size=count)]
    values = np.concatenate([probe.controls(count), space.values(cells)])
    outside = [*range(count)] + [
        count + i for i, cell in enumerate(cells) if ModeKey(cell, samples[count + i].stratum) not in chosen
    ]
    measured = probe.measure([samples[row] for row in outside], values[outside])
    rows = np.flatnonzero(~measured.failed).tolist()
    if not rows:
        return np.zeros(0, dtype=np.int64), torch.empty(0)
    prompts = [measured.answers.briefs[row].prompt for row in rows]
    numbers = {prompt: len(told) + i for i, prompt in enumerate(dict.fromkeys(prompts))}
    told += list(painter.embedded(list(numbers)))
    pictures = measured.answers.pictures[rows]
    latents = painter.encoded(pictures.reshape(-1, *pictures.shape[2:]))
    return np.repeat([numbers[prompt] for prompt in prompts], pictures.shape[1]), latents
