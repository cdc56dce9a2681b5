"""How the cost of a query grows with the concepts: agent and posterior, edits and target apart.

    python -m benchmarks.growth --json -

Answers come from a formula, and the time that it takes is not counted. What is left is what a step computes: fitting
the landscape, the worth of a query, choosing samples, scores, the policy and its learning. Processor time, one thread.
Where the landscape's arrays would not fit into `MEMORY`, nothing is measured and the figure is null.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence

import numpy as np
import torch

from agents.rollout import drive
from benchmarks.common import arguments, emit, say
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.exploration.env import ExploreConfig, ExploreEnv
from faded.exploration.frame import Frame, Replies
from faded.jobs.agents import explorers
from faded.landscape.posterior import BoolArray, IntArray
from faded.landscape.worth import HORIZON

CONCEPTS = (3, 6, 9, 12)
LEVELS = 5
STRATA = 8
PER_STRATUM = 64
FEATURES = 32
BOUND = 0.5
BLOCKS = 3
"""The median of so many blocks of queries counts."""
WARM_UP, BLOCK = 284, 568
"""Queries before the first block and in each: four and eight steps of 64 agent's and 7 control queries."""
MEMORY = 8 * 2**30
"""Bytes that the landscape's largest arrays may take: what a small machine has."""


def space_of(concepts: int, levels: int = LEVELS) -> ConceptSpace:
    """Return ordinal concepts with the lowest level neutral."""
    values = tuple(float(level) for level in range(levels))
    specs = (
        ConceptSpec(f"concept{i}", Kind.ORDINAL, values, 0.0, f"concept {i} at {{value}}") for i in range(concepts)
    )
    return ConceptSpace(tuple(specs))


def bytes_needed(concepts: int, levels: int = LEVELS) -> int:
    """Return the bytes of the two largest arrays: the design's rows, and what the worth looks ahead at."""
    pairs = concepts * (concepts - 1) // 2
    common = 1 + concepts * levels + pairs * levels**2
    ahead = STRATA * (HORIZON + 1) * (HORIZON + 2)
    return int(levels**concepts * (common + ahead) * np.dtype(np.float64).itemsize)


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

    def __call__(self, rows: IntArray, cells: IntArray) -> Replies:
        """Answer one batch."""
        began = time.process_time()
        levels = np.stack(np.unravel_index(cells, self._shape), axis=1)
        logit = -5.0 + 0.6 * (levels[:, 0] * levels[:, 1]) - 0.4 * self._strata[rows] + 0.5 * levels[:, 2]
        failed: BoolArray = self._rng.random(len(rows)) < 1 / (1 + np.exp(-logit))
        replies = Replies(failed, failed.astype(np.float64), ["said"] * len(rows), [{} for _ in rows])
        self.seconds += time.process_time() - began
        return replies


def seconds_per_query(
    concepts: int, levels: int = LEVELS, warm_up: int = WARM_UP, block: int = BLOCK, blocks: int = BLOCKS
) -> float:
    """Return the processor seconds per query of the default explorer, the target's left out."""
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
    agent = explorers.get("ppo")(env, 0)
    drive(env, agent, warm_up)
    took: list[float] = []
    for i in range(blocks):
        began, answering = time.process_time(), ask.seconds
        drive(env, agent, warm_up + (i + 1) * block)
        took.append(time.process_time() - began - (ask.seconds - answering))
    return float(np.median(took)) / block


def figures_of(seconds: dict[int, float | None]) -> dict[str, float | None]:
    """Return milliseconds per query by concepts, and the ratio of the most over the fewest; null of what did not fit.

    Args:
        seconds: Per query, by number of concepts.
    """
    first, last = seconds[CONCEPTS[0]], seconds[CONCEPTS[-1]]
    ratio = None if first is None or last is None else round(last / first, 3)
    each = {f"ms_per_query_{n}": None if s is None else round(1000 * s, 3) for n, s in seconds.items()}
    return {"growth_12_over_3": ratio} | each


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what fits and print the result."""
    given = arguments("Cost of a query by number of concepts.", argv)
    torch.set_num_threads(1)
    seconds: dict[int, float | None] = {}
    needed = {n: bytes_needed(n) for n in CONCEPTS}
    for n in CONCEPTS:
        fits = needed[n] <= MEMORY
        seconds[n] = seconds_per_query(n) if fits else None
        gc.collect()
        size = f"{LEVELS**n:,} cells, {needed[n] / 2**30:,.2f} GiB"
        say(f"{n} concepts, {size}: {f'{1000 * (seconds[n] or 0):.2f} ms per query' if fits else 'does not fit'}")
    result = {"benchmark": "growth", "headline": "growth_12_over_3", "figures": figures_of(seconds)}
    details = {
        "levels": LEVELS,
        "bytes_needed": needed,
        "bytes_allowed": MEMORY,
        "not_fitting": [n for n in CONCEPTS if seconds[n] is None],
    }
    emit({**result, "details": details}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
