from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from faded.domain import FadedError
from faded.settings import space
from faded.ui import auth
from faded.ui.auth import Role
from faded.ui.door import MembersOnly
from faded.ui.policy import NEEDS, Permission, may
from tests.ui.space import ENVIRONMENT, HOST, session


def request(client: str, who: dict[str, Any] | None = None, **headers: str) -> SimpleNamespace:
    return SimpleNamespace(client=SimpleNamespace(host=client), headers=headers, session=who or {}, scope={})


@pytest.fixture
def on_space(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_this_machine_is_the_local_user_who_may_do_everything() -> None:
    user = auth.authorise(request("127.0.0.1", host="127.0.0.1:7860"), Permission.MANAGE_PEOPLE)
    assert user.name == "local"
    own = request("127.0.0.1", host="localhost:7860", origin="http://localhost:7860")
    assert auth.authorise(own, Permission.RUN) == user


@pytest.mark.parametrize(
    ("client", "host", "origin"),
    [
        ("192.168.1.7", "127.0.0.1:7860", None),
        ("127.0.0.1", "rebound.example:7860", None),
        ("127.0.0.1", "", None),
        ("127.0.0.1", "127.0.0.1:7860", "http://evil.example"),
        ("127.0.0.1", "127.0.0.1:7860", "http://127.0.0.1:9999"),
        ("127.0.0.1", "127.0.0.1:7860", "null"),
        ("not an address", "127.0.0.1:7860", None),
    ],
)
def test_everything_else_is_refused(client: str, host: str, origin: str | None) -> None:
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    with pytest.raises(auth.NotAllowed):
        auth.authorise(request(client, **headers), Permission.LOOK)


def test_only_loopback_may_be_listened_on_without_accounts() -> None:
    auth.check_host("127.0.0.1", locked=False)
    auth.check_host("0.0.0.0", locked=True)  # noqa: S104 - everybody signs in
    with pytest.raises(FadedError, match=r"0\.0\.0\.0.*no accounts.*account add NAME --role admin.*127\.0\.0\.1 only"):
        auth.check_host("0.0.0.0", locked=False)  # noqa: S104 - the refused one


def test_on_a_space_a_stream_ends_with_the_session(on_space: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []

    async def pages(_scope: Any, _receive: Any, send: Any) -> None:
        head = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"before", "more_body": True})
        later = time.time() + 60
        on_space.setattr("time.time", lambda: later)
        await send({"type": "http.response.body", "body": b"after", "more_body": True})
        await send({"type": "http.response.body", "body": b"long after", "more_body": True})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    there = space()
    assert there is not None
    scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "session": session("ann", seconds=30)}
    thread = threading.Thread(target=lambda: asyncio.run(MembersOnly(pages, there)(scope, receive, send)))
    thread.start()  # the driver of a browser may leave a loop running in this one
    thread.join()
    assert [message.get("body") for message in sent] == [None, b"before", b""]


def test_on_a_space_its_own_address_is_listened_on(on_space: pytest.MonkeyPatch) -> None:
    auth.check_host("0.0.0.0", locked=False)  # noqa: S104 - where the proxy looks
    with pytest.raises(FadedError, match=r"127\.0\.0\.1.*leave --host out"):
        auth.check_host("127.0.0.1", locked=False)


@pytest.mark.parametrize(
    ("who", "role"),
    [
        (session("mira"), Role.MANAGER),
        (session("ann"), Role.ANNOTATOR),
        (session("lena", ["others", "labellers"]), Role.ANNOTATOR),
        (session("mira", ["labellers"]), Role.MANAGER),
        (session("labellers"), None),
        (session("org:labellers"), None),  # nobody can be called so
        (session("mallory", ["mira", "ann"]), None),
        (session("Mira"), None),
        (session("mira", seconds=-1), None),
        ({"oauth_info": {"userinfo": {"preferred_username": "mira"}}}, None),  # without an end
        ({"oauth_info": {"expires_at": 9e9}}, None),
        ({}, None),
    ],
)
def test_a_space_knows_people_by_their_sign_in(
    on_space: pytest.MonkeyPatch, who: dict[str, Any], role: Role | None
) -> None:
    asked = request("10.0.0.1", who, host=HOST, origin=f"https://{HOST}")
    for what, needed in NEEDS.items():
        if role is not None and needed <= role:
            assert auth.authorise(asked, what).role is role
        else:
            with pytest.raises(auth.NotAllowed, match="signed in"):
                auth.authorise(asked, what)


def test_what_is_asked_for_is_said_of_everything_that_can_be_done() -> None:
    assert set(NEEDS) == set(Permission)
    assert [what.name for what, role in NEEDS.items() if role is Role.ADMIN] == ["NAME_PLACES", "MANAGE_PEOPLE"]
    assert not any(may(Role.ANNOTATOR, what) for what in (Permission.RUN, Permission.SEE_TEAM, Permission.REPORT))


def test_being_on_the_machine_of_a_space_makes_nobody_its_owner(on_space: pytest.MonkeyPatch) -> None:
    with pytest.raises(auth.NotAllowed):
        auth.authorise(request("127.0.0.1", host="127.0.0.1:7860"), Permission.LOOK)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"http://{HOST}", f"https://{HOST}.evil.example", "null", "https://["]
)
def test_a_page_elsewhere_cannot_use_a_sign_in(on_space: pytest.MonkeyPatch, origin: str) -> None:
    with pytest.raises(auth.NotAllowed, match="another page"):
        auth.authorise(request("10.0.0.1", session("mira"), host=HOST, origin=origin), Permission.LOOK)


def test_a_space_may_have_a_domain_of_its_own(on_space: pytest.MonkeyPatch) -> None:
    on_space.setenv("SPACE_HOST", f"{HOST},judge.example.org")
    asked = request("10.0.0.1", session("ann"), host="judge.example.org", origin="https://judge.example.org")
    assert auth.authorise(asked, Permission.LOOK).name == "ann"


def test_nobody_may_come_in_where_nobody_is_named(on_space: pytest.MonkeyPatch) -> None:
    on_space.setenv("FADED_MANAGERS", "")
    on_space.delenv("FADED_ANNOTATORS")
    with pytest.raises(auth.NotAllowed):
        auth.authorise(request("10.0.0.1", session(""), host=HOST), Permission.LOOK)


def test_half_a_space_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert space() is None
    monkeypatch.setenv("SPACE_ID", "faded-people/faded")
    with pytest.raises(FadedError, match="unset SPACE_ID"):
        auth.authorise(request("127.0.0.1", host="127.0.0.1"), Permission.LOOK)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FADED_MANAGERS", "mira, not a name", r"FADED_MANAGERS names 'not a name'.*org:NAME"),
        ("FADED_MIRROR", "verdicts", r"FADED_MIRROR is 'verdicts': give ORG/NAME"),
        ("GRADIO_SERVER_PORT", "high", r"GRADIO_SERVER_PORT is 'high'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    on_space: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    on_space.setenv(variable, value)
    with pytest.raises(FadedError, match=said):
        space()


def test_a_sign_in_ends_when_hugging_face_says(on_space: pytest.MonkeyPatch) -> None:
    who = session("ann", seconds=0.05)
    auth.authorise(request("10.0.0.1", who, host=HOST), Permission.LOOK)
    time.sleep(0.06)
    with pytest.raises(auth.NotAllowed, match="not signed in any more"):
        auth.authorise(request("10.0.0.1", who, host=HOST), Permission.LOOK)
