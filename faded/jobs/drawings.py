"""Text-to-image models as targets of a round: prompts with slots, sets of pictures, and the demo "scenes"."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from faded.briefs import Brief, Wording
from faded.concepts.prompt import PromptEditor, check_prompt_setting, filled, parts, prompt_slots, prompt_space
from faded.config import CampaignConfig
from faded.demo import measure_scenes, scene_prompts, scenes
from faded.discrepancies.drawings import bias
from faded.domain import Details
from faded.jobs.task import AnyProbe, Course, Data, Lessons, Say
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.repair.diffusion import DiffusionConfig, repair_drawings
from faded.repair.records import RepairResult
from faded.sheets import sheet
from faded.targets.attributes import load_reader
from faded.targets.load_pipeline import load_pipeline
from faded.targets.sets import Pictures, Sets
from faded.targets.text_to_image import TextToImage

DrawingProbe = Probe[Wording, Sequence[Brief], Sets]

SCENES_WEIGHTS = Path(scenes.__file__).parent / "weights" / "scenes"
SCENES_EXPLORE = 120
SCENES_TUNE = 120
SCENES_VERIFY = 60
WORDING = "wording"
"""Chunk of a set's PNG file that holds template and seeds."""


@dataclass(frozen=True)
class Drawing:
    """A set of pictures as people are shown it.

    Attributes:
        wording: The sample's payload.
        prompt: What it was drawn for.
        pictures: Shape (pictures, height, width, 3).
    """

    wording: Wording
    prompt: str
    pictures: Pictures


class Drawings:
    """The task of a campaign on a model that draws; its methods are documented in `Task`.

    Args:
        config: The campaign's configuration.

    Attributes:
        evidence: What people are shown.
        source: Where the target is loaded from.
        space: The campaign's concepts.

    Raises:
        FadedError: a slot cannot be used.
    """

    evidence = "pictures"

    def __init__(self, config: CampaignConfig) -> None:
        self._config = config
        self.source = str(SCENES_WEIGHTS)
        self._slots = prompt_slots(scene_prompts.SPACE)
        self.space = prompt_space(self._slots)

    def load(self, weights: Path | None) -> TextToImage:
        """Load the target."""
        reader = load_reader(str(measure_scenes.reader_of(SCENES_WEIGHTS)))
        return load_pipeline(self.source, reader, measure_scenes.SAMPLING, weights)

    def labels(self, target: TextToImage) -> list[str]:
        """Return nothing: answers are pictures."""
        return []

    def data(self, target: TextToImage, fold: int, say: Say) -> Data:
        """Draw seeds, and see that the target reads the prompts to their ends."""
        parts = [
            scene_prompts.draw(self._config.seed, offset, count)
            for offset, count in ((0, SCENES_EXPLORE), (1, SCENES_TUNE), (1 + fold, SCENES_VERIFY))
        ]
        editor = PromptEditor(self._slots)
        wordings = [Wording(template, ()) for template in scene_prompts.WORDINGS.values()]
        for wording in wordings:
            target.check([b.prompt for b in editor([wording] * self.space.n_cells, self.space.grid)])
        truth = scene_prompts.SceneTruth(self.space)
        return Data(parts[0], parts[1], parts[2], truth, scene_prompts.accepts)

    def probe(self, target: TextToImage, known_invalid: KnownInvalid = nothing_invalid) -> DrawingProbe:
        """Return the probe."""
        measure = bias(scene_prompts.OPEN, scene_prompts.SHARES)
        return Probe(target, PromptEditor(self._slots), measure, self.space, scene_prompts.THRESHOLD, known_invalid)

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
        words, neutral = (
            {slot.name: slot.words[int(level)] for slot, level in zip(self._slots, levels, strict=True)}
            for levels in (values, self.space.control)
        )
        return {
            "prompt": edited.prompt,
            "slots": json.dumps(parts(payload.template, words)),
            "base": filled(payload.template, neutral),
            "pictures": len(edited.pictures),
        }

    def write(self, payload: Drawing) -> bytes:
        """Return a PNG file of the set as one picture, that holds the wording as well."""
        told = PngInfo()
        told.add_itxt(WORDING, json.dumps({"template": payload.wording.template, "seeds": payload.wording.seeds}))
        file = io.BytesIO()
        sheet(payload.pictures).save(file, "PNG", pnginfo=told)
        return file.getvalue()

    def read(self, content: bytes) -> Wording:
        """Read the wording from what `write` wrote."""
        with Image.open(io.BytesIO(content)) as image:
            told: Any = json.loads(image.text[WORDING])  # type: ignore[attr-defined]
        return Wording(told["template"], tuple(told["seeds"]))

    def repair_rows(self, target: TextToImage) -> dict[str, int]:
        """Return what a repair of this target is given."""
        config = DiffusionConfig()
        return {
            "batch": config.batch,
            "anchor": config.anchor_batch,
            "draws": config.sets,
            "evaluate_every": config.evaluate_every,
            "patience": config.patience,
        }

    def repair(self, target: TextToImage, lessons: Lessons, course: Course) -> tuple[RepairResult, dict[str, Any]]:
        """Tune an adapter."""
        config = DiffusionConfig(steps=course.steps, seed=course.seed)
        probe: AnyProbe = self.probe(target)
        result = repair_drawings(
            probe,
            target,
            _Evenly(target),
            lessons.tune,
            lessons.modes,
            len(lessons.pairs),
            config,
            on_step=course.on_step,
            should_stop=course.should_stop,
            resume=course.resume,
        )
        return result, dataclasses.asdict(config)


class _Evenly:
    """Sorts pictures by what of the open attribute they show, see `Sorting`."""

    shares = scene_prompts.SHARES

    def __init__(self, target: TextToImage) -> None:
        self._values = target.reader.values[scene_prompts.OPEN]

    def groups(self, sets: Sets, /) -> NDArray[np.int64]:
        """Return the number of the value, -1 where a picture does not show what else is asked."""
        found = sets.shown[scene_prompts.OPEN].copy()
        for row, asked in enumerate(sets.asked):
            for name, value in asked.items():
                found[row][sets.shown[name][row] != value] = -1
        return found

    def coached(self, inputs: Sequence[Brief], /) -> list[Sequence[Brief]]:
        """Return the briefs with each value asked for in words."""
        return [
            [
                Brief(f"{b.prompt} {scene_prompts.WORDS[value]}", b.seeds, (*b.asked, (scene_prompts.OPEN, value)))
                for b in inputs
            ]
            for value in self._values
        ]
