"""The real pages over HTTP, once there are accounts: as nobody, as an annotator and as an admin."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import gradio as gr
import pytest
from gradio.server_messages import LogMessage

from benchmarks.app import free_port
from faded.domain import Role
from faded.store import accounts, invites, room, signing_in
from faded.store.engine import Store, open_store
from faded.ui.accounts_door import COOKIE, SAFE_COOKIE
from faded.ui.auth import foreign, headers_of, refusal
from faded.ui.launch import launch

PASSWORD = "correct horse battery"  # noqa: S105 - of a test


@dataclass
class Pages:
    """The pages, and the store behind them."""

    app: gr.Blocks
    port: int
    store: Store

    def ask(
        self, method: str, path: str, cookie: str = "", body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        connection.request(
            method, path, body, sent | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        try:
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def form(self, path: str, cookie: str = "", origin: str = "", **fields: str) -> tuple[int, dict[str, str], str]:
        headers = {
            "content_type": "application/x-www-form-urlencoded",
            "origin": origin or f"http://127.0.0.1:{self.port}",
        }
        return self.ask("POST", path, cookie, urlencode(fields), **headers)

    def sign_in(self, name: str, password: str = PASSWORD, cookie: str = "") -> str:
        status, headers, text = self.form("/sign-in", cookie, name=name, password=password)
        assert status == 303 and headers["location"] == "/", text
        return headers["set-cookie"].partition(";")[0].removeprefix(f"{COOKIE}=")

    def call(self, name: str, asked: dict[str, Any], cookie: str) -> dict[str, Any]:
        """Call a server function of a card."""
        parts = self.app.get_config_file()["components"]
        part = next(c for c in parts if name in (c["props"].get("server_fns") or ()))
        body = {"session_hash": "test", "component_id": part["id"], "fn_name": name, "data": asked}
        status, _, text = self.ask(
            "POST", "/gradio_api/component_server", cookie, json.dumps(body), content_type="application/json"
        )
        return {"status": status, "said": text} if status != 200 else json.loads(text)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages of a workspace with an admin, mira, and an annotator, ann."""
    store, port = open_store(tmp_path_factory.mktemp("workspace") / "faded"), free_port()
    app = launch(store, SimpleNamespace(words=lambda: "Worker ready", pid=None), "127.0.0.1", port)  # type: ignore[arg-type]
    with store.write() as db:
        for name, role in (("mira", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "test", time.time())
    yield Pages(app, port, store)
    app.close(verbose=False)
    store.close()


def addresses(routes: Sequence[Any], prefix: str = "") -> set[str]:
    """Return the paths of routes, those of routers within them too."""
    found = set()
    for route in routes:
        if hasattr(route, "original_router"):
            found |= addresses(route.original_router.routes, prefix + route.include_context.prefix)
        else:
            found.add(prefix + route.path)
    return found


def test_every_address_refuses_who_is_not_signed_in(pages: Pages) -> None:
    paths = sorted(addresses(pages.app.app.routes))
    assert len(paths) > 30 and "/sign-in" in paths and "/gradio_api/component_server" in paths
    public = []
    for path in paths:
        named = re.sub(r"{[^}]*}", "x", path)
        for method in ("GET", "POST"):
            status, headers, _ = pages.ask(method, named)
            if status not in (403, 303):
                public.append((method, path, status))
            elif status == 303:
                assert (method, named, headers["location"]) in {
                    ("GET", "/", "/sign-in"),
                    ("POST", "/sign-out", "/sign-in"),
                }
    assert public == [
        ("GET", "/gradio_api/startup-events", 200),
        ("POST", "/gradio_api/startup-events", 405),
        ("GET", "/healthz", 503),
        ("POST", "/healthz", 405),
        ("GET", "/join/{token}", 404),
        ("POST", "/join/{token}", 404),
        ("GET", "/sign-in", 200),
        ("POST", "/sign-in", 400),
        ("GET", "/sign-out", 405),
    ]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"])
def test_no_other_method_leads_past_the_door(pages: Pages, method: str) -> None:
    answered = set()
    for path in sorted(addresses(pages.app.app.routes)):
        status, headers, text = pages.ask(method, re.sub(r"{[^}]*}", "x", path))
        if status == 303:
            assert (method, path, headers["location"]) == ("HEAD", "/", "/sign-in")
        elif status != 403:
            answered.add((path, status))
            assert status in (404, 405, 503) or (method, path) == ("HEAD", "/sign-in"), (path, status, text)
    assert {path for path, _ in answered} <= {
        *("/sign-in", "/sign-out", "/join/{token}", "/healthz", "/gradio_api/startup-events")
    }


@pytest.mark.parametrize("own_first", [True, False])
def test_two_origins_are_nobodys(pages: Pages, own_first: bool) -> None:
    token, own = pages.sign_in("ann"), f"127.0.0.1:{pages.port}"
    both = [f"http://{own}", "http://evil.example"]
    lines = [f"Origin: {origin}" for origin in (both if own_first else both[::-1])]
    with socket.create_connection(("127.0.0.1", pages.port), timeout=10) as connection:
        more = [f"Host: {own}", f"Cookie: {COOKIE}={token}", "Connection: close", "", ""]
        connection.sendall("\r\n".join(["GET /config HTTP/1.1", *lines, *more]).encode())
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    assert said.startswith(b"HTTP/1.1 403 ")


def test_two_hosts_are_no_name_of_this_machine() -> None:
    hosts = [(b"host", b"127.0.0.1:7860"), (b"host", b"evil.example")]
    found = headers_of({"headers": [*hosts, (b"cookie", b"a=1"), (b"cookie", b"b=2")]})
    assert found == {"host": "127.0.0.1:7860, evil.example", "cookie": "a=1; b=2"}
    assert refusal("127.0.0.1", found["host"], None) and foreign(found["host"], "http://127.0.0.1:7860")


def test_who_signs_in_sees_the_pages_until_they_sign_out(pages: Pages) -> None:
    token = pages.sign_in("Ann")
    status, _, text = pages.ask("GET", "/config", token)
    assert status == 200 and "component_server" not in text[:0]
    status, headers, _ = pages.form("/sign-out", token)
    assert status == 303 and headers["location"] == "/sign-in" and 'faded-session=""' in headers["set-cookie"]
    assert pages.ask("GET", "/config", token)[0] == 403


def test_the_cookie_is_for_the_server_only(pages: Pages) -> None:
    _, headers, _ = pages.form("/sign-in", name="ann", password=PASSWORD)
    said = headers["set-cookie"].lower()
    assert "httponly" in said and "samesite=lax" in said and "path=/" in said and "domain" not in said


def test_over_https_the_cookie_is_one_that_no_neighbour_can_plant(pages: Pages) -> None:
    plain = pages.sign_in("ann")
    form = {"content_type": "application/x-www-form-urlencoded", "x_forwarded_proto": "https"}
    sent = form | {"origin": f"https://127.0.0.1:{pages.port}", "Cookie": f"{COOKIE}={plain}"}
    fields = urlencode({"name": "ann", "password": PASSWORD})
    status, headers, text = pages.ask("POST", "/sign-in", body=fields, **sent)
    assert status == 303, text
    said = headers["set-cookie"]
    token = said.partition(";")[0].removeprefix(f"{SAFE_COOKIE}=")
    assert said.startswith("__Host-") and "; Secure" in said and "; Path=/;" in said and "domain" not in said.lower()
    assert pages.ask("GET", "/config", plain)[0] == 403, "the session that was there is over"
    planted = pages.sign_in("mira")

    def asked(cookie: str, scheme: str) -> int:
        return pages.ask("GET", "/config", **{"Cookie": cookie, "x_forwarded_proto": scheme})[0]

    assert asked(f"{SAFE_COOKIE}={token}", "https") == 200
    assert asked(f"{COOKIE}={planted}; {SAFE_COOKIE}={token}", "https") == 200
    assert asked(f"{COOKIE}={planted}", "https") == 403, "a neighbouring site may have planted it"
    assert asked(f"{COOKIE}={planted}", "http") == 200
    both = sent | {"Cookie": f"{COOKIE}={planted}; {SAFE_COOKIE}={token}"}
    assert pages.ask("POST", "/sign-out", body="", **both)[0] == 303
    assert asked(f"{SAFE_COOKIE}={token}", "https") == 403 and asked(f"{COOKIE}={planted}", "http") == 403


def test_signing_out_over_https_clears_the_cookie_as_browsers_ask_for_it(pages: Pages) -> None:
    sent = {"x_forwarded_proto": "https", "origin": f"https://127.0.0.1:{pages.port}", "Cookie": f"{SAFE_COOKIE}=x"}
    _, headers, _ = pages.ask("POST", "/sign-out", body="", **sent)
    said = headers["set-cookie"]
    assert said.startswith(f'{SAFE_COOKIE}=""') and "Max-Age=0" in said and "; Secure" in said and "Path=/" in said


@pytest.mark.parametrize("stream", ["heartbeat/{}", "queue/data?session_hash={}"])
def test_a_stream_that_was_opened_before_its_session_ended_says_nothing_more(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    monkeypatch.setattr("gradio.utils.get_heartbeat_rate", lambda: 0.1)
    for ended in (False, True):
        token, name = pages.sign_in("ann"), f"stream{ended}"
        pages.app._queue.pending_messages_per_session[name] = queue = asyncio.Queue()
        connection = http.client.HTTPConnection("127.0.0.1", pages.port, timeout=5)
        connection.request("GET", f"/gradio_api/{stream.format(name)}", headers={"Cookie": f"{COOKIE}={token}"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.readline().startswith(b"data: ")
        if ended:
            with pages.store.write() as db:
                accounts.sign_out_everywhere(db, "ann", "mira", time.time())
            time.sleep(0.3)
            queue.put_nowait(LogMessage(log="after the end", level="info", title=""))
            rest = answer.read()
            assert b"after the end" not in rest and rest.count(b"data: ") < 5
        else:
            time.sleep(0.3)
            queue.put_nowait(LogMessage(log="after the end", level="info", title=""))
            assert any(answer.readline().startswith(b"data: ") for _ in range(5))
        connection.close()


def test_a_session_that_was_planted_is_over_once_somebody_signs_in(pages: Pages) -> None:
    planted = pages.sign_in("mira")
    own = pages.sign_in("ann", cookie=planted)
    assert own != planted and pages.ask("GET", "/config", planted)[0] == 403
    invented = pages.sign_in("ann", cookie="invented-by-somebody")
    assert invented != "invented-by-somebody"


@pytest.mark.parametrize("other", ['prefs={"a":1}', "a[b]=1", "x=a b", "foo", "Path=/"])
def test_cookies_of_other_programs_on_the_machine_keep_nobody_out(pages: Pages, other: str) -> None:
    token = pages.sign_in("ann")
    assert pages.ask("GET", "/config", **{"Cookie": f"{other}; {COOKIE}={token}"})[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://["])
def test_another_page_cannot_act_for_who_is_signed_in(pages: Pages, origin: str) -> None:
    token = pages.sign_in("mira")
    for path in ("/sign-in", "/sign-out", "/join/x", "/gradio_api/component_server"):
        status, _, text = pages.form(path, token, origin=origin, name="mira", password=PASSWORD)
        assert status == 403 and "another page" in text
    assert pages.ask("GET", "/config", token)[0] == 200, "and is not signed out by it"


@pytest.mark.parametrize(
    ("name", "password"), [("mira", "wrong"), ("nobody", PASSWORD), ("<script>alert(1)</script>", "x"), ("", "")]
)
def test_a_wrong_password_and_an_unknown_name_are_told_alike(pages: Pages, name: str, password: str) -> None:
    status, headers, text = pages.form("/sign-in", name=name, password=password)
    assert status == 400 and "do not go together" in text and "set-cookie" not in headers
    assert "<script" not in text and "default-src 'none'" in headers["content-security-policy"]


def test_a_form_that_is_none_is_refused(pages: Pages) -> None:
    for body, kind in (("x" * 50_000, "application/x-www-form-urlencoded"), ("{}", "application/json"), ("\xff", "x")):
        assert pages.ask("POST", "/sign-in", body=body.encode("latin-1"), content_type=kind)[0] == 400  # type: ignore[arg-type]


def test_an_annotator_does_what_annotators_do_and_nothing_else(pages: Pages) -> None:
    ann, mira = pages.sign_in("ann"), pages.sign_in("mira")
    assert pages.call("label_next", {"n": 3}, ann)["ok"]
    refused = "You are signed in as ann, an annotator: a manager may do this."
    for name in ("new_load", "new_begin", "landscape_choose", "report_page"):
        assert pages.call(name, {}, ann) == {"ok": False, "refused": True, "message": refused}
        assert pages.call(name, {}, mira).get("message") != refused
        assert pages.call(name, {}, "")["status"] == 403
    assert pages.ask("GET", "/export/1.zip", ann)[0] == 403 and pages.ask("GET", "/export/1.zip", mira)[0] == 404


def test_an_invitation_makes_an_account(pages: Pages) -> None:
    with pages.store.write() as db:
        token = invites.make(db, Role.ANNOTATOR, "mira", time.time())
    status, headers, text = pages.ask("GET", f"/join/{token}")
    assert status == 200 and "You are invited as an annotator" in text
    assert headers["referrer-policy"] == "same-origin"
    status, _, text = pages.form(f"/join/{token}", name="lena", password=PASSWORD[:5])
    assert status == 400 and "5 characters" in text and "value='lena'" in text
    status, headers, _ = pages.form(f"/join/{token}", name="lena", password=PASSWORD)
    assert status == 303 and COOKIE in headers["set-cookie"]
    status, _, text = pages.ask("GET", f"/join/{token}")
    assert status == 404 and "ask for a new one" in text


def test_a_role_that_is_taken_away_is_gone_at_once(pages: Pages) -> None:
    with pages.store.write() as db:
        accounts.add(db, "noor", Role.MANAGER, signing_in.hashed(PASSWORD, "noor"), "test", time.time())
    token = pages.sign_in("noor")
    assert pages.call("new_load", {}, token)["ok"]
    with pages.store.write() as db:
        accounts.set_role(db, "noor", Role.ANNOTATOR, "test", time.time())
    assert not pages.call("new_load", {}, token)["ok"]
    with pages.store.write() as db:
        accounts.disable(db, "noor", "test", time.time())
    assert pages.call("label_next", {}, token)["status"] == 403


def test_how_the_app_is_is_told_to_everybody_in_few_words(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    status, headers, text = pages.ask("GET", "/healthz")
    assert (status, headers["cache-control"]) == (503, "no-store")
    assert json.loads(text) == {"status": "not ok", "store": True, "disk": True, "worker": False}
    monkeypatch.setattr(room, "LEAST_FREE", 10**18)
    assert json.loads(pages.ask("GET", "/healthz")[2])["disk"] is False
