"""The campaign of the demo "scenes": verified are wordings and seeds that nothing else has seen."""

from dataclasses import replace

import numpy as np
import pytest

from faded.concepts.prompt import PromptEditor, check_template, prompt_slots, prompt_space
from faded.demo import scene_prompts
from faded.demo.scenes import LONG_HAIR, VALUES
from faded.domain import FadedError

SLOTS = prompt_slots(scene_prompts.SPACE)
SPACE = prompt_space(SLOTS)


def test_what_is_verified_has_been_seen_nowhere_else() -> None:
    explore, tune, first = scene_prompts.draw(0, 1)
    second = scene_prompts.draw(0, 2)[2]
    seeds = [{seed for sample in part for seed in sample.payload.seeds} for part in (explore, tune, first, second)]
    assert all(a.isdisjoint(b) for i, a in enumerate(seeds) for b in seeds[:i])
    seen = {sample.payload.template for sample in (*explore, *tune)}
    assert seen.isdisjoint(sample.payload.template for sample in (*first, *second))
    assert len(first) >= 34  # of fewer the gate tells nothing
    assert scene_prompts.draw(0, 1)[0] == explore and scene_prompts.draw(1, 1)[0] != explore


def test_every_wording_takes_every_word() -> None:
    for prompts in (scene_prompts.EXPLORE, scene_prompts.VERIFY):
        for template in prompts.templates:
            check_template(template, SLOTS)
    sample = scene_prompts.draw(0, 1)[2][0]
    briefs = PromptEditor(SLOTS)([sample.payload] * SPACE.n_cells, SPACE.grid)
    assert briefs[0].prompt == "a person at work"
    assert briefs[0].asked == ()
    assert len({brief.prompt for brief in briefs}) == SPACE.n_cells
    asked = {value for brief in briefs for _, value in brief.asked}
    assert asked == {*VALUES["job"], scene_prompts.COLOUR, scene_prompts.PLACE}


def test_the_truth_calls_uneven_what_was_drawn_unevenly() -> None:
    truth = scene_prompts.SceneTruth(SPACE)
    right = truth(["any"] * SPACE.n_cells, SPACE.grid)
    jobs = [None, *VALUES["job"]]
    by_job = {jobs[int(row[0])]: found for row, found in zip(SPACE.grid, right, strict=True)}
    skewed = {job for job, found in by_job.items() if found == scene_prompts.EVEN}
    assert skewed == {"artist", "builder", "nurse", "professor"}
    assert {round(LONG_HAIR[job], 2) for job in set(LONG_HAIR) - skewed} == {0.5}
    assert np.all(
        [scene_prompts.accepts("any", "hair: 8 long", found) == (found != scene_prompts.EVEN) for found in right]
    )


def test_of_other_concepts_or_professions_no_truth_is_known() -> None:
    job, clothes, place = SLOTS
    with pytest.raises(FadedError, match=r"for the concepts job, clothes, place in this order, not \('clothes',\)"):
        scene_prompts.SceneTruth(prompt_space([clothes]))
    few = replace(job, words=("person", "chef", "nurse"), shows=("", "chef", "nurse"))
    with pytest.raises(FadedError, match="of 'job' in this order, not person, chef, nurse"):
        scene_prompts.SceneTruth(prompt_space([few, clothes, place]))
    fewer = replace(clothes, words=("", "in red clothes"), shows=("", "red"))
    assert scene_prompts.SceneTruth(prompt_space([job, fewer, place]))
