"""Training of the demo targets: `python -m faded.demo.train signs --seed 0`, or `bulletins`, or `scenes`.

Trains what a demo puts to the test from scratch, on its training stream alone, and writes it in transformers' folder
format, or in diffusers': the small residual network of the demo "signs" (here), the small T5 of the demo "bulletins"
(`train_bulletins`), the small pipeline of the demo "scenes" with its reader (`train_scenes`, `train_scene_reader`).
`--evaluate` measures the committed one instead.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import PreTrainedModel, ResNetConfig, ResNetForImageClassification, ViTImageProcessor

from faded import runtime
from faded.demo import measure_bulletins, measure_scenes, train_bulletins, train_scene_reader, train_scenes
from faded.demo.measure_signs import report
from faded.demo.scenes import READER_STREAM
from faded.demo.scenes import draw as draw_scenes
from faded.demo.sign_street import SIDE
from faded.demo.signs import CLASSES, TEST_STREAM, TRAINING_STREAM, Scene, draw
from faded.targets.attributes import load_reader
from faded.targets.load_pipeline import load_pipeline
from faded.targets.load_text import load_summarizer

WEIGHTS = Path(__file__).parent / "weights"
"""Where the committed weights are, a folder per demo."""
RECIPE_FILE = "recipe.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is made. The defaults are the committed network's; they were chosen on clean accuracy and time.

    Attributes:
        seed: Draws the pictures, the first weights and the order of the batches.
        pictures: Pictures drawn for training.
        epochs: Passes over them.
        batch: Pictures per step.
        rate: Highest learning rate of AdamW; it rises for a tenth of the steps and falls to nothing (one cycle).
        decay: Weight decay.
        threads: Threads of torch; the result depends on it in the last digits.
        stem: Channels of the stem.
        widths: Channels of the stages; the last is the dimension of the embedding.
        depths: Residual blocks of the stages.
        mean: Subtracted from pixels in [0, 1], per channel.
        std: Divides what is left, per channel.
        test_pictures: Fresh pictures that measure the clean accuracy.
    """

    seed: int
    pictures: int = 16_000
    epochs: int = 5
    batch: int = 64
    rate: float = 4e-3
    decay: float = 0.02
    threads: int = 1
    stem: int = 24
    widths: tuple[int, ...] = (24, 48, 96)
    depths: tuple[int, ...] = (2, 2, 2)
    mean: tuple[float, ...] = (0.45, 0.45, 0.45)
    std: tuple[float, ...] = (0.22, 0.22, 0.22)
    test_pictures: int = 2_000


def build(recipe: Recipe) -> PreTrainedModel:
    """Return the untrained network."""
    config = ResNetConfig(
        num_channels=3,
        embedding_size=recipe.stem,
        hidden_sizes=list(recipe.widths),
        depths=list(recipe.depths),
        layer_type="basic",
        id2label=dict(enumerate(CLASSES)),
        label2id={name: i for i, name in enumerate(CLASSES)},
    )
    model: PreTrainedModel = ResNetForImageClassification(config)
    return model


def to_tensors(scenes: list[Scene]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures as bytes, shape (n, 3, 64, 64), and class numbers, shape (n,)."""
    pictures = torch.from_numpy(np.stack([s.sample.payload for s in scenes])).permute(0, 3, 1, 2).contiguous()
    return pictures, torch.tensor([CLASSES.index(s.label) for s in scenes])


def fit(recipe: Recipe) -> PreTrainedModel:
    """Train the network and print its progress."""
    runtime.start(recipe.seed, recipe.threads)
    started = time.monotonic()
    pictures, labels = to_tensors(draw(recipe.seed, TRAINING_STREAM, recipe.pictures))
    _say(f"drew {len(labels)} pictures in {time.monotonic() - started:.0f} s")
    model = build(recipe).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    per_epoch = len(labels) // recipe.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.rate, total_steps=per_epoch * recipe.epochs, pct_start=0.1
    )
    for epoch in range(recipe.epochs):
        order = torch.randperm(len(labels))[: per_epoch * recipe.batch].view(per_epoch, recipe.batch)
        right, total = 0, 0.0
        for rows in order:
            logits = model(_normalise(pictures[rows], recipe)).logits
            loss = torch.nn.functional.cross_entropy(logits, labels[rows])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            right += int((logits.argmax(1) == labels[rows]).sum())
            total += float(loss.detach())
        _say(
            f"epoch {epoch + 1}/{recipe.epochs}: loss {total / per_epoch:.4f}, "
            f"right {right / order.numel():.4f}, {time.monotonic() - started:.0f} s"
        )
    return model.eval()


def accuracy(model: PreTrainedModel, recipe: Recipe) -> float:
    """Return the share of fresh pictures of the test stream that the network names rightly."""
    pictures, labels = to_tensors(draw(recipe.seed, TEST_STREAM, recipe.test_pictures))
    right = 0
    with torch.inference_mode():
        for rows in torch.arange(len(labels)).chunk(1 + len(labels) // 256):
            right += int((model(_normalise(pictures[rows], recipe)).logits.argmax(1) == labels[rows]).sum())
    return right / len(labels)


def save(model: PreTrainedModel, recipe: Recipe, clean_accuracy: float, folder: Path) -> None:
    """Write the network, its image processor and its recipe."""
    model.save_pretrained(folder)
    processor = ViTImageProcessor(
        size={"height": SIDE, "width": SIDE}, image_mean=list(recipe.mean), image_std=list(recipe.std)
    )
    processor.save_pretrained(folder)
    record = {"clean_accuracy": clean_accuracy, **asdict(recipe)}
    (folder / RECIPE_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _normalise(pictures: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (recipe.mean, recipe.std))
    return (pictures.float() / 255 - mean) / std


def _say(text: str) -> None:
    print(text, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m faded.demo.train", description="Train the target of a demo.")
    parser.add_argument("demo", choices=["signs", "bulletins", "scenes"], help="which demo")
    parser.add_argument("--seed", type=int, default=0, help="seed of pictures, weights and order (default: 0)")
    parser.add_argument("--out", type=Path, help="the folder of the network (default: the committed weights)")
    parser.add_argument("--evaluate", action="store_true", help="measure the network in the folder, train nothing")
    options = parser.parse_args(arguments)
    folder = options.out or WEIGHTS / options.demo
    make, measure = {
        "signs": (_signs, report),
        "bulletins": (_bulletins, measure_bulletins.report),
        "scenes": (_scenes, measure_scenes.report),
    }[options.demo]
    if options.evaluate:
        runtime.start(options.seed)
        _say(measure(folder, options.seed))
    else:
        make(options.seed, folder)
    return 0


def _signs(seed: int, folder: Path) -> None:
    recipe = Recipe(seed)
    model = fit(recipe)
    clean = accuracy(model, recipe)
    save(model, recipe, clean, folder)
    _say(f"clean accuracy {clean:.4f} on {recipe.test_pictures} fresh pictures; written to {folder}")


def _bulletins(seed: int, folder: Path) -> None:
    recipe = train_bulletins.Recipe(seed)
    train_bulletins.save(*train_bulletins.fit(recipe), folder)
    figures = measure_bulletins.clean_score(load_summarizer(str(folder)), seed)
    record = {**figures, **asdict(recipe)}
    (folder / RECIPE_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    _say(f"{figures} on {measure_bulletins.CLEAN_BULLETINS} fresh bulletins; written to {folder}")


def _scenes(seed: int, folder: Path) -> None:
    recipe, reader_recipe = train_scenes.Recipe(seed), train_scene_reader.ReaderRecipe()
    pipeline = train_scenes.fit(recipe)
    train_scenes.save(pipeline, folder)
    scenes = draw_scenes(seed, READER_STREAM, reader_recipe.scenes, skewed=False)
    pictures = train_scenes.to_pixels(scenes)
    again = train_scenes.redrawn(pipeline.vae.float(), pictures)
    shown = train_scene_reader.truth(scenes)
    reader = train_scene_reader.fit(reader_recipe, seed, torch.cat([pictures, again]), torch.cat([shown, shown]))
    train_scene_reader.save(reader, measure_scenes.reader_of(folder))
    target = load_pipeline(str(folder), load_reader(str(measure_scenes.reader_of(folder))), measure_scenes.SAMPLING)
    figures = measure_scenes.figures(target, seed)
    record = {**figures, **asdict(recipe), "reader": asdict(reader_recipe)}
    (folder / RECIPE_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    _say(f"{figures}; written to {folder}")


if __name__ == "__main__":
    sys.exit(main())
