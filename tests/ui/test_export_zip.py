"""The round's tables as one zip file, from the page Verify."""

from __future__ import annotations

import io
import json
import socket
import urllib.request
import zipfile

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from faded.domain import Ratings
from faded.store import blobs, proposals
from faded.store.engine import Store
from faded.ui import launch
from faded.ui.accounts_door import AccountsDoor
from faded.ui.export_zip import export_route, render_data
from faded.ui.facts import read_facts
from faded.ui.keeper import WorkerKeeper
from tests.ui import believable, believable_sets

LOCAL = ("127.0.0.1", 50000)


def client(store: Store, asks: tuple[str, int] = LOCAL, outer: bool = True) -> TestClient:
    guard = [Middleware(AccountsDoor, store=store)] if outer else []
    app = Starlette(routes=[export_route(store)], middleware=guard)
    return TestClient(app, base_url="http://127.0.0.1:7860", client=asks)


def test_the_link_leads_to_a_zip_with_every_table(store: Store) -> None:
    made = believable_sets.explored(store)
    believable.labeled(store, made, ratings=Ratings(best=1, worst=6))
    with store.read() as db:
        link = render_data(read_facts(db, made.round, "local"))
    assert f"href='export/{made.round}.zip'" in link and "download='scenes-1-round-1.zip'" in link
    answers = [client(store).get(f"/export/{made.round}.zip") for _ in range(2)]
    assert answers[0].status_code == 200 and answers[0].content == answers[1].content
    assert answers[0].headers["content-disposition"] == 'attachment; filename="scenes-1-round-1.zip"'
    with zipfile.ZipFile(io.BytesIO(answers[0].content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert {"README.md", "verdicts.jsonl", "adjudicated.jsonl", "proposals.jsonl", "pairs.jsonl"} < names
        pairs = [json.loads(line) for line in archive.read("pairs.jsonl").splitlines()]
        assert len(pairs) == 9 and {pair["chosen"] for pair in pairs} < names
        assert str(store.workspace) not in archive.read("README.md").decode()


def test_there_is_no_link_before_there_is_anything_to_take(store: Store, round_id: int) -> None:
    assert render_data(None) == ""
    answer = client(store).get(f"/export/{round_id}.zip")
    assert answer.status_code == 404 and "let it explore first" in answer.text
    for name in ("77", "x", "9" * 30):
        assert client(store).get(f"/export/{name}.zip").status_code == 404


@pytest.mark.parametrize("outer", [True, False])
def test_another_machine_or_page_is_refused(store: Store, outer: bool) -> None:
    made = believable.explored(store)
    address = f"/export/{made.round}.zip"
    assert client(store, ("192.168.1.7", 50000), outer).get(address).status_code == 403
    for headers in ({"host": "rebound.example:7860"}, {"origin": "http://evil.example"}):
        assert client(store, outer=outer).get(address, headers=headers).status_code == 403


def test_a_missing_picture_is_no_half_file(store: Store) -> None:
    made = believable.explored(store)
    with store.read() as db:
        blobs.path(store.workspace, proposals.get(db, made.proposals[-1]).edited).unlink()
    answer = client(store).get(f"/export/{made.round}.zip")
    assert answer.status_code == 404 and "no blob" in answer.text


def test_the_app_answers_at_that_address(store: Store) -> None:
    made = believable.explored(store)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = launch.launch(store, WorkerKeeper(store), "127.0.0.1", port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/export/{made.round}.zip") as answer:
            assert zipfile.ZipFile(io.BytesIO(answer.read())).testzip() is None
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert b"Faded" in answer.read()
    finally:
        app.close(verbose=False)
