"""Who may use the pages, and for what.

As long as a machine has no accounts, that is whoever sits there; else those who are signed in with one; on a Space,
those whom its settings name.

Asked twice: by the middleware (`AccountsDoor` in `accounts_door.py`, `MembersOnly` in `door.py`) for every request,
static files included, and by `authorise` inside every handler.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from faded.domain import FadedError, Role
from faded.settings import ORGANISATION, Space, space
from faded.store import accounts
from faded.store.accounts import an
from faded.store.engine import Db, Store
from faded.ui.policy import NEEDS, Permission, may

LOCAL_USER = "local"
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - where a Space's proxy looks
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names a browser on this machine may have used. Any other name in the Host header is a page elsewhere whose name was
made to point here (DNS rebinding)."""

USER = "faded.user"
"""Under which name the door writes down who is signed in with an account, None where nobody is. Where there are no
accounts it writes nothing."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class NotAllowed(FadedError):
    """The request comes from elsewhere, or from somebody who may not do this."""


@dataclass(frozen=True, slots=True)
class User:
    """Who acts, as it is written beside verdicts and decisions, and what they may do."""

    name: str
    role: Role = Role.ANNOTATOR


class _Client(Protocol):
    @property
    def host(self) -> str: ...


class Request(Protocol):
    """What is asked of a request: Starlette's, which Gradio hands to server functions and wraps in events.

    Gradio's wrapper cannot hold a session with a list of organisations in it.
    """

    @property
    def client(self) -> _Client | None:
        """The other end of the connection."""
        ...

    @property
    def headers(self) -> Any:
        """The headers, by lower-case name."""
        ...

    @property
    def session(self) -> Any:
        """What a signed cookie holds; there is one on a Space only."""
        ...

    @property
    def scope(self) -> Any:
        """The request as the server has it, with what the door wrote down: see `USER`."""
        ...


def check_host(host: str, locked: bool) -> None:
    """Refuse to listen elsewhere than on loopback without accounts; on a Space, elsewhere than where its proxy looks.

    Args:
        host: The address to listen on.
        locked: Whether there are accounts, so that everybody has to sign in.

    Raises:
        FadedError: the pages must not listen there.
    """
    if space() is not None:
        if host != EVERYWHERE:
            raise FadedError(f"The host is {host!r}: on a Space the pages listen on {EVERYWHERE}, leave --host out.")
    elif host != LOOPBACK and not locked:
        raise FadedError(
            f"The host is {host!r}, and this workspace has no accounts, so everybody who reaches it could do "
            f"everything. Add an admin first (`python -m faded account add NAME --role admin`), or leave --host out "
            f"and listen on {LOOPBACK} only; another machine then forwards the port, such as with ssh -L."
        )


def refusal(client: str | None, host: str | None, origin: str | None) -> str:
    """Say why a request to a machine of one's own is refused; empty where it is not.

    Args:
        client: Address of the other end.
        host: The Host header.
        origin: The Origin header, which browsers send with every request that changes something.
    """
    if not _is_loopback(client):
        return "The pages answer this machine only."
    if _name(f"//{host or ''}") not in LOCAL_NAMES:
        return "The pages answer to the names 127.0.0.1 and localhost only."
    if origin is not None and _name(origin) not in LOCAL_NAMES:
        return "The request comes from another page."
    return foreign(host, origin)


def foreign(host: str | None, origin: str | None) -> str:
    """Say that a request comes from another page than the one that it asks something of; empty where it does not."""
    return "" if origin is None or _netloc(origin) == (host or "").lower() else "The request comes from another page."


def elsewhere(there: Space, origin: str | None) -> str:
    """Say why a request to a Space is refused whoever sends it; empty where it is not.

    Browsers send the cookie along whichever page asks, so the page has to be the Space's own.
    """
    own = origin is None or origin in {f"https://{host}" for host in there.hosts}
    return "" if own else "The request comes from another page."


def authorise(request: Request, what: Permission) -> User:
    """Return who asks, if they may do this.

    Raises:
        NotAllowed: the request does not come from our own pages, or from nobody who may; the message says which.
    """
    origin, there = request.headers.get("origin"), space()
    if there is None and USER in request.scope:
        why = foreign(request.headers.get("host"), origin)
        user: User | None = request.scope[USER]
    elif there is None:
        client = None if request.client is None else request.client.host
        why = refusal(client, request.headers.get("host"), origin)
        user = User(LOCAL_USER, Role.ADMIN)
    else:
        why = elsewhere(there, origin)
        user = member(there, request.session)
    if why:
        raise NotAllowed(why)
    if user is None:
        raise NotAllowed("You are not signed in any more, or not as somebody who may label here: reload the page.")
    if not may(user.role, what):
        raise NotAllowed(f"You are signed in as {user.name}, {an(user.role)}: {an(NEEDS[what])} may do this.")
    return user


def check_in(db: Db, user: User) -> None:
    """See in the transaction that writes for a person that their account is still let in; a Space has none.

    Raises:
        FadedError: it is not.
    """
    if space() is None:
        accounts.check_in(db, user.name)


@contextlib.contextmanager
def acting(store: Store, user: User) -> Iterator[Db]:
    """Open a write transaction for a person, see `check_in`."""
    with store.write() as db:
        check_in(db, user)
        yield db


def member(there: Space, session: Any) -> User | None:
    """Return who is signed in, with the role that the Space's settings give; None where they give none.

    Args:
        there: The Space's settings.
        session: What the signed cookie holds. Gradio writes what Hugging Face says of the person into it, organisations
            included (`oauth_info.userinfo`), and until when it holds.
    """
    person = signed_in(session)
    if person is None:
        return None
    name = str(person.get("preferred_username"))
    names = {f"{ORGANISATION}{org.get('preferred_username')}" for org in person.get("orgs") or ()}
    if not name.startswith(ORGANISATION):
        names.add(name)
    for role, named in ((Role.MANAGER, there.managers), (Role.ANNOTATOR, there.annotators)):
        if names & named:
            return User(name, role)
    return None


def signed_in(session: Any) -> Any | None:
    """Return what Hugging Face says of the person who is signed in; None where nobody is, or not any more."""
    told = session.get("oauth_info")
    if told is None or not told.get("userinfo") or not told.get("userinfo").get("preferred_username"):
        return None
    until = told.get("expires_at")
    return told.get("userinfo") if until is not None and until > time.time() else None


async def refuse(scope: Scope, send: Send, why: str) -> None:
    """Answer 403 with the reason."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = why.encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": kind})
    await send({"type": "http.response.body", "body": body})


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers of a request by lower-case name; where one comes twice, both values in one."""
    found: dict[str, str] = {}
    for name, value in ((k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]):
        found[name] = f"{found[name]}{'; ' if name == 'cookie' else ', '}{value}" if name in found else value
    return found


def is_stream(start: Message) -> bool:
    """Say whether an answer that begins so is a stream of events, which lasts as long as somebody looks."""
    headers = start.get("headers", ())
    return any(k.lower() == b"content-type" and v.startswith(b"text/event-stream") for k, v in headers)


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ip_address(address).is_loopback
    except ValueError:
        return False


def _netloc(url: str) -> str | None:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return None


def _name(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.port != 0 else None
    except ValueError:  # the port is none
        return None
