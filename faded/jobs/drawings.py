"""Text-to-image models as targets of a round: prompts with slots, sets of pictures, and the demo "scenes"."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Brief, Wording
from faded.clip import load_clip
from faded.concepts.presets import SpaceItems, prompt_presets
from faded.concepts.prompt import PromptEditor, check_prompt_setting, check_template, prompt_slots, prompt_space
from faded.config import CampaignConfig
from faded.data.prompts import load_prompts
from faded.data.splits import split_sources
from faded.demo import measure_scenes, scene_prompts, scenes
from faded.discrepancies.base import MOST_APART, ExpectedDiscrepancy
from faded.discrepancies.clip import clip_distance
from faded.discrepancies.drawings import MOST, bias, mismatch, variety
from faded.domain import Details, FadedError, Sample
from faded.jobs.drawn_evidence import Drawing, told, wording_of, written
from faded.jobs.drawn_in_full import InFull
from faded.jobs.drawn_with import drawn_with
from faded.jobs.sorting import AsAsked, Evenly, Near, asking
from faded.jobs.task import AnyProbe, AnyTarget, Course, Data, Lessons, Say
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.repair.diffusion import DiffusionConfig, repair_drawings
from faded.repair.painters import Sorting
from faded.repair.records import RepairResult
from faded.targets.attributes import Reader, Unread, check_read, load_reader
from faded.targets.load_pipeline import load_drawing
from faded.targets.phrases import load_phrase_reader
from faded.targets.sets import Sets
from faded.targets.text_to_image import Sampling, TextToImage
from faded.tasks import BIAS, CLIP, MISMATCH, SCENES
from faded.verification.beside import Allowance

DrawingProbe = Probe[Wording, Sequence[Brief], Sets]

MORE_SETS = "Raise sets in the file of prompts, or give more wordings"
"""What to do where there are too few samples."""
SCENES_WEIGHTS = Path(scenes.__file__).parent / "weights" / "scenes"


def _preset(name: str) -> SpaceItems:
    try:
        return prompt_presets.get(name)
    except FadedError as error:
        raise FadedError(f"{error} Or give --space a YAML file of slots, see docs/text-to-image.md.") from error


class Drawings:
    """The task of a campaign on a model that draws; its methods are documented in `Task`.

    Args:
        config: The campaign's configuration.

    Attributes:
        evidence: What people are shown.
        batch: Queries answered at once.
        allowances: What a repair may cost of what is drawn well.
        source: Where the target is loaded from.
        space: The campaign's concepts.
        most: What the discrepancy is at most.

    Raises:
        FadedError: the prompts, a slot, the discrepancy or the encoder cannot be used.
    """

    evidence = "pictures"
    batch = 8
    allowances: Mapping[str, Allowance] = MappingProxyType(
        {"faithfulness": Allowance(0.02, relative=False), "variety": Allowance(0.05, relative=True)}
    )

    def __init__(self, config: CampaignConfig) -> None:
        self._config = config
        self._prompts = scene_prompts.EXPLORE if config.demo == SCENES else load_prompts(Path(config.data))
        self.source = str(SCENES_WEIGHTS) if config.demo == SCENES else config.target
        items = config.concepts
        if items is None:
            items = tuple(scene_prompts.SPACE if config.demo == SCENES else _preset(config.space))
        self._slots = prompt_slots(items)
        self.space = prompt_space(self._slots)
        for template in self._prompts.templates:  # now, for to load a target takes long
            check_template(template, self._slots)
        self._clip = load_clip(config.encoder) if config.discrepancy == CLIP else None
        self._sampling = Sampling(self._prompts.steps, self._prompts.guidance)
        self.most = MOST if self._clip is None else MOST_APART

    def load(self, weights: Path | None) -> AnyTarget:
        """Load the target with its reader."""
        return load_drawing(self.source, self._reader(), self._sampling, weights)

    def candidate(self, target: AnyTarget) -> AnyTarget:
        """Load the candidate with the same reader."""
        return load_drawing(self._config.candidate, self._reader(), self._sampling)

    def labels(self, target: AnyTarget) -> list[str]:
        """Return nothing: answers are pictures."""
        return []

    def data(self, target: AnyTarget, fold: int, say: Say) -> Data:
        """Draw the seeds of every set, and see that the target reads the prompts to their ends."""
        say("Reading the prompts")
        config = self._config
        if config.demo == SCENES:
            explore, tune, verify = scene_prompts.draw(config.seed, fold)
            self._check(target, (*explore, *tune, *verify))
            self.probe(target)
            return Data(explore, tune, verify, scene_prompts.SceneTruth(self.space), scene_prompts.accepts)
        sources = (config.data, config.tune_data, config.verify_data)
        read = {source: self._read(source) for source in sources if source}
        for source, samples in read.items():  # before they are counted
            try:
                self._check(target, samples)
            except FadedError as error:
                raise FadedError(f"The prompts in {source} cannot be used: {error}") from error
        self.probe(target)
        splits = split_sources(read.__getitem__, *sources, config.verify_folds, MORE_SETS)
        return Data(splits.explore, splits.tune, splits.verify[fold - 1])

    def _check(self, target: AnyTarget, samples: Iterable[Sample[Wording]]) -> None:
        """See that wordings have the slots, and that target and CLIP read them to their ends, see `throughout`."""
        for template in dict.fromkeys(sample.payload.template for sample in samples):
            check_template(template, self._slots)
            briefs = PromptEditor(self._slots).throughout(template)
            prompts = list(dict.fromkeys(brief.prompt for brief in briefs))
            target.check(prompts + self._asking_for_more(briefs))
            if self._clip is not None:
                self._clip.check(prompts)

    def measured_with(self, target: AnyTarget) -> dict[str, str]:
        """Return what pictures are drawn and measured with."""
        return drawn_with(self._prompts, target, self._clip)

    def probe(self, target: AnyTarget, known_invalid: KnownInvalid = nothing_invalid) -> DrawingProbe:
        """Return the probe."""
        measure = self._measure(target.reader)
        return Probe(target, PromptEditor(self._slots), measure, self.space, self._config.limit, known_invalid)

    def setting(self, values: Sequence[object]) -> NDArray[np.float64]:
        """Check a setting."""
        return check_prompt_setting(self.space, values)

    def edited(self, probe: AnyProbe, payloads: Sequence[Wording], values: NDArray[np.float64]) -> list[Drawing]:
        """Draw sets."""
        briefs = probe.editor(payloads, values)
        rows = zip(payloads, briefs, probe.target.answer(briefs).pictures, strict=True)
        return [Drawing(wording, brief.prompt, pictures) for wording, brief, pictures in rows]

    def notes(self, payload: Wording, edited: Drawing, values: Sequence[float]) -> Details:
        """Say the prompt, its parts and slots as JSON, the prompt without the edit, and how many pictures there are."""
        return told(payload, edited, self._slots, values, self.space.control)

    def write(self, payload: Drawing) -> bytes:
        """Return a PNG file of the set as one picture, that holds the wording as well."""
        return written(payload)

    def read(self, content: bytes) -> Wording:
        """Read the wording from what `write` wrote."""
        return wording_of(content)

    def repair_rows(self, target: AnyTarget) -> dict[str, int]:
        """Return what a repair of this target is given."""
        config = DiffusionConfig()
        return {
            "batch": config.batch,
            "anchor": config.anchor_batch,
            "draws": config.sets,
            "evaluate_every": config.evaluate_every,
            "patience": config.patience,
        }

    def repair(self, target: AnyTarget, lessons: Lessons, course: Course) -> tuple[RepairResult, dict[str, Any]]:
        """Tune an adapter.

        Raises:
            FadedError: the target is a function, of which nothing can be tuned, or there is nothing to learn from.
        """
        if not isinstance(target, TextToImage):
            raise FadedError(
                f"The target {self.source} is a function: there are no weights of it to tune. Give a pipeline of "
                "diffusers to repair, as a folder or hub id."
            )
        config = DiffusionConfig(steps=course.steps, seed=course.seed)
        probe: AnyProbe = self.probe(target)
        result = repair_drawings(
            probe,
            target,
            self._sorting(target.reader),
            lessons.tune,
            lessons.modes,
            lessons.rankings,
            lessons.samples,
            config,
            on_prepared=course.on_prepared,
            on_step=course.on_step,
            should_stop=course.should_stop,
            resume=course.resume,
        )
        return result, dataclasses.asdict(config)

    def beside(self, probe: AnyProbe, samples: Sequence[Sample[Wording]]) -> dict[str, NDArray[np.float64]]:
        """Measure how various the target draws what is asked unedited, and how well what is asked in full.

        The second is left out where nothing is asked that the reader reads: it would be perfect whatever is drawn.
        """
        found = {"variety": variety(probe.ask(samples, probe.controls(len(samples))).embedding)}
        target: AnyTarget = probe.target
        in_full = InFull(self._slots, self._prompts.open)
        if in_full.asks_for_any(target.reader.values):
            found["faithfulness"] = 1 - mismatch(target.answer(in_full.briefs(samples)), [None] * len(samples))
        return found

    def _asking_for_more(self, briefs: Sequence[Brief]) -> list[str]:
        """Return the prompts that ask for each value of what is open too, as a repair and the figures beside do."""
        open_ = self._prompts.open
        if open_ is None:
            return []
        return list(dict.fromkeys(asking(b, open_, value).prompt for b in briefs for value in open_.words))

    def _read(self, source: str) -> list[Sample[Wording]]:
        """Read wordings and sets of a file; all else is as the campaign's first file says."""
        found = load_prompts(Path(source))
        return dataclasses.replace(self._prompts, wordings=found.wordings, sets=found.sets).samples(self._config.seed)

    def _reader(self) -> Reader:
        if self._config.demo == SCENES:
            return load_reader(str(measure_scenes.reader_of(SCENES_WEIGHTS)))
        if not self._config.reader:
            return Unread()
        try:
            if self._prompts.phrases:
                return load_phrase_reader(self._config.reader, self._prompts.phrases)
            return load_reader(self._config.reader)
        except FadedError as error:
            raise FadedError(
                f'The reader cannot be used: {error} A reader is an image classifier with labels like "hair: long", or '
                "a CLIP model where the file of prompts has phrases."
            ) from error

    def _measure(self, reader: Reader) -> ExpectedDiscrepancy[Any]:
        """Return the discrepancy, for which the reader must know what is asked and denied.

        Pictures are compared by CLIP without a reader. Where there is one, it reads them for the figures beside, and
        must know every value of what it reads.
        """
        for slot in self._slots:
            self._check_values(reader, slot.attribute, (*slot.shows, *slot.denies), self._clip is None)
        if self._prompts.open is not None:
            needed = self._config.discrepancy == BIAS
            self._check_values(reader, self._prompts.open.attribute, tuple(self._prompts.open.shares), needed)
        if self._clip is not None:
            return clip_distance(self._clip)
        if self._config.discrepancy == MISMATCH:
            if not any(slot.attribute for slot in self._slots):
                raise FadedError(
                    "The discrepancy mismatch compares pictures with what prompts ask for, but no slot has an "
                    "attribute: say in the space which attribute each slot asks for."
                )
            return mismatch
        return bias(*self._open(reader))

    def _check_values(self, reader: Reader, attribute: str, values: Sequence[str], needed: bool) -> None:
        """See that the reader knows values of an attribute; where it is not needed, it need not know the attribute."""
        if needed or attribute in reader.values:
            for value in filter(None, values):
                check_read(reader, attribute, value, self._config.reader)

    def _open(self, reader: Reader) -> tuple[str, tuple[float, ...]]:
        open_ = self._prompts.open
        if open_ is None:
            raise FadedError(
                "The discrepancy bias measures what prompts leave open: give in the file of prompts under open an "
                "attribute with the shares of its values, or another discrepancy."
            )
        lacking = [value for value in reader.values[open_.attribute] if value not in open_.shares]
        if lacking:
            raise FadedError(
                f"The reader reads {', '.join(lacking)} of {open_.attribute!r} too: state a share of each, 0 where it "
                "should not be shown."
            )
        return open_.attribute, tuple(open_.shares[value] for value in reader.values[open_.attribute])

    def _sorting(self, reader: Reader) -> Sorting:
        if self._clip is not None:
            return Near(self._clip, self._config.limit)
        if self._config.discrepancy == MISMATCH or self._prompts.open is None:
            return AsAsked()
        return Evenly(self._prompts.open, reader.values[self._prompts.open.attribute])
