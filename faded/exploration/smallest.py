"""The search for every sample's smallest failing setting: it asks where the most levels can be expected to be saved.

For every sample in turn the model of nearness says how likely each setting is to fail. The setting is asked for which
chance times levels saved is highest, and the sample is left when that is not worth the price of a query. A sample of
which nothing is known yet counts as one level more than the grid has, so the first question is one that probably fails,
and the next ones go closer to neutral as far as it pays. 64 samples are searched side by side, each asked once a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.exploration.frame import Ask, Frame
from faded.exploration.hunt import NOTHING_ANSWERED, Answered, Hunt, HuntConfig, IntArray

TIE_BREAK = 1e-6
"""Size of the random numbers, in levels, that break ties."""


class SmallestSearch:
    """The search.

    Args:
        space: The concepts.
        frame: The explore frame.
        ask: Asks the target.
        config: What the search begins with.
        known: Answers got before.
    """

    def __init__(
        self,
        space: ConceptSpace,
        frame: Frame,
        ask: Ask,
        config: HuntConfig | None = None,
        known: Answered = NOTHING_ANSWERED,
    ) -> None:
        self.hunt = Hunt(space, frame, ask, config or HuntConfig(), known)
        self._open: IntArray = np.zeros(0, dtype=np.int64)
        self._begun = 0

    @property
    def searched(self) -> IntArray:
        """Rows of the samples that were searched to the end, in rising order; shape (n,)."""
        return np.setdiff1d(self.hunt.order[: self._begun], self._open)

    def run(
        self,
        budget: int,
        on_batch: Callable[[], None] = lambda: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Search until every sample is done, the budget is spent or somebody says stop; say whether all are done.

        Args:
            budget: Queries in all, counted from the beginning, so that a resumed search asks only what is left.
            on_batch: Called after every batch; the search may be saved then.
            should_stop: Asked before every batch.
        """
        while self.hunt.queries < budget and not should_stop():
            if not self._step(budget - self.hunt.queries):
                return True
            on_batch()
        return False

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes."""
        return self.hunt.state_dict() | {"open": self._open.copy(), "begun": self._begun}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken: the same queries follow."""
        self.hunt.load_state_dict(state)
        self._open, self._begun = np.array(state["open"]), int(state["begun"])

    def _step(self, most: int) -> bool:
        """Ask one batch; return False where no sample is left that is worth a query."""
        hunt = self.hunt
        while True:
            fresh = hunt.order[self._begun : self._begun + hunt.config.batch - len(self._open)]
            self._open = np.concatenate([self._open, fresh])
            self._begun += len(fresh)
            if len(self._open) == 0:
                return False
            gains = hunt.gains(self._open)
            gains += TIE_BREAK * hunt.rng.random(gains.shape) * (gains > 0)
            cells = gains.argmax(axis=1)
            worth = gains[np.arange(len(cells)), cells] > hunt.config.price
            self._open, cells = self._open[worth], cells[worth]
            if len(self._open):
                hunt.ask(self._open[:most], cells[:most])
                return True
