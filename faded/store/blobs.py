"""Blobs: files named by the SHA-256 of their content, such as pictures as shown."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from faded.domain import FadedError

FOLDER = "blobs"
DIGEST = re.compile(r"[0-9a-f]{64}")


def put(workspace: Path, data: bytes) -> str:
    """Keep bytes; return their SHA-256 in hexadecimal. On disk when this returns; the same bytes are kept once.

    Raises:
        FadedError: the file cannot be written.
    """
    digest = hashlib.sha256(data).hexdigest()
    final = _place(workspace, digest)
    if final.exists():
        return digest
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=final.parent, prefix="part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, final)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        _sync_folder(final.parent)
    except OSError as error:
        raise FadedError(
            f"The blob {final} cannot be written: {error.strerror}. See that its disk has room."
        ) from error
    return digest


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


def get(workspace: Path, digest: str) -> bytes:
    """Return the content of a blob.

    Raises:
        FadedError: `digest` is no SHA-256, or there is no such blob.
    """
    return path(workspace, digest).read_bytes()


def _place(workspace: Path, digest: str) -> Path:
    return workspace / FOLDER / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
