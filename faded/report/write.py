"""Writes a report: the page, the JSON object, the evidence, and the sums of all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from faded.domain import FadedError
from faded.report import manifest
from faded.report.collect import SCHEMA, Report
from faded.report.evidence import Shown
from faded.report.manifest import PAGE, VALUES
from faded.report.render import render


def write(report: Report, folder: Path) -> str:
    """Write a report into a folder of its own.

    Returns:
        The SHA-256 of its manifest.

    Raises:
        FadedError: the folder holds something already or cannot be written, or evidence is missing.
    """
    shown = Shown(report.found.workspace, report.values["round"]["evidence"])
    contents = {
        PAGE: render(report.values, shown).encode(),
        VALUES: (json.dumps(report.values, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode(),
        **{file: shown.content(file) for file in report.files},
    }
    sums = manifest.text({name: manifest.sum_of(content) for name, content in contents.items()}).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FadedError(f"The folder {folder} is not empty: name a new one, so that nothing is mixed up.")
        for name, content in {**contents, manifest.NAME: sums}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as error:
        raise FadedError(
            f"The report cannot be written to {folder}: {error.strerror}. Name a folder that can be."
        ) from error
    return manifest.sum_of(sums)


def read_values(folder: Path) -> dict[str, Any]:
    """Return the JSON object of a report whose files are as they were written.

    Raises:
        FadedError: they are not, or another version of Faded wrote them.
    """
    manifest.check(folder)
    values: dict[str, Any] = json.loads((folder / VALUES).read_bytes())
    if values.get("schema") != SCHEMA:
        raise FadedError(
            f"The report in {folder} is of version {values.get('schema')}, this Faded reads version {SCHEMA}: use the "
            "Faded that wrote it."
        )
    return values
