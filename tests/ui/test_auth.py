from __future__ import annotations

from types import SimpleNamespace

import pytest

from faded.domain import FadedError
from faded.ui import auth


def request(client: str, **headers: str) -> SimpleNamespace:
    return SimpleNamespace(client=SimpleNamespace(host=client), headers=headers)


def test_this_machine_is_the_local_user() -> None:
    assert auth.authorise(request("127.0.0.1", host="127.0.0.1:7860")).name == "local"
    own = request("127.0.0.1", host="localhost:7860", origin="http://localhost:7860")
    assert auth.authorise(own).name == "local"


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
        auth.authorise(request(client, **headers))


def test_only_loopback_may_be_listened_on() -> None:
    auth.check_host("127.0.0.1")
    with pytest.raises(FadedError, match=r"0\.0\.0\.0.*127\.0\.0\.1 only"):
        auth.check_host("0.0.0.0")  # noqa: S104 - the refused one
