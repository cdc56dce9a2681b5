"""Tables of results: on a wide page they scroll sideways, on a phone every row is a block that names its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Column:
    """A column; the first one names the rows.

    Attributes:
        name: Its heading.
        number: Whether it holds figures.
    """

    name: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row.

    Attributes:
        cells: One for each column, as trusted HTML; an empty one is left out on a phone.
        here: Whether it is the one that the page shows.
    """

    cells: Sequence[str]
    here: bool = False


def table(label: str, columns: Sequence[Column], rows: Sequence[Row], look: str = "") -> str:
    """Return a table as HTML, in a region that takes the focus so that it can be scrolled.

    Args:
        label: What it lists: the region's name, unlike that of any other on the page.
        columns: The columns.
        rows: The rows.
        look: A class of its own.
    """
    heads = "".join(f"<th scope='col'{_number(column)}>{escape(column.name)}</th>" for column in columns)
    body = "".join(_row(columns, row) for row in rows)
    return (
        f"<div class='f-table-scroll' tabindex='0' role='region' aria-label='{escape(label, quote=True)}'>"
        f"<table class='f-table {look}'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(columns: Sequence[Column], row: Row) -> str:
    first, *rest = row.cells
    cells = "".join(
        f"<td{_number(column)} data-head='{escape(column.name, quote=True)}'>{cell}</td>"
        for column, cell in zip(columns[1:], rest, strict=True)
    )
    return f"<tr{' class=here' if row.here else ''}><th scope='row'>{first}</th>{cells}</tr>"


def _number(column: Column) -> str:
    return " class='f-num'" if column.number else ""
