"""Image classifiers as targets of a round: pictures, their edits, classes, and the demo "signs"."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from faded.concepts.image import ImageEditor, Picture, check_setting, image_space
from faded.concepts.presets import presets
from faded.config import CampaignConfig
from faded.data.load import load_pictures
from faded.data.pictures import from_png, png, to_picture
from faded.data.splits import split_sources
from faded.data.tables import Reading
from faded.demo import signs
from faded.discrepancies.classification import discrepancies
from faded.domain import Details, FadedError, Sample
from faded.jobs.task import AnyProbe, Course, Data, Lessons, Say
from faded.jobs.unlabelled import without_references
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.repair.records import RepairResult
from faded.repair.trainer import RepairConfig, repair
from faded.targets.classifier import Classifier, ClassifierAnswers
from faded.targets.load import check, load_classifier
from faded.tasks import SIGNS
from faded.verification.beside import Allowance

PictureSample = Sample[Picture]
PictureProbe = Probe[Picture, torch.Tensor, ClassifierAnswers]

SIGNS_WEIGHTS = Path(signs.__file__).parent / "weights" / SIGNS
SIGNS_EXPLORE = 2000
"""A hundred fresh signs per class: five times the twenty that a stratum needs for its modes to be established."""
SIGNS_TUNE = 3000
SIGNS_VERIFY = 1600
"""Eighty fresh signs per class and round: a clean loss of one point in a hundred then moves sixteen pictures."""


class Pictures:
    """The task of a campaign on an image classifier; its methods are documented in `Task`.

    Args:
        config: The campaign's configuration.

    Attributes:
        evidence: What people are shown.
        batch: Queries that are answered at once.
        allowances: None.
        source: Where the target is loaded from.
        space: The campaign's concepts.
        most: What the discrepancy is at most.

    Raises:
        FadedError: a concept or the discrepancy cannot be used.
    """

    evidence = "picture"
    batch = 64
    allowances: Mapping[str, Allowance] = MappingProxyType({})

    def __init__(self, config: CampaignConfig) -> None:
        self._config = config
        self.source = str(SIGNS_WEIGHTS) if config.demo == SIGNS else config.target
        items = config.concepts
        if items is None:
            items = tuple(signs.SPACE if config.demo == SIGNS else presets.get(config.space))
        self.space = image_space(items)
        self._discrepancy = discrepancies.get(config.discrepancy)
        self.most = discrepancies.most(config.discrepancy)

    def load(self, weights: Path | None) -> Classifier:
        """Load the target."""
        return load_classifier(self.source, weights)

    def candidate(self, target: Classifier) -> Classifier:
        """Load the candidate, which has the same classes and looks at pictures of the same size."""
        source = self._config.candidate
        found = load_classifier(source)
        check(found)
        if set(found.labels) != set(target.labels):
            other = ", ".join(sorted(set(found.labels) ^ set(target.labels))[:8])
            raise FadedError(
                f"The candidate {source} has other classes than the target; not both have: {other}. Give a checkpoint "
                "with the same classes."
            )
        if found.input_size != target.input_size:
            sizes = " and ".join(f"{height} x {width}" for height, width in (found.input_size, target.input_size))
            raise FadedError(
                f"The candidate {source} and the target look at pictures of different sizes ({sizes}), so they cannot "
                "be asked the same. Give a checkpoint of the same size."
            )
        return found

    def labels(self, target: Classifier) -> list[str]:
        """Return the classes."""
        return list(target.labels)

    def data(self, target: Classifier, fold: int, say: Say) -> Data:
        """Check the target, and draw signs or read the pictures."""
        check(target)
        say("Drawing signs" if self._config.demo == SIGNS else "Reading the pictures")
        data = self._signs(fold) if self._config.demo == SIGNS else self._given(target, fold)
        if self._config.labelled:
            return data
        say("Asking the target about the pictures as they are")
        return without_references(data, self.probe(target), classes=True)

    def measured_with(self, target: Classifier) -> dict[str, str]:
        """Return nothing: the configuration says it all."""
        return {}

    def probe(self, target: Classifier, known_invalid: KnownInvalid = nothing_invalid) -> PictureProbe:
        """Return the probe."""
        editor = ImageEditor(self.space)
        return Probe(target, editor, self._discrepancy, self.space, self._config.limit, known_invalid)

    def setting(self, values: Sequence[object]) -> NDArray[np.float64]:
        """Check a setting."""
        return check_setting(self.space, values)

    def edited(self, probe: AnyProbe, payloads: Sequence[Picture], values: NDArray[np.float64]) -> list[Picture]:
        """Edit pictures."""
        return [to_picture(pixels) for pixels in probe.editor(payloads, values)]

    def notes(self, payload: Picture, edited: Picture, values: Sequence[float]) -> Details:
        """Say nothing: pictures are seen."""
        return {}

    def write(self, payload: Picture) -> bytes:
        """Return a PNG file."""
        return png(payload)

    def read(self, content: bytes) -> Picture:
        """Read a PNG file."""
        return from_png(content)

    def beside(self, probe: AnyProbe, samples: Sequence[PictureSample]) -> dict[str, NDArray[np.float64]]:
        """Return nothing: failures show all."""
        return {}

    def repair_rows(self, target: Classifier) -> None:
        """Return nothing: every classifier is given the same."""

    def repair(self, target: Classifier, lessons: Lessons, course: Course) -> tuple[RepairResult, dict[str, Any]]:
        """Tune all weights."""
        config = RepairConfig(steps=course.steps, seed=course.seed)
        result = repair(
            target,
            ImageEditor(self.space),
            self.space,
            lessons.tune,
            lessons.modes,
            lessons.pairs,
            lessons.samples,
            config,
            on_step=course.on_step,
            should_stop=course.should_stop,
            resume=course.resume,
            known_invalid=lessons.known_invalid,
            refusals=lessons.refusals,
        )
        return result, dataclasses.asdict(config)

    def _given(self, target: Classifier, fold: int) -> Data:
        config = self._config
        reading = Reading(config.columns, config.label_map)

        def read(source: str) -> list[PictureSample]:
            return load_pictures(source, target.labels, target.fit, config.labelled, reading)

        splits = split_sources(read, config.data, config.tune_data, config.verify_data, config.verify_folds)
        return Data(splits.explore, splits.tune, splits.verify[fold - 1])

    def _signs(self, fold: int) -> Data:
        names = tuple(s.name for s in self.space.specs)
        if names != signs.COLUMNS:
            raise FadedError(
                f"The demo's truth is known for the concepts {', '.join(signs.COLUMNS)} in this order, not {names}."
            )
        explore, tune, verify = (
            signs.draw(self._config.seed, signs.ROUND_STREAM + offset, count)
            for offset, count in ((0, SIGNS_EXPLORE), (1, SIGNS_TUNE), (1 + fold, SIGNS_VERIFY))
        )
        truth = signs.SignTruth([*explore, *tune, *verify])
        samples = [[scene.sample for scene in part] for part in (explore, tune, verify)]
        return Data(samples[0], samples[1], samples[2], truth, known_invalid=signs.known_invalid)
