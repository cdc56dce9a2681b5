"""How fast exploring is: `python -m benchmarks.throughput [--task text|pictures] --json -`, one torch thread.

Three loops, in short slices by turns within one run, so that whatever else the machine does hurts all alike:

- the explore stage itself: agent, posterior, proposals with their pictures, commits, a checkpoint each batch, which a
  thread of its own writes while the next batch is asked;
- the bare target: edits and forward passes in batches of the same size, nothing else;
- one picture at a time with stable-baselines3's DQN, as the paper's public code (`one_at_a_time.py`).

Figures are ratios of queries per second over the whole run, on CIFAR-10 at the wider levels; the same for the demo's
signs stands beside them. The DQN of the headline is still warming up, which is when it is fastest. Pictures need
requirements-bench.txt.

With `--task text`, on the demo's bulletins: the explore stage, the bare target in batches, and the bare target asked
one article at a time. With `--task pictures`, on the demo's scenes, a set of eight pictures a query: the explore stage
and the bare target in batches.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import arguments, cache_folder, emit, say
from benchmarks.rounds import cifar_campaign, signs_campaign
from faded import runtime
from faded.config import CampaignConfig
from faded.exploration.env import CONTROL_EVERY, ExploreConfig
from faded.jobs.context import Context, prepare
from faded.jobs.desk import Desk
from faded.jobs.explore import explore
from faded.stages import EXPLORE
from faded.store import campaigns, jobs
from faded.store.engine import Store, open_store
from faded.tasks import BULLETINS, IMAGE, SCENES, TEXT

SLICE_BATCHES = 8
"""Batches of the stage in a slice: two rounds of proposals."""
BARE_BATCHES = 4
ONE_STEPS = 48
"""Steps of the one-at-a-time loops in a slice: about as long as the bare batches."""


def with_controls(queries: int) -> int:
    """Return the queries of one forward pass, control queries included."""
    return round(queries * CONTROL_EVERY / (CONTROL_EVERY - 1))


BATCH = with_controls(ExploreConfig(bound=0.5).num_envs)
"""Queries of one forward pass."""
Rates = dict[str, dict[str, float]]
"""Queries per second by clock and loop."""
LOOP, BARE, WARMING, LEARNING = "loop", "bare", "one_at_a_time", "one_at_a_time_learning"
ONE = "one"
TEXT_QUERIES = 3000
PICTURES = "pictures"
PICTURES_QUERIES = 300


@dataclass
class Clock:
    """Queries of each loop so far, and the seconds they took: on the wall, and of the processor in all threads.

    The second is what a machine that is busy with other things cannot spoil; it leaves out waiting for the disk.
    """

    queries: dict[str, int] = field(default_factory=dict)
    wall: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin a slice."""
        self._started = time.perf_counter(), time.process_time()

    def stop(self, name: str, queries: int) -> None:
        """Count the slice."""
        wall, processor = time.perf_counter() - self._started[0], time.process_time() - self._started[1]
        self.queries[name] = self.queries.get(name, 0) + queries
        self.wall[name] = self.wall.get(name, 0.0) + wall
        self.processor[name] = self.processor.get(name, 0.0) + processor

    def rates(self) -> dict[str, dict[str, float]]:
        """Return queries per second by either clock."""
        clocks = {"wall": self.wall, "processor": self.processor}
        return {clock: {n: self.queries[n] / spent[n] for n in self.queries} for clock, spent in clocks.items()}


class Turns:
    """Lets the stage run for a slice, then the others; the stage calls it as its reporter, once a batch.

    Args:
        name: Of the problem, for progress.
        queries: The stage's budget.
        others: The other loops: each does a slice and returns its queries.
    """

    def __init__(self, name: str, queries: int, others: dict[str, Callable[[], int]]) -> None:
        self.clock = Clock()
        self._name, self._queries, self._others = name, queries, others
        self._batches = 0
        self._from = 0

    def __call__(self, kind: str, progress: float, message: str) -> None:
        """Take note of a batch; every so often let the others have their turn."""
        asked = round(progress * self._queries)
        if asked == 0:
            return
        if self._from == 0:  # the first batch is done: the clock starts
            self._begin(asked)
            return
        self._batches += 1
        if self._batches % SLICE_BATCHES and asked < self._queries:
            return
        self.clock.stop(LOOP, asked - self._from)
        for name, loop in self._others.items():
            self.clock.start()
            self.clock.stop(name, loop())
        for clock, rates in self.clock.rates().items():
            words = ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items())
            say(f"{self._name}: {asked} of {self._queries}; queries a second ({clock}): {words}")
        self._begin(asked)

    def _begin(self, asked: int) -> None:
        self._from = asked
        self.clock.start()


def bare(context: Context, batches: int = BARE_BATCHES, size: int = BATCH) -> Callable[[], int]:
    """Return a loop of edits and forward passes alone, so many batches of this size in a slice."""
    target = context.target(None)
    editor = context.probe(target).editor
    rng = np.random.default_rng(0)

    def run() -> int:
        for _ in range(batches):
            rows = rng.integers(len(context.explore), size=size)
            cells = rng.integers(context.space.n_cells, size=size)
            target.answer(editor([context.explore[r].payload for r in rows], context.space.grid[cells]))
        return batches * size

    run()  # the first pass makes torch choose its kernels
    return run


def one_at_a_time(context: Context, learning: bool) -> Callable[[], int]:
    """Return the DQN's loop."""
    from benchmarks.one_at_a_time import OnePicture, dqn  # stable-baselines3, which articles need not

    agent = dqn(OnePicture(context.target(None), context.explore, context.space), learning)

    def run() -> int:
        agent.learn(ONE_STEPS, reset_num_timesteps=False)
        return ONE_STEPS

    for _ in range(4):
        run()  # past the 100 steps after which learning begins
    return run


Loops = dict[str, Callable[[], int]]


def of_pictures(context: Context) -> Loops:
    """Return what the stage is compared with on pictures."""
    return {
        BARE: bare(context),
        WARMING: one_at_a_time(context, learning=False),
        LEARNING: one_at_a_time(context, learning=True),
    }


def of_texts(context: Context) -> Loops:
    """Return what the stage is compared with on articles."""
    return {BARE: bare(context), ONE: bare(context, ONE_STEPS, 1)}


def of_drawings(context: Context) -> Loops:
    """Return what the stage is compared with on prompts."""
    return {BARE: bare(context, BARE_BATCHES, with_controls(context.task.batch))}


def measure(name: str, config: CampaignConfig, others: Callable[[Context], Loops]) -> Rates:
    """Explore a whole campaign with the other loops between; return queries per second."""
    runtime.start(config.seed)
    context = prepare(config, 1, say)
    turns = Turns(name, config.queries, others(context))
    folder = cache_folder("throughput") / f"workspace-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    store = open_store(folder)
    explore(_desk(store, config, turns), context)
    store.close()
    return turns.clock.rates()


def _desk(store: Store, config: CampaignConfig, turns: Turns) -> Desk:
    with store.write() as db:
        now = time.time()
        campaign = campaigns.create_campaign(db, "throughput", config.to_json(), now)
        round_ = campaigns.create_round(db, campaign.id, now=now)
        jobs.enqueue(db, round_.id, EXPLORE, now=now)
        job = jobs.claim(db, "benchmark", 0.0, now)
    assert job is not None  # noqa: S101 - just enqueued
    return Desk(store, job, round_, "benchmark", turns)


def ratios(rates: dict[str, float], prefix: str = "") -> dict[str, float]:
    """Return the figures of one problem."""
    pairs = [(LOOP, BARE, "bare_target"), (LOOP, WARMING, WARMING), (BARE, WARMING, WARMING)]
    pairs += [(LOOP, LEARNING, LEARNING), (BARE, LEARNING, LEARNING)]
    return {f"{prefix}{top}_over_{words}": round(rates[top] / rates[below], 3) for top, below, words in pairs}


def _kept(file: Path, make: Callable[[], Rates]) -> Rates:
    """Return what a run that was stopped later on measured already, or measure."""
    if not file.is_file():
        file.write_text(json.dumps(make()))
    found: Rates = json.loads(file.read_text())
    return found


def texts() -> dict[str, Any]:
    """Measure the demo of articles; return what is printed."""
    rates = measure(BULLETINS, CampaignConfig(demo=BULLETINS, queries=TEXT_QUERIES), of_texts)
    return _printed(
        BULLETINS, rates, {"batched_over_one_at_a_time": (BARE, ONE), "loop_over_bare_target": (LOOP, BARE)}
    )


def drawings() -> dict[str, Any]:
    """Measure the demo of prompts; return what is printed."""
    rates = measure(SCENES, CampaignConfig(demo=SCENES, queries=PICTURES_QUERIES), of_drawings)
    return _printed(SCENES, rates, {"loop_over_bare_target": (LOOP, BARE)})


def _printed(demo: str, rates: Rates, wanted: dict[str, tuple[str, str]]) -> dict[str, Any]:
    def by(clock: str) -> dict[str, float]:
        return {name: round(rates[clock][top] / rates[clock][below], 3) for name, (top, below) in wanted.items()}

    return {
        "benchmark": "throughput",
        "figures": by("wall"),
        "by_processor_time": by("processor"),
        "queries_per_second": {demo: rates},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the ratios."""
    given = arguments(__doc__ or "", argv, (IMAGE, TEXT, PICTURES))
    if given.task != IMAGE:
        emit(texts() if given.task == TEXT else drawings(), given.json)
        return 0
    problems = {"cifar": lambda: cifar_campaign(given.assets, 0), "signs": lambda: signs_campaign(0)}
    files = {name: cache_folder("throughput") / f"{name}.json" for name in problems}
    rates = {name: _kept(files[name], lambda n=name: measure(n, problems[n](), of_pictures)) for name in problems}  # type: ignore[misc]
    figures = ratios(rates["cifar"]["wall"]) | ratios(rates["signs"]["wall"], "signs_")
    processor = ratios(rates["cifar"]["processor"]) | ratios(rates["signs"]["processor"], "signs_")
    result = {
        "benchmark": "throughput",
        "figures": figures,
        "by_processor_time": processor,
        "queries_per_second": rates,
    }
    emit(result, given.json)
    for file in files.values():
        file.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
