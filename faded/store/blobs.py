"""Blobs: files named by the SHA-256 of their content, such as pictures as shown."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from faded.domain import FadedError

T = TypeVar("T")

FOLDER = "blobs"
WIDTH = 16
WRITERS = ThreadPoolExecutor(WIDTH, thread_name_prefix="blobs")
"""Waits for many files side by side: a journaling file system makes them safe in one go."""
DIGEST = re.compile(r"[0-9a-f]{64}")


def put(workspace: Path, data: bytes) -> str:
    """Keep bytes; return their SHA-256 in hexadecimal. On disk when this returns; the same bytes are kept once.

    Raises:
        FadedError: the file cannot be written.
    """
    return put_many(workspace, [data])[0]


def put_many(workspace: Path, items: Sequence[bytes]) -> list[str]:
    """Keep many at once, as `put` does each: files are written side by side, so that a disk makes them safe together.

    Raises:
        FadedError: a file cannot be written.
    """
    digests = [hashlib.sha256(data).hexdigest() for data in items]
    fresh = {_place(workspace, d): data for d, data in zip(digests, items, strict=True)}
    fresh = {final: data for final, data in fresh.items() if not final.exists()}
    folders = list({final.parent for final in fresh})
    _side_by_side(_write, list(fresh.items()))
    _side_by_side(sync_folder, folders)
    return digests


def path(workspace: Path, digest: str) -> Path:
    """Return the file of a blob.

    Raises:
        FadedError: `digest` is no SHA-256, or there is no such blob.
    """
    if not DIGEST.fullmatch(digest):
        raise FadedError(f"{digest!r} names no blob: give 64 lower-case hexadecimal digits.")
    found = _place(workspace, digest)
    if not found.is_file():
        raise FadedError(f"The workspace {workspace} has no blob {digest}: it may belong to another workspace.")
    return found


def holds(workspace: Path, digest: str) -> bool:
    """Return whether there is a blob of that SHA-256."""
    return _place(workspace, digest).is_file()


def get(workspace: Path, digest: str) -> bytes:
    """Return the content of a blob.

    Raises:
        FadedError: `digest` is no SHA-256, or there is no such blob.
    """
    return path(workspace, digest).read_bytes()


def _place(workspace: Path, digest: str) -> Path:
    return workspace / FOLDER / digest[:2] / digest


def _side_by_side(do: Callable[[T], None], items: list[T]) -> None:
    """Do something with each of the items, a share of them in each thread."""

    def some(share: list[T]) -> None:
        for item in share:
            do(item)

    shares = [share for start in range(WIDTH) if (share := items[start::WIDTH])]
    if len(shares) == 1:
        some(shares[0])
    else:
        list(WRITERS.map(some, shares))


def _write(item: tuple[Path, bytes]) -> None:
    """Write a blob to a file of this thread's own, safely, then move it to its place."""
    final, data = item
    part = f"{final.parent}/part-{os.getpid()}-{threading.get_ident()}"
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "wb", buffering=0) as file:
                file.write(data)
                os.fsync(handle)
            os.replace(part, final)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FadedError(
            f"The blob {final} cannot be written: {error.strerror}. See that its disk has room."
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder safe on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
