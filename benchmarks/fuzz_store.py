"""What comes into a workspace from elsewhere: backups, files of verdicts, and a mirror's lines and snapshots."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.fuzz_bytes import exchanged, generator, mutated, wrong_json
from benchmarks.fuzz_files import Attempt, table
from faded.domain import FadedError, Verdict
from faded.publish.incoming import import_verdicts
from faded.store import archive, derived, event_lines, mirror, verdicts
from faded.store.backup import back_up
from faded.store.engine import DATABASE, Store, open_store
from faded.store.restore import restore
from tests.ui import believable

NOW = 1_770_000_000.0


@contextmanager
def _opened(workspace: Path) -> Iterator[tuple[Store, believable.Believable]]:
    """Open a new workspace with a round in it that three verdicts were given in."""
    store = open_store(workspace)
    made = believable.explored(store, queries=300)
    with store.write() as db:
        for number, proposal in enumerate(made.proposals[:3]):
            verdicts.submit(db, proposal, "ann", f"k{number}", now=NOW, verdict=Verdict.CONFIRM, visible_ms=900)
    try:
        yield store, made
    finally:
        store.close()


def _agrees(store: Store) -> None:
    """See that what is derived from events is what they say.

    Raises:
        AssertionError: it is not.
    """
    with store.read() as db:
        wrong = [*derived.wrong_proposals(db), *derived.wrong_modes(db)]
    if wrong:
        raise AssertionError(f"{len(wrong)} derived values do not agree with the events")


def _silent(_what: str, _done: int, _all: int) -> None:
    pass


def backups(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Backups of which something is wrong, in every second one with a manifest that says so itself."""
    with _opened(work / "whole"):
        pass
    back_up(work / "whole", work / "backup.zip", _silent)
    whole = (work / "backup.zip").read_bytes()
    os.sync = lambda: None  # it waits for the whole machine's disks, and nothing here is to last
    for i in range(count):
        rng, file, to = generator(seed, i), work / "wrong.zip", work / "restored"
        file.write_bytes(_repacked(whole, rng) if rng.random() < 0.5 else mutated(whole, rng))
        attempt("backup", partial(restore, file, to, "fuzz", _silent))
        shutil.rmtree(to, ignore_errors=True)


def _repacked(whole: bytes, rng: random.Random) -> bytes:
    """Return a backup with a wrong database, manifest or name, whose sums are right."""
    with zipfile.ZipFile(io.BytesIO(whole)) as pack:
        held = {name: pack.read(name) for name in pack.namelist()}
    manifest = json.loads(held.pop(archive.MANIFEST))
    kind = rng.choice(("database", "manifest", "name", "squeezed"))
    if kind == "database":
        held[DATABASE] = mutated(held[DATABASE], rng)
    elif kind == "name":
        name = rng.choice(("../x", "/etc/x", "blobs/../../x", "blobs/x\\..\\y", "blobs//x", "C:/x", "blobs/\x00", "x"))
        held[name] = b"x"
    manifest["files"] = {n: {"size": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in held.items()}
    if kind == "manifest":
        manifest = exchanged(manifest, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if kind == "squeezed" else zipfile.ZIP_STORED) as pack:
        for name, data in held.items():
            pack.writestr(zipfile.ZipInfo(name), data)
        pack.writestr(archive.MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return out.getvalue()


def imports(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Files of verdicts."""
    endings = ("csv", "jsonl", "parquet")
    with _opened(work / "workspace") as (store, made):
        rows: list[dict[str, Any]] = [
            {"proposal_id": p, "verdict": v, "annotator": "bo", "created_at": "2026-03-01T12:00:00Z", "bias": None}
            for p, v in zip(made.proposals[4:8], ("confirm", "reject", "invalid", "unsure"), strict=True)
        ]
        valid = {ending: table(rows, ending) for ending in endings}
        for i in range(count):
            rng = generator(seed, i)
            ending = rng.choice(endings)
            file = work / f"verdicts.{ending}"
            odd = exchanged(rows, rng) if ending == "jsonl" and rng.random() < 0.7 else None
            data = mutated(valid[ending], rng) if odd is None else "".join(f"{json.dumps(o)}\n" for o in odd).encode()
            file.write_bytes(data)
            attempt(f"verdicts, {ending}", partial(import_verdicts, store, made.round, file, NOW))
        attempt("derived after imports", lambda: _agrees(store))


def lines(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Lines of a mirror."""
    with _opened(work / "workspace") as (store, _):
        with store.read() as db:
            valid = [line | {"elsewhere": True} for line in event_lines.lines(db)]
        voids = valid[0] | {"key": "u", "kind": "undo", "verdict": None, "voids": valid[0]["key"]}

        def play(data: bytes) -> None:
            with store.write() as db:
                event_lines.replay(db, event_lines.parse(data))

        for i in range(count):
            rng = generator(seed, i)
            some = [line | {"key": f"{line['key']}-{i}", "annotator": f"p{i % 5}"} for line in [*valid, voids]]
            some = exchanged(some, rng) if rng.random() < 0.7 else some
            text = "".join(f"{json.dumps(line)}\n" for line in some).encode()
            data = mutated(text, rng) if rng.random() < 0.3 else text
            attempt("lines", partial(play, data))
        attempt("derived after lines", lambda: _agrees(store))


class _Files:
    """A hub that holds what it is given."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def names(self) -> list[str]:
        return list(self.files)

    def read(self, name: str) -> bytes:
        return self.files[name]

    def write(self, files: Mapping[str, bytes], message: str) -> None:
        self.files.update(files)


def snapshots(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Mirrors of which a file is wrong."""
    hub = _Files({})
    with _opened(work / "whole") as (store, _):
        mirror.push(store, hub)
        with store.read() as db:
            hub.files["events/1.jsonl"] = event_lines.text([x | {"elsewhere": True} for x in event_lines.lines(db)])
    for i in range(count):
        rng = generator(seed, i)
        name = rng.choice([n for n in hub.files if n.endswith(".json")] * 3 + list(hub.files))
        data = hub.files[name]
        wrong = wrong_json(json.loads(data), rng) if name.endswith(".json") else mutated(data, rng)
        if i % 25 == 0:
            shutil.rmtree(work / "space", ignore_errors=True)
        attempt("snapshot", partial(_taken, work / "space", _Files({**hub.files, name: wrong})))


def _taken(workspace: Path, hub: _Files) -> None:
    store = open_store(workspace)
    try:
        mirror.restore(store, hub)
    except FadedError:
        _agrees(store)
        raise
    finally:
        store.close()
