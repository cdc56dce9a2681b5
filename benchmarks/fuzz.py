"""Generated inputs against everything that is read: `python -m benchmarks.fuzz --inputs 10000 --json -`.

Valid files are made wrong and loaded, restored, imported or replayed; every server function of every page and every
event of theirs is called as each role with generated JSON. An input is to be taken, or refused in words: anything else
that is raised would be a traceback for somebody. Each part runs in a process of its own, so that one that dies is
counted and the rest goes on; that process notes what is written outside of its folder. The same seed gives the same
inputs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

PARTS = {
    "benchmarks.fuzz_files:pictures": 0.24,
    "benchmarks.fuzz_files:tables": 0.08,
    "benchmarks.fuzz_files:prompts": 0.06,
    "benchmarks.fuzz_files:campaigns": 0.06,
    "benchmarks.fuzz_models:classifiers": 0.04,
    "benchmarks.fuzz_models:summarizers": 0.02,
    "benchmarks.fuzz_store:backups": 0.04,
    "benchmarks.fuzz_store:imports": 0.08,
    "benchmarks.fuzz_store:lines": 0.08,
    "benchmarks.fuzz_store:snapshots": 0.06,
    "benchmarks.fuzz_pages:functions": 0.16,
    "benchmarks.fuzz_pages:events": 0.08,
}
"""What is tried, with its share of the inputs."""
CACHES = ("HF_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR", "GRADIO_TEMP_DIR", "HYPOTHESIS_STORAGE_DIRECTORY")
"""Variables that name where libraries keep files."""
MOST_GROWTH = 4 << 30
"""Bytes of address space that a part may ask for beyond what it begins with."""


@dataclass
class Found:
    """What became of the inputs.

    Attributes:
        counts: See `fuzz_watch.Tally`; besides `crashes` and `outside_workspace`.
        where: Unexpected errors and writes, each with how often.
        slowest: Seconds of the slowest input.
        peak_mb: Memory of the largest process.
    """

    counts: Counter[str] = field(default_factory=Counter)
    where: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    peak_mb: float = 0.0


def run(inputs: int, seed: int, parts: dict[str, float] | None = None) -> Found:
    """Try so many inputs, shared out among the parts."""
    found = Found()
    shares = parts or PARTS
    for name, share in shares.items():
        count = max(round(inputs * share / sum(shares.values())), 1)
        with tempfile.TemporaryDirectory(prefix="faded-fuzz-") as folder:
            _part(name, Path(folder), seed, count, found)
        print(f"{name}: {count} inputs, {dict(found.counts)}", file=sys.stderr, flush=True)
    return found


def _part(name: str, folder: Path, seed: int, count: int, found: Found) -> None:
    """Run a part, in another process with other inputs where one dies."""
    done = 0
    while done < count:
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        place = folder / f"{done}"
        place.mkdir()
        process = multiprocessing.get_context("spawn").Process(
            target=_child, args=(name, place, seed + done, count - done, theirs)
        )
        before = dict(os.environ)
        os.environ.update(_surroundings(place))
        try:
            process.start()
        finally:
            os.environ.clear()
            os.environ.update(before)
        theirs.close()
        said: dict[str, Any] = {"broken": "its process did not begin."}
        while True:
            try:
                said = ours.recv()
            except EOFError:
                break
        process.join()
        done += _count(name, said, count - done, found)


def _count(name: str, said: dict[str, Any], wanted: int, found: Found) -> int:
    """Add what a process said last; return how many inputs are done with."""
    if "broken" in said:
        raise SystemExit(f"{name} is wrong itself: {said['broken']}")
    found.counts += said["counts"]
    found.where += said["where"]
    found.slowest = max(found.slowest, said["slowest"])
    found.peak_mb = max(found.peak_mb, said["peak_mb"])
    if said["ended"]:
        return wanted
    found.counts.update({"inputs": 1, "crashes": 1})
    found.where[f"{name}: the process died of {said['kind']}"] += 1
    return int(said["counts"]["inputs"]) + 1


def _surroundings(place: Path) -> dict[str, str]:
    """Return the environment that keeps libraries' files in a folder, and keeps them from the network."""
    (place / "tmp").mkdir()
    caches = {name: str(place / "cache") for name in CACHES}
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**caches, **quiet, "TMPDIR": str(place / "tmp")}


def _child(name: str, place: Path, seed: int, count: int, pipe: Connection) -> None:
    """Run a part; `place` is all that it may write to."""
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - what libraries say of every file
    os.dup2(sys.stderr.fileno(), 2)
    from benchmarks.fuzz_watch import Tally, Watch

    module, _, function = name.partition(":")
    work = place / "work"
    work.mkdir()
    os.chdir(work)
    watch, tally = Watch(place), Tally()

    def told(kind: str, ended: bool) -> None:
        where = tally.found + Counter(f"{name}: wrote {path}" for path in watch.outside)
        tally.counts["outside_workspace"] = len(watch.outside)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        more = {"slowest": tally.slowest, "peak_mb": peak, "kind": kind, "ended": ended}
        pipe.send({"counts": tally.counts, "where": where, **more})

    def attempt(kind: str, tried: Any) -> None:
        told(kind, False)
        tally.attempt(kind, tried)

    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MOST_GROWTH, size + MOST_GROWTH))
    try:
        getattr(importlib.import_module(module), function)(work, seed, count, attempt)
    except Exception:  # of the fuzzer itself: what is tried never gets here
        pipe.send({"broken": traceback.format_exc()})
        return
    told("", True)


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line, try the inputs, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000, help="how many inputs (default: 10000)")
    parser.add_argument("--seed", type=int, default=0, help="of the inputs (default: 0)")
    parser.add_argument("--json", default="-", help="file for the result, - for standard output (default)")
    parser.add_argument("--only", choices=PARTS, help="try this part alone")
    given = parser.parse_args(argv)
    found = run(given.inputs, given.seed, {given.only: 1.0} if given.only else None)
    for where, times in found.where.most_common():
        print(f"{times:5} {where}", file=sys.stderr)
    names = ("inputs", "accepted", "refused", "tracebacks", "crashes", "outside_workspace", "slow")
    figures: dict[str, float] = {name: found.counts[name] for name in names}
    figures |= {"slowest_s": round(found.slowest, 2), "peak_mb": round(found.peak_mb)}
    line = json.dumps({"benchmark": "fuzz", "seed": given.seed, "figures": figures})
    if given.json == "-":
        print(line, flush=True)
    else:
        Path(given.json).write_text(line + "\n")


if __name__ == "__main__":
    main()
