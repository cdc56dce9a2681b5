"""Exhaustive grids: every eligible sample under every cell, made once and cached.

A grid's file is named by a hash of all that it depends on (weights, samples, concepts, and the code that edits, asks
and says what is invalid), so a stale one is never read. Finished chunks of cells are kept, so a stopped run goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
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
from faded.data import load as load_module
from faded.data.load import PictureSample
from faded.data.splits import samples_hash
from faded.demo import signs
from faded.discrepancies.classification import discrepancies
from faded.exploration import frame as frame_module
from faded.exploration.frame import AskTable, Frame, build_frame
from faded.jobs.context import prepare
from faded.jobs.pictures import PictureProbe
from faded.probe import Probe
from faded.targets import classifier as classifier_module
from faded.targets import preprocessing as preprocessing_module
from faded.tasks import SIGNS

CODE = ("concepts", "demo", "discrepancies")
"""Packages that decide what a grid holds; the modules of `BESIDE` beside them."""
BESIDE = (probe_module, frame_module, load_module, classifier_module, preprocessing_module, cifar_resnet)
"""What asks, says what is invalid, reads pictures and answers."""
BATCH = 64
CELLS_PER_CHUNK = 5
SIGNS_SEED = 0
"""Seed of the signs that the grids are made of."""
SIGNS6 = "signs6"
SIGNS6_SAMPLES = 1000
"""Fifty of a sign: of the demo's 2,000 pictures the first, which have the classes in turn."""

SIGNS6_SPACE: list[dict[str, object]] = [
    {"name": "occlusion", "levels": [0, 0.1, 0.25]},
    {"name": "rotation", "levels": [-30, 0, 30]},
    {"name": "zoom", "levels": [0.5, 1, 1.5]},
    {"name": "darkening", "levels": [0, 0.3, 0.6]},
    {"name": "saturation", "levels": [0, 0.5, 1]},
    {"name": "blur", "levels": [0, 0.02, 0.04]},
]
"""Six concepts of three levels, 729 cells, in the order from the sign to the lens.

The levels were fixed before anything was asked under them. They are what a camera in a street meets: a twig or a pole
in front of the sign (occlusion), a bent pole or a camera mounted askew (rotation, either way), a sign twice as far
away or half as far again near (zoom), dusk and a street lamp's light (darkening), paint bleached by the sun and a
night camera without colour (saturation), and a lens out of focus (blur). Those of occlusion, zoom, darkening and blur
are levels of the preset "street", older than this benchmark; the ends of rotation are the demo's own first step, at
which only "yield" may have become another sign (known to be invalid here too); saturation is nothing, half and whole.
"""


@dataclass(frozen=True)
class Problem:
    """A discovery problem.

    Attributes:
        name: As figures are named.
        bound: A mode is an induced rate above it.
        space: Preset of the concepts of a problem on CIFAR; None for signs.
    """

    name: str
    bound: float
    space: str | None


PROBLEMS = (
    Problem("signs", 0.5, None),
    Problem("cifar_paper", 0.3, "paper"),
    Problem("cifar_wide", 0.7, "wide"),
    Problem(SIGNS6, 0.5, None),
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
    code = code_hash(CODE, *(str(module.__file__) for module in BESIDE))
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
    if problem.name == SIGNS6:
        return _signs6()
    if problem.space is None:
        context = prepare(CampaignConfig(demo=SIGNS, seed=SIGNS_SEED), 1, say)
        return context.probe(context.target(None)), context.explore
    target = cifar_target()
    explore, _ = cifar_halves(assets, target)
    space = image_space(presets.get(problem.space))
    return Probe(target, ImageEditor(space), discrepancies.get("margin"), space, 0.0), explore


def _signs6() -> tuple[PictureProbe, list[PictureSample]]:
    """The demo's target and pictures under other concepts; what is invalid there is said by rotation and darkening."""
    context = prepare(CampaignConfig(demo=SIGNS, seed=SIGNS_SEED), 1, say)
    space = image_space(SIGNS6_SPACE)
    names = [spec.name for spec in space.specs]
    columns = [names.index(name) for name in signs.COLUMNS]

    def invalid(strata: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.bool_]:
        return signs.known_invalid(strata, values[:, columns])

    probe = Probe(context.target(None), ImageEditor(space), discrepancies.get("margin"), space, 0.0, invalid)
    return probe, context.explore[:SIGNS6_SAMPLES]


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
