"""What every request is held to, over HTTP and with the real pages."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from benchmarks.app import free_port
from faded.domain import Role
from faded.store import accounts, signing_in
from faded.store.engine import open_store
from faded.ui import bounds
from faded.ui.accounts_door import COOKIE
from faded.ui.launch import launch
from tests.ui.test_accounts_door import PASSWORD, Pages

ASK = "/gradio_api/component_server"
STARTS = (
    "/gradio_api/file=", "/file=", "/gradio_api/file/", "//gradio_api/file=", "/file/", "/gradio_api/%66ile%3D",
    "/gradio_api/proxy=", "/gradio_api/../gradio_api/file=", "/gradio_api/./file=", "/static/", "/assets/", "/svelte/",
)  # fmt: skip
"""Of addresses behind which a file may be named."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages of a workspace with an admin."""
    store, port = open_store(tmp_path_factory.mktemp("workspace") / "faded"), free_port()
    app = launch(store, SimpleNamespace(words=lambda: "Worker ready", pid=None), "127.0.0.1", port)  # type: ignore[arg-type]
    with store.write() as db:
        accounts.add(db, "mira", Role.ADMIN, signing_in.hashed(PASSWORD, "mira"), "test", time.time())
    yield Pages(app, port, store)
    app.close(verbose=False)
    store.close()


@pytest.fixture(scope="module")
def token(pages: Pages) -> str:
    return pages.sign_in("mira")


def opened(pages: Pages, token: str, *headers: str, path: str = ASK) -> socket.socket:
    """Begin a request and send the first byte of its body."""
    found = socket.create_connection(("127.0.0.1", pages.port), timeout=10)
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{pages.port}", f"Cookie: {COOKIE}={token}", *headers]
    found.sendall("\r\n".join([*head, "Content-Type: application/json", "", ""]).encode())
    return found


def answered(connection: socket.socket) -> bytes:
    """Return all that comes until the other end closes the connection."""
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


def test_a_body_that_is_said_to_be_too_large_is_refused_before_it_is_sent(pages: Pages, token: str) -> None:
    for length in (str(bounds.MOST_BYTES + 1), "9" * 17):
        with opened(pages, token, f"Content-Length: {length}") as connection:
            said = answered(connection)
        assert said.startswith(b"HTTP/1.1 413 ") and b"larger than 4.0 MB" in said
    for path in ("/sign-in", ASK, "/gradio_api/queue/join"):
        with opened(pages, "", f"Content-Length: {bounds.MOST_BYTES + 1}", path=path) as connection:
            assert answered(connection).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_pieces_is_refused_once_it_is_too_large(pages: Pages, token: str) -> None:
    piece = b"x" * 100_000
    sent = 0
    with opened(pages, token, "Transfer-Encoding: chunked") as connection:
        with contextlib.suppress(OSError):  # it was closed
            while sent < 10 * bounds.MOST_BYTES:
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
        with contextlib.suppress(ConnectionResetError):  # by what was still on its way
            assert answered(connection).startswith(b"HTTP/1.1 413 ")
    assert bounds.MOST_BYTES <= sent < 5 * bounds.MOST_BYTES


def test_as_much_as_pages_send_is_read(pages: Pages, token: str) -> None:
    asked = {"events": [{"text": "x" * 30_000}] * 32}
    assert pages.call("label_next", asked, token)["ok"]


def test_heads_that_trickle_hold_nobody_up(pages: Pages, token: str) -> None:
    slow = [socket.create_connection(("127.0.0.1", pages.port), timeout=10) for _ in range(200)]
    for connection in slow:
        connection.sendall(f"POST {ASK} HTTP/1.1\r\nHost: 127.0.0.1:{pages.port}\r\nX-Slow: ".encode())
    assert pages.call("label_next", {}, token)["ok"]
    for connection in slow:
        connection.close()
    assert pages.call("label_next", {}, token)["ok"]


def test_bodies_that_trickle_hold_nobody_up_and_come_to_an_end(
    pages: Pages, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_SECONDS", 1.5)
    began = time.monotonic()
    slow = [opened(pages, token, "Content-Length: 1000") for _ in range(60)]  # more than there are threads
    for connection in 3 * slow:
        connection.sendall(b" ")
    assert pages.ask("GET", "/healthz")[0] == 503 and pages.call("label_next", {"n": 1}, token)["ok"]
    assert time.monotonic() - began < 1.4, "while all of them were waited for"
    for connection in slow:
        assert answered(connection).startswith(b"HTTP/1.1 408 ")
        connection.close()
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("path", ["/", "/config", "/sign-in", "/healthz", "/theme.css", "/nowhere", "/my-data.json"])
def test_every_answer_says_what_a_browser_may_do_with_it(pages: Pages, token: str, path: str) -> None:
    for cookie in (token, ""):
        _, headers, _ = pages.ask("GET", path, cookie)
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "form-action 'self'" in headers["content-security-policy"]
    if path == "/":
        said = pages.ask("GET", path, token)[1]["content-security-policy"]
        assert "default-src 'self';" in said and "object-src 'none'" in said and "base-uri 'self'" in said


def test_no_file_is_served_or_taken_whatever_it_is_called(pages: Pages, token: str, tmp_path: Path) -> None:
    secret = pages.store.workspace / "faded.db"
    uploads = Path(pages.app.app.uploaded_file_dir)
    uploads.mkdir(parents=True, exist_ok=True)
    link = uploads / f"planted-{os.getpid()}.png"
    link.symlink_to(secret)
    try:
        places = [
            str(secret), f"/{secret}", str(link), "/etc/passwd", "../../../../etc/passwd", "app.py", "faded/cli.py",
            f"{uploads}/../../{secret}", f"{uploads}/{link.name}/../{link.name}", "C:\\Windows\\win.ini",
            "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
        ]  # fmt: skip
        for place in places:
            for told in (place, quote(place, safe=""), quote(quote(place, safe=""), safe="")):
                for start in STARTS:
                    status, _, text = pages.ask("GET", f"{start}{told}".replace(" ", "%20"), token)
                    assert status in (400, 403, 404, 405, 307) and "root:" not in text, (start, told, status)
                    assert "SQLite format" not in text and "import annotations" not in text, (start, told)
    finally:
        link.unlink()


@pytest.mark.parametrize("name", ["../../planted.txt", "..%2f..%2fplanted.txt", "/tmp/planted.txt", "planted.txt"])  # noqa: S108
def test_nothing_is_uploaded(pages: Pages, token: str, name: str) -> None:
    uploads = Path(pages.app.app.uploaded_file_dir)
    before = sorted(uploads.rglob("*")) if uploads.exists() else []
    body = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\nplanted\r\n--b--\r\n'
    for path in ("/gradio_api/upload", "/upload", "/gradio_api/upload?upload_id=x", "/gradio_api//upload"):
        status, _, _ = pages.ask("POST", path, token, body, content_type="multipart/form-data; boundary=b")
        assert status in (403, 404, 405), path
    assert (sorted(uploads.rglob("*")) if uploads.exists() else []) == before
