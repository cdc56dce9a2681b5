"""A round as a dataset folder: Parquet that `datasets` loads, JSON lines, and a card."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import IO

from faded.publish.card import DATA, LINES, dataset_card
from faded.publish.folders import check_free, whole
from faded.publish.lines import NO_TIME, write_lines
from faded.publish.parquet import write_parquet
from faded.publish.round_tables import Published, read_round
from faded.store.engine import Store


def export_dataset(store: Store, round_id: int, to: Path, anonymous: bool = False) -> Published:
    """Write a round's verdicts, proposals and pairs; the same store gives the same bytes.

    Args:
        store: The open store.
        round_id: The round.
        to: The folder to write; it must not be there, or be empty.
        anonymous: Whether annotators go by numbers instead of their names.

    Raises:
        FadedError: the round has nothing to export, something is there already, or it cannot be written.
    """
    check_free(to)
    found = read_round(store, round_id, anonymous)
    with whole(to) as folder:
        write_dataset(found, store.workspace, folder)
    return found


def write_dataset(found: Published, workspace: Path, folder: Path) -> None:
    """Write the same into an empty folder.

    Raises:
        FadedError: a picture is missing from the workspace.
    """
    (folder / DATA).mkdir()
    for table in found.tables:
        write_parquet(table, workspace, folder / DATA / f"{table.name}.parquet")
    write_lines(found, workspace, folder / LINES)
    (folder / "README.md").write_text(dataset_card(found), encoding="utf-8")


def write_dataset_zip(found: Published, workspace: Path, file: IO[bytes]) -> None:
    """Write the same as one zip file.

    Raises:
        FadedError: a picture is missing from the workspace.
    """
    with tempfile.TemporaryDirectory(prefix="faded-") as beside:
        folder = Path(beside)
        write_dataset(found, workspace, folder)
        with zipfile.ZipFile(file, "w") as archive:
            for part in sorted(p for p in folder.rglob("*") if p.is_file()):
                squeezed = zipfile.ZIP_DEFLATED if part.suffix in (".jsonl", ".md") else zipfile.ZIP_STORED
                name = zipfile.ZipInfo(part.relative_to(folder).as_posix(), NO_TIME)
                archive.writestr(name, part.read_bytes(), squeezed)
