"""Files of verdicts: how they are read, and what a row may say."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faded.domain import FadedError, Ratings, Verdict

JSONL, PARQUET, CSV = ".jsonl", ".parquet", ".csv"
NAMES = ("proposal_id", "id", "verdict", "annotator", "answer", "created_at", "bias", "quality", "best", "worst")
"""Columns that are read; `id` where there is no `proposal_id`."""
LONGEST_NAME = 200
"""Characters of an annotator's name."""

Row = tuple[str, Mapping[str, Any]]
"""Where a row stands, in words, and its values by column; None, a blank text or a NaN says nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row.

    Attributes:
        place: Where it stands, in words.
        field: The column.
        words: What is wrong, with which value, and what to do.
    """

    place: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says.

    Attributes:
        proposal_id: The proposal.
        verdict: The verdict.
        annotator: Who gave it.
        answer: The right answer, where one is stated.
        created_at: When, seconds since 1970; None where the row does not say.
        ratings: What is said of a set of pictures beside it.
    """

    proposal_id: str
    verdict: Verdict
    annotator: str
    answer: str | None
    created_at: float | None
    ratings: Ratings


def read_rows(file: Path) -> tuple[list[Row], tuple[str, ...]]:
    """Read a file of verdicts.

    Returns:
        Its rows, and the names of columns that are passed over.

    Raises:
        FadedError: it is of another kind, cannot be read, or has no rows.
    """
    readers: dict[str, Callable[[Path], Iterator[Row]]] = {JSONL: _jsonl, PARQUET: _parquet, CSV: _csv}
    read = readers.get(file.suffix.lower())
    if read is None:
        raise FadedError(f"The file {file} ends in {file.suffix!r}: give a {JSONL}, {PARQUET} or {CSV} file.")
    try:
        rows = list(read(file))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise FadedError(f"The file {file} cannot be read as {file.suffix}: {error}") from error
    if not rows:
        raise FadedError(f"The file {file} has no rows: give one with {_wanted()}.")
    columns = list(dict.fromkeys(name for _, values in rows for name in values))
    lacking = [name for name in ("verdict", "annotator") if name not in columns]
    if not {"proposal_id", "id"} & set(columns):
        lacking.insert(0, "proposal_id")
    if lacking:
        raise FadedError(
            f"The file {file} has no column {' and no column '.join(lacking)}: it has {', '.join(columns)}. Give "
            f"{_wanted()}."
        )
    return rows, tuple(name for name in columns if name not in NAMES)


def said(place: str, values: Mapping[str, Any], prefix: str) -> Given | list[Fault]:
    """Return what a row says, or everything that is wrong with its form.

    Args:
        place: Where it stands.
        values: Its values by column.
        prefix: What is put before the annotator's name.
    """
    faults: list[Fault] = []

    def field(name: str, read: Callable[[Any], Any]) -> Any:
        try:
            return read(_there(values.get(name)))
        except ValueError as error:
            faults.append(Fault(place, name, str(error)))
            return None

    proposal_id = field("proposal_id" if "proposal_id" in values else "id", _text)
    verdict = field("verdict", _verdict)
    annotator = field("annotator", lambda value: _name(value, prefix))
    answer = field("answer", lambda value: None if value is None else _text(value))
    created_at = field("created_at", _time)
    ratings = Ratings(*(field(name, _whole) for name in Ratings.__dataclass_fields__))
    return faults or Given(proposal_id, verdict, annotator, answer, created_at, ratings)


def _wanted() -> str:
    return f"the columns {', '.join(name for name in NAMES if name != 'id')} (those after annotator may be left out)"


def _jsonl(file: Path) -> Iterator[Row]:
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number} is no JSON ({error}). Write one object a line.") from error
        if not isinstance(values, dict):
            raise ValueError(f"line {number} is no JSON object. Write one object a line.")
        yield f"line {number}", values


def _csv(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        for values in reader:
            if None in values:
                raise ValueError(
                    f"line {reader.line_num} has more fields than the head. Put texts with commas in quotes."
                )
            yield f"line {reader.line_num}", values


def _parquet(file: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as opened:
        columns = opened.schema_arrow.names
        rows = opened.read(columns=[name for name in columns if name in NAMES]).to_pylist()
    others = dict.fromkeys(name for name in columns if name not in NAMES)
    for number, values in enumerate(rows, 1):
        yield f"row {number}", values | others


def _there(value: Any) -> Any:
    """Return a value, None where it says nothing."""
    nothing = (isinstance(value, str) and not value.strip()) or (isinstance(value, float) and math.isnan(value))
    return None if nothing else value


def _text(value: Any) -> str:
    if value is None:
        raise ValueError("it is missing: give it in every row")
    if not isinstance(value, str | int):
        raise ValueError(f"{value!r} is no text: give one")
    return str(value)


def _verdict(value: Any) -> Verdict:
    known = ", ".join(kind.value for kind in Verdict)
    if value is None:
        raise ValueError(f"it is missing: give one of {known}. Of an export, import adjudicated, not all events")
    if value not in list(Verdict):
        raise ValueError(f"{value!r} is no verdict: give one of {known}")
    return Verdict(value)


def _name(value: Any, prefix: str) -> str:
    name = prefix + _text(value)
    if len(name) > LONGEST_NAME:
        raise ValueError(f"the name has {len(name)} characters: give at most {LONGEST_NAME}")
    return name


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not number.is_integer():
        raise ValueError(f"{value!r} is no whole number: give one, or leave it out")
    return int(number)


def _time(value: Any) -> float | None:
    """Read seconds since 1970, or a date and time by ISO 8601; one without a zone is UTC."""
    if value is None:
        return None
    try:
        seconds = float(value) if not isinstance(value, datetime) else _utc(value)
    except (TypeError, ValueError):
        try:
            seconds = _utc(datetime.fromisoformat(str(value)))
        except ValueError:
            seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"{value!r} is no time: give seconds since 1970, or one like 2026-03-01T12:00:00Z")
    return seconds


def _utc(time: datetime) -> float:
    return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()
