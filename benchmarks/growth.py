"""How the cost of a query grows with the concepts: agent and posterior, edits and target apart.

    python -m benchmarks.growth --json -

Answers come from a formula, and the time that it takes is not counted. What is left is what a step computes: fitting
the landscape, the worth of a query, choosing samples, scores, the policy and its learning. Processor time, one thread.
All sizes are measured by turns, several times, and the figure is the median of the turns' ratios: so a machine that is
slow for a while makes no difference.

That the time is not saved by finding nothing is told beside it: the modes established at the end, and the share of them
that the formula confirms.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import expit

from agents.rollout import drive
from benchmarks.common import arguments, emit, say
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.config import DEFAULT_AGENT
from faded.domain import Kind
from faded.exploration.env import ExploreConfig, ExploreEnv
from faded.exploration.frame import Frame, Replies
from faded.jobs.agents import explorers
from faded.landscape.modes import established_table
from faded.landscape.posterior import BoolArray, FloatArray, IntArray

CONCEPTS = (3, 6, 9, 12)
LEVELS = 5
STRATA = 8
PER_STRATUM = 64
FEATURES = 32
BOUND = 0.5
BLOCKS = 3
"""The median of so many blocks of queries counts."""
TURNS = 7
WARM_UP, BLOCK = 284, 568
"""Queries before the first block and in each: four and eight steps of 64 agent's and 7 control queries."""


def space_of(concepts: int, levels: int = LEVELS) -> ConceptSpace:
    """Return ordinal concepts with the lowest level neutral."""
    values = tuple(float(level) for level in range(levels))
    specs = (
        ConceptSpec(f"concept{i}", Kind.ORDINAL, values, 0.0, f"concept {i} at {{value}}") for i in range(concepts)
    )
    return ConceptSpace(tuple(specs))


def nothing_invalid(numbers: IntArray) -> BoolArray:
    """Say that no setting is known to be invalid."""
    return np.zeros((STRATA, len(numbers)), dtype=np.bool_)


class Formula:
    """A target by formula: two concepts together make a sample fail, more readily in some strata than in others.

    Args:
        shape: Levels of each concept.
        strata: Stratum of each sample.

    Attributes:
        seconds: Processor time that the answers took.
    """

    def __init__(self, shape: tuple[int, ...], strata: IntArray) -> None:
        self._shape = shape
        self._strata = strata
        self._rng = np.random.default_rng(0)
        self.seconds = 0.0

    def rate(self, strata: IntArray, cells: IntArray) -> FloatArray:
        """Return the failure rates of strata under cells, shape (n,)."""
        levels = np.stack(np.unravel_index(cells, self._shape), axis=1)
        logit = -5.0 + 0.6 * (levels[:, 0] * levels[:, 1]) - 0.4 * strata + 0.5 * levels[:, 2]
        return np.asarray(expit(logit))

    def __call__(self, rows: IntArray, cells: IntArray) -> Replies:
        """Answer one batch."""
        began = time.process_time()
        failed: BoolArray = self._rng.random(len(rows)) < self.rate(self._strata[rows], cells)
        replies = Replies(failed, failed.astype(np.float64), ["said"] * len(rows), [{} for _ in rows])
        self.seconds += time.process_time() - began
        return replies


@dataclass(frozen=True)
class Measured:
    """What one run of the default explorer took and found.

    Attributes:
        seconds: Processor seconds per query, the target's left out.
        modes: Modes established at the end.
        right: Share of them whose rate is above the bound by the formula; None of none.
    """

    seconds: float
    modes: int
    right: float | None


def measure(
    concepts: int, levels: int = LEVELS, warm_up: int = WARM_UP, block: int = BLOCK, blocks: int = BLOCKS
) -> Measured:
    """Let the default explorer explore, and say what it took and found."""
    space = space_of(concepts, levels)
    stratum = np.repeat(np.arange(STRATA), PER_STRATUM)
    features = np.random.default_rng(0).standard_normal((len(stratum), FEATURES)).astype(np.float32)
    frame = Frame(
        sample_ids=tuple(f"sample{i}" for i in range(len(stratum))),
        stratum=stratum,
        strata=tuple(f"stratum{i}" for i in range(STRATA)),
        features=features,
        eligible=np.ones(len(stratum), dtype=np.bool_),
        known_invalid=nothing_invalid(np.arange(space.n_cells if space.listed else 0)),
        invalid_of=None if space.listed else nothing_invalid,
    )
    ask = Formula(space.shape, stratum)
    env = ExploreEnv(space, frame, ask, ExploreConfig(BOUND))
    agent = explorers.get(DEFAULT_AGENT)(env, 0)
    drive(env, agent, warm_up)
    took: list[float] = []
    for i in range(blocks):
        began, answering = time.process_time(), ask.seconds
        drive(env, agent, warm_up + (i + 1) * block)
        took.append(time.process_time() - began - (ask.seconds - answering))
    strata, columns = np.nonzero(established_table(env.landscape))
    right = ask.rate(strata, env.landscape.cells.numbers[columns]) > BOUND
    return Measured(float(np.median(took)) / block, len(right), float(right.mean()) if len(right) else None)


def figures_of(turns: Sequence[dict[int, Measured]]) -> dict[str, float]:
    """Return milliseconds per query by concepts, and the ratio of the most over the fewest: medians over turns.

    Args:
        turns: What was measured in each, by number of concepts.
    """
    ratio = np.median([turn[CONCEPTS[-1]].seconds / turn[CONCEPTS[0]].seconds for turn in turns])
    each = {f"ms_per_query_{n}": float(np.median([1000 * turn[n].seconds for turn in turns])) for n in CONCEPTS}
    return {name: round(value, 3) for name, value in {"growth_12_over_3": float(ratio), **each}.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the result."""
    given = arguments("Cost of a query by number of concepts.", argv)
    torch.set_num_threads(1)
    measure(CONCEPTS[0], blocks=1)  # what is loaded and compiled at its first use is no query's cost
    turns: list[dict[int, Measured]] = []
    for i in range(TURNS):
        turns.append({n: measure(n) for n in CONCEPTS})
        gc.collect()
        times = ", ".join(f"{n} concepts {1000 * found.seconds:.2f} ms" for n, found in turns[-1].items())
        say(f"turn {i + 1} of {TURNS}: {times}")
    result = {"benchmark": "growth", "headline": "growth_12_over_3", "figures": figures_of(turns)}
    ratios = [turn[CONCEPTS[-1]].seconds / turn[CONCEPTS[0]].seconds for turn in turns]
    details = {
        "levels": LEVELS,
        "queries": WARM_UP + BLOCKS * BLOCK,
        "ratios": [round(ratio, 3) for ratio in ratios],
        "modes": {n: found.modes for n, found in turns[-1].items()},
        "right": {n: found.right for n, found in turns[-1].items()},
    }
    emit({**result, "details": details}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
