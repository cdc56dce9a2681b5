"""Who may use the pages: until there are accounts, one local manager on this machine.

Asked twice: by `LocalOnly` for every request, static files included, and by `authorise` inside every handler.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from faded.domain import FadedError

LOCAL_USER = "local"
LOOPBACK = "127.0.0.1"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names a browser on this machine may have used. Any other name in the Host header is a page elsewhere whose name was
made to point here (DNS rebinding)."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class NotAllowed(FadedError):
    """The request does not come from this machine."""


@dataclass(frozen=True, slots=True)
class User:
    """Who acts, as it is written beside verdicts and decisions."""

    name: str


class _Client(Protocol):
    @property
    def host(self) -> str: ...


class Request(Protocol):
    """What is asked of a request; Gradio's in events, Starlette's in server functions."""

    @property
    def client(self) -> _Client | None:
        """The other end of the connection."""
        ...

    @property
    def headers(self) -> Any:
        """The headers, by lower-case name."""
        ...


def check_host(host: str) -> None:
    """Refuse to listen anywhere but on loopback.

    Raises:
        FadedError: `host` is another address.
    """
    if host != LOOPBACK:
        raise FadedError(
            f"The host is {host!r}: the pages have no accounts yet, so they listen on {LOOPBACK} only. "
            "To use them from another machine, forward the port, such as with ssh -L."
        )


def refusal(client: str | None, host: str | None, origin: str | None) -> str:
    """Say why a request is refused; empty where it is not.

    Args:
        client: Address of the other end.
        host: The Host header.
        origin: The Origin header, which browsers send with every request that changes something.
    """
    if not _is_loopback(client):
        return "The pages answer this machine only."
    if _name(f"//{host or ''}") not in LOCAL_NAMES:
        return "The pages answer to the names 127.0.0.1 and localhost only."
    if origin is not None and (_name(origin) not in LOCAL_NAMES or urlsplit(origin).netloc != host):
        return "The request comes from another page."
    return ""


def authorise(request: Request) -> User:
    """Return who asks.

    Raises:
        NotAllowed: the request does not come from this machine, by its own name, from our own pages.
    """
    client = None if request.client is None else request.client.host
    why = refusal(client, request.headers.get("host"), request.headers.get("origin"))
    if why:
        raise NotAllowed(why)
    return User(LOCAL_USER)


class LocalOnly:
    """Middleware that answers 403 to every request `refusal` has something to say about."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        client = scope.get("client")
        why = refusal(client[0] if client else None, headers.get("host"), headers.get("origin"))
        if not why:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        body = why.encode()
        kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 403, "headers": kind})
        await send({"type": "http.response.body", "body": body})


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ip_address(address).is_loopback
    except ValueError:
        return False


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
