"""From a campaign's configuration to the things a stage works with: target, concepts, samples, probe, truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from faded import builtins  # noqa: F401 - registers what is asked for by name
from faded.concepts.image import ImageEditor, Picture, image_space
from faded.concepts.presets import presets
from faded.concepts.spec import ConceptSpace
from faded.config import SIGNS, CampaignConfig
from faded.data.load import load_pictures
from faded.data.splits import Splits, samples_hash, split_given, split_one
from faded.demo import signs
from faded.discrepancies.classification import discrepancies
from faded.domain import FadedError, Sample
from faded.jobs.agents import explorers
from faded.jobs.unlabelled import by_clean_answer
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.targets.classifier import Classifier, ClassifierAnswers
from faded.targets.load import check, load_classifier

PictureSample = Sample[Picture]
PictureProbe = Probe[Picture, torch.Tensor, ClassifierAnswers]

SIGNS_WEIGHTS = Path(signs.__file__).parent / "weights" / SIGNS
SIGNS_EXPLORE = 2000
"""A hundred fresh signs per class: five times the twenty that a stratum needs for its modes to be established."""
SIGNS_TUNE = 3000
SIGNS_VERIFY = 1600
"""Eighty fresh signs per class and round: a clean loss of one point in a hundred then moves sixteen pictures."""


class Truth(Protocol):
    """Knows the true answer after an edit, None where there is none any more."""

    def __call__(self, sample_ids: Sequence[str], values: NDArray[np.float64]) -> list[str | None]:
        """Answer for one setting per sample; `values` has shape (batch, n_concepts)."""
        ...


@dataclass(frozen=True)
class Context:
    """What the stages of one round work with.

    Attributes:
        config: The campaign's configuration.
        space: Its concepts.
        explore: Samples to look for failures in.
        tune: Samples that repair trains on.
        verify: The fold that this round may verify on, on which no other round has.
        truth: Knows the true answer after an edit; None where nobody does.
        known_invalid: Settings left out of every rate.
        fingerprint: Of the target's weights.
    """

    config: CampaignConfig
    space: ConceptSpace
    explore: list[PictureSample]
    tune: list[PictureSample]
    verify: list[PictureSample]
    truth: Truth | None
    known_invalid: KnownInvalid
    fingerprint: str

    @cached_property
    def by_id(self) -> dict[str, PictureSample]:
        """The samples that exploring may propose, by id."""
        return {s.id: s for s in self.explore}

    def target(self, weights: Path | None) -> Classifier:
        """Load the target afresh, with its original weights (None) or with those of a folder that a repair wrote."""
        return load_classifier(target_source(self.config), weights)

    def probe(self, target: Classifier) -> PictureProbe:
        """Return the probe that asks this target."""
        discrepancy = discrepancies.get(self.config.discrepancy)
        editor = ImageEditor(self.space)
        return Probe(target, editor, discrepancy, self.space, self.config.threshold, self.known_invalid)

    def splits(self) -> dict[str, str]:
        """Return a hash per split."""
        parts = {"explore": self.explore, "tune": self.tune, "verify": self.verify}
        return {name: samples_hash(samples) for name, samples in parts.items()}


def target_source(config: CampaignConfig) -> str:
    """Return where the campaign's target is loaded from."""
    return str(SIGNS_WEIGHTS) if config.demo == SIGNS else config.target


def build_space(config: CampaignConfig) -> ConceptSpace:
    """Return the campaign's concepts."""
    if config.concepts is not None:
        return image_space(config.concepts)
    return image_space(signs.SPACE if config.demo == SIGNS else presets.get(config.space))


def prepare(config: CampaignConfig, fold: int, say: Callable[[str], None]) -> Context:
    """Load and split the data of a round and check the target.

    Args:
        config: The campaign's configuration.
        fold: Number of the verify fold, from 1.
        say: Told in words what is being done.

    Raises:
        FadedError: something in the configuration cannot be used; the message says what and why.
    """
    space = build_space(config)
    discrepancies.get(config.discrepancy)
    explorers.get(config.agent)
    say("Loading the target")
    target = load_classifier(target_source(config))
    check(target)
    if config.demo == SIGNS:
        say("Drawing signs")
        context = _signs(config, space, fold, target.fingerprint())
    else:
        say("Reading the pictures")
        context = _given(config, space, target, fold)
    if config.labelled:
        return context
    say("Asking the target about the pictures as they are")
    return _without_labels(context, target)


def _given(config: CampaignConfig, space: ConceptSpace, target: Classifier, fold: int) -> Context:
    splits = _load(config, target)
    verify = splits.verify[fold - 1]
    return Context(config, space, splits.explore, splits.tune, verify, None, nothing_invalid, target.fingerprint())


def _load(config: CampaignConfig, target: Classifier) -> Splits[Picture]:
    def read(source: str) -> list[PictureSample]:
        return load_pictures(Path(source), target.labels, target.fit, config.labelled)

    if config.tune_data:
        return split_given(read(config.data), read(config.tune_data), read(config.verify_data), config.verify_folds)
    return split_one(read(config.data), config.verify_folds)


def _without_labels(context: Context, target: Classifier) -> Context:
    """Forget the references and what is known to be invalid. Who knows the truth still does: that is the annotator."""
    probe = context.probe(target)
    explore, tune, verify = (by_clean_answer(part, probe) for part in (context.explore, context.tune, context.verify))
    return replace(context, explore=explore, tune=tune, verify=verify, known_invalid=nothing_invalid)


def _signs(config: CampaignConfig, space: ConceptSpace, fold: int, fingerprint: str) -> Context:
    names = tuple(s.name for s in space.specs)
    if names != signs.COLUMNS:
        raise FadedError(
            f"The demo's truth is known for the concepts {', '.join(signs.COLUMNS)} in this order, not {names}."
        )
    explore, tune, verify = (
        signs.draw(config.seed, signs.ROUND_STREAM + offset, count)
        for offset, count in ((0, SIGNS_EXPLORE), (1, SIGNS_TUNE), (1 + fold, SIGNS_VERIFY))
    )
    truth = signs.SignTruth([*explore, *tune, *verify])
    return Context(
        config,
        space,
        explore=[scene.sample for scene in explore],
        tune=[scene.sample for scene in tune],
        verify=[scene.sample for scene in verify],
        truth=truth,
        known_invalid=signs.known_invalid,
        fingerprint=fingerprint,
    )
