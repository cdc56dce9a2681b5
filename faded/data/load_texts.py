"""Articles from a Parquet, JSONL or CSV file as samples.

The article stands in a column `article`, the reference summary in `reference`; `document` or `text`, and `summary` or
`highlights`, are taken for them, as public datasets name them. A column `stratum` says what failures are counted
within; without it all articles are one stratum.
"""

from __future__ import annotations

import csv
import glob
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from faded.data.hashing import text_id
from faded.domain import FadedError, Sample

TextSample = Sample[str]

CSV = ".csv"
READERS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", CSV: "csv"}
"""Names of `datasets`' readers by the file's ending; a CSV file is read by Python's own, which tells a row with a field
too many."""
ARTICLE = ("article", "document", "text")
REFERENCE = ("reference", "summary", "highlights")
STRATUM = "stratum"
ALL = "all articles"
"""The stratum where the data name none."""
WITHOUT = "Where there are no references, say so: --no-labels (in a configuration: labelled false)."


def check_texts_there(source: Path) -> None:
    """Raise FadedError where there is no such file."""
    if not source.is_file():
        raise FadedError(f"There is no file {source}. Give a file of articles: {', '.join(READERS)}.")


def load_texts(source: Path, labelled: bool = True) -> list[TextSample]:
    """Load articles.

    Args:
        source: The file.
        labelled: Whether to read references. Without them samples have none.

    Returns:
        One sample per distinct article, in the order of the source.

    Raises:
        FadedError: no such file or column, an article or reference that is empty or no text, or the same article with
            two references.
    """
    check_texts_there(source)
    names, rows = _rows(source)
    article = _column(source, names, ARTICLE)
    reference = _column(source, names, REFERENCE, WITHOUT) if labelled else None
    stratum = STRATUM if STRATUM in names else None
    samples: dict[str, TextSample] = {}
    for number, row in enumerate(rows):
        sample = _sample(source, number, row, article, reference, stratum)
        known = samples.setdefault(sample.id, sample)
        if (known.reference, known.stratum) != (sample.reference, sample.stratum):
            raise FadedError(
                f"Row {number + 1} of {source} repeats an earlier article with another reference or stratum. Remove "
                "one of them."
            )
    if not samples:
        raise FadedError(f"There are no articles in {source}. Give a file with a row per article.")
    return list(samples.values())


def _rows(source: Path) -> tuple[list[str], Iterable[Mapping[str, Any]]]:
    """Return the names of the columns, and the rows."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetGenerationError

    reader = READERS.get(source.suffix.lower())
    if reader is None:
        raise FadedError(f"The file {source} is none that can be read. Give one that ends in {', '.join(READERS)}.")
    if source.stat().st_size == 0:
        raise FadedError(f"The file {source} is empty. Give a row per article.")
    try:
        if source.suffix.lower() == CSV:
            return _csv(source)
        rows = load_dataset(reader, data_files=glob.escape(str(source)), split="train")
    except (OSError, ValueError, csv.Error, DatasetGenerationError) as error:
        said = str(error.__cause__ or error).strip().partition("\n")[0].rstrip(".")
        raise FadedError(
            f"The data at {source} cannot be read: {said}. Give a row per article in UTF-8, with the columns "
            f"{ARTICLE[0]} and {REFERENCE[0]}."
        ) from error
    return list(rows.column_names), rows


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


def _column(source: Path, names: Sequence[str], wanted: Sequence[str], remedy: str = "") -> str:
    """Return the one column of those wanted that there is."""
    found = [name for name in wanted if name in names]
    if len(found) != 1:
        trouble = f"has the columns {' and '.join(found)}" if found else f"has no column {' or '.join(wanted)}"
        raise FadedError(f"{source} {trouble}; one is needed. It has: {', '.join(names)}. {remedy}".strip())
    return found[0]


def _sample(
    source: Path, number: int, row: Mapping[str, Any], article: str, reference: str | None, stratum: str | None
) -> TextSample:
    text = _text(source, number, row, article)
    wanted = None if reference is None else _text(source, number, row, reference)
    return Sample(text_id(text), text, wanted, ALL if stratum is None else _text(source, number, row, stratum))


def _text(source: Path, number: int, row: Mapping[str, Any], column: str) -> str:
    value = row[column]
    if not isinstance(value, str) or not value.strip():
        shown = "empty" if value is None or isinstance(value, str) else f"{value!r}, which is no text"
        raise FadedError(f"The column {column} of row {number + 1} of {source} is {shown}. Mend or remove the row.")
    return value
