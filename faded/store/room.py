"""How much room there is: what the workspace takes of what it may take, and what is free on its disk.

Jobs stop before either is used up, so that there is room for verdicts, which are taken as long as they can be written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from faded.domain import FadedError
from faded.files import megabytes
from faded.settings import settings

LEAST_FREE = 200_000_000
"""Bytes that have to be free on the disk: a checkpoint and some pictures more, and verdicts for weeks."""
LITTLE_FREE = 2 * LEAST_FREE
"""From here on people are told."""
NEARLY = 0.9
"""From this share of the quota on people are told."""
LOOK_SECONDS = 5.0
WALK_SHARE = 0.01
"""Files are counted anew after so many seconds, or where that takes its time, so that it takes this share of all."""
REMEDY = "python -m faded doctor says what is not needed any more."


@dataclass(frozen=True, slots=True)
class Room:
    """What was found.

    Attributes:
        used: Bytes of the workspace's files; counted only where there is a quota.
        quota: Bytes that it may take; None for as many as there are.
        free: Bytes free on its disk.
    """

    used: int
    quota: int | None
    free: int

    @property
    def trouble(self) -> str:
        """Why jobs may write nothing more; empty where they may."""
        if self.quota is not None and self.used >= self.quota:
            return f"{self._taken()}, all that it may: jobs stop, verdicts are still taken. {self._more()}"
        if self.free < LEAST_FREE:
            return (
                f"{megabytes(self.free)} are free on the workspace's disk, and {megabytes(LEAST_FREE)} have to stay "
                f"free for verdicts, which are still taken: jobs stop. Make room on the disk. {REMEDY} Then resume."
            )
        return ""

    @property
    def warning(self) -> str:
        """What people are told; empty where there is room."""
        if self.trouble:
            return self.trouble
        if self.quota is not None and self.used >= NEARLY * self.quota:
            return f"{self._taken()} of {megabytes(self.quota)} that it may take; jobs stop there. {self._more()}"
        if self.free < LITTLE_FREE:
            return (
                f"{megabytes(self.free)} are free on the workspace's disk; jobs stop at {megabytes(LEAST_FREE)}. Make "
                f"room on the disk. {REMEDY}"
            )
        return ""

    def _taken(self) -> str:
        return f"The workspace takes {megabytes(self.used)}"

    def _more(self) -> str:
        return f"Raise FADED_DISK_QUOTA, or remove files: {REMEDY}"


class Gauge:
    """Looks how much room there is, cheaply: between two counts of all files, by what has become less free since.

    Args:
        workspace: The workspace.
        quota: Bytes that it may take; None for as many as there are.
    """

    def __init__(self, workspace: Path, quota: int | None) -> None:
        self._workspace, self._quota = workspace, quota
        self._lock = threading.Lock()
        self._counted, self._free_then, self._next_at = 0, 0, 0.0

    def look(self) -> Room:
        """Say how much room there is."""
        free = shutil.disk_usage(self._workspace).free
        if self._quota is None:
            return Room(0, None, free)
        with self._lock:
            began = time.monotonic()
            if began >= self._next_at:
                self._counted, self._free_then = _size(self._workspace), free
                took = time.monotonic() - began
                self._next_at = began + max(LOOK_SECONDS, took / WALK_SHARE)
            return Room(self._counted + max(0, self._free_then - free), self._quota, free)


def look(workspace: Path) -> Room:
    """Say how much room there is, by this process's gauge of the workspace."""
    return _gauge(workspace).look()


def check(workspace: Path) -> None:
    """See that a job may write.

    Raises:
        FadedError: there is no room left; the message has the numbers, and what to do.
    """
    trouble = look(workspace).trouble
    if trouble:
        raise FadedError(trouble)


@lru_cache
def _gauge(workspace: Path) -> Gauge:
    return Gauge(workspace, settings().disk_quota)


def _size(folder: Path) -> int:
    """Return the bytes of all files; those that go meanwhile count or not."""
    size = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                of_folder = entry.is_dir(follow_symlinks=False)
                size += _size(Path(entry)) if of_folder else entry.stat(follow_symlinks=False).st_size
    return size
