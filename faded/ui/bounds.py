"""What every request is held to, whoever sends it: how large it is, how long it takes to come, and what answers say."""

from __future__ import annotations

import asyncio
import re
import time

from faded.files import megabytes
from faded.ui.auth import Asgi, Message, Receive, Scope, Send, headers_of

MOST_BYTES = 4_000_000
"""Of a request's body. The largest that a page sends are 32 verdicts of somebody who was offline, or a campaign's file:
tens of kilobytes."""

MOST_SECONDS = 30.0
"""Until a body has come: what pages send takes a second on a slow line."""

CLOSED = re.compile(r"^/(gradio_api/)?(file[=/]|upload|proxy=|stream[/=])")
"""Addresses of Gradio that no page uses: pictures stand in the pages, and nothing is uploaded, streamed or fetched for
anybody from elsewhere."""

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing is asked of another address, and no page elsewhere shows this one. Gradio needs scripts in the page, and
makes functions of texts."""

ON_A_SPACE = (
    "object-src 'none'; base-uri 'self'; form-action 'self' https://huggingface.co; "
    "frame-ancestors 'self' https://huggingface.co https://*.hf.space"
)
"""Hugging Face shows the Space's pages in a frame, signs people in, and adds a script that tells it their height."""


class Bounds:
    """Middleware that refuses what is too large or too slow, and says in every answer what a browser may do with it.

    Args:
        app: What lies behind it.
        policy: The pages' Content-Security-Policy, where they give none of their own.
    """

    def __init__(self, app: Asgi, policy: str) -> None:
        self._app, self._policy = app, policy.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on while it keeps within the bounds."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, self._policy)
        length = headers_of(scope).get("content-length", "0")
        if CLOSED.match(re.sub("/{2,}", "/", scope["path"])):
            await answer.say(403, "No page uses this address, so it is closed.")
        elif not length.isdecimal() or len(length) > 18 or int(length) > MOST_BYTES:
            await answer.say(413, too_large())
        else:
            await self._app(scope, _Body(receive, answer), answer)


class _Body:
    """Reads a body as it comes; says no more of it than that the other end has gone once it is too large or late."""

    def __init__(self, receive: Receive, answer: _Answer) -> None:
        self._receive, self._answer = receive, answer
        self._until = time.monotonic() + MOST_SECONDS
        self._read = 0
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._until - time.monotonic())
        except TimeoutError:
            words = f"The request took longer than {MOST_SECONDS:.0f} seconds to come: send it again."
            return await self._refused(408, words)
        self._read += len(message.get("body", b""))
        if self._read > MOST_BYTES:
            return await self._refused(413, too_large())
        self._whole = not message.get("more_body", False)
        return message

    async def _refused(self, status: int, words: str) -> Message:
        self._whole = True
        await self._answer.say(status, words)
        return {"type": "http.disconnect"}


class _Answer:
    """Sends an answer on, with the headers that all have; once the request was refused, nothing more."""

    def __init__(self, send: Send, policy: bytes) -> None:
        self._send, self._policy = send, policy
        self._begun = self._refused = False

    async def __call__(self, message: Message) -> None:
        if self._refused:
            return
        if message["type"] == "http.response.start":
            self._begun = True
            headers = list(message.get("headers", ()))
            given = {name.lower() for name, _ in headers}
            usual = (
                (b"content-security-policy", self._policy),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
            )
            message = {**message, "headers": headers + [one for one in usual if one[0] not in given]}
        await self._send(message)

    async def say(self, status: int, words: str) -> None:
        """Answer that a request is refused, and end the connection, on which its body may still come."""
        if not self._begun:
            body = words.encode()
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ]
            await self({"type": "http.response.start", "status": status, "headers": headers})
            await self({"type": "http.response.body", "body": body})
        self._refused = True


def too_large() -> str:
    """Say what a body may have."""
    return f"The request is larger than {megabytes(MOST_BYTES)}, more than any page sends: reload the page."
