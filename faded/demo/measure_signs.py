"""How the demo "signs" target stands: clean accuracy, accuracy over the settings, how many weak pairs there are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from faded.concepts.image import ImageEditor, image_space
from faded.concepts.spec import ConceptSpace
from faded.demo.signs import CLASSES, ROUND_STREAM, SPACE, TEST_STREAM, Scene, SignTruth, draw, known_invalid
from faded.targets.classifier import Classifier
from faded.targets.load import load_classifier

CLEAN_PICTURES = 2_000
"""Fresh pictures for the clean accuracy: 97% is then known to within 0.8 points (two standard errors)."""
PICTURES = 600
"""Pictures put under every setting, thirty of each class."""
WEAK = 0.5
"""An induced rate above this makes a pair of class and cell a weak one."""
_BATCH = 250


def answers(target: Classifier, scenes: list[Scene]) -> list[str]:
    """Return what the target says of the pictures as they are."""
    said: list[str] = []
    for i in range(0, len(scenes), _BATCH):
        pixels = np.stack([s.sample.payload for s in scenes[i : i + _BATCH]])
        said += target.answer(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255).texts
    return said


def clean_accuracy(target: Classifier, seed: int, count: int) -> float:
    """Return the share of fresh pictures of the test stream that the target names rightly."""
    scenes = draw(seed, TEST_STREAM, count)
    return float(np.mean([a == s.label for a, s in zip(answers(target, scenes), scenes, strict=True)]))


def _outcomes(
    target: Classifier, scenes: list[Scene], space: ConceptSpace
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Put every picture under every setting.

    Returns:
        Whether the answer was the true one, and whether there was a true one and the setting is not known to be
        invalid; both of shape (n_cells, n_pictures).
    """
    editor, truth = ImageEditor(space), SignTruth(scenes)
    right = np.zeros((space.n_cells, len(scenes)), dtype=bool)
    fair = np.zeros_like(right)
    for cell, setting in enumerate(space.grid):
        values = np.tile(setting, (len(scenes), 1))
        true = truth([s.sample.id for s in scenes], values)
        known = known_invalid([s.label for s in scenes], values)
        for i in range(0, len(scenes), _BATCH):
            rows = slice(i, i + _BATCH)
            said = target.answer(editor([s.sample.payload for s in scenes[rows]], values[rows])).texts
            right[cell, rows] = [a == t for a, t in zip(said, true[rows], strict=True)]
        fair[cell] = [t is not None for t in true] & ~known
    return right, fair


def report(folder: Path, seed: int, clean: int = CLEAN_PICTURES, edited: int = PICTURES) -> str:
    """Measure the target in `folder` and return the figures as text.

    Args:
        folder: A network in transformers' format.
        seed: Draws the pictures.
        clean: Fresh pictures for the clean accuracy.
        edited: Fresh pictures to put under every setting, those that are answered rightly as they are.
    """
    target, space = load_classifier(str(folder)), image_space(SPACE)
    lines = [f"clean accuracy on {clean} fresh pictures: {clean_accuracy(target, seed, clean):.4f}"]
    scenes = draw(seed, ROUND_STREAM, edited)
    scenes = [s for s, a in zip(scenes, answers(target, scenes), strict=True) if a == s.label]
    right, fair = _outcomes(target, scenes, space)
    for column, spec in enumerate(space.specs):
        for level, value in enumerate(spec.levels):
            cells = space.cells[:, column] == level
            lines.append(f"{spec.name} {value:g}: right {right[cells][fair[cells]].mean():.3f}")
    lines.append(f"all valid settings: right {right[fair].mean():.3f}")
    weak, valid = 0, 0
    for name in CLASSES:
        own = np.array([s.label == name for s in scenes])
        tried = fair[:, own].sum(axis=1)
        failed = (fair[:, own] & ~right[:, own]).sum(axis=1)
        known = known_invalid([name] * space.n_cells, space.grid)
        rates = failed[~known] / np.maximum(tried[~known], 1)
        weak, valid = weak + int((rates > WEAK).sum()), valid + int((~known).sum())
        lines.append(f"{name}: {int((rates > WEAK).sum())} of {int((~known).sum())} valid cells weak")
    total = len(CLASSES) * space.n_cells
    lines.append(f"{weak} of {valid} valid pairs of class and cell ({weak / valid:.1%}) fail more often than not")
    lines.append(f"{total - valid} of {total} pairs ({(total - valid) / total:.1%}) are known to be invalid")
    return "\n".join(lines)
