"""Macroscopic exploration as a batched environment: one query per episode, many episodes a step.

Each step asks the target once about a batch: one setting per sample, chosen by the agent, and the control queries that
are due beside them (settings drawn uniformly on samples drawn uniformly, never shown to the agent). Every trial goes
into the landscape, and the agent is rewarded for what is new there.

Samples come from the strata in which a query is worth most, and within a stratum in a uniform order, so that its rates
stay unbiased; or they come as the stream has them, as they do while a screening design chooses the settings.
What verdicts teach comes in through `steer`: weights of strata and cells. They multiply what an established mode is
worth, and so the rewards and the scores; and strata get their samples in proportion to what they promise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.domain import Details
from faded.exploration.candidates import SETTLED
from faded.exploration.choosing import NONE, choose
from faded.exploration.frame import NOTHING_ASKED, Ask, Frame
from faded.exploration.outlook import Outlook
from faded.exploration.scores import draw_rates, scores_of
from faded.exploration.steering import NOTHING_KNOWN, Known, Weigh, sample_shares
from faded.exploration.stream import Stream, rng_to_json
from faded.landscape.calibration import Calibration
from faded.landscape.posterior import Landscape

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Observation = NDArray[np.float32]
State = dict[str, NDArray[Any] | str | int]

CONTROL_EVERY = 10
"""One query in ten is a control query (the words of the project)."""


@dataclass(frozen=True)
class ExploreConfig:
    """What a campaign fixes before exploring.

    Attributes:
        bound: A mode is an induced rate above it.
        num_envs: Agent queries a step; one forward pass answers them and the control queries due.
        seed: Of the stream, the control queries and the scores, each with a generator of its own.
        choose_samples: Whether samples come from where a query is worth most; else all come as the stream has them.
            Once verdicts weigh, strata get theirs by what they promise, either way.
        screening: Agent queries at the beginning whose settings a design has chosen: their samples come as the stream
            has them, whatever is known.
    """

    bound: float
    num_envs: int = 64
    seed: int = 0
    choose_samples: bool = True
    screening: int = 0


@dataclass(frozen=True)
class Asked:
    """The queries of one step, agent's first, then control; all arrays of shape (queries of the step,).

    Attributes:
        first: Number of the first of them, counted from 0 since the campaign began.
        rows: Rows of the frame.
        cells: Numbers of the cells.
        failed: Whether the target failed.
        discrepancy: The discrepancies.
        answers: What the target said, empty where it was not asked.
        details: What it said beside an answer that failed, else empty.
        control: Which are control queries.
        counted: Which add a trial; a repeated (sample, cell) or a known-invalid setting is not asked and adds none.
    """

    first: int
    rows: IntArray
    cells: IntArray
    failed: BoolArray
    discrepancy: FloatArray
    answers: tuple[str, ...]
    details: tuple[Details, ...]
    control: BoolArray
    counted: BoolArray


class ExploreEnv(VectorEnv[Observation, IntArray, IntArray]):  # type: ignore[misc]  # gymnasium is untyped here
    """The environment. Observations are standardised sample features followed by one score per level.

    `reset()` goes on where the campaign stands; `reset(seed=...)` begins it anew; `reset(options={"budget": n})` lets
    the last step ask fewer so that exactly n queries are asked. `infos` of a step hold `asked` (an `Asked`) and
    `queries` (asked so far, control included).

    Args:
        space: The concepts.
        frame: The explore frame.
        ask: Asks the target.
        config: What the campaign fixes.
        known: Trials that earlier rounds made on the same weights: in the landscape from the start, never asked again.
        weigh: See `steer`.
    """

    metadata: ClassVar[dict[str, Any]] = {"autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(
        self,
        space: ConceptSpace,
        frame: Frame,
        ask: Ask,
        config: ExploreConfig,
        known: Known = NOTHING_KNOWN,
        weigh: Weigh | None = None,
    ) -> None:
        self.space = space
        self.frame = frame
        self.config = config
        self._ask = ask
        self._known = known
        self._weigh = weigh
        self.num_envs = config.num_envs
        eligible = frame.features[frame.eligible].astype(np.float64)
        spread = np.maximum(eligible.std(axis=0), 1e-6)
        self._features = ((frame.features - eligible.mean(axis=0)) / spread).astype(np.float32)
        width = self._features.shape[1] + sum(space.shape)
        self.single_observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (width,), np.float32)
        self.single_action_space = gymnasium.spaces.MultiDiscrete(list(space.shape))
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._rows_eligible = np.flatnonzero(frame.eligible)
        self._sizes = np.bincount(frame.stratum[frame.eligible], minlength=len(frame.strata))
        self._budget: int | None = None
        self._begin(config.seed)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Return the observation of the samples next in the stream; spends no query."""
        if seed is not None:
            self._begin(seed)
        if options is not None:
            self._budget = int(options["budget"])
        return self._observation, {"queries": self.queries}

    def step(self, actions: IntArray) -> tuple[Observation, NDArray[np.float64], BoolArray, BoolArray, dict[str, Any]]:
        """Ask one setting per sample, shape (num_envs, n_concepts), and the control queries that are due."""
        n_agent, n_control = self._due()
        control_rows = self._control_rng.choice(self._rows_eligible, size=n_control)
        control_cells = self._control_rng.integers(self.space.n_cells, size=n_control)
        rows = np.concatenate([self._rows[:n_agent], control_rows])
        cells = np.concatenate([self.space.indices(actions[:n_agent]), control_cells])
        asked = self._query(rows, cells, n_agent)
        rewards = np.zeros(self.num_envs)
        gained = self._outlook.learn(rows, cells, asked.failed, asked.counted, asked.control)
        rewards[:n_agent] = gained[:n_agent]
        final = self._observation
        self._observe()
        done = np.ones(self.num_envs, dtype=np.bool_)
        infos = {"asked": asked, "queries": self.queries, "final_obs": final}
        return self._observation, rewards, done, np.zeros_like(done), infos

    def steer(self, weigh: Weigh | None) -> None:
        """Let verdicts weigh what is found from the next samples on.

        Args:
            weigh: Says of cells, given by their numbers, how much more, above 1, or less a failure there is worth
                finding, shape (n_strata, n); None where no verdict says anything. No part of the state: whoever
                loads that gives it first.
        """
        self._weigh = weigh
        self._outlook.steer(weigh)

    @property
    def landscape(self) -> Landscape:
        """Every trial so far, and what follows from them."""
        return self._outlook.landscape

    @property
    def calibration(self) -> Calibration:
        """What control queries say of the landscape."""
        return self._outlook.calibration

    def shares(self, steered: bool = True) -> FloatArray:
        """Return the share of the agent's samples per stratum, as it is or as without verdicts; shape (n_strata,)."""
        return sample_shares(self.landscape, self._sizes, self._outlook.weights if steered else None)

    def draw_settings(self, leave: float = SETTLED) -> IntArray:
        """Draw rates for every waiting sample and return the best setting of each, shape (num_envs, n_concepts).

        Args:
            leave: A mode is left once its own trials say P(rate > bound) >= leave; it is not chosen, nor is a cell
                where a query could add no trial.
        """
        settled = self.landscape.own_probability() >= leave
        drawn = draw_rates(self.landscape.alpha, self.landscape.beta, self._strata, self._score_rng)
        if (weights := self._outlook.weights) is not None:
            drawn = drawn * weights[self._strata]
        best = np.where(self._outlook.open(self._rows) & ~settled[self._strata], drawn, -1.0).argmax(axis=1)
        return np.asarray(self.landscape.cells.levels[best])

    def state_dict(self) -> State:
        """Return everything that changes, as arrays, numbers and JSON text."""
        state: State = self._outlook.state_dict()
        state |= {f"stream.{k}": v for k, v in self._stream.state_dict().items()}
        return state | {
            "queries": self.queries,
            "control_queries": self.control_queries,
            "rows": self._rows.copy(),
            "observation": self._observation.copy(),
            "control_rng": rng_to_json(self._control_rng),
            "score_rng": rng_to_json(self._score_rng),
        }

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken: the same queries follow."""
        self._outlook.load_state_dict(state)
        self._stream.load_state_dict({k[7:]: v for k, v in state.items() if k.startswith("stream.")})
        self.queries, self.control_queries = (int(np.asarray(state[n])) for n in ("queries", "control_queries"))
        self._rows = np.array(state["rows"])
        self._observation = np.array(state["observation"])
        for rng, name in ((self._control_rng, "control_rng"), (self._score_rng, "score_rng")):
            rng.bit_generator.state = json.loads(str(state[name]))

    @property
    def _strata(self) -> IntArray:
        return np.asarray(self.frame.stratum[self._rows])

    def _begin(self, seed: int) -> None:
        """Start the round: a landscape of what is known already, and generators of their own."""
        stream, control, scores, draws = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4))
        self._stream = Stream(self._rows_eligible, self.frame.stratum[self._rows_eligible], stream, draws)
        self._control_rng, self._score_rng = control, scores
        self._outlook = Outlook(self.space, self.frame, self.config.bound, self._known, self._weigh, scores)
        self.queries = self.control_queries = 0
        self._observe()

    def _due(self) -> tuple[int, int]:
        """Return how many agent and control queries the step asks: a tenth control, never beyond the budget."""
        agent = self.queries - self.control_queries + self.num_envs
        total = agent + agent // (CONTROL_EVERY - 1)
        if self._budget is not None:
            total = max(min(total, self._budget), self.queries)
        control = total // CONTROL_EVERY - self.control_queries
        return total - self.queries - control, control

    def _query(self, rows: IntArray, cells: IntArray, n_agent: int) -> Asked:
        """Ask what is new and valid of a batch of rows and cells."""
        counted = self._outlook.new(rows, cells)
        replies = self._ask(rows[counted], cells[counted]) if counted.any() else NOTHING_ASKED
        failed = np.zeros(len(rows), dtype=np.bool_)
        failed[counted] = replies.failed
        discrepancy = np.zeros(len(rows))
        discrepancy[counted] = replies.discrepancy
        said = iter(zip(replies.answers, replies.details, strict=True))
        answers, details = zip(*(next(said) if c else ("", {}) for c in counted), strict=True)
        control = np.arange(len(rows)) >= n_agent
        asked = Asked(self.queries, rows, cells, failed, discrepancy, answers, details, control, counted)
        self.queries += len(rows)
        self.control_queries += int(control.sum())
        return asked

    def _observe(self) -> None:
        """Take the next samples, and put together what the agent may know of them."""
        known = self._outlook
        designed = self.queries - self.control_queries < self.config.screening
        shares = None if designed or known.weights is None else self.shares()
        rows, columns = NONE, NONE
        if self.config.choose_samples and shares is None and not designed:
            rows, columns = choose(known.worth, known.asked, self._stream, self.num_envs, self._score_rng)
        self._rows = np.concatenate([rows, self._stream.take(self.num_envs - len(rows), shares)])
        scores = scores_of(
            known.worth, self._strata, known.open(self._rows), columns, known.landscape.cells, self._score_rng
        )
        self._observation = np.concatenate([self._features[self._rows], scores.astype(np.float32)], axis=1)
