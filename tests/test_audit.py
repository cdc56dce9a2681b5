"""The audit of what is installed tells what is found, what was not looked at, and what failed."""

from __future__ import annotations

import json
import subprocess

import pytest

from benchmarks.audit import FAILED, FOUND, audit

CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
WRONG = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "faded", "skip_reason": "Dependency not found on PyPI and could not be audited"}
NOBODY = "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"


def answered(code: int, packages: object, stderr: str = "") -> subprocess.CompletedProcess[str]:
    stdout = "" if packages is None else json.dumps({"dependencies": packages})
    return subprocess.CompletedProcess([], code, stdout, stderr)


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (answered(0, [CLEAN]), 0, "0 known vulnerabilities in 1 of 1"),
        (answered(1, [CLEAN, WRONG]), FOUND, "pillow 1.0: PYSEC-1, mended in 1.1"),
        (answered(0, [CLEAN, UNKNOWN]), 0, "Not looked at, for the service does not know them: faded"),
        (answered(0, [UNKNOWN]), 0, "Skipped: the service knows none of the 1 packages"),
        (answered(1, None, NOBODY), 0, "Skipped: the service cannot be reached"),
        (answered(1, None, "ERROR: invalid requirement"), FAILED, "The audit failed with 1: ERROR: invalid"),
        (answered(1, None), FAILED, "it said nothing"),
        (answered(0, None, NOBODY), FAILED, "The audit failed with 0"),
    ],
)
def test_an_audit_says_what_was_looked_at(
    capsys: pytest.CaptureFixture[str], answer: subprocess.CompletedProcess[str], code: int, said: str
) -> None:
    assert audit(lambda: answer) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
