"""What a repair of drawings trains on and is scored on: all that the frozen original draws, before the first step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from faded.domain import FadedError, ModeKey, Sample, Stopped, Values
from faded.probe import Probe
from faded.repair.material import split
from faded.repair.pairs import Lesson, Ranking, by_stratum, cell_values, some, under_modes

P = TypeVar("P")
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Painter(Protocol):
    """A target that draws by denoising, and whose denoiser can be tuned."""

    @property
    def module(self) -> nn.Module:
        """The denoiser."""
        ...

    def encoded(self, pictures: NDArray[np.uint8]) -> torch.Tensor:
        """Return the latents of pictures, shape (n, channels, height, width)."""
        ...

    def embedded(self, prompts: Sequence[str]) -> torch.Tensor:
        """Return what the denoiser is told of prompts, shape (n, tokens, width)."""
        ...

    def noised(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return latents with noise on them."""
        ...

    def wanted(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser should say of noised latents."""
        ...

    def said(self, noisy: torch.Tensor, times: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser says, with gradients where enabled."""
        ...

    @property
    def noise_steps(self) -> int:
        """Times that noise is drawn from."""
        ...

    def original(self) -> AbstractContextManager[None]:
        """Let the denoiser answer without its adapter."""
        ...

    def forget(self) -> None:
        """Keep no drawn set any more: the weights have changed."""
        ...


class Sorting(Protocol):
    """What a set should show, and how to come by it."""

    @property
    def shares(self) -> tuple[float, ...]:
        """How often each group of pictures is wanted; adds up to 1."""
        ...

    def groups(self, sets: Any, /) -> IntArray:
        """Return the group of each picture, shape (batch, pictures); below 0 where it does not show what is asked."""
        ...

    def coached(self, inputs: Sequence[Any], /) -> list[Sequence[Any]]:
        """Return inputs of the target that draw more of each group, one list per group; empty where there are none."""
        ...


@dataclass(frozen=True)
class Pool:
    """What was drawn for one prompt.

    Attributes:
        stratum: Of the mode.
        values: Its setting.
        prompt: Number of the prompt.
        groups: Latents of the wanted pictures, by group, shape (n, channels, height, width) each.
        counts: Pictures of each group that the original draws, shape (groups,).
    """

    stratum: str
    values: Values
    prompt: int
    groups: list[torch.Tensor]
    counts: FloatArray


@dataclass(frozen=True)
class DiffusionMaterial(Generic[P]):
    """Everything that does not change while training.

    Attributes:
        told: What the denoiser is told of each prompt.
        pools: Of the modes' prompts.
        ranked: A prompt's number, a better and a worse picture of it, as people chose them.
        held_prompts: Number of the prompt of each held picture.
        held_latents: Pictures of other prompts, as the original draws them.
        held_clean: Held-out inputs that the original answers without failure as they are.
        held_modes: The same inputs under settings of the modes.
        n_held: Held-out inputs that were asked about.
        skipped: Modes without training inputs of their stratum.
    """

    told: torch.Tensor
    pools: list[Pool]
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
    learned = []
    for mode in usable:
        pool = _pool(probe, painter, sorting, some(pools[mode.stratum], sets, rng), mode, len(told))
        if pool is not None:
            told.append(painter.embedded([pool[0]])[0])
            learned.append(pool[1])
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
    edited = under_modes(probe.space, usable, by_stratum(right))
    if not edited:
        raise FadedError(
            f"None of the {len(held)} held-out tune inputs is in a confirmed mode and answered without failure as it "
            "is, so it cannot be told what helps. Give more tune data of those strata."
        )
    return DiffusionMaterial(
        told=torch.stack(told),
        pools=learned,
        ranked=ranked,
        held_prompts=held_prompts,
        held_latents=held_latents,
        held_clean=right,
        held_modes=some(edited, held_rows, rng),
        n_held=len(held),
        skipped=tuple(m for m in modes if m.stratum not in pools),
    )


def _pool(
    probe: Probe[P, Any, Any],
    painter: Painter,
    sorting: Sorting,
    samples: Sequence[Sample[P]],
    mode: ModeKey,
    number: int,
) -> tuple[str, Pool] | None:
    """Draw what a mode's prompt gives, and what its coached forms give; None where one wanted group has no picture."""
    values = np.tile(np.array(cell_values(probe.space, mode)), (len(samples), 1))
    inputs = probe.editor([s.payload for s in samples], values)
    own = probe.target.answer(inputs)
    groups = sorting.groups(own)
    wanted = np.array(sorting.shares)
    found = [own.pictures[groups == g] for g in range(len(wanted))]
    counts = np.array([len(pictures) for pictures in found], dtype=np.float64)
    for g, coached in enumerate(sorting.coached(inputs)):
        if coached and wanted[g] > 0:
            more = probe.target.answer(coached)
            found[g] = np.concatenate([found[g], more.pictures[sorting.groups(more) == g]])
    if any(share > 0 and not len(pictures) for share, pictures in zip(wanted, found, strict=True)):
        return None
    latents = [painter.encoded(pictures) if len(pictures) else torch.empty(0) for pictures in found]
    return own.briefs[0].prompt, Pool(mode.stratum, tuple(values[0].tolist()), number, latents, counts)


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
