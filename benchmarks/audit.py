"""Known vulnerabilities of what is installed: `make audit`.

Asks pip-audit. Ends with 1 where something is found, with 2 where the audit itself failed, and with 0 where nothing is
found, or where the service cannot be reached or knows none of the packages: then it says that nothing was looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off", "--timeout", "10"),
)
UNREACHABLE = ("Could not connect to", "Failed to establish a new connection", "Max retries exceeded", "ProxyError")
"""What pip-audit and its library for HTTP say where nobody answers."""
FOUND, FAILED = 1, 2


def ask(command: Sequence[str] = COMMAND) -> subprocess.CompletedProcess[str]:
    """Run pip-audit."""
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def audit(run: Callable[[], subprocess.CompletedProcess[str]] = ask) -> int:
    """Say what is found, and return the code to end with."""
    done = run()
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _without_an_answer(done)
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    found = [(one, vulnerability) for one in packages for vulnerability in one.get("vulns", ())]
    if len(unknown) == len(packages):
        print(f"Skipped: the service knows none of the {len(packages)} packages, so nothing was looked at.")
        return 0
    for one, vulnerability in found:
        fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
        print(f"{one['name']} {one['version']}: {vulnerability['id']}, mended in {fixed}")
    print(f"{len(found)} known vulnerabilities in {len(packages) - len(unknown)} of {len(packages)} packages.")
    if unknown:
        print(f"Not looked at, for the service does not know them: {', '.join(unknown)}")
    return FOUND if found else 0


def _without_an_answer(done: subprocess.CompletedProcess[str]) -> int:
    said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
    if done.returncode and any(words in done.stderr for words in UNREACHABLE):
        print(f"Skipped: the service cannot be reached, so nothing was looked at ({said[0]}).")
        return 0
    print(f"The audit failed with {done.returncode}: {said[0]}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(audit())
