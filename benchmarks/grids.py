"""Exhaustive grids: every eligible sample under every cell, made once and cached.

A grid's file is named by a hash of all that it depends on (weights, samples, concepts, and the code that edits, asks
and says what is invalid), so a stale one is never read. Finished chunks of cells are kept, so a stopped run goes on.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks import cifar_resnet
from benchmarks.common import cache_folder, cifar_halves, cifar_target, code_hash, say
from faded import probe as probe_module
from faded.concepts.image import ImageEditor, image_space
from faded.concepts.presets import presets
from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.data.load import PictureSample
from faded.data.splits import samples_hash
from faded.discrepancies.classification import discrepancies
from faded.exploration import frame as frame_module
from faded.exploration.frame import AskTable, Frame, build_frame
from faded.jobs.context import prepare
from faded.jobs.pictures import PictureProbe
from faded.probe import Probe
from faded.tasks import SIGNS

CODE = ("concepts", "data", "demo", "discrepancies", "targets")
"""Packages that decide what a grid holds; the probe, the frame and the network beside them."""
BATCH = 64
CELLS_PER_CHUNK = 5
SIGNS_SEED = 0
"""Seed of the signs that the grid is made of."""


@dataclass(frozen=True)
class Problem:
    """A discovery problem.

    Attributes:
        name: As figures are named.
        bound: A mode is an induced rate above it.
        space: Preset of the concepts; None for the demo's own.
    """

    name: str
    bound: float
    space: str | None


PROBLEMS = (
    Problem("signs", 0.5, None),
    Problem("cifar_paper", 0.3, "paper"),
    Problem("cifar_wide", 0.7, "wide"),
)


@dataclass(frozen=True)
class Grid:
    """An exhaustive grid.

    Attributes:
        space: The concepts.
        frame: The explore frame.
        discrepancy: Discrepancies, shape (n_samples, n_cells); 0 for samples that are not eligible.
        key: Hash of all that the grid depends on.
    """

    space: ConceptSpace
    frame: Frame
    discrepancy: NDArray[np.float32]
    key: str

    @property
    def ask(self) -> AskTable:
        """Answers from the grid; what the target said is not kept."""
        silent = np.zeros(self.discrepancy.shape, dtype=np.int16)
        return AskTable(self.discrepancy, 0.0, silent, ("",))

    def tallies(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return failures and trials over all eligible samples, both of shape (n_strata, n_cells)."""
        shape = self.frame.known_invalid.shape
        failures, trials = np.zeros(shape), np.zeros(shape)
        for row in np.flatnonzero(self.frame.eligible):
            failures[self.frame.stratum[row]] += self.discrepancy[row] > 0
            trials[self.frame.stratum[row]] += 1
        return np.where(self.frame.known_invalid, 0, failures), np.where(self.frame.known_invalid, 0, trials)


def make_grid(problem: Problem, assets: Path) -> Grid:
    """Load a problem's grid from the cache, or make it."""
    torch.set_num_threads(1)
    probe, samples = _campaign(problem, assets)
    code = code_hash(CODE, *(str(module.__file__) for module in (probe_module, frame_module, cifar_resnet)))
    parts = [probe.target.fingerprint(), samples_hash(samples), json.dumps(probe.space.to_json()), code]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = cache_folder("grids", f"{problem.name}-{key}")
    whole = folder / "grid.npz"
    if not whole.exists():
        _fill(problem, probe, samples, folder)
    with np.load(whole) as file:
        arrays: dict[str, Any] = dict(file)
    frame = Frame(
        sample_ids=tuple(s.id for s in samples),
        stratum=arrays["stratum"],
        strata=tuple(str(name) for name in arrays["strata"]),
        features=arrays["features"],
        eligible=arrays["eligible"],
        known_invalid=arrays["known_invalid"],
    )
    return Grid(probe.space, frame, arrays["discrepancy"], key)


def _campaign(problem: Problem, assets: Path) -> tuple[PictureProbe, list[PictureSample]]:
    if problem.space is None:
        context = prepare(CampaignConfig(demo=SIGNS, seed=SIGNS_SEED), 1, say)
        return context.probe(context.target(None)), context.explore
    target = cifar_target()
    explore, _ = cifar_halves(assets, target)
    space = image_space(presets.get(problem.space))
    return Probe(target, ImageEditor(space), discrepancies.get("margin"), space, 0.0), explore


def _fill(problem: Problem, probe: PictureProbe, samples: list[PictureSample], folder: Path) -> None:
    """Ask everything, chunk by chunk, and write the whole."""
    say(f"{problem.name}: answering {len(samples)} clean samples")
    frame = build_frame(probe, samples)
    rows = np.flatnonzero(frame.eligible)
    chunks = []
    for start in range(0, probe.space.n_cells, CELLS_PER_CHUNK):
        cells = np.arange(start, min(start + CELLS_PER_CHUNK, probe.space.n_cells))
        file = folder / f"cells-{start:05d}.npy"
        if not file.exists():
            found = np.stack([_column(probe, samples, frame, int(c)) for c in cells], axis=1)
            unfinished = file.with_suffix(".part.npy")
            np.save(unfinished, found)
            unfinished.rename(file)
        chunks.append(np.load(file))
        say(f"{problem.name}: {cells[-1] + 1} of {probe.space.n_cells} cells")
    discrepancy = np.zeros((len(samples), probe.space.n_cells), dtype=np.float32)
    discrepancy[rows] = np.concatenate(chunks, axis=1)
    unfinished = folder / "grid.part.npz"
    np.savez_compressed(
        unfinished,
        discrepancy=discrepancy,
        stratum=frame.stratum,
        strata=np.array(frame.strata),
        features=frame.features,
        eligible=frame.eligible,
        known_invalid=frame.known_invalid,
    )
    unfinished.rename(folder / "grid.npz")


def _column(probe: PictureProbe, samples: list[PictureSample], frame: Frame, cell: int) -> NDArray[np.float32]:
    """Ask all eligible samples under one cell, those apart whose setting is known to be invalid: 0 for them."""
    eligible = np.flatnonzero(frame.eligible)
    valid = ~frame.known_invalid[frame.stratum[eligible], cell]
    rows = eligible[valid]
    column = np.zeros(len(eligible), dtype=np.float32)
    found = []
    for start in range(0, len(rows), BATCH):
        batch = [samples[int(r)] for r in rows[start : start + BATCH]]
        values = np.repeat(probe.space.grid[[cell]], len(batch), axis=0)
        found.append(probe.measure(batch, values).discrepancy)
    column[valid] = np.concatenate(found)
    return column
