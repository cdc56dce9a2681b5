"""Rows of a Parquet, JSONL or CSV file, of a folder as datasets are saved on the hub, or of a dataset on the hub.

A dataset is written `ORG/NAME:SPLIT`, or `ORG/NAME/SUBSET:SPLIT` where it has subsets; a folder of one likewise with
its path in front. The split may be left out where there is one only.
"""

from __future__ import annotations

import csv
import glob
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faded.data.limits import check_json, check_parquet
from faded.data.places import as_folder, split_of
from faded.domain import FadedError

ON_HUB = "hf://"
"""How the names of files on the hub begin."""
CSV = ".csv"
READERS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", CSV: "csv"}
"""Names of `datasets`' readers by the file's ending; a CSV file is read by Python's own, which tells a row with a field
too many."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How data are read.

    Attributes:
        columns: Names of the data's columns, by what they are called here ("image", "label", "article", ...). What is
            left out has its usual name.
        label_map: The target's labels by the data's; None leaves such samples out. Labels that are not named stay.
    """

    columns: Mapping[str, str]
    label_map: Mapping[str, str | None]


AS_THEY_ARE = Reading({}, {})
"""Usual names of columns, labels as the target has them."""


@dataclass(frozen=True)
class Table:
    """Rows with named columns.

    Attributes:
        names: Of the columns.
        rows: One mapping from name to value each.
        dataset: The same as `datasets` holds it; None for CSV files.
        folder: What paths in it are relative to; None for a dataset on the hub.
    """

    names: list[str]
    rows: Collection[Mapping[str, Any]]
    dataset: Any | None
    folder: Path | None


def is_dataset(place: str) -> bool:
    """Return whether a place can only be a dataset: on the hub, with a split, or a folder with tables and no class.

    Beside folders of pictures, tables are left out as all other files are.
    """
    folder = Path(place)
    if not folder.is_dir():
        return not folder.exists()
    inner = {entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")}
    return inner <= {"data"} and any(_tables(folder))


def read_table(place: str, kind: str, columns: str) -> Table:
    """Read a table.

    Args:
        place: A file, a folder of a dataset, or a dataset on the hub.
        kind: What a row holds, for messages ("article").
        columns: The columns that are needed, for messages.

    Raises:
        FadedError: there is no such file or dataset, or it cannot be read.
    """
    path = Path(place)
    if not path.is_file():
        return _dataset(place)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise FadedError(f"The file {path} is none that can be read. Give one that ends in {', '.join(READERS)}.")
    if path.stat().st_size == 0:
        raise FadedError(f"The file {path} is empty. Give a row per {kind}.")
    from datasets import load_dataset
    from datasets.exceptions import DatasetGenerationError

    try:
        if path.suffix.lower() == CSV:
            names, found = _csv(path)
            return Table(names, found, None, path.parent)
        if reader == "parquet":
            check_parquet(path)
        else:
            check_json(path)
        rows = load_dataset(reader, data_files=glob.escape(str(path)), split="train")
    except (OSError, ValueError, csv.Error, DatasetGenerationError) as error:
        raise FadedError(
            f"The data at {path} cannot be read: {_said(error)}. Give a row per {kind} in UTF-8, with the columns "
            f"{columns}."
        ) from error
    return Table(list(rows.column_names), rows, rows, path.parent)


def _dataset(place: str) -> Table:
    """Read one split of a dataset, on the hub or as it is saved there."""
    from datasets import get_dataset_split_names, load_dataset, load_dataset_builder
    from datasets.exceptions import DatasetGenerationError

    (name, split), folder = split_of(place), as_folder(place)
    given: tuple[str, ...] = (str(folder),) if folder else _repository(name)
    try:
        if folder is None:
            _check_on_hub(name, load_dataset_builder(*given).config.data_files or {})
        splits = get_dataset_split_names(*given)
        if split is None and len(splits) == 1:
            split = splits[0]
        if split is None or split.partition("[")[0] not in splits:
            trouble = "has several splits" if split is None else f"has no split {split!r}"
            raise FadedError(
                f"The dataset {name} {trouble}. It has: {', '.join(splits)}. Give {name}:{splits[0]}, or another."
            )
        rows = load_dataset(*given, split=split)
    except FadedError:
        raise
    except (OSError, ValueError, DatasetGenerationError) as error:  # no connection, no such dataset, no right to it
        where = f"in the folder {folder}" if folder else f"on the hub, and there is no file or folder {name}"
        raise FadedError(
            f"No dataset {name} could be read {where}: {_said(error)}. Give a folder, a file that ends in "
            f"{', '.join(READERS)}, or a dataset as ORG/NAME:SPLIT."
        ) from error
    return Table(list(rows.column_names), rows, rows, folder)


def _check_on_hub(name: str, files: Mapping[str, Iterable[object]]) -> None:
    """Raise FadedError where the card of a dataset on the hub names files elsewhere, such as on this machine."""
    elsewhere = [str(file) for of_split in files.values() for file in of_split if not str(file).startswith(ON_HUB)]
    if elsewhere:
        raise FadedError(
            f"The dataset {name} names the file {elsewhere[0]}, which is not on the hub. Give a dataset that holds its "
            "files."
        )


def _repository(name: str) -> tuple[str, ...]:
    """Return the repository of a dataset on the hub, and its subset where one is named."""
    parts = name.split("/")
    return ("/".join(parts[:2]), *parts[2:])


def _tables(folder: Path) -> Iterator[Path]:
    """Yield the tables that lie in a folder, or in its folder "data" as the hub has it."""
    for pattern in ("*", "data/*"):
        yield from (file for file in folder.glob(pattern) if file.suffix.lower() in READERS)


def _said(error: Exception) -> str:
    return str(error.__cause__ or error).strip().partition("\n")[0].rstrip(".")


def _csv(source: Path) -> tuple[list[str], list[dict[str, Any]]]:
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        names, rows = list(reader.fieldnames or ()), list(reader)
    for separator, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            raise FadedError(f"The columns of {source} are separated by {called}. Separate them by commas.")
    for number, row in enumerate(rows):
        if None in row:
            raise FadedError(
                f"Row {number + 1} of {source} has more fields than there are columns. Put texts with commas in "
                "quotation marks."
            )
    return names, rows
