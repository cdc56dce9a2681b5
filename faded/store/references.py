"""Which files of a workspace the rows of its database refer to. It reads databases of every schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from faded.store import blobs
from faded.store.engine import Db
from faded.store.jobs import JobState
from faded.store.schema import jobs, proposals, rounds

SHOWN = frozenset({"original", "edited", "repaired"})
"""Under which keys summaries and results keep blobs that pages show."""


def blobs_shown(db: Db) -> dict[str, str]:
    """Return the digests of blobs that pages and reports show, each with a row that names it: "proposal 'p'"."""
    found: dict[str, str] = {}
    for name, original, edited in db.execute(select(proposals.c.id, proposals.c.original, proposals.c.edited)):
        found |= {digest: f"proposal {name!r}" for digest in (original, edited) if digest}
    for row, value in _values(db):
        found |= {digest: row for key, digest in _digests(value) if key in SHOWN}
    return found


def blobs_named(db: Db) -> set[str]:
    """Return all digests that stand anywhere a blob could be named; some are of other things, such as weights."""
    return set(blobs_shown(db)) | {digest for _, value in _values(db) for _, digest in _digests(value)}


def checkpoint_files(db: Db) -> dict[str, str]:
    """Return the names of the checkpoints that jobs may go on from, each with its job: "job 3 (repair)"."""
    found = db.execute(select(jobs.c.id, jobs.c.kind, jobs.c.checkpoint).where(jobs.c.state != JobState.DONE.value))
    return {pointer["file"]: f"job {i} ({kind})" for i, kind, pointer in found if pointer and pointer.get("file")}


def target_folders(db: Db) -> dict[str, str]:
    """Return the folders of weights, relative to the workspace, each with a round that names it: "round 2"."""
    found = db.execute(select(rounds.c.id, rounds.c.weights, rounds.c.repaired))
    return {folder: f"round {i}" for i, *folders in found for folder in folders if folder}


def _values(db: Db) -> Iterator[tuple[str, Any]]:
    """Yield every JSON value that may name blobs, with the row it stands in."""
    for i, summary in db.execute(select(rounds.c.id, rounds.c.summary)):
        yield f"round {i}", summary
    for i, kind, result in db.execute(select(jobs.c.id, jobs.c.kind, jobs.c.result)):
        yield f"job {i} ({kind})", result


def _digests(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every SHA-256 in nested JSON values, with the key it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _digests(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _digests(inner, key)
    elif isinstance(value, str) and blobs.DIGEST.fullmatch(value):
        yield key, value
