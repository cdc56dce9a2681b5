"""Every sample's smallest failing setting, asked of a round's target after the round has explored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.exploration.frame import AskProbe, Frame, build_frame
from faded.exploration.hunt import NOTHING, Answered, Hunt, HuntConfig, IntArray
from faded.exploration.smallest import SmallestSearch
from faded.jobs.context import Context, prepare
from faded.jobs.desk import round_seed
from faded.jobs.unchanged import check_unchanged
from faded.stages import round_called
from faded.store import campaigns, trials
from faded.store.campaigns import Round
from faded.store.engine import Store

SCHEMA = 2
"""Version of the printed object."""


def smallest_failing(store: Store, round_id: int, budget: int, say: Callable[[float, str], None]) -> dict[str, Any]:
    """Search for smallest failing settings with the target that the round began with.

    Trials of exploring on the same weights are known from the start and cost nothing.

    Args:
        store: The open store; nothing is written.
        round_id: The round.
        budget: Queries at most.
        say: Told of progress, from 0 to 1, and a message.

    Returns:
        The printed object. Its figures are over the samples that were searched to the end, `searched` of them; a
        sample that was not may hold a failing setting, but maybe not its smallest.

    Raises:
        FadedError: the round was explored elsewhere or not at all, its settings are too many to go through them for
            every sample, or its data or weights are not what they were.
    """
    with store.read() as db:
        round_ = campaigns.get_round(db, round_id)
        campaign = campaigns.get_campaign(db, round_.campaign_id)
        same = campaigns.on_same_weights(db, round_id)
        rows = [row for r in same for row in trials.after(db, r.id) if row.counted]
    if round_.elsewhere or not rows:
        raise FadedError(
            f"There is nothing to search: {round_called(round_id, round_.number, campaign.name)} has not been explored "
            "in this workspace. Search where it was."
        )
    explored = next(r.summary["space"] for r in same if "space" in r.summary)
    ConceptSpace.from_json(explored).check_listed()
    config = CampaignConfig.from_json(campaign.config)
    context = prepare(config, round_.fold, lambda message: say(0.0, message))
    search = _search(store, round_, context, rows, say)
    known = len(rows)
    eligible = len(search.hunt.order)

    def on_batch() -> None:
        done = max(search.hunt.queries / budget, len(search.searched) / eligible)
        say(min(done, 1.0), f"{search.hunt.queries:,} queries, {len(search.searched):,} of {eligible:,} samples done")

    finished = search.run(budget, on_batch)
    searched = search.searched
    return {
        "schema": SCHEMA,
        "campaign": campaign.name,
        "round": round_.number,
        "round_id": round_id,
        "queries": search.hunt.queries,
        "known_trials": known,
        "finished": finished,
        "samples": eligible,
        "searched": len(searched),
        "failing": int((search.hunt.smallest[searched] != NOTHING).sum()),
        "strata": [_stratum(search.hunt, i, searched) for i in range(len(search.hunt.frame.strata))],
        "smallest": [
            _sample(search.hunt, int(row)) | {"searched": bool(np.isin(row, searched))}
            for row in np.sort(search.hunt.order)
        ],
    }


def _search(
    store: Store, round_: Round, context: Context, rows: list[trials.TrialRow], say: Callable[[float, str], None]
) -> SmallestSearch:
    weights = store.workspace / round_.weights if round_.weights else None
    target = context.target(weights)
    check_unchanged(round_, context.splits(), context.task.measured_with(target), target.fingerprint())
    probe = context.probe(target)
    original = None if weights is None else context.probe(context.target(None))
    frame = build_frame(
        probe,
        context.explore,
        context.task.batch,
        lambda done, of: say(0.0, f"clean answers: {done} of {of}"),
        original,
    )
    config = HuntConfig(batch=context.task.batch, seed=round_seed(context.config.seed, round_.number))
    return SmallestSearch(context.space, frame, AskProbe(probe, context.explore), config, _known(frame, rows))


def _known(frame: Frame, rows: list[trials.TrialRow]) -> Answered:
    place = {sample_id: i for i, sample_id in enumerate(frame.sample_ids)}
    return Answered(
        np.array([place[r.sample_id] for r in rows], dtype=np.int64),
        np.array([r.cell for r in rows], dtype=np.int64),
        np.array([r.discrepancy if r.failed else 0.0 for r in rows], dtype=np.float64),
    )


def _stratum(hunt: Hunt, stratum: int, searched: IntArray) -> dict[str, Any]:
    """Return a stratum's figures and the smallest failing setting of its samples, the first of equal ones.

    Args:
        hunt: The books of the search.
        stratum: Its number.
        searched: Rows that were searched to the end, shape (n,): only these count, but for `samples`, which is of all.
    """
    rows = searched[hunt.frame.stratum[searched] == stratum]
    failing = rows[hunt.smallest[rows] != NOTHING]
    levels = hunt.levels(failing)
    return {
        "stratum": hunt.frame.strata[stratum],
        "samples": int((hunt.frame.stratum[hunt.order] == stratum).sum()),
        "searched": len(rows),
        "failing": len(failing),
        "median_levels": float(np.median(levels)) if len(failing) else None,
        "smallest": _sample(hunt, int(failing[levels.argmin()])) if len(failing) else None,
    }


def _sample(hunt: Hunt, row: int) -> dict[str, Any]:
    """Return a sample's smallest failing setting; `levels` is None where none was found."""
    cell = int(hunt.smallest[row])
    found: dict[str, Any] = {
        "sample": hunt.frame.sample_ids[row],
        "stratum": hunt.frame.strata[hunt.frame.stratum[row]],
        "levels": None,
    }
    if cell == NOTHING:
        return found
    values = hunt.space.settings([cell])[0].tolist()
    return found | {
        "levels": int(hunt.increments.steps[cell]),
        "setting": hunt.space.describe(values),
        "values": dict(zip((s.name for s in hunt.space.specs), values, strict=True)),
        "discrepancy": hunt.value(row, cell),
    }
