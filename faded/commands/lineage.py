"""`python -m faded lineage`: from a proposal to the weights that its verdicts changed, or from weights to verdicts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from faded.commands.common import OK, Commands, existing_store, print_record
from faded.flags import add_workspace


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "lineage",
        help="trace verdicts to weights, or weights to verdicts",
        description="Say which repairs learned from a proposal's verdicts, or which verdicts weights learned from, "
        "what was made of each, what the verification found, and what became of the weights.",
    )
    parser.add_argument("named", metavar="WHAT", help="id of a proposal, or the weights' fingerprint")
    parser.add_argument("--json", metavar="FILE|-", help="write it as one JSON object")
    add_workspace(parser)
    parser.set_defaults(command=_lineage)


def _lineage(arguments: argparse.Namespace) -> int:
    from faded.store import lineage

    with existing_store(arguments).read() as db:
        told: Sequence[tuple[Any, Sequence[Any]]] = lineage.trace(db, arguments.named)
    records = [lineage.record(repair, some) for repair, some in told]
    if arguments.json is not None:
        print_record({"traced": arguments.named, "repairs": records}, arguments.json)
    if arguments.json != "-":
        for record in records:
            _say(record)
        if not records:
            print(f"No repair has learned from a verdict on {arguments.named}.")
    return OK


def _say(record: dict[str, Any]) -> None:
    weights = record["weights"] or "none"
    print(f"{record['campaign']}, round {record['round']}: weights {weights}, {record['fate']}")
    if record["began_with"]:
        print(f"  began with {record['began_with']}")
    found = record["verification"]
    if found is not None and found["induced_rate_before"] is not None:
        gate = "passed" if found["gate_passed"] else "did not pass"
        before, after = found["induced_rate_before"], found["induced_rate_after"]
        print(f"  induced rate {before:.1%} before, {after:.1%} after; the gate {gate}")
    if not record["verdicts"]:
        print("  which verdicts it learned from was not written down then")
    for verdict in record["verdicts"]:
        uses = ", ".join(verdict["uses"]) + ("" if verdict["stands"] else " (another verdict stands by now)")
        by = f"{verdict['verdict']} by {verdict['annotator']}, event {verdict['event']}"
        print(f"  {verdict['proposal']}: {by}: {uses}")
