import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy
import sqlalchemy.exc
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from faded.domain import FadedError, Verdict
from faded.store import campaigns, derived, jobs, proposals, series, verdicts
from faded.store.engine import DATABASE, MIGRATIONS, open_store
from faded.store.schema import metadata
from tests.store.helpers import new_round

OPEN = """
import sys, time
from pathlib import Path
from faded.store import campaigns
from faded.store.engine import open_store
while time.time() < float(sys.argv[2]): pass
store = open_store(Path(sys.argv[1]))
with store.write() as db:
    campaigns.create_campaign(db, sys.argv[3], {}, 0.0)
"""

WRITE = """
import sys, time
from pathlib import Path
from faded.store import series
from faded.store.engine import open_store
store = open_store(Path(sys.argv[1]))
for step in range(40):
    with store.write() as db:
        series.add(db, int(sys.argv[2]), step, {"x": len(series.points(db, int(sys.argv[2])))})
"""


def _objects(db) -> dict[str, list[str]]:
    """Return what a database is made of, the columns and constraints of each table in one order."""
    rows = db.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master "
        "WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'"
    )
    return {name: sorted(_parts(" ".join(sql.split()))) for name, sql in rows}


def _parts(sql: str) -> list[str]:
    """Split a statement at its outer brackets and at the commas between them."""
    parts, depth = [""], 0
    for sign in sql:
        depth += (sign == "(") - (sign == ")")
        if (sign, depth) in (("(", 1), (",", 1), (")", 0)):
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def test_migrating_an_empty_database_gives_the_schema(store):
    fresh = sqlalchemy.create_engine("sqlite://")
    with store.read() as db, fresh.begin() as expected:
        metadata.create_all(expected)
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        # checks and triggers too, which the comparison above does not see
        assert _objects(db) == _objects(expected)


FIRST_SCHEMA_ROWS = (
    "INSERT INTO campaigns (id, name, config, created_at) VALUES (1, 'old', '{}', 1.0)",
    "INSERT INTO rounds VALUES (1, 1, 1, 'open', '', '', '', '', '{}', 1.0, NULL, NULL)",
    "INSERT INTO modes VALUES (1, 1, '1,0', 'stop', 1.0, 1, 0, 1, 0, 0, 0)",
    "INSERT INTO proposals VALUES (1, 'p', 1, 1, 's', 'yield', 'stop', 0.7, 'Turned.', '', '', '{}', 1, 'confirm')",
    "INSERT INTO verdict_events VALUES (1, 'k', 1, 'p', 'ann', 'verdict', 'confirm', NULL, 900, NULL, 2.0)",
)


def test_a_workspace_of_the_first_schema_migrates_with_all_it_holds(tmp_path):
    (tmp_path / "w").mkdir()
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'w' / DATABASE}")
    with engine.begin() as db:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        for row in FIRST_SCHEMA_ROWS:
            db.exec_driver_sql(row)
    engine.dispose()
    store = open_store(tmp_path / "w")
    with store.read() as db:
        (judgement,) = verdicts.standing(db, 1)
        assert (judgement.verdict, judgement.answer) == (Verdict.CONFIRM, None)
        assert proposals.get(db, "p").expected == "stop"
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
        db.exec_driver_sql("UPDATE verdict_events SET answer = 'stop'")
    with store.write() as db:
        verdicts.undo(db, 1, "ann", "u", 3.0)
        assert verdicts.standing(db, 1) == []
    store.close()


def test_people_who_differ_in_an_old_workspace_are_settled_as_today(tmp_path):
    (tmp_path / "w").mkdir()
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'w' / DATABASE}")
    event = (
        "INSERT INTO verdict_events (id, key, round_id, proposal_id, annotator, kind, verdict, undoes, created_at) "
        "VALUES (?, ?, 1, 'p', ?, ?, ?, ?, 1)"
    )
    with engine.begin() as db:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        for row in FIRST_SCHEMA_ROWS:
            db.exec_driver_sql(row)
        for number, who, kind, verdict, undoes in (
            (11, "bob", "verdict", "reject", None),
            (12, "cyd", "verdict", "confirm", None),
            (13, "cyd", "undo", None, 12),
            (14, "bob", "verdict", "invalid", None),
        ):
            db.exec_driver_sql(event, (number, f"k{number}", who, kind, verdict, undoes))
        db.exec_driver_sql("UPDATE proposals SET event_id = 14, verdict = 'invalid'")
    engine.dispose()
    store = open_store(tmp_path / "w")
    with store.read() as db:
        assert verdicts.standing(db, 1) == []
        assert (derived.wrong_proposals(db), derived.wrong_modes(db)) == ({}, [])
        assert proposals.mode_rows(db, 1)[0].disputed == 1
    store.close()


def test_a_new_workspace_is_its_owners_alone_and_one_that_is_there_is_left_as_it_is(tmp_path):
    open_store(tmp_path / "new").close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    umask = os.umask(0o022)
    os.umask(umask)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    open_store(shared).close()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert stat.S_IMODE((shared / "blobs").stat().st_mode) == 0o777 & ~umask


def test_what_was_written_is_there_after_opening_again(tmp_path):
    store = open_store(tmp_path / "a" / "50% more")
    new_round(store)
    store.close()
    again = open_store(tmp_path / "a" / "50% more")
    with again.read() as db:
        assert [c.name for c in campaigns.list_campaigns(db)] == ["signs"]
    assert {p.name for p in again.workspace.iterdir()} >= {"blobs", "checkpoints", "targets", DATABASE}
    again.close()


def test_commits_are_durable_and_keys_are_enforced(store):
    with store.read() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_an_exception_rolls_everything_back(store):
    with pytest.raises(RuntimeError), store.write() as db:
        campaigns.create_campaign(db, "lost", {}, 0.0)
        raise RuntimeError
    with store.read() as db:
        assert campaigns.list_campaigns(db) == []


def test_a_read_transaction_cannot_write(store):
    with pytest.raises(FadedError, match="readonly"), store.read() as db:
        campaigns.create_campaign(db, "sneaked in", {}, 0.0)


def test_processes_may_open_a_new_workspace_at_the_same_moment(tmp_path):
    start = str(time.time() + 1.5)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(tmp_path / "w"), start, name], stderr=subprocess.PIPE, text=True
        )
        for name in ("web", "worker")
    ]
    errors = [p.communicate(timeout=60)[1] for p in running]
    assert [p.returncode for p in running] == [0, 0], errors
    store = open_store(tmp_path / "w")
    with store.read() as db:
        assert sorted(c.name for c in campaigns.list_campaigns(db)) == ["web", "worker"]
    store.close()


@pytest.mark.parametrize("spoil", ["file above", "folder for a database", "text for a database", "read-only folder"])
def test_an_impossible_workspace_is_named_with_the_remedy(tmp_path, spoil):
    workspace = tmp_path / "w"
    if spoil == "file above":
        workspace.write_text("a file")
        workspace = workspace / "below"
    elif spoil == "folder for a database":
        (workspace / DATABASE).mkdir(parents=True)
    elif spoil == "text for a database":
        workspace.mkdir()
        (workspace / DATABASE).write_text("this is no database " * 100)
    else:
        workspace = Path("/proc/self")  # a folder that not even root can write to
        if not workspace.is_dir():
            pytest.skip("no /proc")
    with pytest.raises(FadedError, match="FADED_WORKSPACE") as caught:
        open_store(workspace)
    assert str(workspace) in str(caught.value)


def test_a_database_of_a_newer_program_is_refused(store):
    with store.write() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(FadedError, match="another version"):
        open_store(store.workspace)


def test_writers_in_threads_and_processes_wait_for_their_turn(store):
    round_id = new_round(store, "busy")
    with store.write() as db:
        ids = [jobs.enqueue(db, round_id, "explore", now=0.0).id for _ in range(6)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(store.workspace), str(job)], stderr=subprocess.PIPE, text=True
        )
        for job in ids[:2]
    ]
    errors: list[BaseException] = []

    def write(job: int) -> None:
        try:
            for step in range(40):
                with store.write() as db:
                    series.add(db, job, step, {"x": len(series.points(db, job))})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(job,)) for job in ids[2:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    messages = [p.communicate(timeout=60)[1] for p in running]
    assert not errors
    assert [p.returncode for p in running] == [0, 0], messages
    with store.read() as db:
        for job in ids:
            assert [n["x"] for _, n in series.points(db, job)] == list(range(40))


def test_emptying_the_log_waits_for_nobody_and_is_made_up_for(store):
    log = store.workspace / f"{DATABASE}-wal"
    with store.read() as reading:
        campaigns.list_campaigns(reading)
        new_round(store)
        began = time.monotonic()
        store.clear_log()
        assert time.monotonic() - began < 5 and log.stat().st_size, "somebody reads what was before"
    other = open_store(store.workspace)
    assert not log.stat().st_size
    other.close()
