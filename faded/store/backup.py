"""A consistent copy of a workspace as one file, made while the app and its worker run.

The database is copied first, from one snapshot. All that it refers to is on disk before a row names it, and stays: a
blob is never removed, a repaired target neither. A checkpoint is removed once the next one is written, so the files are
opened before the database is copied: what is open can still be read.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from faded.domain import VERSION, FadedError
from faded.store import archive, blobs, references
from faded.store.archive import Entry, Manifest
from faded.store.engine import DATABASE, Db, damage, open_as_it_is, schema_of

PAGES = 4096
"""Pages of the database that are copied at a time: 16 MB."""
TRIES = 20
"""How often a snapshot is taken anew because a checkpoint of it was replaced just then."""
SPARE = 1 << 24
"""Bytes of room that are asked for beside what is written."""
OVERHEAD = 512
"""Bytes that a file takes in an archive and its manifest beside its content, with a long name."""

Say = Callable[[str, int, int], None]
"""Told what is done, how many bytes of it are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds.

    Attributes:
        manifest: Its manifest.
        damaged: Blobs whose content is not what their name says; they are in it as they were.
        sha256: SHA-256 of the manifest: whoever keeps it elsewhere can compare it.
    """

    manifest: Manifest
    damaged: list[str]
    sha256: str


def back_up(workspace: Path, file: Path, say: Say) -> BackedUp:
    """Write a backup of a workspace, whole or not at all, and read it again.

    Args:
        workspace: A workspace that is there.
        file: The new file.
        say: Told of progress.

    Raises:
        FadedError: the file is there already or cannot be written, its disk has too little room, the database is
            damaged, or a file changed while it was copied.
    """
    file = file.absolute()
    _check_destination(workspace, file)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{file.name}.", suffix=".part", dir=file.parent) as folder:
            part = Path(folder) / "backup.zip"
            backed_up = _write(workspace, part, say)
            _put_in_place(part, file)
    except OSError as error:
        raise FadedError(
            f"The backup {file} cannot be written: {error.strerror or error}. See that its folder can be written to "
            "and that its disk has room."
        ) from error
    return backed_up


def check_room(folder: Path, needed: int, what: str) -> None:
    """See that a disk has room.

    Args:
        folder: A folder on it.
        needed: Bytes.
        what: What needs them, for the message: "The backup".

    Raises:
        FadedError: it has too little.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FadedError(
            f"{what} needs {needed / 1e6:,.0f} MB, and the disk of {folder} has {free / 1e6:,.0f} MB left: make room, "
            "or name a place on another disk."
        )


def _check_destination(workspace: Path, file: Path) -> None:
    if file.is_dir():
        dated = time.strftime("faded-%Y-%m-%d.zip")
        raise FadedError(f"{file} is a folder: name a file for the backup, such as {file / dated}.")
    _check_free(file)
    if not file.parent.is_dir():
        raise FadedError(f"There is no folder {file.parent} for the backup: make it, or name a file elsewhere.")
    if file.resolve().is_relative_to(workspace.resolve()):
        raise FadedError(f"{file} lies in the workspace, and would be lost with it: name a file elsewhere.")


def _check_free(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise FadedError(f"{file} is there already, and no backup is overwritten: name another file, or delete it.")


def _write(workspace: Path, part: Path, say: Say) -> BackedUp:
    copy = part.with_name(DATABASE)
    with contextlib.ExitStack() as open_files:
        now = time.time()
        schema, held, wanted = _snapshot(workspace, copy, open_files, say)
        sizes = {name: (workspace / name).stat().st_size for name in wanted if (workspace / name).is_file()}
        names = sorted(held.keys() | sizes.keys())
        sizes |= {name: os.fstat(handle.fileno()).st_size for name, handle in held.items()}
        sizes[DATABASE] = copy.stat().st_size
        total = sum(sizes.values())
        check_room(part.parent, total + OVERHEAD * len(sizes) + SPARE, "The backup")
        files: dict[str, Entry] = {}
        done = 0

        def tick(size: int) -> None:
            nonlocal done
            done += size
            say("Copying", min(done, total), total)

        with zipfile.ZipFile(part, "x", zipfile.ZIP_STORED) as pack:
            held[DATABASE] = open_files.enter_context(copy.open("rb"))
            for name in (DATABASE, *names):
                with held.get(name) or _open(workspace, name) as source:
                    files[name] = archive.add(pack, name, source, tick)
            manifest = Manifest(VERSION, schema, now, files, sorted(wanted - files.keys()))
            pack.writestr(archive.MANIFEST, manifest.text())
    sha256 = _verify(part, manifest, say)
    damaged = [n for n, e in files.items() if n.startswith(f"{blobs.FOLDER}/") and not n.endswith(e.sha256)]
    return BackedUp(manifest, damaged, sha256)


def _snapshot(
    workspace: Path, copy: Path, open_files: contextlib.ExitStack, say: Say
) -> tuple[str, dict[str, BinaryIO], set[str]]:
    """Copy the database.

    Returns:
        Its schema; the checkpoints that it refers to, open; and the names of all files that it refers to.
    """
    store = open_as_it_is(workspace)
    with contextlib.closing(store):
        for attempt in range(TRIES):
            with store.read() as db:
                schema = schema_of(db)
                checkpoints = {f"checkpoints/{name}" for name in references.checkpoint_files(db)}
                held = _opened(workspace, checkpoints, open_files)
                if held.keys() != checkpoints and attempt < TRIES - 1:
                    for handle in held.values():
                        handle.close()
                    time.sleep(0.02)
                    continue
                wanted = checkpoints | _wanted(db, workspace)
                _copy(db, copy, say)
                break
    with contextlib.closing(open_as_it_is(copy.parent)) as copied, copied.read() as db:
        troubles = damage(db)
    if troubles:
        raise FadedError(
            f"The database {workspace / DATABASE} is damaged ({troubles[0]}), and so would be its backup. See what "
            "`python -m faded doctor` says, and restore an older backup."
        )
    return schema, held, wanted


def _opened(workspace: Path, names: set[str], open_files: contextlib.ExitStack) -> dict[str, BinaryIO]:
    found: dict[str, BinaryIO] = {}
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            found[name] = open_files.enter_context((workspace / name).open("rb"))
    return found


def _open(workspace: Path, name: str) -> BinaryIO:
    try:
        return (workspace / name).open("rb")
    except OSError as error:
        raise FadedError(
            f"The file {workspace / name} cannot be read: {error.strerror}. Where it was removed just now, give the "
            "command again."
        ) from error


def _wanted(db: Db, workspace: Path) -> set[str]:
    """Return the names of the blobs and of the files of targets that a database refers to, missing ones too."""
    shown = references.blobs_shown(db)
    named = shown.keys() | {digest for digest in references.blobs_named(db) if blobs.holds(workspace, digest)}
    found = {f"{blobs.FOLDER}/{digest[:2]}/{digest}" for digest in named}
    for folder in references.target_folders(db):
        files = [path for path in (workspace / folder).rglob("*") if path.is_file()]
        found |= {path.relative_to(workspace).as_posix() for path in files} or {folder}
    return found


def _copy(db: Db, copy: Path, say: Say) -> None:
    """Copy the database as the transaction sees it."""
    page_size, pages = (db.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_size", "page_count"))
    check_room(copy.parent, 2 * page_size * pages + SPARE, "The backup of the database")

    def progress(_status: int, remaining: int, total: int) -> None:
        say("Copying the database", (total - remaining) * page_size, total * page_size)

    source = db.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)  # noqa: S101 - what the engine connects with
    with contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target, pages=PAGES, progress=progress, sleep=0)


def _verify(part: Path, written: Manifest, say: Say) -> str:
    """Read a backup again; return the SHA-256 of its manifest."""
    done = 0
    with archive.opened(part) as (pack, manifest):
        if manifest != written:
            raise archive.spoiled(part, "its manifest is not as it was written")
        for name, entry in manifest.files.items():
            for chunk in archive.chunks(pack, part, name, entry):
                done += len(chunk)
                say("Reading it again", done, manifest.size)
        return manifest.sha256


def _put_in_place(part: Path, file: Path) -> None:
    """Give a file that is whole its name, unless something has that name by now."""
    part.chmod(0o600)
    with part.open("rb") as handle:
        os.fsync(handle.fileno())
    _check_free(file)
    try:
        os.link(part, file)
    except FileExistsError:
        _check_free(file)
        raise
    except OSError:  # a file system without hard links
        os.replace(part, file)
    blobs.sync_folder(file.parent)
