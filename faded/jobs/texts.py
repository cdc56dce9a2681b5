"""Summarizers as targets of a round: articles, their edits, free answers, and the demo "bulletins"."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.concepts.presets import text_presets
from faded.concepts.text import TextEditor, check_text_setting, content_kept, text_space
from faded.concepts.text_registry import text_concepts
from faded.config import CampaignConfig
from faded.data.load_texts import TextSample, load_texts
from faded.data.splits import split_sources
from faded.data.tables import Reading
from faded.demo import bulletins
from faded.discrepancies.base import MOST_APART
from faded.discrepancies.encoder import load_encoder
from faded.discrepancies.text import TextDiscrepancy, embedding_distance, text_discrepancies
from faded.domain import Details, FadedError
from faded.jobs.task import AnyProbe, AnyTarget, Course, Data, Lessons, Say
from faded.jobs.unlabelled import without_references
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.repair.records import RepairResult
from faded.repair.sequence import config_for, repair_sequences
from faded.targets.load_text import load_writing
from faded.targets.summarizer import Summaries, Summarizer
from faded.targets.written_by_function import Writings, WrittenByFunction
from faded.tasks import BULLETINS, EMBEDDING
from faded.verification.beside import Allowance

TextTarget = Summarizer | WrittenByFunction
TextProbe = Probe[str, Sequence[str], Summaries | Writings]

BULLETINS_WEIGHTS = Path(bulletins.__file__).parent / "weights" / BULLETINS
BULLETINS_EXPLORE = 1000
"""A hundred of each kind: more than a cell is asked about, and a mode's proposals are of distinct bulletins."""
BULLETINS_TUNE = 3000
BULLETINS_VERIFY = 500
"""Fifty of each kind and round: a fold is asked under some hundred settings, by two targets."""


class Texts:
    """The task of a campaign on a summarizer; its methods are documented in `Task`.

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
        FadedError: a concept, the discrepancy or the encoder cannot be used.
    """

    evidence = "text"
    batch = 64
    allowances: Mapping[str, Allowance] = MappingProxyType({})

    def __init__(self, config: CampaignConfig) -> None:
        self._config = config
        self.source = str(BULLETINS_WEIGHTS) if config.demo == BULLETINS else config.target
        items = config.concepts
        if items is None:
            items = tuple(bulletins.SPACE if config.demo == BULLETINS else text_presets.get(config.space))
        self.space = text_space(items)
        self._discrepancy, self.most = _discrepancy(config)

    def load(self, weights: Path | None) -> TextTarget:
        """Load the target."""
        return load_writing(self.source, weights)

    def candidate(self, target: TextTarget) -> TextTarget:
        """Load the candidate."""
        return load_writing(self._config.candidate)

    def labels(self, target: TextTarget) -> list[str]:
        """Return nothing: answers are free text."""
        return []

    def data(self, target: TextTarget, fold: int, say: Say) -> Data:
        """Write bulletins or read the articles, and see that the target can read them."""
        say("Writing bulletins" if self._config.demo == BULLETINS else "Reading the articles")
        data = self._bulletins(fold) if self._config.demo == BULLETINS else self._given(target, fold)
        if self._config.labelled:
            return data
        say("Asking the target about the articles as they are")
        return without_references(data, self.probe(target), classes=False)

    def measured_with(self, target: TextTarget) -> dict[str, str]:
        """Return nothing: the configuration says it all."""
        return {}

    def probe(self, target: AnyTarget, known_invalid: KnownInvalid = nothing_invalid) -> TextProbe:
        """Return the probe.

        Its score is what an answer has of its reference. Where the target's own answer is what is expected, that would
        be all of it before any repair, and every other wording less: there an answer is kept or not.
        """
        editor, threshold = TextEditor(self.space), self._config.limit
        score = _score if self._config.labelled else None
        return Probe(target, editor, self._discrepancy, self.space, threshold, known_invalid, score)

    def setting(self, values: Sequence[object]) -> NDArray[np.float64]:
        """Check a setting."""
        return check_text_setting(self.space, values)

    def edited(self, probe: AnyProbe, payloads: Sequence[str], values: NDArray[np.float64]) -> list[str]:
        """Edit articles."""
        return list(probe.editor(payloads, values))

    def notes(self, payload: str, edited: str, values: Sequence[float]) -> Details:
        """Say how much of the article the edit left, and which concepts change what it says."""
        moved = [spec.name for spec, value in zip(self.space.specs, values, strict=True) if value != spec.neutral]
        changing = [name for name in moved if text_concepts.get(name).changes_meaning]
        found: Details = {"content_kept": round(content_kept(payload, edited), 4)}
        return found | ({"changes_meaning": ", ".join(changing)} if changing else {})

    def write(self, payload: str) -> bytes:
        """Return UTF-8."""
        return payload.encode()

    def read(self, content: bytes) -> str:
        """Read UTF-8."""
        return content.decode()

    def beside(self, probe: AnyProbe, samples: Sequence[TextSample]) -> dict[str, NDArray[np.float64]]:
        """Return nothing: failures show all."""
        return {}

    def repair_rows(self, target: TextTarget) -> dict[str, int] | None:
        """Return what a repair of this target is given; nothing where it is a function, which none is of."""
        if isinstance(target, WrittenByFunction):
            return None
        config = config_for(_parameters(target))
        return {
            "batch": config.batch,
            "anchor": config.anchor_batch,
            "draws": config.draws,
            "evaluate_every": config.evaluate_every,
            "patience": config.patience,
        }

    def repair(self, target: TextTarget, lessons: Lessons, course: Course) -> tuple[RepairResult, dict[str, Any]]:
        """Tune an adapter.

        Raises:
            FadedError: the target is a function, of which nothing can be tuned, or there is nothing to learn from.
        """
        if isinstance(target, WrittenByFunction):
            raise FadedError(
                f"The target {self.source} is a function: there are no weights of it to tune. Give a summarizer to "
                "repair, as a folder or hub id."
            )
        config = dataclasses.replace(config_for(_parameters(target)), steps=course.steps, seed=course.seed)
        probe: AnyProbe = self.probe(target)
        result = repair_sequences(
            probe,
            target,
            lessons.tune,
            lessons.modes,
            lessons.pairs,
            lessons.samples,
            config,
            on_prepared=course.on_prepared,
            on_step=course.on_step,
            should_stop=course.should_stop,
            resume=course.resume,
        )
        return result, dataclasses.asdict(config)

    def _given(self, target: TextTarget, fold: int) -> Data:
        config = self._config

        sources: list[list[TextSample]] = []
        reading = Reading(config.columns, config.label_map)

        def read(source: str) -> list[TextSample]:
            sources.append(load_texts(source, config.labelled, reading))
            return sources[-1]

        splits = split_sources(read, config.data, config.tune_data, config.verify_data, config.verify_folds)
        later = {s.id for part in splits.verify for s in part} - {s.id for s in splits.verify[fold - 1]}
        for samples in sources:  # in the order of the file; all of it before the first round
            target.check([s.payload for s in samples if fold == 1 or s.id not in later])
        return Data(splits.explore, splits.tune, splits.verify[fold - 1])

    def _bulletins(self, fold: int) -> Data:
        explore, tune, verify = (
            bulletins.draw(self._config.seed, bulletins.ROUND_STREAM + offset, count)
            for offset, count in ((0, BULLETINS_EXPLORE), (1, BULLETINS_TUNE), (1 + fold, BULLETINS_VERIFY))
        )
        truth = bulletins.BulletinTruth([*explore, *tune, *verify], self.space)
        samples = [[bulletin.sample for bulletin in part] for part in (explore, tune, verify)]
        return Data(samples[0], samples[1], samples[2], truth, truth.accepts)


def _discrepancy(config: CampaignConfig) -> tuple[TextDiscrepancy, float]:
    """Return the discrepancy and what it is at most."""
    if config.discrepancy == EMBEDDING:
        return embedding_distance(load_encoder(config.encoder)), MOST_APART
    if config.discrepancy not in text_discrepancies.names():
        known = ", ".join([*text_discrepancies.names(), EMBEDDING])
        raise FadedError(f"There is no discrepancy of texts named {config.discrepancy!r}. Known: {known}.")
    return text_discrepancies.get(config.discrepancy), text_discrepancies.most(config.discrepancy)


def _parameters(target: Summarizer) -> int:
    return sum(parameter.numel() for parameter in target.module.parameters())


def _score(discrepancy: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 - np.clip(discrepancy, 0.0, 1.0)
