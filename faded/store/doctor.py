"""What is wrong with a workspace, and what to do about it. It reads only: no byte changes and no file is made."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from faded.domain import FadedError
from faded.files import megabytes
from faded.stages import PREVIEW
from faded.store import account_tables, accounts, blobs, derived, references
from faded.store.engine import DATABASE, FOLDERS, Db, damage, known_schemas, open_to_look, schema_of
from faded.store.jobs import STALE_SECONDS, JobState
from faded.store.labeling_tables import leases
from faded.store.schema import campaigns, jobs, rounds, verdict_events

LITTLE_ROOM = 500 * 10**6
"""Bytes left on a disk below which a long job may fail."""
AHEAD_SECONDS = 300.0
"""How far ahead of the clock a row may be: machines that share a workspace never agree to the second."""
NAMED = 3
"""Names that a finding lists at most."""

DERIVED = "derived"
"""The check of columns that follow from others: what it finds can be put right."""
RESTORE = "Restore a backup into another folder, and look there (python -m faded restore)."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found.

    Attributes:
        check: Which check found it: one word.
        problem: Whether something needs doing; else it is only good to know.
        said: What was found.
        remedy: What to do about it.
    """

    check: str
    problem: bool
    said: str
    remedy: str


def examine(workspace: Path, now: float) -> list[Finding]:
    """Check a workspace that is there; return what was found, nothing where all is well.

    Where the database is damaged, or has not the schema of this program, what its rows say is not looked at.

    Args:
        workspace: Its folder.
        now: Seconds since 1970.
    """
    found = list(_room(workspace))
    with contextlib.closing(open_to_look(workspace)) as store:
        try:
            with store.read() as db:
                found += _database(db)
                if not found or found[-1].check not in ("database", "schema"):
                    found += [finding for check in CHECKS for finding in check(db, workspace, now)]
        except (FadedError, ValueError) as error:  # ValueError: of a column that holds no JSON
            reason = getattr(error.__cause__, "orig", error)
            if not any(finding.check == "database" for finding in found):  # else it is said already
                found.append(Finding("database", True, f"The database cannot be read: {reason}.", RESTORE))
    return found


def _room(workspace: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(workspace).free
    if free < LITTLE_ROOM:
        said = f"The disk of {workspace} has {megabytes(free)} left."
        yield Finding("room", True, said, "Make room before a long job is started: it fails on a full disk.")


def _database(db: Db) -> Iterator[Finding]:
    if troubles := damage(db):
        yield Finding("database", True, f"The database is damaged: {_some(troubles, '; ')}.", RESTORE)
        return
    schema, known = schema_of(db), known_schemas()
    if schema not in known:
        said = f"The database has schema {schema!r}, and this program knows {known[0]!r}."
        yield Finding("schema", True, said, "Use the newer version of Faded that wrote it.")
    elif schema != known[0]:
        said = f"The database has schema {schema!r}, and this program {known[0]!r}: its rows were not looked at."
        remedy = "Back it up, then start the app, which brings it to the present schema; then look again."
        yield Finding("schema", True, said, remedy)


def _blobs(db: Db, workspace: Path, _now: float) -> Iterator[Finding]:
    shown = references.blobs_shown(db)
    there = {digest for digest in shown if blobs.DIGEST.fullmatch(digest) and blobs.holds(workspace, digest)}
    missing = [f"{digest} of {by}" for digest, by in shown.items() if digest not in there]
    wrong = [
        f"{digest} of {by}" for digest, by in shown.items() if digest in there and _sum(workspace, digest) != digest
    ]
    remedy = f"Restore a backup beside it and copy them from there to {workspace / blobs.FOLDER}."
    if missing:
        yield Finding("blobs", True, _count(missing, "blob is missing", "blobs are missing"), remedy)
    if wrong:
        said = _count(wrong, "blob is not what its name says", "blobs are not what their names say")
        yield Finding("blobs", True, said, remedy)


def _checkpoints(db: Db, workspace: Path, _now: float) -> Iterator[Finding]:
    names = references.checkpoint_files(db)
    missing = [f"{name} of {by}" for name, by in names.items() if not (workspace / "checkpoints" / name).is_file()]
    if missing:
        said = _count(missing, "checkpoint is missing", "checkpoints are missing")
        remedy = "Those jobs cannot go on. Start their stages again, or take the files out of a backup."
        yield Finding("checkpoints", True, said, remedy)


def _targets(db: Db, workspace: Path, _now: float) -> Iterator[Finding]:
    folders = references.target_folders(db)
    missing = [f"{folder} of {by}" for folder, by in folders.items() if not _holds_files(workspace / folder)]
    if missing:
        said = _count(missing, "folder of weights is missing or empty", "folders of weights are missing or empty")
        remedy = "Those rounds can neither be verified nor exported. Take the folders out of a backup, or repair again."
        yield Finding("targets", True, said, remedy)


def _unused(db: Db, workspace: Path, _now: float) -> Iterator[Finding]:
    """Find files that no row needs any more. A running worker may have written some of them for rows to come."""
    named = references.blobs_named(db)
    checkpoints = references.checkpoint_files(db)
    folders = {workspace / folder for folder in references.target_folders(db)}
    kept: dict[str, Callable[[Path], bool]] = {
        "blobs": lambda path: path.name in named,
        "checkpoints": lambda path: path.name in checkpoints,
        "targets": lambda path: any(path.is_relative_to(folder) for folder in folders),
    }
    for folder in FOLDERS:
        files = [path for path in (workspace / folder).rglob("*") if path.is_file() and not kept[folder](path)]
        if files:
            size = sum(path.stat().st_size for path in files)
            said = f"Nothing needs {len(files):,} of the files in {folder}, {megabytes(size)}."
            remedy = "They only take room. Leave them where a job runs: it may be about to use some."
            yield Finding("unused", False, said, remedy)


def _derived(db: Db, _workspace: Path, _now: float) -> Iterator[Finding]:
    proposals = [repr(name) for name in derived.wrong_proposals(db)]
    counts = [str(number) for number in derived.wrong_modes(db)]
    remedy = "Write those columns anew from the events: python -m faded doctor --repair."
    if proposals:
        said = _count(proposals, "proposal disagrees with the events", "proposals disagree with the events")
        yield Finding(DERIVED, True, said, remedy)
    if counts:
        said = _count(counts, "mode does not count its proposals", "modes do not count their proposals")
        yield Finding(DERIVED, True, said, remedy)


def _jobs(db: Db, _workspace: Path, now: float) -> Iterator[Finding]:
    stale = (jobs.c.state == JobState.RUNNING.value, jobs.c.kind != PREVIEW, jobs.c.heartbeat_at < now - STALE_SECONDS)
    rows = db.execute(select(jobs.c.id, jobs.c.kind, jobs.c.worker, jobs.c.heartbeat_at).where(*stale))
    for i, kind, worker, beat in rows:
        silent = now - (beat or 0.0)
        said = f"Job {i} ({kind}) is said to run, and its worker {worker} was last heard of {silent:,.0f} s ago."
        yield Finding("jobs", True, said, "Start the app, or give the command again: it takes the job over.")


def _leases(db: Db, _workspace: Path, now: float) -> Iterator[Finding]:
    over = db.execute(select(func.count()).where(leases.c.expires_at <= now)).scalar_one()
    if over:
        said = f"{over:,} leases of proposals have expired."
        yield Finding("leases", False, said, "Nothing needs doing: whoever comes next is given those proposals.")


def _permissions(db: Db, workspace: Path, _now: float) -> Iterator[Finding]:
    """Find a database that other users of the machine can reach and read."""
    read = (workspace / DATABASE).stat().st_mode & stat.S_IROTH
    if read and all(folder.stat().st_mode & stat.S_IXOTH for folder in (workspace, *workspace.parents)):
        secret = accounts.any_account(db)
        said = "Every user of this machine can read the database" + (", hashes of passwords too." if secret else ".")
        yield Finding("permissions", secret, said, f"If they should not: chmod go-rwx {workspace}")


def _clock(db: Db, _workspace: Path, now: float) -> Iterator[Finding]:
    columns = {
        "verdict events": verdict_events.c.created_at,
        "jobs": func.max(jobs.c.created_at, func.coalesce(jobs.c.heartbeat_at, 0.0)),
        "rounds": rounds.c.created_at,
        "campaigns": campaigns.c.created_at,
        "accounts": account_tables.accounts.c.created_at,
        "entries of the audit log": account_tables.audit.c.created_at,
    }
    for name, column in columns.items():
        late, last = db.execute(select(func.count(), func.max(column)).where(column > now + AHEAD_SECONDS)).one()
        if last is not None:
            said = f"{late:,} {name} are from the future, by up to {last - now:,.0f} s."
            remedy = "Set the clock of this machine; where it is right, it was wrong when they were written."
            yield Finding("clock", True, said, remedy)


CHECKS = (_blobs, _checkpoints, _targets, _unused, _derived, _jobs, _leases, _permissions, _clock)
"""All checks of a database that is whole."""


def _sum(workspace: Path, digest: str) -> str:
    with blobs.path(workspace, digest).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def _some(names: list[str], between: str = ", ") -> str:
    return between.join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")


def _count(names: list[str], one: str, many: str) -> str:
    """Return "1 blob is missing: NAME." or "3 blobs are missing: NAME, NAME, NAME."."""
    return f"{len(names):,} {one if len(names) == 1 else many}: {_some(names)}."
