"""Articles as samples, from a table of any kind that `faded.data.tables` reads.

The article stands in a column `article`, the reference summary in `reference`; `document` or `text`, and `summary` or
`highlights`, are taken for them, as public datasets name them. A column `stratum` says what failures are counted
within; without it all articles are one stratum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from faded.data.hashing import text_id
from faded.data.limits import check_length, in_utf8
from faded.data.places import is_there
from faded.data.tables import AS_THEY_ARE, READERS, Reading, read_table
from faded.domain import FadedError, Sample
from faded.files import whole

TextSample = Sample[str]

ARTICLE = ("article", "document", "text")
REFERENCE = ("reference", "summary", "highlights")
STRATUM = ("stratum",)
ALL = "all articles"
"""The stratum where the data name none."""
WITHOUT = "Where there are no references, say so: --no-labels (in a configuration: labelled false)."


def check_texts_there(source: str) -> None:
    """Raise FadedError where there is no such file, and no dataset on the hub can be meant."""
    if not is_there(source):
        raise FadedError(
            f"There is no file {whole(source)}. Give a file of articles: {', '.join(READERS)}; or a dataset on the hub "
            "as ORG/NAME:SPLIT."
        )


def load_texts(source: str | Path, labelled: bool = True, reading: Reading = AS_THEY_ARE) -> list[TextSample]:
    """Load articles.

    Args:
        source: A table, see `faded.data.tables`.
        labelled: Whether to read references. Without them samples have none.
        reading: Which columns are read.

    Returns:
        One sample per distinct article, in the order of the source.

    Raises:
        FadedError: no such file or column, an article or reference that is empty or no text, or the same article with
            two references.
    """
    check_texts_there(str(source))
    table = read_table(str(source), "article", f"{ARTICLE[0]} and {REFERENCE[0]}")
    columns = {name: (column,) for name, column in reading.columns.items()}
    article = _column(source, table.names, columns.get("article", ARTICLE))
    reference = _column(source, table.names, columns.get("reference", REFERENCE), WITHOUT) if labelled else None
    within = columns.get("stratum", STRATUM)
    stratum = _column(source, table.names, within) if within != STRATUM or STRATUM[0] in table.names else None
    samples: dict[str, TextSample] = {}
    for number, row in enumerate(in_utf8(source, table.rows)):
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


def _column(source: str | Path, names: Sequence[str], wanted: Sequence[str], remedy: str = "") -> str:
    """Return the one column of those wanted that there is."""
    found = [name for name in wanted if name in names]
    if len(found) != 1:
        trouble = f"has the columns {' and '.join(found)}" if found else f"has no column {' or '.join(wanted)}"
        raise FadedError(f"{source} {trouble}; one is needed. It has: {', '.join(names)}. {remedy}".strip())
    return found[0]


def _sample(
    source: str | Path, number: int, row: Mapping[str, Any], article: str, reference: str | None, stratum: str | None
) -> TextSample:
    text = _text(source, number, row, article)
    wanted = None if reference is None else _text(source, number, row, reference)
    return Sample(text_id(text), text, wanted, ALL if stratum is None else _text(source, number, row, stratum))


def _text(source: str | Path, number: int, row: Mapping[str, Any], column: str) -> str:
    value = row[column]
    if not isinstance(value, str) or not value.strip():
        shown = "empty" if value is None or isinstance(value, str) else f"{value!r}, which is no text"
        raise FadedError(f"The column {column} of row {number + 1} of {source} is {shown}. Mend or remove the row.")
    check_length(value, f"The column {column} of row {number + 1} of {source}")
    return value
