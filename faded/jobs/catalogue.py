"""The concepts and measures that a task has to offer, as JSON values for a page."""

from __future__ import annotations

from typing import Any

import numpy as np

from faded.concepts.building import Concept
from faded.concepts.image_registry import image_concepts
from faded.concepts.presets import SpaceItems, presets, prompt_presets, text_presets
from faded.concepts.text_registry import text_concepts
from faded.config import DEFAULT_DISCREPANCY, DEFAULT_SPACE, DEFAULT_THRESHOLD, DRAWING, IMAGE, TEXT
from faded.registry import Registry

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
        "discrepancy": DEFAULT_DISCREPANCY[task],
        "threshold": DEFAULT_THRESHOLD[task],
    }


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
