"""Each kind of damage is planted in a workspace where all was well, and found."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK, OTHER
from faded.domain import ModeKey, Role, Verdict
from faded.store import accounts, blobs, campaigns, derived, jobs, leases, proposals, verdicts
from faded.store.doctor import Finding, examine
from faded.store.engine import DATABASE, MIGRATIONS, Store, open_store
from tests.store.helpers import fill, new_round, proposal

KEY = ModeKey((1, 0), "stop")


@pytest.fixture
def well(store: Store, round_id: int) -> Store:
    """A workspace with something of everything, with which all is well."""
    fill(store, round_id, {KEY: (1.0, 5)})
    workspace = store.workspace
    shown = [blobs.put(workspace, text) for text in (b"original", b"edited", b"preview")]
    (workspace / "targets" / "abc").mkdir()
    (workspace / "targets" / "abc" / "model.safetensors").write_bytes(b"weights")
    (workspace / "checkpoints" / "1-3.safetensors").write_bytes(b"state")
    now = time.time()
    with store.write() as db:
        proposals.add_many(db, round_id, [proposal(KEY, "x", original=shown[0], edited=shown[1])], {KEY: 1.0})
        summary = {"previews": [{"sample": "x", "original": shown[2]}]}
        campaigns.update_round(db, round_id, fingerprint_after="abc", repaired="targets/abc", summary=summary)
        jobs.enqueue(db, round_id, "repair", now=now)
        jobs.claim(db, "worker", 10.0, now)
        jobs.checkpoint(db, 1, "worker", {"file": "1-3.safetensors"})
        ids = [p.id for p in proposals.of_round(db, round_id)]
        for n, verdict in enumerate([*Verdict, None]):
            verdicts.submit(db, ids[n], "ann", f"k{n}", now=now, verdict=verdict)
        verdicts.submit(db, ids[0], "bob", "again", now=now, verdict=Verdict.REJECT)
        verdicts.submit(db, ids[5], "bob", "skip", now=now)
        verdicts.submit(db, ids[5], "bob", "flag", now=now, flag="odd")
        verdicts.undo(db, round_id, "ann", "undo", now)
    return store


@contextlib.contextmanager
def raw(store: Store) -> Iterator[sqlite3.Connection]:
    """A connection that nothing is checked on."""
    with contextlib.closing(sqlite3.connect(store.workspace / DATABASE)) as connection, connection:
        yield connection


def found(store: Store) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(store.workspace, time.time())}


def the_problem(store: Store, check: str) -> Finding:
    """Return what was found, which is one problem of that check."""
    (finding,) = (f for f in examine(store.workspace, time.time()) if f.problem)
    assert finding.check == check and finding.remedy
    return finding


def test_nothing_is_found_where_all_is_well_and_nothing_is_changed(well: Store) -> None:
    def look() -> dict[str, tuple[bytes, int]]:
        return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in well.workspace.rglob("*") if p.is_file()}

    before = look()
    assert found(well) == {}
    assert look().keys() == before.keys()  # while it is open: the index of the log is shared memory
    well.close()
    before = look()
    assert f"{well.workspace / DATABASE}-wal" not in before
    assert found(well) == {}
    assert look() == before


def test_a_workspace_that_cannot_be_written_is_looked_at(well: Store) -> None:
    well.close()
    folders = [well.workspace, *(p for p in well.workspace.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        assert found(well) == {}
    finally:
        for folder in folders:
            folder.chmod(0o700)


def test_a_missing_blob(well: Store) -> None:
    for text, by in ((b"edited", "proposal 'stop-1.0-x'"), (b"preview", "round 1")):
        digest = blobs.put(well.workspace, text)
        blobs.path(well.workspace, digest).unlink()
        assert the_problem(well, "blobs").said == f"1 blob is missing: {digest} of {by}."
        blobs.put(well.workspace, text)


def test_a_blob_of_another_content(well: Store) -> None:
    path = blobs.path(well.workspace, blobs.put(well.workspace, b"original"))
    path.write_bytes(b"0riginal")
    assert the_problem(well, "blobs").said.startswith(f"1 blob is not what its name says: {path.name}")


def test_files_that_no_row_refers_to(well: Store) -> None:
    blobs.put(well.workspace, b"x" * 200_000)
    (well.workspace / "checkpoints" / "9-9.safetensors").write_bytes(b"old")
    (well.workspace / "targets" / "old").mkdir()
    (well.workspace / "targets" / "old" / "model.safetensors").write_bytes(b"old")
    findings = examine(well.workspace, time.time())
    assert [(f.check, f.problem) for f in findings] == [("unused", False)] * 3
    assert findings[0].said == "Nothing needs 1 of the files in blobs, 0.2 MB."
    assert main(["doctor", "--workspace", str(well.workspace)]) == OK


def test_a_missing_checkpoint_and_one_that_is_not_needed_any_more(well: Store) -> None:
    (well.workspace / "checkpoints" / "1-3.safetensors").unlink()
    assert "1-3.safetensors of job 1 (repair)" in the_problem(well, "checkpoints").said
    with well.write() as db:
        jobs.finish(db, 1, "worker", {}, time.time())
    assert found(well) == {}


@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_target(well: Store, empty: bool) -> None:
    shutil.rmtree(well.workspace / "targets" / "abc")
    if empty:
        (well.workspace / "targets" / "abc").mkdir()
    assert "targets/abc of round 1" in the_problem(well, "targets").said


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE proposals SET verdict = 'confirm' WHERE seq = 2",
        "UPDATE proposals SET event_id = 1 WHERE seq = 2",
        "UPDATE proposals SET event_id = NULL, verdict = NULL WHERE seq = 3",
        "UPDATE proposals SET event_id = NULL WHERE seq = 6",
        "UPDATE modes SET confirm = confirm + 1",
        "UPDATE modes SET total = 0",
        "INSERT INTO modes (id, round_id, cell, stratum, score, total, skipped, confirm, reject, invalid, unsure) "
        "VALUES (7, 1, '2,2', 'stop', 1.0, 3, 0, 0, 0, 0, 0)",
        "UPDATE proposals SET opinions = 7 WHERE seq = 2",
        "UPDATE proposals SET disputed = 1 WHERE seq = 3",
        "UPDATE opinions SET open = 1",
        "UPDATE opinions SET verdict = 'unsure'",
        "DELETE FROM opinions",
    ],
)
def test_columns_that_disagree_with_the_events_are_found_and_written_anew(
    well: Store, planted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with well.read() as db:
        before = db.exec_driver_sql("SELECT event_id, verdict FROM proposals ORDER BY seq").all()
        counts = [replace(row, version=0) for row in proposals.mode_rows(db, 1)]
    with raw(well) as connection:
        connection.execute(planted)
    assert {f.check for f in found(well).values() if f.problem} == {"derived"}
    assert main(["doctor", "--workspace", str(well.workspace)]) == OTHER
    assert "python -m faded doctor --repair" in capsys.readouterr().out
    assert main(["doctor", "--repair", "--workspace", str(well.workspace)]) == OK
    assert "Wrote" in capsys.readouterr().out
    with well.read() as db:
        assert db.exec_driver_sql("SELECT event_id, verdict FROM proposals ORDER BY seq").all() == before
        assert [replace(row, version=0) for row in proposals.mode_rows(db, 1)] == counts
        assert (derived.wrong_proposals(db), derived.wrong_modes(db)) == ({}, [])


def test_nothing_is_repaired_where_nothing_is_wrong(well: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--repair", "--workspace", str(well.workspace)]) == OK
    assert "Wrote" not in capsys.readouterr().out


def test_a_job_whose_worker_is_gone(well: Store) -> None:
    with well.write() as db:
        db.exec_driver_sql("UPDATE jobs SET heartbeat_at = ?", (time.time() - 100,))
    assert "Job 1 (repair) is said to run, and its worker worker" in the_problem(well, "jobs").said


def test_expired_leases_are_only_said(well: Store) -> None:
    with well.write() as db:
        leases.take(db, 1, [proposals.of_round(db, 1)[1].id], "eve", 9, time.time() - 1000)
    assert not found(well)["leases"].problem


def test_rows_from_the_future(well: Store) -> None:
    with well.write() as db:
        new = proposals.of_round(db, 1)[1].id
        verdicts.submit(db, new, "ann", "late", now=time.time() + 5000, verdict=Verdict.UNSURE)
    assert the_problem(well, "clock").said.startswith("1 verdict events are from the future, by up to 5,000 s")


def test_keys_that_lead_nowhere(well: Store) -> None:
    with raw(well) as connection:
        connection.execute("UPDATE jobs SET round_id = 77")
    assert "row 1 of jobs refers to a row of rounds" in the_problem(well, "database").said


@pytest.mark.parametrize("how", ["zeros in the middle", "text", "cut short", "no JSON"])
def test_a_damaged_database_is_found(well: Store, how: str, capsys: pytest.CaptureFixture[str]) -> None:
    with raw(well) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if how == "no JSON":
            connection.execute("UPDATE rounds SET summary = '{'")
    well.close()
    path = well.workspace / DATABASE
    content = path.read_bytes()
    half = len(content) // 2
    if how == "zeros in the middle":
        path.write_bytes(content[: half - 20_000] + bytes(40_000) + content[half + 20_000 :])
    elif how == "text":
        path.write_bytes(b"no database " * 10_000)
    elif how == "cut short":
        path.write_bytes(content[:half])
    finding = the_problem(well, "database")
    assert "restore" in finding.remedy
    assert main(["doctor", "--repair", "--workspace", str(well.workspace)]) == OTHER
    assert "PROBLEM (database)" in capsys.readouterr().out


@pytest.mark.parametrize(("schema", "word"), [("0001", "brings it to the present schema"), ("9999", "newer version")])
def test_another_schema(tmp_path: Path, schema: str, word: str) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    engine = sqlalchemy.create_engine(f"sqlite:///{workspace / DATABASE}")
    with engine.begin() as db:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (schema,))
    engine.dispose()
    (finding,) = examine(workspace, time.time())
    assert finding.check == "schema" and finding.problem and word in finding.remedy
    assert [p.name for p in workspace.iterdir()] == [DATABASE]


def test_a_full_disk(well: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))  # type: ignore[attr-defined]
    assert "has 0.0 MB left" in the_problem(well, "room").said


@pytest.mark.parametrize("locked", [True, False])
def test_a_database_that_others_can_read(locked: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        store = open_store(Path(folder) / "w")
        new_round(store)
        store.workspace.chmod(0o755)
        (store.workspace / DATABASE).chmod(0o644)
        if locked:
            with store.write() as db:
                accounts.add(db, "mira", Role.ADMIN, "hash", "test", 1.0)
        finding = found(store)["permissions"]
        assert (finding.problem, "passwords" in finding.said) == (locked, locked)
        assert f"chmod go-rwx {store.workspace}" in finding.remedy
        store.workspace.chmod(stat.S_IRWXU)
        assert found(store) == {}
        store.close()


def test_the_record_says_what_is_printed(well: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(well.workspace / "targets" / "abc")
    record = tmp_path / "found.json"
    assert main(["doctor", "--json", str(record), "--workspace", str(well.workspace)]) == OTHER
    values = json.loads(record.read_text())
    assert (values["problems"], values["workspace"]) == (1, str(well.workspace))
    (finding,) = values["findings"]
    printed = capsys.readouterr().out
    assert finding["said"] in printed and finding["remedy"] in printed and "1 problem." in printed


def test_a_workspace_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--workspace", str(tmp_path / "absent")]) == BAD_INPUT
    assert "There is no workspace at" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
