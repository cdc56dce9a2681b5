"""Whether the map can be trusted: what it predicted of control queries before they were seen, and what they did.

Control queries are settings drawn uniformly on samples drawn uniformly, so the propensity of each is known and no agent
chose it. Before the trials of a batch enter the landscape, its posterior mean for the stratum and cell of every control
query is noted; then, whether the query failed. Nothing that explores or estimates reads these figures. The queries
themselves enter the landscape afterwards, as trials like any others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.landscape.beta import interval90
from faded.landscape.posterior import BoolArray, FloatArray, IntArray, Landscape
from faded.landscape.reading import DIGITS
from faded.landscape.trusted import IN_LINE, TELLING, THIN, answer, standing

CALIBRATION = "calibration"
"""Where a round's summary keeps the figures."""

BINS = 10
"""Equal parts of [0, 1] by which predictions are told."""


class Calibration:
    """Predictions of control queries and what became of them, in the order in which they were asked."""

    def __init__(self) -> None:
        self._predicted: FloatArray = np.zeros(0)
        self._failed: BoolArray = np.zeros(0, dtype=np.bool_)

    def note(self, landscape: Landscape, strata: IntArray, columns: IntArray, failed: BoolArray) -> None:
        """Note control queries that count, before their trials, or any of their batch, are in the landscape.

        Args:
            landscape: What predicts. Queries where it says nothing, such as the clean control, are left out.
            strata: Index of the stratum of each query, shape (n,).
            columns: Column of its cell in the landscape, shape (n,).
            failed: Whether it failed, shape (n,).
        """
        kept = ~landscape.excluded[strata, columns]
        a, b = landscape.alpha[strata, columns], landscape.beta[strata, columns]
        self._predicted = np.concatenate([self._predicted, (a / (a + b))[kept]])
        self._failed = np.concatenate([self._failed, failed[kept]])

    def figures(self) -> dict[str, Any]:
        """Return the figures as JSON values: of all queries, by bins of the predicted rate, of the later half alone."""
        later = len(self._failed) // 2
        rows = _bins(self._predicted, self._failed)
        return {
            **_scores(self._predicted, self._failed),
            "bins": rows,
            "later": _scores(self._predicted[later:], self._failed[later:]),
        }

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Return everything that changes."""
        return {"predicted": self._predicted.copy(), "failed": self._failed.copy()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where `state_dict` was taken; a checkpoint of an earlier version has nothing: begin from there."""
        self._predicted = np.array(state.get("predicted", ()), dtype=np.float64)
        self._failed = np.array(state.get("failed", ()), dtype=np.bool_)


def _scores(predicted: FloatArray, failed: BoolArray) -> dict[str, Any]:
    """Return mean prediction, share failed, Brier score and skill.

    The score's rival says the overall share of these same queries every time, which is known only afterwards. Skill is
    1 for a map that knows every answer, 0 for one no better than that rival; None where all or none failed.
    """
    if len(failed) == 0:
        return {"queries": 0, "predicted": None, "share": None, "brier": None, "brier_of_share": None, "skill": None}
    share = float(failed.mean())
    brier, of_share = float(((predicted - failed) ** 2).mean()), share * (1 - share)
    told = {"predicted": float(predicted.mean()), "share": share, "brier": brier, "brier_of_share": of_share}
    skill = None if of_share == 0 else round(1 - brier / of_share, DIGITS)
    return {"queries": len(failed)} | {name: round(value, DIGITS) for name, value in told.items()} | {"skill": skill}


def _bins(predicted: FloatArray, failed: BoolArray) -> list[dict[str, Any]]:
    """Return the bins that hold a query; the share that failed has a 90% interval under a uniform prior."""
    number = np.minimum((predicted * BINS).astype(np.int64), BINS - 1)
    rows = []
    for i in np.unique(number).tolist():
        n, failures = int((number == i).sum()), int(failed[number == i].sum())
        low, high = interval90(np.array(1.0 + failures), np.array(1.0 + n - failures))
        figures = {
            "predicted": float(predicted[number == i].mean()),
            "share": failures / n,
            "low": float(low),
            "high": float(high),
        }
        ends = {"from": i / BINS, "to": (i + 1) / BINS, "queries": n, "failures": failures}
        rows.append(ends | {name: round(value, DIGITS) for name, value in figures.items()})
    return rows


def sentences(found: Mapping[str, Any]) -> list[str]:
    """Say what the figures mean, the answer first; nothing of no queries.

    Args:
        found: What `Calibration.figures` returned.
    """
    if found["queries"] == 0:
        return []
    said = [
        answer(found["bins"])["sentence"],
        f"The map gave the {found['queries']:,} control queries that count {_percent(found['predicted'])} on average; "
        f"{_percent(found['share'])} failed.",
    ]
    telling = [row for row in found["bins"] if row["queries"] >= TELLING]
    for row in telling[:: max(len(telling) - 1, 1)]:
        said.append(
            f"Of the {row['queries']:,} to which it gave {_percent(row['from'])[:-1]} to {_percent(row['to'])}, "
            f"{_percent(row['share'])} failed."
        )
    return said + _of_rows(found["bins"]) + _of_scores(found)


def told(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the figures with the answer and what each row says, as JSON values; None where there are none."""
    if found is None:
        return None
    rows = [row | {"standing": standing(row)} for row in found["bins"]]
    return {**found, "bins": rows, "answer": answer(rows)}


def _of_rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how many rows are in line, and how many are too thin to be counted."""
    thin = [row["queries"] for row in rows if standing(row) == THIN]
    telling, said = len(rows) - len(thin), []
    if telling:
        within = sum(standing(row) == IN_LINE for row in rows)
        said.append(
            f"In {within} of {telling} {'row' if telling == 1 else 'rows'} with {TELLING} queries or more the mean "
            "given lies within the 90% interval of the share that failed; chance alone puts one in ten outside."
        )
    if thin:
        which = "1 row with fewer queries is" if len(thin) == 1 else f"{len(thin)} rows with fewer queries are"
        said.append(f"{which} too thin to tell and not counted.")
    return said


def _of_scores(found: Mapping[str, Any]) -> list[str]:
    """Say what the Brier score is worth, and that of the later half, when the map knew more."""
    if found["skill"] is None:
        return ["All of them did the same, so a score says nothing."]
    said = (
        f"Brier score {found['brier']:.3f}; saying {_percent(found['share'])} every time would score "
        f"{found['brier_of_share']:.3f}: a skill of {found['skill']:.2f}, where 1 knows every answer and 0 no more "
        "than that share."
    )
    later = found["later"]
    if later["skill"] is None:
        return [said]
    return [said, f"Of the later half alone: Brier score {later['brier']:.3f}, skill {later['skill']:.2f}."]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
