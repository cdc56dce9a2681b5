"""A workspace out of a backup: built beside its place, looked at, and moved there once it is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import delete

from faded.domain import FadedError
from faded.store import archive, audit, blobs, jobs
from faded.store.account_tables import invites, sessions
from faded.store.archive import Manifest
from faded.store.backup import SPARE, Say, check_room
from faded.store.engine import DATABASE, FOLDERS, damage, known_schemas, open_as_it_is, open_store, schema_of


def restore(file: Path, workspace: Path, who: str, say: Say) -> Manifest:
    """Make a workspace of a backup, all of it or none.

    Nobody is signed in there and invitations that were not taken up are void. What a worker was at is back in the
    queue, as after a worker that was killed.

    Args:
        file: The backup.
        workspace: A folder that is absent or empty.
        who: Who does it, for the audit log.
        say: Told of progress.

    Raises:
        FadedError: the folder is neither, the backup is damaged or of a newer version, or the disk has too little room.
    """
    _check_place(workspace)
    with archive.opened(file) as (pack, manifest):
        if manifest.schema not in known_schemas():
            raise FadedError(
                f"The backup {file} was written by a newer version of Faded (schema {manifest.schema!r}; this one "
                f"knows {known_schemas()[0]!r}): restore it with that version."
            )
        try:
            workspace.parent.mkdir(parents=True, exist_ok=True)
            check_room(workspace.parent, manifest.size + manifest.files[DATABASE].size + SPARE, "The workspace")
            beside = Path(tempfile.mkdtemp(prefix=f".{workspace.name}.restoring-", dir=workspace.parent))
            try:
                _write(pack, file, manifest, beside, say)
                _settle(beside, file, manifest, who)
                os.sync()  # thousands of small files are made safe in one go
                os.rename(beside, workspace)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
            blobs.sync_folder(workspace.parent)
        except OSError as error:
            raise FadedError(
                f"The workspace {workspace} cannot be written: {error.strerror or error}. See that its disk has room "
                "and that nobody else writes there, or name another folder with --workspace."
            ) from error
    return manifest


def _check_place(workspace: Path) -> None:
    if workspace.is_dir() and any(workspace.iterdir()):
        raise FadedError(
            f"The folder {workspace} is not empty, and nothing is overwritten: name an absent or empty folder with "
            "--workspace, or move that one away."
        )
    if workspace.is_mount():
        raise FadedError(
            f"The folder {workspace} is where a disk is mounted, so no folder can be moved there: name one below it, "
            f"such as --workspace {workspace / 'faded'}."
        )


def _write(pack: ZipFile, file: Path, manifest: Manifest, beside: Path, say: Say) -> None:
    """Write all files, the database last."""
    done = 0
    for folder in FOLDERS:
        (beside / folder).mkdir()
    for name in sorted(manifest.files, key=lambda name: (name == DATABASE, name)):
        place = beside / name
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as to:
            for chunk in archive.chunks(pack, file, name, manifest.files[name]):
                to.write(chunk)
                done += len(chunk)
                say("Restoring", done, manifest.size)


def _settle(beside: Path, file: Path, manifest: Manifest, who: str) -> None:
    """Look whether the database is whole, bring it to the present schema, and end what was going on in it."""
    try:
        with contextlib.closing(open_as_it_is(beside)) as copied, copied.read() as db:
            troubles = damage(db) or ([] if schema_of(db) == manifest.schema else ["its schema is another"])
    except FadedError:
        troubles = ["it cannot be read"]
    if troubles:
        raise archive.spoiled(file, f"its database is damaged ({troubles[0]})")
    with contextlib.closing(open_store(beside)) as store, store.write() as db:
        db.execute(delete(sessions))
        db.execute(delete(invites).where(invites.c.used_at.is_(None)))
        jobs.give_back(db)
        written = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(manifest.created_at))
        details = {"written": written, "manifest_sha256": manifest.sha256}
        audit.write(db, who, "backup restored", file.name, time.time(), details)
