"""What the defaults of repair rest on: one recipe varied at a time, on CIFAR-10 pictures and on the demo's signs.

Modes come from a small grid on the explore half: ten drawn from those that thirty inputs establish, as about a hundred
verdicts would confirm. Repair sees the tune inputs only, the figures are of the verify inputs. The zero-label rival
trains on every cell without any verdict. Finished recipes are kept in the cache, so a stopped run goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import TRAIN_PICTURES, arguments, cache_folder, cifar_halves, cifar_target, emit, say
from benchmarks.rounds import code
from faded.concepts.image import ImageEditor, image_space
from faded.concepts.presets import presets
from faded.config import CampaignConfig
from faded.data.load import PictureSample, load_pictures
from faded.data.splits import samples_hash
from faded.discrepancies.classification import discrepancies
from faded.domain import ModeKey
from faded.jobs.context import prepare
from faded.jobs.pictures import PictureProbe
from faded.landscape.modes import established
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.repair.pairs import by_stratum, cell_values, every_mode
from faded.repair.trainer import RepairConfig, repair
from faded.targets.classifier import Classifier
from faded.tasks import SIGNS
from faded.verification.compare import compare
from faded.verification.evaluate import evaluate, settings_of
from faded.verification.gate import gate

MODES = 10
"""Confirmed modes: what about a hundred verdicts confirm at the least."""
OTHERS = 20
"""Established modes nobody labelled that are verified beside them."""
WATCHED = 100
GRID_INPUTS = 30
"""Inputs per stratum in the grid that modes are drawn from."""
SEED = 0
BOUNDS = {"cifar_wide": 0.7, "signs": 0.5}
EVERYTHING = "zero_label"
BATCH = 128
SHOWN = (
    "induced_rate_before",
    "relative_drop",
    "interval90",
    "unlabelled_relative_drop",
    "interpolated_relative_drop",
    "newly_broken",
    "smallest_detectable_change",
)

Recipes = dict[str, RepairConfig]


@dataclass(frozen=True)
class Problem:
    """What a recipe is tried on.

    Attributes:
        name: As figures are named.
        probe: The original target with edits and measure.
        explore: Where modes come from.
        tune: What repair trains on.
        verify: What the figures are of.
        known_invalid: Settings left out.
    """

    name: str
    probe: PictureProbe
    explore: list[PictureSample]
    tune: list[PictureSample]
    verify: list[PictureSample]
    known_invalid: KnownInvalid

    @property
    def strata(self) -> list[str]:
        """The classes, in order."""
        return sorted({s.stratum for s in self.explore})

    def fresh(self) -> Classifier:
        """Load the target again."""
        return prepare_signs().target(None) if self.name == SIGNS else cifar_target()


def recipes(problem: str) -> Recipes:
    """Return the recipes by name; each differs from the default in what its name says."""
    default = RepairConfig(seed=SEED)
    found = {"default": default, EVERYTHING: default}
    if problem == SIGNS:
        return found
    return found | {
        "no_edited_anchor": replace(default, keep_batch=0),
        "kl_2": replace(default, kl_weight=2.0),
        "kl_6": replace(default, kl_weight=6.0),
        "reference_0.3": replace(default, reference_weight=0.3),
        "reference_1": replace(default, reference_weight=1.0),
        "half_the_steps": replace(default, steps=default.steps // 2),
        "learning_rate_3e-4": replace(default, learning_rate=3e-4),
    }


@cache
def prepare_signs() -> Any:
    """Draw the demo's pictures."""
    return prepare(CampaignConfig(demo=SIGNS, seed=SEED), 1, say)


@cache
def load(name: str, assets: Path) -> Problem:
    """Load a problem's target and data."""
    if name == SIGNS:
        context = prepare_signs()
        probe = context.probe(context.target(None))
        return Problem(name, probe, context.explore, context.tune, context.verify, context.known_invalid)
    target = cifar_target()
    explore, verify = cifar_halves(assets, target)
    tune = load_pictures(assets / TRAIN_PICTURES, target.labels, target.fit)
    space = image_space(presets.get("wide"))
    probe = Probe(target, ImageEditor(space), discrepancies.get("margin"), space, 0.0)
    return Problem(name, probe, explore, tune, verify, nothing_invalid)


def find_modes(problem: Problem) -> list[ModeKey]:
    """Return established modes, a seeded draw, kept in the cache: the first `MODES` count as confirmed."""
    file = cache_folder("repair_ablation") / f"{problem.name}-modes-{_hash(problem)}.json"
    if not file.exists():
        found = _establish(problem)
        order = np.random.default_rng(SEED).permutation(len(found))[: MODES + OTHERS]
        unfinished = file.with_suffix(".part")
        unfinished.write_text(json.dumps([asdict(found[i]) for i in order]))
        unfinished.rename(file)
    return [ModeKey(tuple(m["cell"]), m["stratum"]) for m in json.loads(file.read_text())]


def _establish(problem: Problem) -> list[ModeKey]:
    """Ask up to thirty rightly answered inputs per stratum under every valid cell."""
    probe, found = problem.probe, []
    right: list[PictureSample] = []
    for start in range(0, len(problem.explore), BATCH):
        batch = problem.explore[start : start + BATCH]
        right += [s for s, bad in zip(batch, probe.clean(batch).failed, strict=True) if not bad]
    pools = {stratum: samples[:GRID_INPUTS] for stratum, samples in by_stratum(right).items()}
    for key in every_mode(probe.space, problem.strata, problem.known_invalid):
        pool = pools[key.stratum]
        values = np.tile(cell_values(probe.space, key), (len(pool), 1))
        if established(int(probe.measure(pool, values).failed.sum()), len(pool), BOUNDS[problem.name]):
            found.append(key)
    say(f"{problem.name}: {len(found)} established modes")
    return found


def _hash(problem: Problem, *parts: str) -> str:
    """Return a hash of all that a figure depends on."""
    samples = [samples_hash(s) for s in (problem.explore, problem.tune, problem.verify)]
    known = [problem.probe.target.fingerprint(), json.dumps(problem.probe.space.to_json()), code()]
    everything = [*parts, *known, *samples]
    return hashlib.sha256("\n".join(everything).encode()).hexdigest()[:16]


def try_recipe(problem_name: str, recipe: str, assets: Path) -> dict[str, Any]:
    """Repair with one recipe and verify it; kept in the cache."""
    torch.set_num_threads(1)
    os.environ["FADED_ASSETS"] = str(assets)
    problem, config = load(problem_name, assets), recipes(problem_name)[recipe]
    file = cache_folder("repair_ablation") / f"{problem_name}-{_hash(problem, recipe, str(asdict(config)))}.json"
    if not file.exists():
        unfinished = file.with_suffix(".part")
        unfinished.write_text(json.dumps(_measure(problem, recipe, config)))
        unfinished.rename(file)
    figures: dict[str, Any] = json.loads(file.read_text())
    say(f"{problem_name} {recipe}: {figures}")
    return figures


def _measure(problem: Problem, recipe: str, config: RepairConfig) -> dict[str, Any]:
    probe, target, start = problem.probe, problem.fresh(), time.process_time()
    known = find_modes(problem)
    confirmed = trained_on = known[:MODES]
    if recipe == EVERYTHING:
        trained_on = every_mode(probe.space, problem.strata, problem.known_invalid)
    result = repair(
        target,
        probe.editor,
        probe.space,
        problem.tune,
        trained_on,
        [],
        {},
        config,
        known_invalid=problem.known_invalid,
    )
    seconds = time.process_time() - start
    settings = settings_of(probe.space, confirmed, known, problem.strata, problem.known_invalid, SEED, WATCHED)
    evaluation = evaluate(probe, replace(probe, target=target), problem.verify, settings)
    assert evaluation is not None  # noqa: S101 - nobody stops it
    found = compare(evaluation, seed=SEED)
    figures = {name: getattr(found, name) for name in SHOWN}
    return figures | {
        "clean_loss_points": 100 * (found.clean_before - found.clean_after),
        "negative_flips": found.negative_flip_rate,
        "gate_passed": gate(found).passed,
        "steps": result.steps,
        "best_step": result.best.step,
        "cpu_seconds_of_repair": round(seconds),
    }


def main() -> None:
    """Try every recipe on both problems."""
    args = arguments(__doc__ or "")
    for problem in BOUNDS:
        find_modes(load(problem, args.assets))
    work = [(problem, recipe) for problem in BOUNDS for recipe in recipes(problem)]
    with ProcessPoolExecutor(args.processes, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(try_recipe, problem, recipe, args.assets) for problem, recipe in work]
        figures = [future.result() for future in futures]
    result: dict[str, Any] = {"benchmark": "repair_ablation", "seed": SEED}
    for (problem, recipe), found in zip(work, figures, strict=True):
        result.setdefault(problem, {})[recipe] = found
    emit(result, args.json)


if __name__ == "__main__":
    main()
