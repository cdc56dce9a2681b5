"""A first look at data, before anything is decoded: what there is, and what its columns seem to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from faded.data.limits import in_utf8
from faded.data.load import IMAGE_COLUMN, LABEL_COLUMN, Row, picture_rows
from faded.data.load_texts import ARTICLE, REFERENCE
from faded.data.tables import Reading, Table, is_dataset, read_table
from faded.domain import FadedError

SHOWN = 8
"""Samples that are shown: what fits into a row."""
LOOKED_AT = 50
"""Rows by which columns of texts are told apart."""

Label = str | int


@dataclass(frozen=True)
class Peek:
    """What is found in data.

    Attributes:
        rows: How many there are.
        columns: Names of the columns; empty where the data are a folder.
        suggested: Columns that seem to be what is needed, by what they are called here, where the usual names lack.
        missing: What is called so here and has no column.
        labels: How many pictures have each label: a name, or a position.
        first: The first pictures, not decoded yet.
        texts: The first articles with their references.
    """

    rows: int
    columns: list[str]
    suggested: Mapping[str, str]
    missing: Sequence[str] = ()
    labels: Mapping[Label, int] = field(default_factory=dict)
    first: Sequence[Row] = ()
    texts: Sequence[tuple[str, str]] = ()


def peek_pictures(source: str, labelled: bool, reading: Reading) -> Peek:
    """Look at pictures: all labels, and the first pictures of each.

    Raises:
        FadedError: there is no such source, it cannot be read, or it has no pictures.
    """
    table = None
    if not Path(source).is_dir() or is_dataset(source):
        table = read_table(source, "picture", f"{IMAGE_COLUMN} and {LABEL_COLUMN}")
        kinds = dict(((IMAGE_COLUMN, _is_image), (LABEL_COLUMN, _is_label))[: 1 + labelled])
        missing = [name for name in kinds if reading.columns.get(name, name) not in table.names]
        if missing:
            suggested = _suggested(table, {name: kinds[name] for name in missing if name not in reading.columns})
            return Peek(len(table.rows), table.names, suggested, missing)
    labels = Counter[Label]()
    groups: dict[Label, list[Row]] = {}  # what may be shown, and no more: the data may be larger than the memory
    for row in picture_rows(source, labelled, reading, table):
        label = row[2] if isinstance(row[2], str | int) else str(row[2])
        labels[label] += 1
        if label in groups or len(groups) < SHOWN:
            group = groups.setdefault(label, [])
            group += [row] if len(group) < SHOWN else []
    if not labels:
        raise FadedError(f"There are no pictures in {source}. Give a folder with one folder of pictures per class.")
    turns = [row for turn in zip_longest(*groups.values()) for row in turn if row is not None]
    names = [] if table is None else table.names
    return Peek(labels.total(), names, {}, (), labels if labelled else {}, turns[:SHOWN])


def peek_texts(source: str, labelled: bool, reading: Reading) -> Peek:
    """Look at articles.

    Raises:
        FadedError: there is no such source, or it cannot be read.
    """
    table = read_table(source, "article", f"{ARTICLE[0]} and {REFERENCE[0]}")
    article = _present(table, reading.columns.get("article"), ARTICLE)
    reference = _present(table, reading.columns.get("reference"), REFERENCE) if labelled else None
    rows = list(islice(in_utf8(source, table.rows), LOOKED_AT))
    there = {"article": article, "reference": reference} if labelled else {"article": article}
    missing = [name for name, column in there.items() if column is None]
    if article is None or missing:
        by_length = _by_length(table, rows, labelled)
        open_ones = {name: by_length[name] for name in missing if name in by_length and name not in reading.columns}
        return Peek(len(table.rows), table.names, open_ones, missing)
    texts = [(str(row[article]), "" if reference is None else str(row[reference])) for row in rows[:SHOWN]]
    return Peek(len(table.rows), table.names, {}, texts=texts)


def _present(table: Table, named: str | None, usual: Sequence[str]) -> str | None:
    """Return the column that is meant, where it is there."""
    wanted = usual if named is None else (named,)
    return next((name for name in wanted if name in table.names), None)


def _suggested(table: Table, kinds: Mapping[str, Callable[[Table, str], bool]]) -> dict[str, str]:
    """Return for each of these the first column that has its kind."""
    found: dict[str, str] = {}
    for name, has_kind in kinds.items():
        fits = [other for other in table.names if has_kind(table, other)]
        found |= {name: fits[0]} if fits else {}
    return found


def _is_image(table: Table, name: str) -> bool:
    from datasets import Image

    if table.dataset is not None and isinstance(table.dataset.features[name], Image):
        return True
    value = _first(table, name)
    return isinstance(value, str) and Path(value).suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".bmp")


def _is_label(table: Table, name: str) -> bool:
    from datasets import ClassLabel

    if table.dataset is not None and isinstance(table.dataset.features[name], ClassLabel):
        return True
    return isinstance(_first(table, name), str | int) and not _is_image(table, name)


def _first(table: Table, name: str) -> object:
    return next((row[name] for row in islice(table.rows, 1)), None)


def _by_length(table: Table, rows: Sequence[Mapping[str, Any]], labelled: bool) -> dict[str, str]:
    """Take the column of the longest texts for the articles, and that of the next longest for the references."""
    lengths = {}
    for name in table.names:
        values = [row[name] for row in rows]
        if values and all(isinstance(value, str) for value in values):
            lengths[name] = sum(map(len, values)) / len(values)
    ordered = sorted(lengths, key=lambda name: -lengths[name])
    return dict(zip(("article", "reference")[: 1 + labelled], ordered, strict=False))


def unknown_labels(
    labels: Mapping[Label, int], label_map: Mapping[str, str | None], classes: Sequence[str]
) -> list[str]:
    """Return the labels of the data that neither are the target's, or positions of those, nor are said to mean one."""
    known: set[Label] = {*classes, *range(len(classes))}
    return [str(label) for label in labels if label not in known and str(label) not in label_map]
