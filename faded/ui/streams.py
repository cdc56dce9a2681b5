"""Streams of events, which last as long as somebody looks: they end with the session of who opened them."""

from __future__ import annotations

from collections.abc import Callable

from faded.ui.auth import Message, Send, is_stream


class Watched:
    """Sends an answer on; of a stream nothing once `still` says no.

    Args:
        send: Where it is sent.
        still: Says whether the request would be let in now; it is asked before each piece of a stream.
    """

    def __init__(self, send: Send, still: Callable[[], bool]) -> None:
        self._send, self._still = send, still
        self._stream = self._ended = False

    async def __call__(self, message: Message) -> None:
        """Send the next part of the answer, or its end."""
        if self._ended:
            return
        if message["type"] == "http.response.start":
            self._stream = is_stream(message)
        elif self._stream and not self._still():
            self._ended = True
            message = {"type": "http.response.body", "body": b""}  # and no more
        await self._send(message)
