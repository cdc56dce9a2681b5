"""What is found out about a draft of a campaign: its target, its data, its concepts, and how its measure falls.

Each answer is JSON values for a page. A bench keeps the last target in memory, since one question follows the other.
"""

from __future__ import annotations

import base64
import io
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from faded.briefs import Brief, Wording
from faded.concepts.base import Editor
from faded.concepts.presets import prompt_presets
from faded.concepts.prompt import PromptEditor, check_template, prompt_slots, prompt_space
from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.data.load import decode, picture_rows
from faded.data.peek import Peek, peek_pictures, peek_texts, unknown_labels
from faded.data.pictures import to_picture
from faded.data.prompts import Prompts, load_prompts
from faded.data.tables import Reading
from faded.domain import FadedError
from faded.jobs.catalogue import catalogue
from faded.jobs.context import check_there, task_of
from faded.jobs.task import AnySample, AnyTarget, Task
from faded.runtime import device
from faded.stages import CANDIDATE, CONCEPTS, DATA, MEASURE, TARGET
from faded.targets.attributes import Unread
from faded.targets.drawn_by_function import DrawnByFunction
from faded.targets.load import check, load_classifier
from faded.targets.load_pipeline import load_drawing
from faded.targets.load_text import load_summarizer
from faded.targets.recognise import recognise
from faded.targets.text_to_image import Sampling, TextToImage
from faded.targets.written_by_function import WrittenByFunction
from faded.tasks import DEFAULT_SPACE, DRAWING, IMAGE, TEXT

THUMB = 96
"""Pixels of the longer side of a picture that is shown small."""
EXCERPT = 240
"""Characters of a text that is shown."""
STRETCH = 120
"""Characters of an edited text, of which one is shown for each level."""
MEASURED = {IMAGE: 192, TEXT: 32, DRAWING: 8}
"""Samples whose clean discrepancies are measured: seconds of work, and enough to see where a threshold falls."""
TIMED = {IMAGE: 64, TEXT: 4}
"""Inputs by which a target is timed before there are data."""
ARTICLE = "A ferry ran aground near the harbour on Monday. Nobody was hurt, and all passengers were taken ashore. " * 6

Params = Mapping[str, Any]
Answer = dict[str, Any]


class Bench:
    """Answers inquiries; keeps the last target."""

    def __init__(self) -> None:
        self._kept: tuple[str, AnyTarget] | None = None
        self._answers: dict[str, Callable[[Params], Answer]] = {
            TARGET: self.about_target,
            CANDIDATE: self.about_target,
            DATA: self.about_data,
            CONCEPTS: self.about_concepts,
            MEASURE: self.about_measure,
        }

    def answer(self, kind: str, params: Params) -> Answer:
        """Answer one inquiry.

        Raises:
            FadedError: what is asked about cannot be used; the message says what to mend.
        """
        return self._answers[kind](params)

    def about_target(self, params: Params) -> Answer:
        """Say what a target does, what it can answer, how large it is, and how long an answer takes.

        It is loaded anew, for its files may have changed since it was asked about.

        Args:
            params: `target`, and `task`, empty to have it recognised.
        """
        source = str(params["target"])
        task = str(params["task"]) or recognise(source)
        if task is None:
            raise FadedError(f"What {source} does cannot be told by its files: choose the task.")
        self._kept = None
        loaded, timed = self._alone(task, source)
        return {
            "task": task,
            "classes": list(loaded.labels) if task == IMAGE else [],
            "parameters": _parameters(loaded),
            "device": str(device()),
            "seconds": timed(),
            **catalogue(task),
        }

    def about_data(self, params: Params) -> Answer:
        """Say how many samples there are, how their columns and labels are named, and show the first."""
        if params["task"] == DRAWING:
            prompts = load_prompts(Path(params["data"]))
            return {
                "rows": len(prompts.templates) * prompts.sets,
                "prompts": prompts.templates[:12],
                "pictures": prompts.pictures,
                "steps": prompts.steps,
                "open": None if prompts.open is None else prompts.open.attribute,
            }
        config = CampaignConfig.from_json(params)
        check_there(config)
        reading = Reading(config.columns, config.label_map)
        if config.task == TEXT:
            peek = peek_texts(config.data, config.labelled, reading)
            texts = [[_excerpt(article), _excerpt(reference)] for article, reference in peek.texts]
            return {**_of_table(peek), "texts": texts}
        peek = peek_pictures(config.data, config.labelled, reading)
        target = self._target(task_of(config), config)
        samples = [
            {"picture": _thumb(decode(file, place, target.fit)), "label": str(value) if config.labelled else None}
            for place, file, value in peek.first
        ]
        unknown = unknown_labels(peek.labels, config.label_map, target.labels) if config.labelled else []
        labels = {str(label): number for label, number in peek.labels.items()}
        return {**_of_table(peek), "labels": labels, "unknown": unknown, "samples": samples}

    def about_concepts(self, params: Params) -> Answer:
        """Show the first sample under every level of every concept."""
        editor: Editor[Any, Any]
        if params["task"] == DRAWING:
            editor, space, payload = _prompts(params)
        else:
            config = CampaignConfig.from_json(params)
            task = task_of(config)
            target = self._target(task, config)
            editor, space, payload = task.probe(target).editor, task.space, _first_payload(config, target)
        concepts = []
        for place, spec in enumerate(space.specs):
            settings = np.tile(np.asarray(space.control), (len(spec.levels), 1))
            settings[:, place] = spec.levels
            edited = editor([payload] * len(settings), settings)
            shown = [_shown(one) for one in edited]
            levels = [
                {"level": spec.mark(v), "said": spec.describe(v), **s} for v, s in zip(spec.levels, shown, strict=True)
            ]
            concepts.append({"name": spec.name, "levels": levels})
        return {"cells": space.n_cells, "concepts": concepts}

    def about_measure(self, params: Params) -> Answer:
        """Measure the unedited inputs: where their discrepancies fall, and how long a query takes.

        `seconds` are those of a query, `before` those of what comes before the first one, without loading the target.
        """
        config = CampaignConfig.from_json(params)
        task = task_of(config)
        target = self._target(task, config)
        started = time.monotonic()
        data = task.data(target, 1, lambda _message: None)
        read = time.monotonic() - started
        probe = task.probe(target)
        samples = _spread(data.explore, MEASURED[config.task])
        batch = min(task.batch, len(samples))
        started = time.monotonic()
        clean = [probe.clean(samples[i : i + batch]).discrepancy for i in range(0, len(samples), batch)]
        unedited = (time.monotonic() - started) / len(samples)
        rng = np.random.default_rng(config.seed)
        asked = samples[:batch]
        settings = probe.space.settings(rng.integers(probe.space.n_cells, size=len(asked)))
        started = time.monotonic()
        probe.measure(asked, settings)
        seconds = (time.monotonic() - started) / len(asked)
        strata: dict[str, int] = {}
        for sample in data.explore:
            strata[sample.stratum] = strata.get(sample.stratum, 0) + 1
        return {
            "clean": np.sort(np.concatenate(clean)).round(6).tolist(),
            "seconds": seconds,
            "before": read + unedited * len(data.explore),
            "most": task.most if math.isfinite(task.most) else None,
            "explore": len(data.explore),
            "tune": len(data.tune),
            "verify": len(data.verify),
            "folds": config.verify_folds,
            "strata": len(strata),
            "fewest": min(strata.values()),
        }

    def _alone(self, task: str, source: str) -> tuple[AnyTarget, Callable[[], float | None]]:
        """Load a target before there are data; return it, and what times it."""
        if task == IMAGE:
            pictures = self._keep(f"{IMAGE} {source}", lambda: load_classifier(source))
            check(pictures)
            noise = torch.full((TIMED[IMAGE], 3, *pictures.input_size), 0.5)
            return pictures, lambda: _seconds(lambda: pictures.answer(noise), TIMED[IMAGE])
        if task == TEXT:
            writer = self._keep(f"{TEXT} {source}", lambda: load_summarizer(source))
            return writer, lambda: _seconds(lambda: writer.answer([ARTICLE] * TIMED[TEXT]), TIMED[TEXT])
        usual = Sampling(Prompts({}).steps, Prompts({}).guidance)
        return self._keep(f"{task} {source}", lambda: load_drawing(source, Unread(), usual)), lambda: None

    def _target(self, task: Task, config: CampaignConfig) -> AnyTarget:
        """Return the target of a campaign; one that draws is loaded with what its prompts say."""
        key = f"{config.task} {config.target}"
        if config.task == DRAWING:
            key += f" {config.reader} {config.data}"
        return self._keep(key, lambda: task.load(None))

    def _keep(self, key: str, load: Callable[[], AnyTarget]) -> AnyTarget:
        if self._kept is None or self._kept[0] != key:
            self._kept = None  # the memory of the last one first
            self._kept = (key, load())
        return self._kept[1]


def _parameters(target: AnyTarget) -> int | None:
    """Return how many numbers were learned; None of a function, which does not say."""
    if isinstance(target, TextToImage):
        modules = [part for part in target.pipeline.components.values() if isinstance(part, torch.nn.Module)]
    elif isinstance(target, DrawnByFunction | WrittenByFunction):
        return None
    else:
        modules = [target.module]
    return sum(p.numel() for module in modules for p in module.parameters())


def _seconds(answer: Callable[[], object], inputs: int) -> float:
    """Return the seconds that one input takes; the first call warms up."""
    answer()
    started = time.monotonic()
    answer()
    return (time.monotonic() - started) / inputs


def _of_table(peek: Peek) -> Answer:
    return {
        "rows": peek.rows,
        "columns": peek.columns,
        "suggested": dict(peek.suggested),
        "missing": list(peek.missing),
    }


def _prompts(params: Params) -> tuple[PromptEditor, ConceptSpace, Wording]:
    """Return what fills slots, the concepts, and the first wording, every one of which has the slots."""
    items = params["concepts"] or prompt_presets.get(params["space"] or DEFAULT_SPACE[DRAWING])
    slots, prompts = prompt_slots(items), load_prompts(Path(params["data"]))
    for template in prompts.templates:
        check_template(template, slots)
    return PromptEditor(slots), prompt_space(slots), prompts.samples(0)[0].payload


def _first_payload(config: CampaignConfig, target: AnyTarget) -> Any:
    """Return the first input of the data."""
    reading = Reading(config.columns, config.label_map)
    if config.task == TEXT:
        return peek_texts(config.data, False, reading).texts[0][0]
    place, file, _ = next(iter(picture_rows(config.data, False, reading)))
    return decode(file, place, target.fit)


def _shown(edited: Any) -> Answer:
    """Return what a page shows of an edited input: a small picture, or words."""
    if isinstance(edited, torch.Tensor):
        return {"picture": _thumb(to_picture(edited))}
    return {"text": edited.prompt if isinstance(edited, Brief) else _excerpt(edited, STRETCH)}


def _thumb(picture: NDArray[np.uint8]) -> str:
    """Return a small PNG file in base64."""
    image = Image.fromarray(picture)
    image.thumbnail((THUMB, THUMB))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _excerpt(text: str, most: int = EXCERPT) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _spread(samples: Sequence[AnySample], count: int) -> list[AnySample]:
    """Return so many samples from all over the data."""
    step = max(1, len(samples) // count)
    return list(samples[::step])[:count]
