"""Repair of a target that draws shifts what its sets show, keeps the rest, and survives being killed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load as read_tensors
from safetensors.torch import save
from torch import nn

from faded.briefs import Brief, Wording
from faded.concepts.prompt import PromptEditor, prompt_slots, prompt_space
from faded.discrepancies.drawings import bias
from faded.domain import FadedError, ModeKey, Sample
from faded.probe import Probe
from faded.repair.adapters import attach
from faded.repair.checkpoint import Checkpoint
from faded.repair.diffusion import LAYERS, DiffusionConfig, _Drawings, repair_drawings
from faded.repair.diffusion_material import DiffusionMaterial, Learned, Pool, prepare
from faded.repair.pairs import Ranking
from faded.repair.records import Progress, RepairResult
from faded.targets.attributes import Readings
from faded.targets.load_pipeline import load_pipeline
from faded.targets.sets import Pictures, Sets
from faded.targets.text_to_image import Sampling, TextToImage
from tests.targets.pipelines import write_pipeline

SLOTS = prompt_slots(
    [{"name": "thing", "levels": ["lamp", "red lamp"]}, {"name": "place", "levels": ["", "in the hall"]}]
)
SPACE = prompt_space(SLOTS)
LIGHT = (0.0, 1.0)
"""Light pictures and no dark ones."""


class Brightness:
    """Reads whether a picture is brighter than a network of random weights usually draws."""

    def __init__(self, bound: float) -> None:
        self.values = {"tone": ("dark", "light")}
        self.bound = bound

    def read(self, pictures: NDArray[np.uint8]) -> Readings:
        bright = pictures.reshape(len(pictures), -1).mean(axis=1)
        return Readings({"tone": (bright > self.bound).astype(np.int64)}, bright[:, None].astype(np.float32))


class DarkOrLight(TextToImage):
    """Draws a dark picture from an even seed and a light one from an odd one, whatever its weights are.

    Pictures and latents of networks of random weights hardly differ; there is more to learn from these.
    """

    def draw(self, briefs: Sequence[Brief]) -> Pictures:
        """Return a set for each brief, of even grey."""
        tones = np.array([[seed % 2 for seed in brief.seeds] for brief in briefs], dtype=np.uint8)
        return np.broadcast_to(250 * tones[..., None, None, None], (*tones.shape, 16, 16, 3))

    def encoded(self, pictures: Pictures) -> torch.Tensor:
        """Return latents of -1 or 1 throughout."""
        tones = torch.from_numpy((pictures[:, 0, 0, 0] > 128) * 2.0 - 1).float()
        return tones[:, None, None, None].expand(-1, 4, 8, 8)


class Light:
    """Sorts pictures by their tone; nothing is coached."""

    shares = LIGHT

    def groups(self, sets: Sets, /) -> NDArray[np.int64]:
        return sets.shown["tone"]

    def coached(self, inputs: Sequence[Brief], /) -> list[Sequence[Brief]]:
        return [[], []]


def samples(count: int, seed: int) -> list[Sample[Wording]]:
    rng = np.random.default_rng(seed)
    return [
        Sample(f"{seed}-{i}", Wording("a {thing} {place}", tuple(rng.integers(2**31, size=4).tolist())), "light", "all")
        for i in range(count)
    ]


TUNE = samples(60, 1)
MODE = ModeKey((1, 0), "all")
SAMPLING = Sampling(steps=4, guidance=1.0)
CONFIG = DiffusionConfig(
    steps=40, batch=16, anchor_batch=8, learning_rate=1e-2, beta=2000.0, anchor_weight=0.1, rank=4, sets=8,
    clean_sets=8, held_rows=10, flip_penalty=0.0, evaluate_every=10,
)  # fmt: skip
Make = Callable[[], TextToImage]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    folder = write_pipeline(tmp_path_factory.mktemp("drawn") / "pipeline", seed=3)
    reader: Any = Brightness(bound=0)
    drawn = load_pipeline(str(folder), reader, SAMPLING).draw(fresh(20, MODE))
    reader.bound = float(np.median(drawn.reshape(80, -1).mean(axis=1)))
    return lambda: load_pipeline(str(folder), reader, SAMPLING)


def probe(target: TextToImage) -> Probe[Wording, Sequence[Brief], Sets]:
    return Probe(target, PromptEditor(SLOTS), bias("tone", LIGHT), SPACE, 0.5)


def run(target: TextToImage, config: DiffusionConfig = CONFIG, **more: Any) -> RepairResult:
    given: dict[str, Any] = {"tune": TUNE, "modes": [MODE], "rankings": [], "samples": {}} | more
    return repair_drawings(probe(target), target, Light(), config=config, **given)


def fresh(count: int, mode: ModeKey) -> list[Brief]:
    values = np.tile(np.array(mode.cell, dtype=float), (count, 1))
    return PromptEditor(SLOTS)([s.payload for s in samples(count, 2)], values)


def gains(target: TextToImage, sets: Sets) -> tuple[float, float]:
    """Return by how much the adapter denoises dark and light pictures better than the original, under equal noise."""
    pictures, tone = sets.pictures.reshape(-1, *sets.pictures.shape[2:]), sets.shown["tone"].reshape(-1)
    generator = torch.Generator().manual_seed(5)
    found = []
    for group in (0, 1):
        latents = target.encoded(pictures[tone == group][:60])
        told = target.embedded([sets.briefs[0].prompt]).expand(len(latents), -1, -1)
        noise = torch.randn(latents.shape, generator=generator.manual_seed(5))
        times = torch.randint(target.noise_steps, (len(latents),), generator=generator)
        noisy = target.noised(latents, noise, times)
        with torch.no_grad():
            now = (target.said(noisy, times, told) - noise).square().mean()
            target.module.disable_adapters()
            found.append(float((target.said(noisy, times, told) - noise).square().mean() - now))
            target.module.enable_adapters()
    return found[0], found[1]


def dark_or_light(make: Make) -> DarkOrLight:
    made = make()
    reader: Any = Brightness(bound=128)
    return DarkOrLight(
        pipeline=made.pipeline, reader=reader, sampling=made.sampling, device=made.device, source="drawn"
    )


def gains_of(target: TextToImage, config: DiffusionConfig, **more: Any) -> tuple[float, float, RepairResult]:
    """Repair, and return the gains at the end."""
    sets = probe(target).ask(TUNE, np.tile(np.array(MODE.cell, dtype=float), (len(TUNE), 1)))
    found: list[tuple[float, float]] = []

    def at_the_end(progress: Progress) -> None:
        if progress.step == config.steps:
            found.append(gains(target, sets))

    result = run(target, config, on_step=at_the_end, **more)
    return *found[0], result


def drawn_rows(sorting: Any, counts: list[int], pictures: list[int]) -> list[Any]:
    """Return rows of a batch, with pictures that are the number of their group."""
    pool = Pool(0, [torch.full((n, 1), float(group)) for group, n in enumerate(pictures)])
    mode = Learned("all", (1.0, 0.0), [pool], np.array(counts, dtype=np.float64))
    unused: Any = None
    material = DiffusionMaterial(unused, [mode], [], unused, unused, [], [], 0, ())
    painter: Any = SimpleNamespace(module=nn.Linear(1, 1))
    drawings: Any = _Drawings(unused, painter, sorting, material, CONFIG)
    rng = np.random.default_rng(0)
    return [drawings._draw(rng) for _ in range(2000)]


def test_wanted_pictures_become_likelier_than_the_others(make: Make) -> None:
    target = dark_or_light(make)
    frozen = {name: tensor.clone() for name, tensor in target.module.state_dict().items()}
    dark, light, result = gains_of(target, CONFIG)
    assert result.steps == CONFIG.steps and result.reapplied_pairs > 20
    assert light > dark + 1e-3  # without learning both are exactly 0
    held = {name.replace(".base_layer", ""): t for name, t in target.module.state_dict().items() if "lora_" not in name}
    assert all(torch.equal(tensor, held[name]) for name, tensor in frozen.items())


def test_the_best_picture_of_a_set_becomes_likelier_than_the_worst(make: Make) -> None:
    """People may prefer what is not wanted in general: with nothing but rankings in a batch, dark pictures gain."""
    ranked = []
    for sample in TUNE:
        light = [seed % 2 for seed in sample.payload.seeds]
        if 0 < sum(light) < len(light):
            ranked.append(Ranking(sample.id, tuple(map(float, MODE.cell)), light.index(0), light.index(1)))
    config = replace(CONFIG, ranked_share=1.0)
    dark, light_, result = gains_of(
        dark_or_light(make), config, rankings=ranked[:20], samples={sample.id: sample for sample in TUNE}
    )
    assert result.pairs == 20
    assert dark > light_ + 1e-3


def test_what_is_drawn_too_seldom_is_set_against_what_is_drawn_too_often() -> None:
    """Of four groups the first is drawn too often, the second as wanted, the last hardly ever."""

    class Four:
        shares = (0.25,) * 4

    rows = drawn_rows(Four(), [500, 250, 150, 100], [2, 2, 2, 2])
    chosen = np.array([int(row[1]) for row in rows])
    against = np.array([-1 if row[2] is None else int(row[2]) for row in rows])
    assert np.abs(np.bincount(chosen) / 2000 - 0.25).max() < 0.04
    assert set(against) == {-1, 0} and set(chosen[against == 0]) == {2, 3}
    assert (against[chosen == 3] == 0).all() and 0.55 < (against[chosen == 2] == 0).mean() < 0.78


def test_what_should_never_be_shown_is_not_set_against_where_there_is_no_picture_of_it() -> None:
    class Three:
        shares = (0.5, 0.5, 0.0)

    rows = drawn_rows(Three(), [10, 10, 5], [2, 2, 0])
    assert {int(row[1]) for row in rows} == {0, 1} and all(row[2] is None for row in rows)
    rows = drawn_rows(Three(), [10, 10, 5], [2, 2, 2])
    assert {int(row[2]) for row in rows if row[2] is not None} == {2}


def test_each_prompt_of_a_mode_is_taught_its_own_pictures(make: Make) -> None:
    target = dark_or_light(make)
    wordings = ("a {thing} {place}", "here is a {thing} {place}")
    tune = [replace(s, payload=Wording(wordings[i % 2], s.payload.seeds)) for i, s in enumerate(TUNE)]
    material = prepare(probe(target), target, Light(), tune, [MODE], [], {}, 40, 2, 4, 0)
    [mode] = material.modes
    prompts = [brief.prompt for brief in PromptEditor(SLOTS)([s.payload for s in tune[:2]], np.array([MODE.cell] * 2))]
    assert len(mode.pools) == 2
    torch.testing.assert_close(
        torch.stack([material.told[pool.prompt] for pool in mode.pools]).sum(0), target.embedded(prompts).sum(0)
    )
    assert sum(len(group) for pool in mode.pools for group in pool.groups) == mode.counts.sum()
    assert min(len(group) for pool in mode.pools for group in pool.groups) > 4


def test_a_repair_holds_what_the_target_drew_when_it_began(make: Make) -> None:
    """An adapter of an earlier repair is part of it."""
    target = dark_or_light(make)
    attach(target.module, CONFIG.rank, 1, LAYERS, scale=1)
    with torch.no_grad():
        for name, weights in target.module.named_parameters():
            if "lora_B" in name:
                weights.normal_(generator=torch.Generator().manual_seed(2))
    told: list[float] = []
    run(target, replace(CONFIG, steps=2, evaluate_every=5), on_step=lambda progress: told.append(progress.anchor))
    assert told[0] == 0 < told[1]


def test_without_anything_better_the_target_is_what_it_was(make: Make) -> None:
    target = make()
    names, fingerprint = list(target.module.state_dict()), target.fingerprint()
    result = run(target, replace(CONFIG, steps=2, learning_rate=0.0))
    assert result.best.step == 0
    assert list(target.module.state_dict()) == names and target.fingerprint() == fingerprint


def test_a_killed_repair_ends_where_an_uninterrupted_one_does(make: Make) -> None:
    config = replace(CONFIG, steps=6, evaluate_every=2)
    whole = make()
    run(whole, config)
    saved: list[tuple[bytes, dict[str, object]]] = []

    def keep(progress: Progress) -> None:
        if progress.step == 3:
            made = progress.checkpoint()
            saved.append((save(made.tensors), made.state))

    run(make(), config, on_step=keep)
    again = make()
    run(again, config, resume=Checkpoint(read_tensors(saved[0][0]), saved[0][1]))
    for name, tensor in whole.module.state_dict().items():
        torch.testing.assert_close(again.module.state_dict()[name], tensor, rtol=0, atol=1e-6)


def test_nothing_to_learn_from_is_said(make: Make) -> None:
    with pytest.raises(FadedError, match="There is nothing to repair"):
        run(make(), modes=[ModeKey((1, 0), "elsewhere")])
