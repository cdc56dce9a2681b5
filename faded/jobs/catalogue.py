"""The concepts and measures that a task has to offer, as JSON values for a page."""

from __future__ import annotations

from typing import Any

import numpy as np

from faded.concepts.building import Concept
from faded.concepts.image_registry import image_concepts
from faded.concepts.presets import SpaceItems, presets, prompt_presets, text_presets
from faded.concepts.text_registry import text_concepts
from faded.discrepancies.classification import discrepancies
from faded.discrepancies.text import text_discrepancies
from faded.registry import Registry
from faded.tasks import (
    BIAS,
    CLIP,
    DEFAULT_DISCREPANCY,
    DEFAULT_SPACE,
    DEFAULT_THRESHOLD,
    DRAWING,
    EMBEDDING,
    IMAGE,
    MISMATCH,
    TEXT,
    WITH_THRESHOLD,
    usual_queries,
)

LEVELS = 4
"""Levels of a concept that no preset has, its neutral among them."""
SPACES: dict[str, Registry[SpaceItems]] = {IMAGE: presets, TEXT: text_presets, DRAWING: prompt_presets}
CONCEPTS: dict[str, Registry[Any]] = {IMAGE: image_concepts, TEXT: text_concepts}


def catalogue(task: str) -> dict[str, Any]:
    """Return the presets, the single concepts with levels to begin with, and the usual measure of a task."""
    spaces = {name: SPACES[task].get(name) for name in SPACES[task].names()}
    registry = CONCEPTS.get(task)
    names = [] if registry is None else registry.names()
    concepts = [] if registry is None else [_concept(name, registry.get(name), spaces) for name in names]
    return {
        "spaces": spaces,
        "usual_space": DEFAULT_SPACE[task],
        "concepts": concepts,
        "discrepancies": {name: _measure(task, name) for name in _measures(task)},
        "queries": usual_queries(task),
    }


def _measures(task: str) -> list[str]:
    """Return the names of the discrepancies, the usual one first."""
    names = {
        IMAGE: discrepancies.names(),
        TEXT: [*text_discrepancies.names(), EMBEDDING],
        DRAWING: [BIAS, MISMATCH, CLIP],
    }[task]
    return sorted(names, key=lambda name: name != DEFAULT_DISCREPANCY[task])


def _measure(task: str, name: str) -> dict[str, float | None]:
    """Return the usual threshold; None where one must be given."""
    return {"threshold": DEFAULT_THRESHOLD[task] if name in WITH_THRESHOLD[task][1] else None}


def _concept(name: str, concept: Concept, spaces: dict[str, SpaceItems]) -> dict[str, Any]:
    known = [item["levels"] for items in spaces.values() for item in items if item["name"] == name]
    return {
        "name": name,
        "levels": known[0] if known else _levels(concept),
        "low": concept.low,
        "high": concept.high,
        "neutral": concept.neutral,
    }


def _levels(concept: Concept) -> list[float]:
    """Return even levels from the neutral to the far end, on the side that reaches farther."""
    far = max(concept.low, concept.high, key=lambda end: abs(end - concept.neutral))
    return sorted(np.linspace(concept.neutral, far, LEVELS).round(3).tolist())
