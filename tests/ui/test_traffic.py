"""What is written of requests, and what never is; the end, before which requests under way are answered."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.app import free_port
from faded import log
from faded.domain import FadedError, Role
from faded.settings import settings
from faded.store import accounts, invites, signing_in
from faded.store.engine import open_store
from faded.ui import label_page
from faded.ui.keeper import WorkerKeeper
from faded.ui.launch import launch
from faded.ui.traffic import Requests, Traffic, shown_path
from tests.ui.test_accounts_door import PASSWORD, Pages

TOKEN = "hf_abcdefghijklmnop"  # noqa: S105 - of a test


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    store = open_store(tmp_path_factory.mktemp("traffic") / "workspace")
    with store.write() as db:
        for name, role in (("admin", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "test", time.time())
    port = free_port()
    app = launch(store, WorkerKeeper(store), "127.0.0.1", port)
    yield Pages(app, port, store)
    app.close(verbose=False)
    store.close()


@pytest.fixture
def as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_style", log.JSON)


def written(capsys: pytest.CaptureFixture[str], count: int) -> list[str]:
    """Return so many lines, the last of which is written once its request is answered."""
    found, end = capsys.readouterr().err, time.monotonic() + 10
    while found.count("\n") < count and time.monotonic() < end:
        time.sleep(0.01)
        found += capsys.readouterr().err
    return found.splitlines()


def read(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.mark.usefixtures("as_json")
def test_no_secret_of_a_request_is_written(pages: Pages, capsys: pytest.CaptureFixture[str]) -> None:
    with pages.store.write() as db:
        invitation = invites.make(db, Role.ANNOTATOR, "admin", time.time())
    cookie = pages.sign_in("ann")
    pages.form("/sign-in", **{"name": "ann", "password": "another secret of mine"})
    for path in (f"/join/{invitation}", f"/JOIN/{invitation}", f"//join//{invitation}/more", f"/x/{invitation}"):
        pages.ask("GET", f"{path}?token={TOKEN}", cookie, authorization=f"Bearer {TOKEN}")
    pages.ask("GET", f"/gradio_api/heartbeat-not/{cookie}?key={PASSWORD.replace(' ', '+')}", cookie)
    pages.form(f"/join/{invitation}", **{"name": "new", "password": "a third secret of mine"})
    pages.call("label_next", {"round": None, "want": 1}, cookie)
    found = written(capsys, 9)
    assert {line["event"] for line in read(found)} == {"request"} and len(found) >= 9
    for secret in (cookie, invitation, PASSWORD, PASSWORD.replace(" ", "+"), TOKEN, "another secret", "third secret"):
        assert secret not in str(found)


@pytest.mark.usefixtures("as_json")
def test_a_request_is_one_line_and_its_id_is_in_the_answer(pages: Pages, capsys: pytest.CaptureFixture[str]) -> None:
    cookie = pages.sign_in("ann")
    written(capsys, 1)
    status, headers, _ = pages.ask("GET", "/?round=1", cookie)
    pages.ask("GET", "/gradio_api/nothing")
    first, second = read(written(capsys, 2))
    assert (first["event"], first["method"], first["path"], first["user"]) == ("request", "GET", "/", "ann")
    assert first["status"] == status == 200 and first["ms"] > 0
    assert first["id"] == headers["x-request-id"] != second["id"]
    assert (second["status"], second["user"]) == (403, None)


def test_on_a_terminal_only_what_went_wrong_is_told(pages: Pages, capsys: pytest.CaptureFixture[str]) -> None:
    assert pages.ask("GET", "/healthz")[0] == 503  # there is no worker
    cookie = pages.sign_in("ann")
    pages.ask("GET", "/", cookie)
    _, headers, _ = pages.ask("GET", "/nothing%1b[31m%0ahere", cookie)
    first, second = written(capsys, 2)
    assert first.startswith("GET /healthz 503 ")
    assert second.startswith("GET /nothing\\x1b[31m") and second.endswith(f", ann, request {headers['x-request-id']}")


@pytest.mark.usefixtures("as_json")
def test_a_fault_is_told_by_an_id_that_the_log_has(
    pages: Pages, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"a fault with {TOKEN} and /join/abcdef")

    monkeypatch.setattr(label_page, "_next", broken)
    answer = pages.call("label_next", {"round": None, "want": 1}, pages.sign_in("ann"))
    found = written(capsys, 3)
    (fault,) = [line for line in read(found) if line["event"] == "fault"]
    assert fault["request"] in answer["message"] and "ValueError" not in answer["message"]
    assert "in broken" in fault["traceback"] and fault["error"].startswith("ValueError: a fault with hf_…")
    assert TOKEN not in str(found) and "abcdef" not in str(found)
    assert fault["request"] in {line["id"] for line in read(found) if line["event"] == "request"}


def test_a_fault_before_any_handler_is_answered_with_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("a fault")

    start, body = ask(Requests(broken, Traffic()))
    name = dict(start["headers"])[b"x-request-id"].decode()
    assert start["status"] == 500 and name in body["body"].decode()
    assert f"This was a fault, request {name}." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/export/3.zip", "/export/3.zip"),
        ("/join/abc", "/join/…"),
        ("/a/Join/abc/d", "/a/join/…"),
        ("/gradio_api/heartbeat/a1b2c3", "/gradio_api/heartbeat/…"),
        (f"/{'a' * 43}", "/…"),
    ],
)
def test_paths_are_shown_without_what_may_be_a_secret(path: str, shown: str) -> None:
    assert shown_path(path) == shown


def test_a_style_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FADED_LOG", "yaml")
    with pytest.raises(FadedError, match="FADED_LOG is 'yaml': set it to plain or json"):
        settings()


def ask(app: Requests) -> list[dict[str, Any]]:
    """Send one request through the middleware and return what it answers."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    def run() -> None:
        asyncio.run(app({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send))

    thread = threading.Thread(target=run)  # the driver of a browser may leave a loop running in this one
    thread.start()
    thread.join()
    return sent


def answering(traffic: Traffic, kind: bytes, gate: threading.Event, begun: threading.Event) -> Requests:
    """An app that begins to answer and goes on once the gate is open."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        begun.set()
        if kind == b"text/event-stream":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await asyncio.to_thread(gate.wait, 20)
        if kind != b"text/event-stream":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b"committed"})

    return Requests(app, traffic)


@pytest.mark.parametrize(("kind", "waits"), [(b"application/json", True), (b"text/event-stream", False)])
def test_the_end_waits_for_requests_but_not_for_streams_and_lets_none_in(kind: bytes, waits: bool) -> None:
    traffic, gate, begun = Traffic(), threading.Event(), threading.Event()
    app, answers = answering(traffic, kind, gate, begun), []
    thread = threading.Thread(target=lambda: answers.append(ask(app)))
    thread.start()
    begun.wait(20)
    time.sleep(0.1)
    assert traffic.drain(0.1) is not waits
    assert ask(app)[0]["status"] == 503
    gate.set()
    assert traffic.drain(20)
    thread.join()
    assert answers[0][-1]["body"] == b"committed"
