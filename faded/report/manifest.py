"""SHA-256 sums of a report's files, and whether they still hold."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faded.domain import FadedError

NAME = "manifest.json"
PAGE, VALUES = "report.html", "report.json"
"""What every report has."""
SCHEMA = 1


def sum_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def text(sums: Mapping[str, str]) -> str:
    """Return the text of a manifest: one form only, so that no byte of it can change unnoticed."""
    return json.dumps({"schema": SCHEMA, "sha256": dict(sorted(sums.items()))}, indent=1, ensure_ascii=True) + "\n"


def check(folder: Path) -> str:
    """Compare a report's files with their sums.

    Returns:
        The SHA-256 of the manifest itself: whoever kept it elsewhere can compare it.

    Raises:
        FadedError: a file was changed, is missing or is one too many; the message names it.
    """
    manifest, content = _read(folder)
    there = set(_files(folder))
    troubles = [f"{name} is missing" for name in sorted((manifest.keys() | {PAGE, VALUES}) - there)]
    troubles += [f"{name} is not listed in {NAME}" for name in sorted(there - manifest.keys() - {NAME})]
    for name in sorted(manifest.keys() & there):
        file = folder / name
        if not file.is_file():
            troubles.append(f"{name} is no file")
        elif (found := sum_of(file.read_bytes())) != manifest[name]:
            troubles.append(f"{name} has been changed (SHA-256 {found}, written {manifest[name]})")
    if troubles:
        raise FadedError(f"The report in {folder} is not as it was written: {'; '.join(troubles)}.")
    return sum_of(content)


def _read(folder: Path) -> tuple[dict[str, str], bytes]:
    file = folder / NAME
    if not file.is_file():
        raise FadedError(f"The folder {folder} holds no {NAME}: give the folder that `report --to` wrote.")
    content = file.read_bytes()
    try:
        values: Any = json.loads(content)
        sums = {str(name): str(value) for name, value in values["sha256"].items()}
        same = content == text(sums).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        same = False
    if not same:
        raise FadedError(f"The report in {folder} is not as it was written: {NAME} has been changed.")
    return sums, content


def _files(folder: Path) -> list[str]:
    """Return every file below a folder; a link counts as one, wherever it leads."""
    found = []
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in (*files, *links)]
    return found
