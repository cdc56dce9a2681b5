"""The fuzzer sees what it is to see, and a few hundred inputs find nothing."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks.fuzz_bytes import exchanged, generator, mutated, wrong_json
from benchmarks.fuzz_files import Attempt
from faded.domain import FadedError

HERE = "tests.test_fuzz"


def planted(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """A part with one fault of each kind."""

    def refused() -> None:
        raise FadedError("Give another file.")

    def speechless() -> None:
        raise FadedError("")

    def broken() -> None:
        raise KeyError("x")

    def native() -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def elsewhere() -> None:
        (work.parent.parent / "planted").write_text("x")

    def within() -> None:
        (work / "file").write_text("x")
        (work / "file").rename(work / "other")

    def by_rename() -> None:
        (work / "other").rename(work.parent.parent / "moved")

    faults = (refused, speechless, broken, within, elsewhere, by_rename, native, refused)
    for fault in faults[8 - count :] if count < 8 else faults:
        attempt(fault.__name__, fault)


def test_each_kind_of_fault_is_counted_and_the_rest_goes_on() -> None:
    found = fuzz.run(8, 0, {f"{HERE}:planted": 1.0})
    assert found.counts["inputs"] == 8
    assert found.counts["refused"] == 2 and found.counts["tracebacks"] == 2
    assert found.counts["crashes"] == 1 and found.counts["outside_workspace"] == 2
    said = "\n".join(found.where)
    assert "broken: KeyError" in said and "died of native" in said and "speechless: a message of 0" in said


def test_the_same_seed_makes_the_same_inputs() -> None:
    values = {"a": [1, {"b": "c"}], "d": None}
    made = [
        repr((mutated(b"some bytes", rng), exchanged(values, rng), wrong_json(values, rng)))
        for rng in (generator(1, 2), generator(1, 2))
    ]
    assert made[0] == made[1]
    assert values == {"a": [1, {"b": "c"}], "d": None}
    assert len({mutated(b"some bytes", generator(1, number)) for number in range(40)}) > 30


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_a_few_hundred_inputs_find_nothing() -> None:
    names = ("fuzz_files:pictures", "fuzz_store:snapshots", "fuzz_pages:functions")
    found = fuzz.run(300, 7, dict.fromkeys((f"benchmarks.{name}" for name in names), 1.0))
    assert not found.where, found.where
    assert found.counts["inputs"] >= 300 and found.counts["refused"] > 100 and found.counts["accepted"] > 30
