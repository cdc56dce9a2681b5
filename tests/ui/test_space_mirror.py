"""A Space whose disk is gone after every boot, labelled over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from faded.store import mirror, verdicts
from faded.store.engine import Store, open_store
from tests.store.hub import FolderHub
from tests.ui import believable
from tests.ui.space import Space, session
from tests.ui.space_starter import DOWN

ANNOTATOR, MANAGER = session("ann"), session("mira")
VERDICTS = ("confirm", "reject", "invalid", "unsure")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "worker")
    believable.explored(opened, per_mode=8)
    yield opened
    opened.close()


def boot(tmp_path: Path, name: str) -> Space:
    command = ("-m", "tests.ui.space_starter", str(tmp_path / "dataset"))
    space = Space(tmp_path / name, command, {"FADED_MIRROR": "people/verdicts"})
    space.start()
    return space


def label(space: Space, n: int, stem: str) -> dict[str, str]:
    """Judge `n` items as a browser does; return the verdicts by proposal."""
    items = json.loads(space.call("label_next", {"want": n}, ANNOTATOR)[1])["items"]
    said = {item["id"]: VERDICTS[i % 4] for i, item in enumerate(items)}
    events = [
        {"kind": "verdict", "key": f"{stem}{i}", "proposal": name, "verdict": verdict}
        for i, (name, verdict) in enumerate(said.items())
    ]
    answer = json.loads(space.call("label_send", {"events": events}, ANNOTATOR)[1])
    assert len(said) == n and all(event["ok"] for event in answer["events"])
    return said


def until_mirrored(hub: FolderHub, n: int) -> None:
    end = time.monotonic() + 60
    while len(mirror.said_in(hub, hub.names())) < n:
        assert time.monotonic() < end
        time.sleep(0.1)


def standing(store: Store) -> dict[str, str]:
    with store.read() as db:
        return {found.proposal_id: found.verdict.value for found in verdicts.standing(db, 1)}


def head(space: Space, who: dict[str, Any]) -> str:
    """What the pages draw for somebody who opens them."""
    config = space.config(who)
    parts = {part["id"]: part for part in config["components"]}
    event = next(
        d for d in config["dependencies"] if d["targets"] and parts.get(d["targets"][0][0], {}).get("type") == "timer"
    )
    data = [{} if parts[i]["type"] == "state" else parts[i]["props"].get("value") for i in event["inputs"]]
    body = {"fn_index": event["id"], "data": data, "session_hash": uuid4().hex, "trigger_id": event["targets"][0][0]}
    status, answer = space.post("/gradio_api/run/predict", body, who)
    assert status == 200
    return answer


def test_every_verdict_is_there_after_a_kill_and_after_an_end(tmp_path: Path, worker: Store) -> None:
    hub = FolderHub(tmp_path / "dataset")
    mirror.push(worker, hub)
    first = boot(tmp_path, "disk-1")
    try:
        said = label(first, 6, "one")
        until_mirrored(hub, 6)
        (tmp_path / DOWN).touch()
        more = label(first, 2, "lost")
    finally:
        first.kill()
    (tmp_path / DOWN).unlink()

    second = boot(tmp_path, "disk-1")  # the disk is still there: what was not sent is sent
    try:
        until_mirrored(hub, 8)
    finally:
        second.kill()
    said |= more

    third = boot(tmp_path, "disk-2")
    try:
        again = open_store(tmp_path / "disk-2")
        assert standing(again) == said
        again.close()
        said |= label(third, 4, "three")
    finally:
        third.end()  # as a restart of the Space does: what came last is sent before it ends
    assert len(mirror.said_in(hub, hub.names())) == 12

    assert mirror.pull(worker, hub).new == 12
    assert standing(worker) == {name.rpartition("/")[2]: verdict for name, verdict in said.items()}


@pytest.mark.slow
def test_managers_are_told_of_a_mirror_that_fails_and_annotators_are_not(tmp_path: Path, worker: Store) -> None:
    hub = FolderHub(tmp_path / "dataset")
    mirror.push(worker, hub)
    space = boot(tmp_path, "disk")
    try:
        assert "The mirror is behind" not in head(space, MANAGER)
        (tmp_path / DOWN).touch()
        label(space, 3, "k")
        time.sleep(3)
        assert "The mirror is behind: 3 events wait" in head(space, MANAGER)
        assert "The hub is down." in head(space, MANAGER)
        annotators = head(space, ANNOTATOR)
        assert "The mirror" not in annotators
        assert '"open":' in head(space, MANAGER) and '"open":' not in annotators, "the form to start a round"
        assert "ann, annotator" in annotators and "goes on where it was explored" in annotators
    finally:
        space.end()
