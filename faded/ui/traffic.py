"""Every request: its id, its line in the log, and the end, before which those that are under way are answered."""

from __future__ import annotations

import re
import secrets
import threading
import time
from typing import Any

from faded import log
from faded.settings import space
from faded.ui.auth import LOCAL_USER, USER, Asgi, Message, Receive, Scope, Send, is_stream, member
from faded.ui.guarded import unexpected

HEADER = b"x-request-id"
SECRET = re.compile(r"[\w~-]{24,}|(?i:(?<=/heartbeat/)[^/]+)")
"""What of a path may be a token, or the name of somebody's session."""
AGAIN_S = 5
ENDING = "Faded is being ended or started again. What was not acknowledged is sent again by the page."


class Traffic:
    """The requests that are under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self.closed = False

    def begin(self) -> bool:
        """Count a request; return whether it may be answered."""
        with self._changed:
            self._under_way += not self.closed
            return not self.closed

    def end(self) -> None:
        """Count a request as answered."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Let no request in any more, and wait until those under way are answered; return whether all were in time."""
        with self._changed:
            self.closed = True
            return self._changed.wait_for(lambda: self._under_way == 0, seconds)


class Requests:
    """Middleware before all others of ours.

    Args:
        app: What lies behind it.
        traffic: The requests that are under way.
    """

    def __init__(self, app: Asgi, traffic: Traffic) -> None:
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a request its id and pass it on; write down how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = secrets.token_hex(6)
        answer = _Answer(send, name)
        began = time.perf_counter()
        if not self._traffic.begin():
            await _say(answer, 503, ENDING, (b"retry-after", str(AGAIN_S).encode()), (b"connection", b"close"))
            _note(scope, name, answer, began)
            return
        answer.traffic = self._traffic
        try:
            with log.about(**{log.REQUEST: name}):
                await self._passed_on(scope, receive, answer)
        finally:
            answer.done()
            _note(scope, name, answer, began)

    async def _passed_on(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            words = unexpected(error)
            if answer.begun:  # nothing else can be said any more
                raise
            await _say(answer, 500, words)


class _Answer:
    """Sends an answer on, with the request's id. A stream, which lasts as long as somebody looks, is not waited for."""

    def __init__(self, send: Send, name: str) -> None:
        self._send, self._name = send, name
        self.status = 500
        self.begun = False
        self.traffic: Traffic | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            headers = list(message.get("headers", ()))
            if is_stream(message):
                self.done()
            message = {**message, "headers": [*headers, (HEADER, self._name.encode())]}
        await self._send(message)

    def done(self) -> None:
        """Count the request as answered, once."""
        if self.traffic is not None:
            self.traffic.end()
            self.traffic = None


def shown_path(path: str) -> str:
    """Return a path on one line without what may be a secret; what follows the question mark is no part of it."""
    path = log.printable(path)
    at = path.lower().find("/join")
    return SECRET.sub("…", path if at < 0 else f"{path[:at]}/join/…")


def _note(scope: Scope, name: str, answer: _Answer, began: float) -> None:
    ms, path, user = round(1000 * (time.perf_counter() - began), 1), shown_path(scope["path"]), _user(scope)
    # Plain, what was answered well is left out: open pages ask every two seconds.
    said = f"{scope['method']} {path} {answer.status} {ms:.0f} ms, {user or 'nobody'}, request {name}"
    fields: dict[str, Any] = {"method": scope["method"], "path": path, "status": answer.status, "ms": ms, "user": user}
    log.event("request", said if answer.status >= 400 else "", id=name, **fields)


def _user(scope: Scope) -> str | None:
    """Return who asks; None where nobody is signed in."""
    there = space()
    if there is not None:
        found = member(there, scope["session"]) if "session" in scope else None
        return None if found is None else found.name
    if USER in scope:
        return None if scope[USER] is None else str(scope[USER].name)
    return LOCAL_USER


async def _say(answer: _Answer, status: int, words: str, *more: tuple[bytes, bytes]) -> None:
    body = words.encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await answer({"type": "http.response.start", "status": status, "headers": [*kind, *more]})
    await answer({"type": "http.response.body", "body": body})
