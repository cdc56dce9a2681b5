"""Whole rounds for benchmarks: the campaigns, the annotators, and the rival that needs no verdict."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from benchmarks import cifar_resnet
from benchmarks.common import (
    TARGET,
    TEST_PICTURES,
    TRAIN_PICTURES,
    cache_folder,
    cifar_halves,
    cifar_target,
    code_hash,
    say,
    write_whole,
)
from faded import briefs, clip, probe, runtime
from faded.config import CampaignConfig
from faded.data.hashing import picture_id
from faded.domain import ModeKey
from faded.jobs.context import Context, prepare
from faded.jobs.headless import MakeAnnotator, Round, run_round
from faded.jobs.oracles import oracle
from faded.jobs.task import AnyTarget, Course, Lessons
from faded.jobs.verify import modes_of_round
from faded.labeling.oracle import CountsAnnotator
from faded.repair import budget
from faded.repair.pairs import NO_REFUSALS, every_mode
from faded.store.engine import Store, open_store
from faded.tasks import SIGNS
from faded.verification.compare import compare
from faded.verification.evaluate import evaluate, settings_of

CIFAR_QUERIES = 10_000
CIFAR_BOUND = 0.7
LABELS = 100
CODE = (
    "agents",
    "concepts",
    "data",
    "demo",
    "discrepancies",
    "exploration",
    "jobs",
    "labeling",
    "landscape",
    "repair",
    "targets",
    "verification",
)
"""Packages that decide what a round and its rival do."""
BESIDE = tuple(str(module.__file__) for module in (briefs, clip, probe, cifar_resnet))
"""Single files that do so as well."""


def code() -> str:
    """Return a hash of the code that decides what a round does."""
    return code_hash(CODE, *BESIDE, __file__)


def signs_campaign(seed: int, labelled: bool = True) -> CampaignConfig:
    """Return the demo's campaign with its defaults."""
    return CampaignConfig(demo=SIGNS, seed=seed, labelled=labelled)


def cifar_campaign(assets: Path, seed: int, labelled: bool = True) -> CampaignConfig:
    """Return the campaign on real pictures: the wider levels, half of the test pictures each to explore and verify."""
    explore, verify = _halves(assets)
    return CampaignConfig(
        target=TARGET,
        data=str(explore),
        tune_data=str((assets / TRAIN_PICTURES).resolve()),
        verify_data=str(verify),
        verify_folds=1,
        space="wide",
        bound=CIFAR_BOUND,
        queries=CIFAR_QUERIES,
        seed=seed,
        labelled=labelled,
    )


def human_labels(assets: Path) -> MakeAnnotator:
    """Return what makes the annotator that draws one label per item from the CIFAR-10H counts."""
    counts = {}
    for row in pq.read_table(assets / TEST_PICTURES, columns=["image", "human_counts"]).to_pylist():
        counts[_id(row["image"])] = dict(zip(cifar_resnet.LABELS, row["human_counts"], strict=True))
    return lambda context: CountsAnnotator(counts, context.config.seed)


def run(
    name: str,
    config: CampaignConfig,
    annotator: MakeAnnotator,
    label: str,
    labels: int = LABELS,
    steps: int = budget.STEPS,
    threads: int = 1,
) -> tuple[Store, Round]:
    """Run one round in the benchmark's own workspace; a killed one goes on, unless the code has changed meanwhile."""
    runtime.start(config.seed, threads)
    store = open_store(cache_folder(f"{name}-{code()}", f"seed-{config.seed}"))
    return store, run_round(store, config, annotator, labels, label, _reporter(f"{name} seed {config.seed}"), steps)


def signs_annotator() -> MakeAnnotator:
    """Return what makes the annotator that answers from the drawing code."""
    make, _ = oracle(0.0, None, 0)
    return make


def zero_label(store: Store, done: Round, config: CampaignConfig, steps: int = budget.STEPS) -> dict[str, Any]:
    """Repair without any verdict, on the expected answers under all valid cells; verify on the same settings and fold.

    Args:
        store: Of the round.
        done: The round.
        config: Its campaign.
        steps: Optimiser steps at most, as the round's own repair had.
    """
    context = prepare(config, 1, lambda message: None)
    confirmed, established = modes_of_round(store, done.round_id)
    rival = context.target(None)
    keys = every_mode(context.space, [s.stratum for s in context.explore], context.known_invalid)
    say(f"zero labels: {len(keys)} cells and strata")
    lessons = Lessons(context.tune, keys, [], [], {}, NO_REFUSALS, context.known_invalid)
    context.task.repair(
        rival, lessons, Course(steps, config.seed, lambda done, total: None, lambda progress: None, lambda: False, None)
    )
    return _verified(context, rival, confirmed, established)


def _verified(
    context: Context, target: AnyTarget, confirmed: list[ModeKey], established: list[ModeKey]
) -> dict[str, Any]:
    strata = sorted({s.stratum for s in context.explore})
    seed = context.config.seed
    settings = settings_of(context.space, confirmed, established, strata, context.known_invalid, seed=seed)
    before, after = context.probe(context.target(None)), context.probe(target)
    found = evaluate(before, after, context.verify, settings)
    assert found is not None  # noqa: S101 - nobody stops it
    return dataclasses.asdict(compare(found, seed=seed))


def _halves(assets: Path) -> tuple[Path, Path]:
    """Write the two halves of these assets' test pictures as files of their own, once."""
    source = assets / TEST_PICTURES
    how = code_hash(("data", "targets"), str(cifar_resnet.__file__), __file__)
    made_of = hashlib.sha256(source.read_bytes() + how.encode()).hexdigest()[:16]
    folder = cache_folder("cifar-halves", made_of).resolve()
    files = (folder / "explore.parquet", folder / "verify.parquet")
    if all(file.is_file() for file in files):
        return files
    table = pq.read_table(source, columns=["image", "label"])
    ids = np.array([_id(data) for data in table["image"].to_pylist()])
    for half, file in zip(cifar_halves(assets, cifar_target()), files, strict=True):
        chosen = np.isin(ids, [s.id for s in half])
        write_whole(file, partial(pq.write_table, table.filter(pa.array(chosen))))
    return files


def _id(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return picture_id(np.asarray(image.convert("RGB")))


def _reporter(name: str) -> Callable[[str, float, str], None]:
    """Return a reporter that prints a line per stage and tenth of it."""
    last: list[tuple[str, int]] = [("", -1)]

    def report(kind: str, progress: float, message: str) -> None:
        at = (kind, int(10 * progress))
        if at != last[0]:
            last[0] = at
            say(f"{name}: {kind} {progress:.0%} {message}")

    return report
