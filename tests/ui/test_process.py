"""The web process: what it loads, whom it starts, what it refuses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faded import cli
from faded.commands.common import BAD_INPUT
from faded.domain import FadedError
from faded.store import jobs
from faded.store.engine import Store
from faded.store.jobs import JobState
from faded.ui import keeper as keeper_module
from faded.ui import launch
from faded.ui.keeper import WorkerKeeper
from tests.ui import believable

ROOT = Path(__file__).parents[2]
EVERY_MODULE = """
import importlib, pkgutil, sys
import faded.ui
import app
for found in pkgutil.walk_packages(faded.ui.__path__, "faded.ui."):
    importlib.import_module(found.name)
heavy = {"torch", "transformers", "kornia", "datasets"} & set(sys.modules)
assert len([m for m in sys.modules if m.startswith("faded.ui.")]) > 15
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""


SLOW = """
import os, sys, time
from pathlib import Path
gate, ready = Path(sys.argv[1]), int(sys.argv[sys.argv.index("--ready") + 1])
while not gate.exists():
    time.sleep(0.02)
os.write(ready, b"1")
time.sleep(60)
"""


def test_no_page_loads_torch() -> None:
    done = subprocess.run([sys.executable, "-c", EVERY_MODULE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("started_in", ["/", "."])
def test_a_workspace_is_refused_inside_the_program_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started_in: str
) -> None:
    monkeypatch.chdir(tmp_path / started_in)
    launch.check_workspace(tmp_path / "data")
    for inside in (ROOT, ROOT / "faded" / "data", ROOT / "workspace"):
        with pytest.raises(FadedError, match="lies inside"):
            launch.check_workspace(inside)


def test_a_taken_port_is_refused_at_once_and_by_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faded.ui.launch", None)  # loading it takes seconds
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert cli.main(["serve", "--port", str(port), "--workspace", str(tmp_path)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert f"Port {port} is in use" in said and "--port" in said
    assert "GRADIO" not in said.upper()
    assert cli.main(["serve", "--port", "70000", "--workspace", str(tmp_path)]) == BAD_INPUT
    assert "from 1 to 65535" in capsys.readouterr().err


def test_a_port_taken_at_the_last_moment_is_refused_in_the_same_words(store: Store) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(FadedError, match=rf"^Port {port} is in use .* --port {port + 1}\.$"):
            launch.launch(store, WorkerKeeper(store), "127.0.0.1", port)


def wait_for(keeper: WorkerKeeper, other_than: int | None) -> int:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        pid = keeper.pid
        if pid is not None and pid != other_than:
            return pid
        time.sleep(0.02)
    raise AssertionError("no worker was started")


def until(good: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_dead_worker_is_started_again_and_ended_with_the_keeper(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    made = believable.explored(store)
    keeper = WorkerKeeper(store)
    keeper.start()
    try:
        first = wait_for(keeper, None)
        with store.write() as db:
            job = jobs.enqueue(db, made.round, "repair", now=0.0).id
            jobs.claim(db, jobs.worker_names(first)[0], 10, 1.0)
        os.kill(first, 9)
        second = wait_for(keeper, first)
        assert not alive(first)
        with store.read() as db:
            assert jobs.get(db, job).state is JobState.QUEUED
        assert keeper.words() == "Worker ended (killed by signal 9); it is being started again"
    finally:
        keeper.end()
    assert not alive(second)


def test_a_worker_is_said_to_run_once_it_looks_for_work(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = store.workspace / "gate"
    monkeypatch.setattr(keeper_module, "COMMAND", (sys.executable, "-c", SLOW, str(gate)))
    keeper = WorkerKeeper(store)
    assert keeper.words() == "Worker starting"
    keeper.start()
    try:
        first = wait_for(keeper, None)
        assert keeper.words() == "Worker starting"
        gate.touch()
        until(lambda: keeper.words() == "Worker running")
        gate.unlink()
        os.kill(first, 9)
        until(lambda: keeper.words() == "Worker ended (killed by signal 9); it is being started again", seconds=1)
        wait_for(keeper, first)
        assert keeper.words() == "Worker ended (killed by signal 9); it is being started again"
        gate.touch()
        until(lambda: keeper.words() == "Worker running")
    finally:
        keeper.end()
