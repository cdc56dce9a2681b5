"""Folders that are written whole or not at all."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from faded.domain import FadedError


def check_free(to: Path) -> None:
    """See that a folder can be written to a place.

    Raises:
        FadedError: there is something already.
    """
    if to.is_dir() and not any(to.iterdir()):
        return
    if to.exists() or to.is_symlink():
        what = "a folder that is not empty" if to.is_dir() else "a file"
        raise FadedError(f"There is {what} at {to}: nothing is written over. Name another folder, or remove it first.")


@contextlib.contextmanager
def whole(to: Path) -> Iterator[Path]:
    """Give an empty folder to be filled; on leaving the block it becomes `to`, on an exception it is gone.

    Args:
        to: Where the folder is to be; an empty one may be there already.

    Raises:
        FadedError: there is something already, or the disk refuses.
    """
    check_free(to)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".faded-", dir=to.parent) as beside:
            folder = Path(beside) / to.name
            folder.mkdir()
            yield folder
            if to.is_dir():
                to.rmdir()
            folder.rename(to)
    except OSError as error:
        raise FadedError(
            f"The folder {to} cannot be written: {error.strerror or error}. See that its disk has room and that you "
            "may write there, or name another folder."
        ) from error
