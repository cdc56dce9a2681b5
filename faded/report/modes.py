"""The modes in a report: what is known of each, what people say of it, and a few of its inputs."""

from __future__ import annotations

from typing import Any

from faded.domain import ModeKey, Proposal
from faded.labeling.decided import ModeTally
from faded.landscape.modes import established_table
from faded.report.evidence import file_of, kind_of
from faded.report.landscape import people, rounded
from faded.report.read import SHOWN, Found

ORDER = {"confirmed": 0, "open": 1, "refused": 2}
"""Confirmed modes come first; of refused ones people said that they are none."""

SAID = ("prompt", "base")
"""What a card says of a drawn set that a report repeats: its prompt, and that without the edit."""


def told(found: Found) -> list[dict[str, Any]]:
    """Return the modes that have proposals or verdicts, the first of them with inputs."""
    established = established_table(found.landscape)
    learned = {ModeKey(tuple(cell), stratum) for cell, stratum in found.learned.get("modes", ())}
    keys = sorted(
        {*found.judged, *(row.key for row in found.modes)},
        key=lambda key: (ORDER[people(found, key)], -_low(found, key), key.stratum, key.cell),
    )
    shown = [key for key in keys if key in found.examples][:SHOWN]
    return [
        _mode(found, key, bool(established[_at(found, key)]), key in learned)
        | {"examples": [_example(found, p) for p in found.examples[key]] if key in shown else []}
        for key in keys
    ]


def _at(found: Found, key: ModeKey) -> tuple[int, int]:
    landscape = found.landscape
    return landscape.strata.index(key.stratum), landscape.cells.column(found.space.index(key.cell))


def _low(found: Found, key: ModeKey) -> float:
    return rounded(float(found.posterior.low90[_at(found, key)]))


def _mode(found: Found, key: ModeKey, established: bool, learned: bool) -> dict[str, Any]:
    at = _at(found, key)
    tally = found.judged.get(key, ModeTally())
    return {
        "stratum": key.stratum,
        "cell": list(key.cell),
        "setting": found.space.describe(found.space.values([key.cell])[0].tolist()),
        "trials": int(found.landscape.trials[at]),
        "failures": int(found.landscape.failures[at]),
        "rate": rounded(float(found.posterior.mean[at])),
        "low": _low(found, key),
        "high": rounded(float(found.posterior.high90[at])),
        "established": established,
        "people": people(found, key),
        "verdicts": {name: getattr(tally, name) for name in ModeTally.__dataclass_fields__},
        "learned": learned,
    }


def _example(found: Found, proposal: Proposal) -> dict[str, Any]:
    kind = kind_of(found.summary)
    return {
        "sample": proposal.sample_id,
        "answer": proposal.answer,
        "reference": proposal.reference,
        "clean_answer": proposal.clean_answer,
        "discrepancy": proposal.discrepancy,
        "original": file_of(proposal.original, kind),
        "edited": file_of(proposal.edited, kind),
        **{name: proposal.details[name] for name in SAID if name in proposal.details},
    }
