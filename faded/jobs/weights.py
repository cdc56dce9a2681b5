"""Repaired weights on disk: complete before anything names them, and written by the worker that has the job."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from faded.domain import FadedError
from faded.jobs.desk import Desk
from faded.store import room
from faded.store.engine import Db


@contextmanager
def saved(desk: Desk, save: Callable[[Path], None], folder: Path) -> Iterator[Db]:
    """Write weights into a folder that is named by them, and open the transaction that is to name it.

    They are written beside it, and moved once it is certain whose the job is. A folder that is there holds the same
    weights, or half of them from a worker that was killed: its files are replaced one by one.

    Args:
        desk: The job.
        save: Writes into the folder that it is given.
        folder: Where the weights are to lie.

    Raises:
        FadedError: they cannot be written.
        jobs.JobLost: another worker has taken the job over; its files are as they were.
    """
    beside = folder.with_name(f"{folder.name}-{desk.job.id}-{desk.job.attempts}.part")
    room.check(desk.store.workspace)
    try:
        save(beside)
        with desk.writing() as db:
            _move(beside, folder)
            yield db
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move(beside: Path, folder: Path) -> None:
    try:
        for file in sorted(path for path in beside.rglob("*") if path.is_file()):
            final = folder / file.relative_to(beside)
            final.parent.mkdir(parents=True, exist_ok=True)
            file.replace(final)
    except OSError as error:
        raise FadedError(
            f"The weights cannot be moved to {folder}: {error.strerror}. See that its disk has room."
        ) from error
