"""What the committed pipeline of the demo "scenes" draws, as its reader reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faded.briefs import Brief
from faded.demo import scene_prompts
from faded.demo.scenes import PERSON, TEMPLATES, TEST_STREAM, VALUES, Attributes, Scene, caption, draw
from faded.discrepancies.drawings import mismatch, permutation_null
from faded.targets.attributes import Reader, load_reader
from faded.targets.load_pipeline import load_pipeline
from faded.targets.text_to_image import Sampling, TextToImage

SAMPLING = Sampling(scene_prompts.EXPLORE.steps, scene_prompts.EXPLORE.guidance)
"""How the demo draws."""
PROMPTS = 400
"""Prompts that ask for all attributes, drawn evenly."""
SEEDS = 100
"""Pictures of each profession, to count what a prompt leaves open."""
READ = 1_200
"""Fresh drawings that measure the reader."""


def reader_of(folder: Path) -> Path:
    """Return where the reader of a pipeline's folder is."""
    return folder.with_name(f"{folder.name}-reader")


def report(folder: Path, seed: int) -> str:
    """Measure the pipeline in a folder, with the reader beside it."""
    reader = load_reader(str(reader_of(folder)))
    target = load_pipeline(str(folder), reader, SAMPLING)
    lines = [f"{name}: {value:.4f}" for name, value in figures(target, seed).items()]
    jobs = [None, *VALUES["job"]]
    sets = target.answer([Brief(caption(Attributes(job)), tuple(range(SEEDS))) for job in jobs])
    lines += [f"{job or PERSON}: {text}" for job, text in zip(jobs, sets.texts, strict=True)]
    hair = sets.shown["hair"].reshape(-1, 1)
    apart, null = permutation_null(hair, np.repeat(np.arange(len(jobs)), SEEDS))
    lines.append(f"hair, professions apart: {apart:.4f}, by chance less than {np.quantile(null, 0.9):.4f} in 9 of 10")
    return "\n".join(lines)


def figures(target: TextToImage, seed: int) -> dict[str, float]:
    """Return the share of fresh drawings that the reader reads rightly, and of what prompts ask for that it finds."""
    scenes = draw(seed, TEST_STREAM, READ, skewed=False)
    found = {f"read_{name}": share for name, share in read_rightly(target.reader, scenes).items()}
    asked = [Attributes(**scene.shows.named()) for scene in scenes[:PROMPTS]]
    briefs = [
        Brief(caption(shows, TEMPLATES[i % len(TEMPLATES)]), (i,), tuple(shows.named().items()))
        for i, shows in enumerate(asked)
    ]
    sets = target.answer(briefs)
    for name, values in VALUES.items():
        wanted = np.array([values.index(shows.named()[name]) for shows in asked])
        found[f"drawn_{name}"] = float((sets.shown[name][:, 0] == wanted).mean())
    return found | {"drawn": 1 - float(mismatch(sets, [None] * len(briefs)).mean())}


def read_rightly(reader: Reader, scenes: list[Scene]) -> dict[str, float]:
    """Return the share of drawings of which an attribute is read rightly."""
    read = reader.read(np.stack([scene.picture for scene in scenes]))
    return {
        name: float(np.mean(read.shown[name] == [values.index(s.shows.named()[name]) for s in scenes]))
        for name, values in VALUES.items()
    }
