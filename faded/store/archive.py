"""A backup as one file: a zip archive, nothing in it compressed, with a manifest of every file's size and SHA-256.

The manifest is the last member, and a zip archive is read from its end: what was cut short is no backup. Whoever reads
one may have it from anybody, so names, kinds and sizes are looked at before the first byte is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from faded.domain import FadedError
from faded.store.engine import DATABASE, FOLDERS

MANIFEST = "manifest.json"
FORMAT = "faded-backup"
CHUNK = 1 << 20
"""Bytes that are read at a time."""
PART = re.compile(r"[^/\\:\x00-\x1f]{1,255}")
"""A part of a file's name that is safe on every system; "." and ".." are not."""

BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, struct.error),
)
"""What reading a zip archive that is none may raise."""

Tick = Callable[[int], None]
"""Told of every number of bytes that is done."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a backup: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        faded: Version of the program that wrote it.
        schema: Migration that the database stands at.
        created_at: When the database was copied, seconds since 1970.
        files: Every file but the manifest, by its name in the workspace.
        missing: Files that the database refers to and the workspace did not have.
    """

    faded: str
    schema: str
    created_at: float
    files: dict[str, Entry]
    missing: list[str]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files.values())

    @property
    def sha256(self) -> str:
        """SHA-256 of the manifest as it is written."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        """Return it as it is written."""
        values = {"format": FORMAT, "version": 1, **asdict(self)}
        return json.dumps(values, indent=1, sort_keys=True) + "\n"


def add(pack: zipfile.ZipFile, name: str, source: BinaryIO, tick: Tick) -> Entry:
    """Copy an open file into an archive.

    Raises:
        FadedError: the name cannot stand in a backup, or the file changed while it was copied.
    """
    if not _allowed(name):
        raise FadedError(f"The file {name!r} cannot be backed up: its name is not safe everywhere. Rename it.")
    before = os.fstat(source.fileno())
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    info.file_size = before.st_size
    digest, size = hashlib.sha256(), 0
    with pack.open(info, "w") as to:
        while size < before.st_size and (chunk := source.read(min(CHUNK, before.st_size - size))):
            to.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            tick(len(chunk))
    after = os.fstat(source.fileno())
    if (size, after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
        raise FadedError(f"The file {name} changed while it was copied: give the command again.")
    return Entry(size, digest.hexdigest())


@contextmanager
def opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup and read its manifest, which fits what is in it.

    Raises:
        FadedError: there is no such file, or it is no backup, or not a whole one; or one of its members is a link, is
            compressed, has a name that leads out of a workspace, or another size than the manifest says.
    """
    if not file.is_file():
        raise FadedError(f"There is no file {file}: name one that `python -m faded backup` wrote.")
    with file.open("rb") as handle:
        with reading(file):
            pack = zipfile.ZipFile(handle)
            members = _members(pack, file)
        manifest = _manifest(pack, members, file)
        yield pack, manifest


def chunks(pack: zipfile.ZipFile, file: Path, name: str, entry: Entry) -> Iterator[bytes]:
    """Yield the content of a file of a backup; at its end it is what the manifest says.

    Raises:
        FadedError: it is not.
    """
    digest, size = hashlib.sha256(), 0
    with reading(file):
        source = pack.open(name)
    with source:
        while True:
            with reading(file):
                chunk = source.read(CHUNK)
            if not chunk:
                break
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    if (size, digest.hexdigest()) != (entry.size, entry.sha256):
        raise spoiled(file, f"{name} is not as it was written")


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Say of which backup something cannot be read.

    Raises:
        FadedError: it cannot.
    """
    try:
        yield
    except BROKEN as error:
        raise spoiled(file, str(error) or type(error).__name__) from error


def spoiled(file: Path, reason: str) -> FadedError:
    """Return the error that says why a backup cannot be used."""
    return FadedError(
        f"The file {file} is no whole backup: {reason}. Nothing is taken from it; copy it anew from where it was "
        "written, or take an older one."
    )


def _allowed(name: str) -> bool:
    parts = name.split("/")
    safe = all(PART.fullmatch(part) and part not in (".", "..") for part in parts)
    return safe and (name == DATABASE or (parts[0] in FOLDERS and len(parts) > 1))


def _members(pack: zipfile.ZipFile, file: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the members of an archive by name, all of them plain files, stored, and together no longer than it."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in pack.infolist():
        name = info.orig_filename
        kind = stat.S_IFMT(info.external_attr >> 16)
        if name in found or name != info.filename or not (name == MANIFEST or _allowed(name)):
            raise spoiled(file, f"it holds a file named {name!r}, or holds it twice")
        if info.flag_bits & 1 or info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise spoiled(file, f"{name} is compressed or encrypted")
        if kind not in (0, stat.S_IFREG):
            raise spoiled(file, f"{name} is no plain file")
        found[name] = info
    if sum(info.file_size for info in found.values()) > file.stat().st_size:
        raise spoiled(file, "its files are longer than itself")
    return found


def _manifest(pack: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], file: Path) -> Manifest:
    if MANIFEST not in members:
        raise spoiled(file, f"it has no {MANIFEST}")
    with reading(file):
        content = pack.read(MANIFEST)
    try:
        values: Any = json.loads(content)
        files = {str(name): Entry(int(e["size"]), str(e["sha256"])) for name, e in values["files"].items()}
        missing = [str(name) for name in values["missing"]]
        manifest = Manifest(str(values["faded"]), str(values["schema"]), float(values["created_at"]), files, missing)
        kind = (values["format"], values["version"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise spoiled(file, f"its {MANIFEST} cannot be read") from error
    if kind != (FORMAT, 1):
        raise FadedError(f"The file {file} is of kind {kind}, not {(FORMAT, 1)}: restore it with a newer Faded.")
    if content != manifest.text().encode():
        raise spoiled(file, f"its {MANIFEST} is not as it was written")
    sizes = {name: info.file_size for name, info in members.items() if name != MANIFEST}
    if DATABASE not in sizes or sizes != {name: entry.size for name, entry in files.items()}:
        raise spoiled(file, f"its files are not those of its {MANIFEST}")
    return manifest
