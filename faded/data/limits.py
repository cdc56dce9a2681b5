"""What is looked at before data are read whole: how large they would become, and where they lead.

Data may have been put together by somebody else. What reads them in other languages than Python is not asked about what
it is known to fall over.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from faded.domain import FadedError

MOST_PIXELS = 100_000_000
"""Of a picture: more than cameras make, and 300 MB once it is decoded."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "ICO", "TGA", "JPEG2000", "AVIF")
"""Kinds of pictures that are read, whatever a file is called: none of them is a program, or is drawn by one."""
LONGEST_TEXT = 1_000_000
"""Characters of an article: a long novel."""
LONGEST_ROW = 1 << 26
"""Bytes of a row of JSON."""
MOST_JSON = 1 << 30
"""Bytes of a file that is one JSON list, which has to be held at once; rows of their own need not be."""
DEEPEST = 32
"""Lists and objects within each other in a row."""
EXPANSION = 200
"""How many times as large as its file a table may become: texts shrink to a tenth, the same value again and again to
far less."""
SMALL = 1 << 28
"""Bytes of a table that may come of any file."""


def check_size(size: tuple[int, int], where: str) -> None:
    """See that a picture is not too large to be decoded.

    Raises:
        FadedError: it is.
    """
    width, height = size
    if width * height > MOST_PIXELS:
        raise FadedError(
            f"The picture {where} has {width:,} x {height:,} pixels: give it with at most {MOST_PIXELS:,} of them."
        )


def check_length(text: str, where: str) -> None:
    """See that a text is not too long to be worked on.

    Raises:
        FadedError: it is.
    """
    if len(text) > LONGEST_TEXT:
        raise FadedError(f"{where} has {len(text):,} characters: give at most {LONGEST_TEXT:,}, such as a part of it.")


def check_inside(path: Path, folder: Path, where: str) -> None:
    """See that a path does not lead out of a folder; into what libraries have fetched it may.

    Raises:
        FadedError: it does.
    """
    try:
        found = os.path.realpath(path)
    except ValueError as error:
        raise FadedError(f"{where} is no path ({error}): mend its name.") from error
    if not any(found == place or found.startswith(place + os.sep) for place in (os.path.realpath(folder), *_fetched())):
        raise FadedError(
            f"{where} leads out of {folder}, to {found}: copy what is there into the folder, or name the folder that "
            "holds it."
        )


def _fetched() -> Iterable[str]:
    from datasets import config

    places = (config.HF_CACHE_HOME, config.HF_DATASETS_CACHE, config.DOWNLOADED_DATASETS_PATH)
    return (os.path.realpath(str(place)) for place in places)


def check_parquet(file: Path) -> None:
    """See that a Parquet file does not become enormous, as far as it says itself.

    Raises:
        FadedError: it does, or cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            about = opened.metadata
            size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
            rows = about.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FadedError(f"The data at {file} cannot be read as Parquet: {error}") from error
    held = file.stat().st_size
    if max(size, rows) > max(EXPANSION * held, SMALL):
        raise FadedError(
            f"The table {file} has {held:,} bytes and would become {size:,} in {rows:,} rows: give it in parts, or "
            "leave out what repeats."
        )


def in_utf8(source: str | Path, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield rows, whose texts are decoded only now.

    Raises:
        FadedError: one is no text.
    """
    try:
        yield from rows
    except UnicodeDecodeError as error:
        raise FadedError(f"A text of {source} is not in UTF-8 ({error.reason}): write the file anew in it.") from error


def check_json(file: Path) -> None:
    """See that a file is rows of JSON, an object each, or one list of objects, with finite numbers and little depth.

    Raises:
        FadedError: it is not; the message says where.
    """
    with file.open("rb") as opened:
        begins = opened.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        opened.seek(0)
        if begins == b"[":
            if file.stat().st_size > MOST_JSON:
                raise FadedError(f"The file {file} is one list of more than {MOST_JSON:,} bytes: give a row per line.")
            rows = _parsed(opened.read(), f"The file {file}")
            for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
                _check_row(row, f"Row {number} of {file}")
            return
        number = 0
        while line := opened.readline(LONGEST_ROW + 1):
            number += 1
            where = f"Line {number} of {file}"
            if len(line) > LONGEST_ROW:
                raise FadedError(f"{where} is longer than {LONGEST_ROW:,} bytes: give one object a line.")
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                _check_row(_parsed(line, where), where)


def _parsed(data: bytes, where: str) -> Any:
    def none(name: str) -> float:
        raise ValueError(f"{name} is no number of JSON")

    try:
        return json.loads(data, parse_constant=none)
    except (ValueError, RecursionError) as error:  # the second of what is too deep
        raise FadedError(f"{where} is no JSON ({str(error)[:200]}): give one object a line, in UTF-8.") from error


def _check_row(row: Any, where: str) -> None:
    if not isinstance(row, dict):
        raise FadedError(f"{where} is no JSON object but {type(row).__name__}: give one with the columns' names.")
    layer: list[Any] = [row]
    depth = 0
    while layer:
        depth += 1
        values = [v for one in layer for v in (one.values() if isinstance(one, dict) else one)]
        if any(isinstance(v, float) and not math.isfinite(v) for v in values):
            raise FadedError(f"{where} holds a number that is too large: mend or remove it.")
        layer = [v for v in values if isinstance(v, dict | list)]
        if layer and depth >= DEEPEST:
            raise FadedError(f"{where} holds more than {DEEPEST} lists within each other: give plain columns.")
