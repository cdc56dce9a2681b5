"""What 100 verdicts repair: `python -m benchmarks.repair --json -`.

Three rounds each on the demo signs and on real CIFAR-10 pictures at the wider levels, and beside each the rival that
needs no verdict: cross-entropy over all valid cells with the same recipe. Figures are medians over the seeds.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import arguments, cache_folder, emit, say, write_whole
from benchmarks.rounds import (
    cifar_campaign,
    code,
    human_labels,
    run,
    signs_annotator,
    signs_campaign,
    zero_label,
)

SEEDS = (0, 1, 2)
PROBLEMS = ("signs", "cifar_wide")


def one(problem: str, seed: int, assets: Path) -> dict[str, Any]:
    """Run one round and its rival; a finished one is read from the cache."""
    if problem == "signs":
        config, annotator, label = signs_campaign(seed), signs_annotator(), "truth"
    else:
        config, annotator, label = cifar_campaign(assets, seed), human_labels(assets), "CIFAR-10H"
    file = cache_folder("repair", problem) / f"{config.digest(code())}.json"
    if file.is_file():
        found: dict[str, Any] = json.loads(file.read_text())
        return found
    store, done = run(f"repair-{problem}", config, annotator, label)
    rival = zero_label(store, done, config)
    verified = done.record["verify"]
    result = {
        "relative_drop": verified["relative_drop"],
        "all_modes_relative_drop": verified["all_modes_relative_drop"],
        "interpolated_relative_drop": verified["interpolated_relative_drop"],
        "clean_loss_points": 100 * (verified["clean_before"] - verified["clean_after"]),
        "negative_flips": verified["negative_flip_rate"],
        "newly_broken": verified["newly_broken"],
        "modes_confirmed": done.record["label"]["modes_confirmed"],
        "zero_label_relative_drop": rival["relative_drop"],
        "zero_label_all_modes_relative_drop": rival["all_modes_relative_drop"],
        "zero_label_clean_loss_points": 100 * (rival["clean_before"] - rival["clean_after"]),
        "zero_label_negative_flips": rival["negative_flip_rate"],
        "zero_label_newly_broken": rival["newly_broken"],
        "seconds": sum(done.record["timing"].values()),
    }
    write_whole(file, lambda part: part.write_text(json.dumps(result)))
    return result


def main() -> None:
    """Run everything and print the medians."""
    given = arguments(__doc__ or "")
    figures: dict[str, float] = {}
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        jobs = {(p, s): pool.submit(one, p, s, given.assets) for p in PROBLEMS for s in SEEDS}
        runs = {key: job.result() for key, job in jobs.items()}
    for problem in PROBLEMS:
        for name in runs[problem, SEEDS[0]]:
            figures[f"{problem}_{name}"] = median(runs[problem, seed][name] for seed in SEEDS)
        say(f"{problem}: {[runs[problem, seed] for seed in SEEDS]}")
    emit({"benchmark": "repair", "figures": figures, "runs": {f"{p}-{s}": r for (p, s), r in runs.items()}}, given.json)


if __name__ == "__main__":
    main()
