"""The door of a Space: who is not named in its settings sees who may come in, and nothing else of the app."""

from __future__ import annotations

from html import escape
from typing import Any

from faded.settings import Space
from faded.ui.auth import Asgi, Receive, Scope, Send, elsewhere, headers_of, member, refuse, signed_in
from faded.ui.health import PATH
from faded.ui.streams import Watched

LOGIN = "/login/huggingface"
OPEN = frozenset({LOGIN, "/login/callback", "/logout", PATH, "/gradio_api/startup-events"})
"""What answers everybody: the way to sign in and out, how the app is, and what Gradio asks of itself when it starts."""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>Faded</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.25rem; }}
a {{ display: inline-block; padding: .7rem 1.1rem; border: 1px solid; border-radius: 6px; }}
</style></head><body><main><h1>Faded</h1>
<p>People judge here where a model fails, so that it can be repaired.</p>
<p>{words}</p>
{way}
</main></body></html>
"""


class MembersOnly:
    """Middleware that lets members of a Space through, and shows others the page that says who may come in.

    It stands inside Gradio's session middleware, which has read the signed cookie by then.
    """

    def __init__(self, app: Asgi, there: Space) -> None:
        self._app, self._there = app, there

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, answer with the visitors' page, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        why = elsewhere(self._there, headers_of(scope).get("origin"))
        if not why and self._comes_in(scope):
            await self._app(scope, receive, Watched(send, lambda: self._comes_in(scope)))
        elif not why and scope["type"] == "http" and scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            await _show(send, page(self._there, scope["session"]).encode())
        else:
            await refuse(scope, send, why or "Sign in as somebody who may label here: open the Space's first page.")

    def _comes_in(self, scope: Scope) -> bool:
        return scope["path"] in OPEN or member(self._there, scope["session"]) is not None


def page(there: Space, session: Any) -> str:
    """Return what a visitor sees."""
    person = signed_in(session)
    sign_in = f"<p><a href='{LOGIN}?_target_url=/' target='_blank'>Sign in with Hugging Face</a></p>"
    if not there.managers:
        words = "Nobody may come in yet: the Space's owner names the managers in its settings, as FADED_MANAGERS."
    elif person is None:
        words = (
            "Those whom the Space's managers have named, or whose organisation they have named, may look and label. "
            "Everybody else sees this page only."
        )
    else:
        name = escape(str(person.get("preferred_username")))
        words = (
            f"You are signed in as <b>{name}</b>, who is not among those whom the Space's managers have named. Ask "
            "them to add you or your organisation to FADED_ANNOTATORS in its settings, then reload this page; of an "
            "organisation added since, sign in anew."
        )
        sign_in = "<p><a href='/logout'>Sign out</a></p>"
    return PAGE.format(words=words, way=sign_in)


async def _show(send: Send, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
