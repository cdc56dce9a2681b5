"""The simulated annotator of a headless round, as the command line describes it."""

from __future__ import annotations

import json
from pathlib import Path

from faded.domain import FadedError
from faded.files import read_yaml
from faded.jobs.context import Context
from faded.jobs.headless import MakeAnnotator
from faded.labeling.oracle import Annotator, CaringAnnotator, NoisyAnnotator, ReferenceAnnotator, TruthAnnotator

CARES_KEYS = {"classes", "concepts"}


def oracle(noise: float, cares_file: str | None, seed: int) -> tuple[MakeAnnotator, str]:
    """Return what makes the annotator, and a name that says how it labels.

    It answers from the truth where the data have one (a demo's drawing code), else from the reference.

    Args:
        noise: Probability with which a verdict is replaced by a random other one.
        cares_file: YAML file with `classes` and `concepts`; everything else is rejected. None: cares about all.
        seed: Of the noise.

    Raises:
        FadedError: the file or the probability cannot be used.
    """
    cares = _cares(cares_file)

    def make(context: Context) -> Annotator:
        annotator: Annotator = ReferenceAnnotator()
        if context.truth is None and not context.config.labelled:
            raise FadedError(
                "The data have no labels or references, so --oracle has nothing to answer from. Leave it out: "
                "exploring then leaves the proposals for people (python -m faded serve). Or give data with them."
            )
        if context.truth is not None:
            annotator = TruthAnnotator(context.truth, context.space, context.accepts)
        if cares is not None:
            classes = cares.get("classes")
            _check_classes(classes, {s.stratum for s in context.explore})
            annotator = CaringAnnotator(annotator, classes, cares.get("concepts"), context.space)
        return NoisyAnnotator(annotator, noise, seed) if noise else annotator

    if not 0 <= noise <= 1:
        raise FadedError(f"The oracle's noise is {noise:g}: give a probability from 0 to 1.")
    return make, f"oracle noise={noise:g} cares={json.dumps(cares, sort_keys=True)}"


def _cares(file: str | None) -> dict[str, list[str]] | None:
    if file is None:
        return None
    values = read_yaml(Path(file))
    if not isinstance(values, dict) or not values or set(values) - CARES_KEYS:
        raise FadedError(f"{file} must name classes, concepts or both, each with a list of names.")
    for key, names in values.items():
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise FadedError(f"{key} in {file} is {names!r}: give a list of names.")
    return values


def _check_classes(classes: list[str] | None, strata: set[str]) -> None:
    unknown = sorted(set(classes or ()) - strata)
    if unknown:
        raise FadedError(f"The oracle cares about {unknown}, but the classes are {sorted(strata)}: name some of these.")
