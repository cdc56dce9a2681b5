"""Tables to publish, whatever they are written as: columns that say what they hold, and rows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import Image

from faded.sheets import picture_of
from faded.store import blobs


class Holds(StrEnum):
    """What stands in a column."""

    TEXT = "string"
    WHOLE = "int64"
    NUMBER = "float64"
    NUMBERS = "numbers"
    """Numbers by name, the same names in every row."""
    PICTURE = "image"


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: Its name.
        holds: What stands in it; any of it may be missing.
        says: What that means, for the card.
        names: Of `Holds.NUMBERS`.
    """

    name: str
    holds: Holds
    says: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the workspace.

    Attributes:
        digest: The blob.
        number: Which one of a set that the blob shows side by side, from 0; None for the whole blob.
        count: How many are in the set.
    """

    digest: str
    number: int | None = None
    count: int = 1

    @property
    def file(self) -> str:
        """Name of its file, which follows from what it shows."""
        return f"{self.digest}.png" if self.number is None else f"{self.digest}-{self.number}.png"

    def read(self, workspace: Path) -> bytes:
        """Return it as a PNG file.

        Raises:
            FadedError: the workspace does not have it.
        """
        content = blobs.get(workspace, self.digest)
        if self.number is None:
            return content
        with Image.open(io.BytesIO(content)) as sheet:
            out = io.BytesIO()
            picture_of(sheet, self.number, self.count).save(out, "PNG")
        return out.getvalue()


Value = str | int | float | Mapping[str, float] | Picture | None
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: What it is called.
        says: What a row is, for the card.
        columns: Its columns, in order.
        rows: Its rows; each has all columns.
    """

    name: str
    says: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
