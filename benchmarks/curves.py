"""Draws how many of the modes each explorer has found by how many queries, one picture per problem.

    python -m benchmarks.curves --json -

Takes the runs of `benchmarks.discovery` from the cache and makes those that are missing. A line is the median over
seeds, the band around ours and the best rivals the middle half of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

from benchmarks.common import emit
from benchmarks.discovery import Scores, asked_for, run_all
from benchmarks.explorers import AFTER_SCREENING, AS_THEY_COME, LEARNING, NO_LEARNING, OURS
from benchmarks.scoring import POINTS

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "faded", "font.size": 9.0}

from matplotlib import pyplot as plt  # noqa: E402 - after the back end is chosen

FOLDER = Path(__file__).parent.parent / "docs" / "images"
BANDS = 3
"""So many explorers have a band: with more nothing is to be seen."""
NAMES = {
    OURS: "ours",
    LEARNING: "ours, PPO",
    NO_LEARNING: "ours, PPO without learning",
    AS_THEY_COME: "ours, samples as they come",
    AFTER_SCREENING: "ours, after a screening",
}


def best_of_families(scores: Scores) -> list[str]:
    """Return the explorers, best first; of several that differ by a number at the end of their names only the best."""
    order = sorted(scores, key=lambda name: np.median([s.q50 for s in scores[name]]))
    best: dict[str, str] = {}
    for name in order:
        best.setdefault(name.rstrip("0123456789."), name)
    return list(best.values())


def draw(problem: str, scores: Scores, folder: Path = FOLDER) -> Path:
    """Draw the curves of a problem and return the file."""
    figure, axes = plt.subplots(figsize=(8.0, 4.8), layout="constrained")
    order = best_of_families(scores)
    colours = plt.get_cmap("tab20")
    for i, name in enumerate(order):
        length = min(len(s.curve) for s in scores[name])
        recalls = np.array([s.curve[:length] for s in scores[name]])
        low, middle, high = np.quantile(recalls, [0.25, 0.5, 0.75], axis=0)
        colour, points = ("black" if name == OURS else colours(i)), POINTS[:length]
        label = NAMES.get(name, name.replace("_", " "))
        axes.plot(points, middle, color=colour, linewidth=2.4 if name == OURS else 1.2, label=label)
        if name == OURS or i < BANDS:
            axes.fill_between(points, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.axhline(0.5, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xscale="log", xlabel="queries", ylabel="share of the modes established", ylim=(0, 1), title=problem)
    axes.legend(fontsize=7.5, frameon=False, loc="upper left")
    file = folder / f"discovery-{problem}.svg"
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
    return file


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the curves of every problem."""
    given = asked_for(argv)
    drawn = {problem: str(draw(problem, scores)) for problem, scores in run_all(given).items()}
    emit({"benchmark": "curves", "figures": {}, "details": {"drawn": drawn}}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
