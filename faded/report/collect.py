"""The report of a round as JSON values: what it found in one part, what is of this run alone in another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from faded.campaign_file import PLACES
from faded.report import landscape, modes, stages, verdicts
from faded.report.evidence import kind_of
from faded.report.limits import inputs, limits
from faded.report.read import Found, read
from faded.store.campaigns import MEASURED, SOFTWARE, SPLITS
from faded.store.engine import Store
from faded.store.jobs import Job

SCHEMA = 1
"""Version of the report's JSON object."""

RUN = "run"
"""Name of the part that is of the run itself: times, places and who worked. A replay finds all else again."""


@dataclass(frozen=True)
class Report:
    """A round's report.

    Attributes:
        found: What it tells of.
        values: The JSON object.
    """

    found: Found
    values: dict[str, Any]

    @property
    def files(self) -> list[str]:
        """Names of the evidence files, each once, in the order in which they are shown."""
        examples = [e for mode in self.values["modes"] for e in mode["examples"]]
        examples += (self.values["verification"] or {}).get("examples", [])
        sides = (e[side] for e in examples for side in ("original", "edited", "repaired") if side in e)
        return list(dict.fromkeys(sides))


def report(store: Store, round_id: int) -> Report:
    """Collect what a report says of a round.

    Raises:
        FadedError: there is no such round, or its exploration has not ended.
    """
    found = read(store, round_id)
    return Report(found, dict(_parts(found)))


def config_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a campaign's configuration as it was given, from a report's values."""
    return {**values["tested"]["config"], **values[RUN]["places"]}


def _parts(found: Found) -> Iterator[tuple[str, Any]]:
    config, summary = found.campaign.config, found.summary
    yield "schema", SCHEMA
    yield "round", {"number": found.round.number, "state": stages.decided(found), "evidence": kind_of(summary)}
    yield (
        "tested",
        {
            "config": {name: value for name, value in config.items() if name not in PLACES},
            "measured_with": summary.get(MEASURED, {}),
            "splits": summary.get(SPLITS, {}),
            "fold": found.round.fold,
            "weights_before": found.round.fingerprint_before,
            "weights_after": found.round.fingerprint_after,
        },
    )
    yield "registered", {"bound": found.config.bound, "threshold": found.config.limit}
    yield "frame", _frame(found)
    yield "landscape", landscape.landscape(found)
    yield "explored", stages.explored(found)
    yield "modes", modes.told(found)
    yield "verdicts", verdicts.counted(found)
    yield "events", verdicts.given(found)
    yield "repair", stages.repaired(found)
    yield "verification", stages.verified(found)
    yield "limits", limits(found)
    yield RUN, _run(found)


def _frame(found: Found) -> dict[str, Any]:
    """Return how queries were drawn, and from how many inputs of each stratum."""
    counts, strata = found.counts, found.summary["strata"]
    eligible = found.summary.get("eligible", [None] * len(strata))
    asked = {name: [0, 0] for name in strata}
    for tally in found.tallies:
        asked[tally.stratum][0] += tally.trials
        asked[tally.stratum][1] += tally.failures
    return {
        "inputs": inputs(found),
        "samples": found.summary.get("samples", {}),
        "budget": found.config.queries,
        "queries": counts.queries,
        "trials": counts.counted,
        "control_queries": counts.control_queries,
        "control_share": landscape.rounded(counts.control_queries / counts.queries) if counts.queries else None,
        "strata": [
            {"stratum": name, "samples": n, "trials": asked[name][0], "failures": asked[name][1]}
            for name, n in zip(strata, eligible, strict=True)
        ],
    }


def _run(found: Found) -> dict[str, Any]:
    """Return what is of this run alone."""
    round_ = found.round
    jobs = {"explore": found.explore, "repair": found.repair, "verify": found.verify}
    return {
        "campaign": found.campaign.name,
        "round_id": round_.id,
        "workspace": str(found.workspace),
        "places": {name: found.campaign.config.get(name, "") for name in PLACES},
        "target": found.summary["target"],
        "repaired": round_.repaired,
        "registered_at": found.campaign.created_at,
        "began_at": round_.created_at,
        "started_by": found.summary.get("started_by"),
        "decided_at": round_.decided_at,
        "decided_by": round_.decided_by,
        "reported_at": time.time(),
        "stages": {name: _job(job) for name, job in jobs.items() if job is not None},
        "software": found.summary.get(SOFTWARE, {}),
        "verdicts": [{"at": e.created_at, "visible_ms": e.visible_ms} for e in found.events],
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "seconds": (job.result or {}).get("seconds"),
        "worker": job.worker,
        "attempts": job.attempts,
    }
