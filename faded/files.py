"""Files that people name and write: paths, and YAML with nothing but plain values in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from faded.domain import FadedError

NAMED_BY = "--workspace or FADED_WORKSPACE"
"""What a workspace may have been named with."""


class PlainLoader(yaml.SafeLoader):
    """Reads plain values, each key once, and no aliases: a few of those can stand for more values than memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias, and read any other node."""
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(f"the alias *{event.anchor} is not read: write out what it stands for")
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        """Refuse half of a sign, which no file can hold, and read any other value."""
        found = super().construct_scalar(node)
        try:
            str(found).encode()
        except UnicodeEncodeError as error:
            raise yaml.YAMLError(
                f"line {node.start_mark.line + 1} holds half of a sign: write the whole one"
            ) from error
        return found

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Refuse a key that is given twice, of which the last would count, and read any other mapping."""
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                raise yaml.YAMLError(f"{name!r} is given twice, in lines {lines[name]} and {line}: leave one out")
            lines[name] = line
        return super().construct_mapping(node, deep)


def expanded(place: str) -> Path:
    """Return a place as a path, `~` for a home folder; as it is where nobody of that name has one."""
    try:
        return Path(place).expanduser()
    except RuntimeError:
        return Path(place)


def whole(place: str) -> str:
    """Return a path in full, so that a message says where was looked; as it is where it is none on this machine."""
    try:
        return str(expanded(place).absolute())
    except OSError:
        return place


def megabytes(size: int) -> str:
    """Return a number of bytes as a person reads it: "1,234.5 MB"."""
    return f"{size / 1e6:,.1f} MB"


def check_folder(place: Path, named_by: str = NAMED_BY) -> None:
    """See that a place can be a folder: neither it nor anything above it is a file.

    Args:
        place: The folder, which need not exist.
        named_by: What it was named with, for the remedy: "--workspace".

    Raises:
        FadedError: one of them is a file; the message names it.
    """
    file = next((path for path in (place, *place.parents) if path.exists() and not path.is_dir()), None)
    if file is not None:
        what = "it is a file" if file == place else f"{file} is a file"
        raise FadedError(f"The workspace {place} cannot be used: {what}, not a folder. Name a folder with {named_by}.")


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        FadedError: there is none, or it is no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise FadedError(f"The file {path} cannot be read: {said}.") from error
    return parse_yaml(text, f"The file {path} cannot be read")


def parse_yaml(text: str, trouble: str) -> Any:
    """Read YAML.

    Args:
        text: The YAML.
        trouble: How the message begins where it is none.

    Raises:
        FadedError: it is no YAML.
    """
    try:
        return yaml.load(text, PlainLoader)  # noqa: S506 - a safe loader
    except RecursionError as error:
        raise FadedError(f"{trouble}: it is nested hundreds of levels deep. Write it with fewer.") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: of a date that no calendar has
        raise FadedError(f"{trouble}: {error}.") from error
