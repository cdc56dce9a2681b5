"""A round as a dataset folder: Parquet that `datasets` loads, JSON lines, and a card."""

from __future__ import annotations

from pathlib import Path

from faded.publish.card import DATA, LINES, dataset_card
from faded.publish.folders import check_free, whole
from faded.publish.lines import write_lines
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
        (folder / DATA).mkdir()
        for table in found.tables:
            write_parquet(table, store.workspace, folder / DATA / f"{table.name}.parquet")
        write_lines(found, store.workspace, folder / LINES)
        (folder / "README.md").write_text(dataset_card(found), encoding="utf-8")
    return found
