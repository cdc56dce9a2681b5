"""Screening in the explore stage: when it is done, and what its trials say of the concepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.config import CampaignConfig
from faded.exploration.screening import HIGH, LOW, Plan, codes, contrasts, plan
from faded.jobs.agents import AS_THEY_COME
from faded.landscape.main_effects import SCREENING, main_effects
from faded.store.trials import TrialRow

LEAST_CONCEPTS = 5
"""Campaigns of so many concepts or more are screened: with fewer, maps of two concepts at a time show it all."""


def screening_plan(config: CampaignConfig, space: ConceptSpace, batch: int, seed: int, fresh: bool) -> Plan | None:
    """Return what to ask before exploring; None of a round that is not screened.

    Args:
        config: The campaign's. Explorers that are there to be compared with are left as they are.
        space: The concepts.
        batch: Agent queries a step.
        seed: The round's.
        fresh: Whether no earlier round explored the same weights: else what a screening would tell is known.
    """
    if len(space.specs) < LEAST_CONCEPTS or config.agent in AS_THEY_COME or not fresh:
        return None
    return plan(space, config.queries, batch, seed)


class Screened:
    """Trials of a screening by replicate, stratum, concept and level.

    Args:
        space: The concepts.
        strata: Names of the strata.
        budget: Queries of the campaign.
        plan: What is asked; None where nothing is.
    """

    def __init__(self, space: ConceptSpace, strata: tuple[str, ...], budget: int, plan: Plan | None) -> None:
        self._space, self._budget, self._plan = space, budget, plan
        self._place = {name: i for i, name in enumerate(strata)}
        self._codes = [codes(spec) for spec in space.specs]
        replicates = 0 if plan is None else len(plan.actions) // plan.runs
        self._counts = np.zeros((2, replicates, len(strata), len(space.specs), 2), dtype=np.int64)
        self._asked = self._trials = 0

    def forget(self) -> None:
        """Tell of no screening: the checkpoint that the stage goes on from is of a version that had none."""
        self._plan = None

    def add(self, rows: Iterable[TrialRow]) -> None:
        """Count those of the rows, which come in the order of the queries, that the design asked and are trials."""
        if self._plan is None:
            return
        for row in rows:
            if row.control or self._asked == len(self._plan.actions):
                continue
            replicate, self._asked = self._asked // self._plan.runs, self._asked + 1
            if row.counted:
                self._trials += 1
                for i, level in enumerate(self._space.cell(row.cell)):
                    side = (LOW, HIGH).index(self._codes[i][level])
                    self._counts[:, replicate, self._place[row.stratum], i, side] += (1, row.failed)

    def summary(self) -> dict[str, Any]:
        """Return what the round's summary says of it: nothing before it is through, or where there is none."""
        if self._plan is None or self._asked < len(self._plan.actions):
            return {}
        effects = main_effects(*self._counts)
        concepts = [_words(spec) | effect for spec, effect in zip(self._space.specs, effects, strict=True)]
        told = {"queries": len(self._plan.actions), "budget": self._budget, "trials": self._trials}
        return {SCREENING: told | {"runs": self._plan.runs, "full": self._plan.full, "concepts": concepts}}


def _words(spec: ConceptSpec) -> dict[str, Any]:
    """Return the concept's name and its levels in words."""
    low, high = contrasts(spec).T
    return {"concept": spec.name, "low": _levels(spec, low.tolist()), "high": _levels(spec, high.tolist())}


def _levels(spec: ConceptSpec, levels: list[int]) -> str:
    return " or ".join(spec.describe(spec.levels[level]) or "unchanged" for level in dict.fromkeys(levels))
