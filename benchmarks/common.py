"""What every benchmark shares: arguments, the cache, progress, and one JSON object as the last line."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import agents
import faded
from benchmarks import cifar_resnet
from faded.data.load import PictureSample, load_pictures
from faded.data.splits import folds
from faded.targets.classifier import Classifier
from faded.targets.load import load_classifier

TARGET = "benchmarks.cifar_resnet:resnet20"
TEST_PICTURES = Path("images") / "cifar10_test_jpeg_5000_human.parquet"
TRAIN_PICTURES = Path("images") / "cifar10_train_jpeg_5000.parquet"


@dataclass(frozen=True)
class Arguments:
    """What a benchmark is told.

    Attributes:
        json: Where the result goes: a file, or "-" for the last line of standard output.
        assets: Folder of real data and weights.
        processes: How many processes may compute at once, one thread each.
        task: What is measured, of those that the benchmark offers; else empty.
    """

    json: str
    assets: Path
    processes: int
    task: str


def arguments(description: str, argv: Sequence[str] | None = None, tasks: Sequence[str] = ()) -> Arguments:
    """Read the command line and tell the callable target where the weights are.

    Args:
        description: What the benchmark says of itself.
        argv: What it was given; None for the process's own.
        tasks: The tasks that can be measured, the default first; none where there is nothing to choose.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", default="-", help="file for the result, - for standard output (default)")
    parser.add_argument("--assets", type=Path, default=Path("../shared/assets"), help="folder of real data and weights")
    parser.add_argument("--processes", type=int, default=2, help="processes that compute at once (default: 2)")
    if tasks:
        parser.add_argument("--task", choices=tasks, default=tasks[0], help="what is measured")
    given = parser.parse_args(argv)
    os.environ["FADED_ASSETS"] = str(given.assets)
    return Arguments(given.json, given.assets, given.processes, given.task if tasks else "")


def cache_folder(*parts: str) -> Path:
    """Return a folder of the cache, made where it is missing: FADED_BENCH_CACHE, else ~/.cache/faded/benchmarks."""
    root = os.environ.get("FADED_BENCH_CACHE") or str(Path.home() / ".cache" / "faded" / "benchmarks")
    folder = Path(root, *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def code_hash(packages: Sequence[str], *beside: str) -> str:
    """Return a hash of packages of Faded (or `agents`, the learners) and of files beside them.

    It names what a benchmark keeps, so that results of older code are not used again.
    """
    learners, house = (Path(next(iter(package.__path__))) for package in (agents, faded))
    folders = [learners if package == "agents" else house / package for package in packages]
    files = [f for folder in folders for f in folder.glob("*.py")]
    text = b"".join(f.read_bytes() for f in [*sorted(files), *map(Path, beside)])
    return hashlib.sha256(text).hexdigest()[:16]


def write_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and then put it there, so that no reader finds half of it."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    write(part)
    part.rename(file)


def say(text: str) -> None:
    """Report progress."""
    print(text, file=sys.stderr, flush=True)


def emit(result: dict[str, Any], destination: str) -> None:
    """Write the result as one JSON object."""
    line = json.dumps(result, sort_keys=True)
    if destination == "-":
        print(line, flush=True)
    else:
        Path(destination).write_text(line + "\n")


def cifar_target() -> Classifier:
    """Return the pretrained ResNet-20."""
    return load_classifier(TARGET)


def cifar_halves(assets: Path, target: Classifier) -> tuple[list[PictureSample], list[PictureSample]]:
    """Return the two halves of the CIFAR-10 test pictures, split by hash: one to explore, one to verify on."""
    explore, verify = folds(load_pictures(assets / TEST_PICTURES, cifar_resnet.LABELS, target.fit), 2, "half")
    return explore, verify
