"""The database of a workspace: one SQLite file that the web process and the worker share.

WAL with `synchronous=FULL`: what was committed survives a crash and a power cut. Every write transaction begins with
BEGIN IMMEDIATE, so that it waits for its turn instead of failing half way; read transactions cannot write.

The threads of a process write in the order in which they came. SQLite itself gives its lock to anybody, and whoever
finds it taken sleeps for up to a tenth of a second: of fifty people at once some would wait for seconds.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import event, exc

from faded.domain import FadedError
from faded.files import NAMED_BY, check_folder
from faded.store.turns import OutOfTime, Turns

Db = sqlalchemy.Connection
"""An open transaction; what the functions of this package take."""

DATABASE = "faded.db"
FOLDERS = ("blobs", "checkpoints", "targets")

PRIVATE = 0o700
"""How a workspace is made: others on the machine have no business with verdicts and hashes of passwords. One that is
there keeps what somebody gave it."""

BUSY_SECONDS = 60.0
"""How long a transaction waits for its turn. Writes take milliseconds, the first migration well below a second."""

POLL_SECONDS = 0.001
"""How often the one thread of a process whose turn it is looks whether another process has done writing."""

WRITING = "faded_writing"
MIGRATIONS = Path(__file__).parent / "migrations"


class Store:
    """The open store of a workspace. Threads may share it; processes open their own.

    Attributes:
        workspace: The folder with the database, `blobs`, `checkpoints` and `targets` (weights of rounds).
    """

    def __init__(self, workspace: Path, engine: sqlalchemy.Engine) -> None:
        self.workspace = workspace
        self._engine = engine
        self._turns = Turns()

    @contextlib.contextmanager
    def write(self) -> Iterator[Db]:
        """Open a write transaction: committed on leaving the block (and then on disk), rolled back on an exception.

        Raises:
            FadedError: the database cannot be written, such as on a full disk.
        """
        with self._turn(), self._transaction(writing=True) as db:
            yield db

    @contextlib.contextmanager
    def read(self) -> Iterator[Db]:
        """Open a read transaction, a snapshot of the database. Keep it short: it holds back clearing up the log.

        Raises:
            FadedError: the database cannot be read.
        """
        with self._transaction(writing=False) as db:
            yield db

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(self._turns.turn(BUSY_SECONDS))
            except OutOfTime as error:
                raise FadedError(_trouble(self.workspace, TimeoutError("others have written for a minute"))) from error
            yield

    @contextlib.contextmanager
    def _transaction(self, writing: bool) -> Iterator[Db]:
        try:
            with self._engine.connect() as db, db.execution_options(**{WRITING: writing}).begin():
                yield db
        except exc.DatabaseError as error:
            if type(error) not in (exc.DatabaseError, exc.OperationalError):  # a fault of what was to be written
                raise
            raise FadedError(_trouble(self.workspace, error.orig or error)) from error

    def clear_log(self) -> None:
        """Bring what the log holds into the database file and empty it.

        Nobody is waited for, for whoever wants to write would wait too: where somebody reads or writes at the moment,
        or the disk is full, the log is emptied with the next call, the next start, or when the last process closes the
        database.
        """
        with contextlib.closing(self._engine.raw_connection()) as pooled:
            connection = _sqlite(pooled.dbapi_connection)
            with _waiting_for_nobody(connection), contextlib.suppress(sqlite3.OperationalError):  # such as a full disk
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_store(workspace: Path) -> Store:
    """Open the store of a workspace; create it, or bring it to the present schema, where needed.

    Processes that open it at the same moment wait for each other: one migrates, the others find it done.

    Args:
        workspace: The folder; created with its parents where it is missing.

    Raises:
        FadedError: the folder cannot be made or written, or its database is damaged or newer than this program.
    """
    workspace = workspace.absolute()
    _make_folders(workspace)
    engine = _engine(workspace / DATABASE)
    store = Store(workspace, engine)
    try:
        with _sole_migrator(workspace):
            _use_wal(workspace / DATABASE)
            with store.write() as db:
                _migrate(db)
            store.clear_log()
    except (sqlite3.Error, exc.DBAPIError) as error:
        store.close()
        raise FadedError(_trouble(workspace, error)) from error
    except CommandError as error:
        store.close()
        raise FadedError(
            f"The database {workspace / DATABASE} was written by another version of Faded ({error}): "
            f"use that version, or another workspace ({NAMED_BY})."
        ) from error
    except BaseException:
        store.close()
        raise
    return store


def open_as_it_is(workspace: Path) -> Store:
    """Open the store of a workspace that is there, whatever its schema: no folder is made, nothing is migrated."""
    return Store(workspace.absolute(), _engine(workspace.absolute() / DATABASE))


def open_to_look(workspace: Path) -> Store:
    """Open the store of a workspace that is there so that no byte of it changes and no file is made.

    Where nobody has it open there is no log, and SQLite would make one to read: it is told that the file does not
    change. Somebody who begins to write at that moment can make what is read disagree with itself.
    """
    database = workspace.absolute() / DATABASE
    how = "mode=ro" if database.with_name(f"{DATABASE}-wal").exists() else "immutable=1"
    address = f"{database.as_uri()}?{how}"
    engine = _engine(
        database, lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
    )
    return Store(workspace.absolute(), engine)


def schema_of(db: Db) -> str:
    """Return which migration a database was brought to last: "0008"; empty where it is no database of Faded."""
    return MigrationContext.configure(db).get_current_revision() or ""


def known_schemas() -> list[str]:
    """Return the migrations that this program knows, the newest first."""
    return [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


def damage(db: Db) -> list[str]:
    """Return what SQLite finds wrong with a database: its pages, its indices, its keys; nothing where it is whole."""
    try:
        found = [str(row[0]) for row in db.exec_driver_sql("PRAGMA integrity_check")]
        broken = [
            f"row {row} of {table} refers to a row of {of} that is not there"
            for table, row, of, _ in db.exec_driver_sql("PRAGMA foreign_key_check")
        ]
    except exc.DatabaseError as error:
        return [str(error.orig)]
    return [said for said in found if said != "ok"] + broken


def _make_folders(workspace: Path) -> None:
    check_folder(workspace)
    try:
        workspace.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for folder in (workspace, *(workspace / name for name in FOLDERS)):
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"written")
    except OSError as error:
        raise FadedError(_trouble(workspace, error)) from error


def _trouble(workspace: Path, error: BaseException) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (
        f"The workspace {workspace} cannot be used: {reason}. Make it writable and see that its disk has room, "
        f"or name another folder with {NAMED_BY}."
    )


def _engine(database: Path, connect: Callable[[], sqlite3.Connection] | None = None) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(database)),
        creator=connect or (lambda: sqlite3.connect(database, timeout=BUSY_SECONDS, check_same_thread=False)),
        pool_size=8,
        max_overflow=-1,  # threads wait for SQLite's own lock, not for a connection
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where `begin` below says so
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(db: Db) -> None:
        writing = db.get_execution_options().get(WRITING, False)
        connection = _sqlite(db.connection.dbapi_connection)
        try:
            connection.execute(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
            if writing:
                _begin_to_write(connection)
            else:
                connection.execute("BEGIN")
        except sqlite3.OperationalError as error:
            raise exc.OperationalError("BEGIN", None, error) from error

    return engine


def _begin_to_write(connection: sqlite3.Connection) -> None:
    """Begin as soon as no other process writes."""
    until = time.monotonic() + BUSY_SECONDS
    with _waiting_for_nobody(connection):
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(POLL_SECONDS)


@contextlib.contextmanager
def _waiting_for_nobody(connection: sqlite3.Connection) -> Iterator[None]:
    """Let what needs a lock that others hold fail at once within the block."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * BUSY_SECONDS)}")


def _sqlite(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - what `_engine` connects with
    return connection


@contextlib.contextmanager
def _sole_migrator(workspace: Path) -> Iterator[None]:
    """Hold the workspace's migration lock: an SQLite file of its own, so it works on every system and dies with us."""
    lock = sqlite3.connect(workspace / "migration.lock", timeout=BUSY_SECONDS, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


def _use_wal(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _migrate(db: Db) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db
    command.upgrade(config, "head")
