"""The landscape in a report: rates per level, the strongest settings, and what chance alone found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scipy.special import betaincinv

from faded.concepts.spec import ConceptSpec
from faded.domain import Mode, ModeKey
from faded.landscape import calibration
from faded.landscape.main_effects import SCREENING
from faded.landscape.modes import modes
from faded.landscape.posterior import SURE
from faded.landscape.reader import read_map
from faded.landscape.reading import DIGITS
from faded.landscape.slices import cut
from faded.report.read import Found

STRONGEST = 12
"""Established modes listed: those of which most is certain."""


def landscape(found: Found) -> dict[str, Any]:
    """Return what a report says of the landscape."""
    every = modes(found.landscape)
    established = [mode for mode in every if mode.established]
    return {
        "concepts": [_marginal(found, spec) for spec in found.space.specs],
        "settings": found.space.n_cells,
        "strata": list(found.landscape.strata),
        "left_out": int(found.landscape.known_invalid.sum()),
        "modes": {
            "established": len(established),
            "suspected": len(every) - len(established),
        },
        "strongest": [strongest(found, mode) for mode in sorted(established, key=_certain)[:STRONGEST]],
        "reading": read_map(found.landscape, found.posterior, None).to_json(),
        "baseline": baseline(found),
        "screening": found.summary.get(SCREENING),
        "calibration": calibration.told(found.summary.get(calibration.CALIBRATION)),
    }


def _certain(mode: Mode) -> tuple[object, ...]:
    return -mode.low, mode.key.stratum, mode.key.cell


def _marginal(found: Found, spec: ConceptSpec) -> dict[str, Any]:
    """Return the rate at each level of a concept, the mean over everything else."""
    rates = cut(found.landscape, found.posterior, [spec.name], {}, None)
    levels = []
    for i, value in enumerate(spec.levels):
        known = bool(rates.enough[i]) and not bool(rates.left_out[i])
        figures = (rates.rate[i], rates.low[i], rates.high[i])
        rate, low, high = (rounded(float(figure)) if known else None for figure in figures)
        words = spec.describe(value) or "unchanged"
        told = {"value": value, "words": words, "neutral": value == spec.neutral, "trials": int(rates.trials[i])}
        levels.append(told | {"rate": rate, "low": low, "high": high})
    return {"name": spec.name, "kind": spec.kind.value, "neutral": spec.neutral, "levels": levels}


def strongest(found: Found, mode: Mode) -> dict[str, Any]:
    """Return what a report says of a mode's figures."""
    values = found.space.values([mode.key.cell])[0].tolist()
    return {
        "stratum": mode.key.stratum,
        "cell": list(mode.key.cell),
        "setting": found.space.describe(values),
        "trials": mode.trials,
        "failures": mode.failures,
        "rate": rounded(mode.rate),
        "low": rounded(mode.low),
        "high": rounded(mode.high),
        "established": mode.established,
        "people": people(found, mode.key),
    }


def people(found: Found, key: ModeKey) -> str:
    """Return what the verdicts say of a mode: confirmed, refused or open."""
    tally = found.judged.get(key)
    return "open" if tally is None else tally.state.value


def baseline(found: Found) -> Mapping[str, Any]:
    """Return how often queries induced a failure: those drawn by chance, and those that the agent chose."""
    counts = found.counts
    queries, failures = counts.control_queries, counts.control_failures
    return {
        "control": _share(failures, queries),
        "agent": _share(counts.failures - failures, counts.queries - queries),
    }


def _share(failures: int, queries: int) -> dict[str, Any]:
    """Return a share with its 90% interval under a uniform prior; None of no queries."""
    if queries == 0:
        return {"queries": 0, "failures": 0, "rate": None, "low": None, "high": None}
    low, high = (float(betaincinv(1 + failures, 1 + queries - failures, p)) for p in ((1 - SURE) / 2, (1 + SURE) / 2))
    shares = {"rate": failures / queries, "low": low, "high": high}
    return {"queries": queries, "failures": failures} | {name: rounded(value) for name, value in shares.items()}


def rounded(value: float) -> float:
    """Return a rate to as many decimals as a report holds."""
    return round(value, DIGITS)
