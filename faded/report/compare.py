"""Where two reports of the same round differ, apart from what is of the run itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from faded.report.collect import RUN

NOTHING = "nothing"
"""What stands where one of the two has no value."""

LONGEST = 120
"""Letters of a value that are told."""


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return every place where the two differ: `where`, and what stands there in the `report` and in the `replay`."""
    left, right = ({name: value for name, value in each.items() if name != RUN} for each in (first, second))
    return [
        {"where": where, "report": _short(one), "replay": _short(other)} for where, one, other in _walk("", left, right)
    ]


def _walk(where: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            inner = f"{where}.{name}" if where else name
            yield from _walk(inner, one.get(name, NOTHING), other.get(name, NOTHING))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _walk(f"{where}[{i}]", a, b)
    elif one != other:
        yield where, one, other


def _short(value: Any) -> str:
    said = f"{len(value)} entries" if isinstance(value, list) else str(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}\N{HORIZONTAL ELLIPSIS}"
