"""Backups: of a workspace that is written to, of damaged files, and what a kill leaves."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.domain import ModeKey, Role, Verdict
from faded.store import accounts, archive, audit, backup, blobs, campaigns, invites, jobs, proposals, restore, verdicts
from faded.store.engine import DATABASE, MIGRATIONS, Store, known_schemas, open_store, schema_of
from tests.store.helpers import fill, new_round, proposal

KEY = ModeKey((1, 0), "stop")
WRITER = """
import itertools, sys, time
from pathlib import Path
from faded.domain import Verdict
from faded.store import jobs, proposals, verdicts
from faded.store.engine import open_store
workspace = Path(sys.argv[1])
store = open_store(workspace)
with store.read() as db:
    ids = [p.id for p in proposals.of_round(db, 1)]
last = None
for n in itertools.count():
    name = f"1-{n}.safetensors"
    (workspace / "checkpoints" / name).write_bytes(b"state %d" % n)
    with store.write() as db:
        verdicts.submit(db, ids[n % len(ids)], "ann", f"key-{n}", now=time.time(), verdict=list(Verdict)[n % 4])
        jobs.checkpoint(db, 1, "worker", {"file": name, "n": n})
    if last:
        (workspace / "checkpoints" / last).unlink()
    last = name
    print(n, flush=True)
"""


@pytest.fixture
def full(store: Store, round_id: int) -> Store:
    """A workspace with something of everything that a backup takes along."""
    fill(store, round_id, {KEY: (1.0, 5)})
    workspace = store.workspace
    shown = [blobs.put(workspace, text) for text in (b"original", b"edited")]
    (workspace / "targets" / "abc").mkdir()
    (workspace / "targets" / "abc" / "model.safetensors").write_bytes(b"weights" * 1000)
    (workspace / "checkpoints" / "1-3.safetensors").write_bytes(b"state")
    with store.write() as db:
        proposals.add_many(db, round_id, [proposal(KEY, "x", original=shown[0], edited=shown[1])], {KEY: 1.0})
        campaigns.update_round(db, round_id, fingerprint_after="abc", repaired="targets/abc")
        jobs.enqueue(db, round_id, "repair", now=1.0)
        jobs.claim(db, "worker", 10.0, 2.0)
        jobs.checkpoint(db, 1, "worker", {"file": "1-3.safetensors"})
    return store


@pytest.fixture
def packed(full: Store, tmp_path: Path) -> Path:
    """Its backup."""
    file = tmp_path / "faded.zip"
    assert main(["backup", str(file), "--workspace", str(full.workspace)]) == OK
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def restored(file: Path, place: Path) -> int:
    return main(["restore", str(file), "--workspace", str(place)])


def test_a_backup_holds_all_that_the_database_refers_to(
    full: Store, packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with archive.opened(packed) as (_, manifest):
        told = f"SHA-256 of its manifest: {manifest.sha256}"
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert restored(packed, tmp_path / "again") == OK
    assert told in capsys.readouterr().out
    before, after = contents(full.workspace), contents(tmp_path / "again")
    for name in before.keys() - {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "migration.lock"}:
        assert after[name] == before[name]
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700
    with contextlib.closing(open_store(tmp_path / "again")) as copy, copy.read() as db, full.read() as old:
        assert proposals.of_round(db, 1) == proposals.of_round(old, 1)
        assert campaigns.get_round(db, 1) == campaigns.get_round(old, 1)


def test_progress_is_said(
    full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("faded.commands.backup.SAY_SECONDS", 0.0)
    assert main(["backup", str(tmp_path / "b.zip"), "--workspace", str(full.workspace)]) == OK
    said = capsys.readouterr().err
    for what in ("Copying the database", "Copying", "Reading it again"):
        assert re.search(rf"{what}: 100% of 0\.\d MB", said)
    assert restored(tmp_path / "b.zip", tmp_path / "again") == OK
    assert re.search(r"Restoring: 100% of 0\.\d MB", capsys.readouterr().err)


def test_nobody_is_signed_in_and_nothing_runs_after_a_restore(full: Store, tmp_path: Path) -> None:
    with full.write() as db:
        accounts.add(db, "mira", Role.ADMIN, "a long password", "test", 1.0)
        account = next(iter(accounts.list_all(db)))
        db.exec_driver_sql("INSERT INTO sessions VALUES ('digest', ?, 1.0, 9e9)", (account.id,))
        invites.make(db, Role.ANNOTATOR, "test", time.time())
    assert main(["backup", str(tmp_path / "b.zip"), "--workspace", str(full.workspace)]) == OK
    assert restored(tmp_path / "b.zip", tmp_path / "again") == OK
    with contextlib.closing(open_store(tmp_path / "again")) as copy, copy.read() as db:
        for table in ("sessions", "invites"):
            assert db.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0  # noqa: S608
        job = jobs.get(db, 1)
        assert (job.state, job.worker, job.checkpoint) == (jobs.JobState.QUEUED, None, {"file": "1-3.safetensors"})
        assert audit.newest(db, 1)[0].action == "backup restored"
    with full.read() as db:
        assert jobs.get(db, 1).state is jobs.JobState.RUNNING
        assert db.exec_driver_sql("SELECT count(*) FROM sessions").scalar() == 1


def test_a_backup_of_a_workspace_that_is_written_to_is_one_moment_of_it(full: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(full.workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [-1]

        def listen() -> None:
            for line in writer.stdout or ():
                acknowledged.append(int(line))

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            while acknowledged[-1] < 20:
                time.sleep(0.02)
            for number in range(3):
                before = acknowledged[-1]
                done = backup.back_up(full.workspace, tmp_path / f"{number}.zip", lambda *_: None)
                assert (done.manifest.missing, done.damaged) == ([], [])
                assert acknowledged[-1] > before  # it was written to meanwhile
                assert restored(tmp_path / f"{number}.zip", tmp_path / str(number)) == OK
                check_prefix(tmp_path / str(number), before)
        finally:
            writer.kill()
            listener.join()


def check_prefix(workspace: Path, at_least: int) -> None:
    """See that a workspace holds the verdicts up to some one, that one at least, and what was written with it."""
    with contextlib.closing(open_store(workspace)) as store, store.read() as db:
        keys = [key for (key,) in db.exec_driver_sql("SELECT key FROM verdict_events ORDER BY id")]
        last = len(keys) - 1
        assert keys == [f"key-{n}" for n in range(last + 1)] and last >= at_least
        assert jobs.get(db, 1).checkpoint == {"file": f"1-{last}.safetensors", "n": last}
    assert (workspace / "checkpoints" / f"1-{last}.safetensors").read_bytes() == b"state %d" % last
    assert main(["doctor", "--workspace", str(workspace)]) == OK


def rewritten(file: Path, change: dict[str, bytes | None], *, manifest: bool, kind: int = 0) -> None:
    """Write an archive anew: members to put in, None for one to leave out; with a manifest that fits, or as it was."""
    with zipfile.ZipFile(file) as pack:
        members: dict[str, bytes] = {name: pack.read(name) for name in pack.namelist()}
    members = {**members, **{k: v for k, v in change.items() if v is not None}}
    members = {name: data for name, data in members.items() if change.get(name, b"") is not None}
    if manifest:
        values = json.loads(members[archive.MANIFEST])
        values["files"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in members.items()
            if name != archive.MANIFEST
        }
        members[archive.MANIFEST] = (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()
    with zipfile.ZipFile(file, "w") as pack:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            if name in change:
                info.external_attr = kind << 16
            pack.writestr(info, data)


def spoil(file: Path, how: str) -> None:
    content = file.read_bytes()
    weights = "targets/abc/model.safetensors"
    if how == "cut short":
        file.write_bytes(content[: len(content) - 10])
    elif how == "half":
        file.write_bytes(content[: len(content) // 2])
    elif how == "a flipped bit":
        at = content.index(b"weights" * 1000) + 5
        file.write_bytes(content[:at] + b"X" + content[at + 1 :])
    elif how == "another content":
        rewritten(file, {weights: b"WEIGHTS" * 1000}, manifest=False)
    elif how == "a file left out":
        rewritten(file, {weights: None}, manifest=False)
    elif how == "a file more":
        rewritten(file, {"targets/abc/more": b"more"}, manifest=False)
    elif how == "no database":
        rewritten(file, {DATABASE: None}, manifest=True)
    elif how == "a database that is none":
        rewritten(file, {DATABASE: b"no database " * 1000}, manifest=True)
    elif how == "no manifest":
        rewritten(file, {archive.MANIFEST: None}, manifest=False)
    elif how == "a link":
        rewritten(file, {"targets/abc/link": b"/etc/passwd"}, manifest=True, kind=stat.S_IFLNK | 0o777)
    elif how == "compressed":
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as pack:
            pack.writestr("targets/abc/bomb", b"\0" * 10_000_000)
    else:
        rewritten(file, {how: b"out"}, manifest=True)


SPOILED = (
    *("cut short", "half", "a flipped bit", "another content", "a file left out", "a file more", "no database"),
    *("a database that is none", "no manifest", "a link", "compressed"),
    *("../out", "targets/../../out", "/etc/out", "targets/a\\..\\out", "C:/out", "out", "targets", "blobs//out"),
)


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_backup_is_refused_and_nothing_is_written(
    how: str, packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(packed, how)
    there = sorted(tmp_path.rglob("*"))
    assert restored(packed, tmp_path / "again") == BAD_INPUT
    assert f"The file {packed} is no whole backup" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == there


def test_members_that_lie_over_each_other_are_refused(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed, "a") as pack:
        for info in list(pack.infolist()):
            if info.filename.startswith("targets"):
                for n in range(2000):  # a thousand names for the same bytes
                    double = zipfile.ZipInfo(f"targets/abc/{n}")
                    double.header_offset, double.CRC = info.header_offset, info.CRC
                    double.file_size = double.compress_size = info.file_size
                    pack.filelist.append(double)
        pack._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="longer than itself"), archive.opened(packed):
        pass


def test_a_restore_takes_an_absent_or_an_empty_folder_only(
    packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert restored(packed, tmp_path / "empty") == OK
    assert restored(packed, tmp_path / "deep" / "er") == OK
    before = contents(tmp_path / "empty")
    assert restored(packed, tmp_path / "empty") == BAD_INPUT
    said = capsys.readouterr().err
    assert f"The folder {tmp_path / 'empty'} is not empty, and nothing is overwritten" in said and "--workspace" in said
    assert contents(tmp_path / "empty") == before


def test_a_backup_of_a_newer_program_is_refused(
    packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(packed) as pack:
        text = pack.read(archive.MANIFEST)
    values = json.loads(text) | {"schema": "9999"}
    changed = (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()
    rewritten(packed, {archive.MANIFEST: changed}, manifest=False)
    assert restored(packed, tmp_path / "again") == BAD_INPUT
    assert "newer version of Faded (schema '9999'" in capsys.readouterr().err


def test_a_backup_of_an_older_schema_is_brought_to_the_present_one(packed: Path, full: Store, tmp_path: Path) -> None:

    (tmp_path / "old").mkdir()
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'old' / DATABASE}")
    with engine.begin() as db:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
    engine.dispose()
    assert main(["backup", str(tmp_path / "old.zip"), "--workspace", str(tmp_path / "old")]) == OK
    with contextlib.closing(sqlite3.connect(tmp_path / "old" / DATABASE)) as raw:  # as it was: nothing was migrated
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    assert sorted(p.name for p in (tmp_path / "old").iterdir()) == [DATABASE]
    assert restored(tmp_path / "old.zip", tmp_path / "again") == OK
    with contextlib.closing(open_store(tmp_path / "again")) as store, store.read() as db:
        assert schema_of(db) == known_schemas()[0]


@pytest.mark.parametrize("where", ["there already", "a folder", "in the workspace", "no folder", "a link"])
def test_no_backup_is_written_where_it_cannot_stand(
    where: str, full: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "b.zip"
    if where == "there already":
        file.write_text("mine")
    elif where == "a folder":
        file.mkdir()
    elif where == "in the workspace":
        file = full.workspace / "b.zip"
    elif where == "no folder":
        file = tmp_path / "none" / "b.zip"
    else:
        file.symlink_to(tmp_path / "elsewhere")
    there = sorted(tmp_path.rglob("*"))
    assert main(["backup", str(file), "--workspace", str(full.workspace)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert str(file) in said or str(file.parent) in said
    assert "name " in said
    assert sorted(tmp_path.rglob("*")) == there


def test_too_little_room_is_said_before_anything_is_written(
    full: Store, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))  # type: ignore[attr-defined]
    there = sorted(tmp_path.rglob("*"))
    assert main(["backup", str(tmp_path / "more.zip"), "--workspace", str(full.workspace)]) == BAD_INPUT
    assert "MB left: make room" in capsys.readouterr().err
    assert restored(packed, tmp_path / "again") == BAD_INPUT
    assert "The workspace needs" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == there


def test_a_damaged_database_is_not_backed_up(full: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full.close()
    with contextlib.closing(sqlite3.connect(full.workspace / DATABASE)) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("UPDATE proposals SET mode_id = 99")
        raw.commit()
    assert main(["backup", str(tmp_path / "b.zip"), "--workspace", str(full.workspace)]) == BAD_INPUT
    assert "is damaged (row 1 of proposals" in capsys.readouterr().err
    assert not (tmp_path / "b.zip").exists()


def test_what_is_missing_or_damaged_in_the_workspace_is_said(
    full: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(full.workspace / "targets" / "abc")
    edited = blobs.path(full.workspace, blobs.put(full.workspace, b"edited"))
    edited.write_bytes(b"EDITED")
    blobs.path(full.workspace, blobs.put(full.workspace, b"original")).unlink()
    assert main(["backup", str(tmp_path / "b.zip"), "--workspace", str(full.workspace)]) == OK
    said = capsys.readouterr().err
    assert "not in the backup: targets/abc" in said and said.count("not in the backup") == 2
    assert f"so in the backup: blobs/{edited.parent.name}/{edited.name}" in said
    assert restored(tmp_path / "b.zip", tmp_path / "again") == OK


def test_a_link_out_of_the_workspace_is_not_followed_by_a_restore(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "again").symlink_to(tmp_path / "elsewhere")
    assert restored(packed, tmp_path / "again") == OK
    assert (tmp_path / "elsewhere" / DATABASE).is_file()


SLOW = """
import sys, time
from faded import cli
from faded.store import {module}
real = {module}.{function}
def slow(*args):
    real(*args)
    print("there", flush=True)
    time.sleep(60)
{module}.{function} = slow
cli.main(sys.argv[1:])
"""


@contextlib.contextmanager
def killed_after(module: str, function: str, *command: str) -> Iterator[None]:
    """Run a command, and kill it once it has called a function."""
    code = SLOW.format(module=module, function=function)
    with subprocess.Popen([sys.executable, "-c", code, *command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "there\n"
        os.kill(process.pid, signal.SIGKILL)
    yield


@pytest.mark.parametrize("function", ["_copy", "_verify"])
def test_a_backup_that_is_killed_leaves_no_file_of_its_name(function: str, full: Store, tmp_path: Path) -> None:
    command = ("backup", str(tmp_path / "b.zip"), "--workspace", str(full.workspace))
    with killed_after("backup", function, *command):
        assert not (tmp_path / "b.zip").exists()
    assert main(list(command)) == OK
    with full.read() as db:
        assert proposals.count(db, 1) == 6


@pytest.mark.parametrize("function", ["_write", "_settle"])
def test_a_restore_that_is_killed_leaves_no_workspace(function: str, packed: Path, tmp_path: Path) -> None:
    command = ("restore", str(packed), "--workspace", str(tmp_path / "again"))
    with killed_after("restore", function, *command):
        assert not (tmp_path / "again").exists()
    assert main(list(command)) == OK


def test_a_restore_that_fails_half_way_leaves_nothing(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    there = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(restore, "_settle", fail)
    assert restored(packed, tmp_path / "again") == BAD_INPUT
    assert sorted(tmp_path.rglob("*")) == there


def test_a_verdict_stands_in_a_restored_workspace(full: Store, tmp_path: Path) -> None:
    with full.write() as db:
        first = proposals.of_round(db, 1)[0].id
        verdicts.submit(db, first, "ann", "k", now=1.0, verdict=Verdict.REJECT)
    assert main(["backup", str(tmp_path / "b.zip"), "--workspace", str(full.workspace)]) == OK
    assert restored(tmp_path / "b.zip", tmp_path / "again") == OK
    with contextlib.closing(open_store(tmp_path / "again")) as store, store.write() as db:
        assert verdicts.counts(db, 1).reject == 1
        assert verdicts.undo(db, 1, "ann", "u", 2.0) is not None
        new_round_there = campaigns.list_rounds(db, 1)
    assert len(new_round_there) == 1
    assert new_round(open_store(tmp_path / "again"), "next") == 2
