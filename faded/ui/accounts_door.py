"""The door of a machine: whoever sits there may come in as long as it has no accounts; else only who is signed in."""

from __future__ import annotations

import re
import time

from starlette.requests import cookie_parser

from faded.store import accounts, signing_in
from faded.store.engine import Store
from faded.ui.auth import (
    USER,
    Asgi,
    Receive,
    Scope,
    Send,
    User,
    foreign,
    headers_of,
    refusal,
    refuse,
)
from faded.ui.health import PATH
from faded.ui.streams import Watched

SIGN_IN, SIGN_OUT, JOIN = "/sign-in", "/sign-out", "/join/"
OPEN = frozenset({SIGN_IN, SIGN_OUT, PATH, "/gradio_api/startup-events"})
"""What answers everybody: the way in and out, how the app is, and what Gradio asks of itself when it starts."""
COOKIE = "faded-session"
SAFE_COOKIE = f"__Host-{COOKIE}"
"""The cookie where the page came over https: browsers take one of that name from this host alone, and over https."""
HTTPS = ("https", "wss")


class AccountsDoor:
    """Middleware that asks of every request who makes it, and refuses those of nobody who may come in.

    Args:
        app: What lies behind it.
        store: Where the accounts are; looked at for every request, so a session that was ended is over at once.
    """

    def __init__(self, app: Asgi, store: Store) -> None:
        self._app, self._store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, send it to where one signs in, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = headers_of(scope)
        host, origin = headers.get("host"), headers.get("origin")
        with self._store.read() as db:
            locked = accounts.any_account(db)
            account = signing_in.who(db, token_of(headers, scope["scheme"]), time.time()) if locked else None
        if not locked:
            client = scope.get("client")
            why = refusal(client[0] if client else None, host, origin)
        else:
            scope[USER] = None if account is None else User(account.name, account.role)
            why = foreign(host, origin)
            if not why and account is None and not open_to_all(scope["path"]):
                if scope["type"] == "http" and scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
                    await _go_to_sign_in(scope, send)
                    return
                why = "Sign in first: open the first page."
        if why:
            await refuse(scope, send, why)
        else:
            await self._app(scope, receive, Watched(send, lambda: self._still(scope, headers)))

    def _still(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Say whether a request that was let in would be let in now."""
        with self._store.read() as db:
            return (
                open_to_all(scope["path"])
                or not accounts.any_account(db)
                or (signing_in.who(db, token_of(headers, scope["scheme"]), time.time()) is not None)
            )


def open_to_all(path: str) -> bool:
    """Say whether a path answers people who are not signed in."""
    return path in OPEN or path.startswith(JOIN)


def token_of(headers: dict[str, str], scheme: str) -> str:
    """Return the token of the session that a request names; empty where it names none.

    Over https only the cookie counts that nobody else can have planted.
    """
    found = cookie_parser(headers.get("cookie", ""))
    return found.get(SAFE_COOKIE) or ("" if scheme in HTTPS else found.get(COOKIE, ""))


def round_asked(query: str) -> str:
    """Return what follows an address that asks for a round, and nothing else of it."""
    found = re.search(r"(?:^|&)round=([0-9]{1,9})(?:&|$)", query)
    return f"?round={found[1]}" if found else ""


async def _go_to_sign_in(scope: Scope, send: Send) -> None:
    location = f"{SIGN_IN}{round_asked(scope['query_string'].decode('latin-1'))}"
    headers = [(b"location", location.encode()), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
