"""Tables as JSONL with pictures beside them, in a folder or as one zip file. Nothing heavy: pages call it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from faded.publish.card import lines_card
from faded.publish.round_tables import Published
from faded.publish.tables import Picture, Row, Table

PICTURES = "pictures"
"""Folder of the pictures, below that of the tables."""
NO_TIME = (1980, 1, 1, 0, 0, 0)
"""What a zip file says of each file's time: the same round gives the same bytes."""


def write_lines(found: Published, workspace: Path, folder: Path) -> None:
    """Write a folder of tables with their pictures.

    Raises:
        FadedError: a picture is missing from the workspace.
    """
    (folder / PICTURES).mkdir(parents=True)
    for name, content in _files(found, workspace):
        (folder / name).write_bytes(content)
    if not any((folder / PICTURES).iterdir()):
        (folder / PICTURES).rmdir()


def write_zip(found: Published, workspace: Path, file: IO[bytes]) -> None:
    """Write the same as one zip file, with a card.

    Raises:
        FadedError: a picture is missing from the workspace.
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (("README.md", lines_card(found).encode()), *_files(found, workspace)):
            squeezed = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), content, squeezed)


def _files(found: Published, workspace: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file's name and content, each picture once."""
    written: set[str] = set()
    for table in found.tables:
        yield f"{table.name}.jsonl", "".join(f"{_line(table, row)}\n" for row in table.rows).encode()
        for picture in _pictures(table):
            if picture.file not in written:
                written.add(picture.file)
                yield f"{PICTURES}/{picture.file}", picture.read(workspace)


def _pictures(table: Table) -> Iterator[Picture]:
    for row in table.rows:
        yield from (value for value in row.values() if isinstance(value, Picture))


def _line(table: Table, row: Row) -> str:
    values = ((column.name, row[column.name]) for column in table.columns)
    held = {name: f"{PICTURES}/{value.file}" if isinstance(value, Picture) else value for name, value in values}
    return json.dumps(held, ensure_ascii=False, allow_nan=False)
