"""Signing in and out, and taking an invitation up: three small pages of their own, which need no script."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from faded.domain import FadedError, Role
from faded.store import invites, signing_in
from faded.store.accounts import an
from faded.store.engine import Store
from faded.store.signing_in import LONGEST, SESSION_SECONDS, SHORTEST, TooManyAttempts
from faded.ui.accounts_door import COOKIE, HTTPS, JOIN, SAFE_COOKIE, SIGN_IN, SIGN_OUT, round_asked

MOST_BYTES = 10_000
"""Of a form: a name, a password and a token are far shorter."""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>{title} · Faded</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 12vh auto; padding: 0 1.25rem; }}
h1 {{ font-size: 1.5rem; }}
label {{ display: block; margin: 1rem 0 .25rem; }}
input, button {{ font: inherit; box-sizing: border-box; width: 100%; min-height: 44px; padding: .6rem .75rem;
  border: 1px solid GrayText; border-radius: 6px; }}
button {{ margin-top: 1.5rem; font-weight: 600; cursor: pointer; }}
:focus-visible {{ outline: 3px solid Highlight; outline-offset: 2px; }}
.quiet {{ font-size: .875rem; opacity: .75; margin: .25rem 0 0; }}
.wrong {{ border-left: 4px solid #c4242c; padding-left: .75rem; }}
.faded {{ font-weight: 600; opacity: .75; margin: 0; }}
h1 {{ margin-top: .25rem; }}
</style></head><body><main><p class="faded">Faded</p><h1>{title}</h1>
{body}
</main></body></html>
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""An invitation's address is a secret: no other site is told it. Its own is: else a form would come from nowhere."""


def routes(store: Store) -> list[Route]:
    """Return the addresses of the pages."""

    async def show_sign_in(request: Request) -> Response:
        return _page("Sign in", sign_in_form())

    async def do_sign_in(request: Request) -> Response:
        form = await _form(request)
        name, password = form.get("name", ""), form.get("password", "")
        address = "" if request.client is None else request.client.host

        def work() -> str:
            _end(store, request)  # a browser has one session: whatever was planted there before is over
            return signing_in.sign_in(store, name, password, address, time.time())

        try:
            return await _welcome(request, work)
        except FadedError as error:
            code = 429 if isinstance(error, TooManyAttempts) else 400
            return _page("Sign in", sign_in_form(name, str(error)), code)

    async def do_sign_out(request: Request) -> Response:
        await run_in_threadpool(_end, store, request)
        answer = RedirectResponse(SIGN_IN, 303, HEADERS)
        _forget(request, answer)
        return answer

    async def show_join(request: Request) -> Response:
        return await _invited(store, request, "", "")

    async def do_join(request: Request) -> Response:
        form = await _form(request)
        name, password = form.get("name", ""), form.get("password", "")

        def work() -> str:
            _end(store, request)
            return signing_in.accept(store, request.path_params["token"], name, password, time.time())

        try:
            return await _welcome(request, work)
        except FadedError as error:
            return await _invited(store, request, name, str(error))

    return [
        Route(SIGN_IN, show_sign_in, methods=["GET"]),
        Route(SIGN_IN, do_sign_in, methods=["POST"]),
        Route(SIGN_OUT, do_sign_out, methods=["POST"]),
        Route(f"{JOIN}{{token}}", show_join, methods=["GET"]),
        Route(f"{JOIN}{{token}}", do_join, methods=["POST"]),
    ]


def sign_in_form(name: str = "", wrong: str = "") -> str:
    """Return the form, as HTML; where something was wrong, it is the password that is typed next.

    It is sent to the address that it was shown at, for the browser then keeps what follows the number sign: the page
    that was asked for.
    """
    first, second = ("", " autofocus") if wrong else (" autofocus", "")
    return (
        f"{_wrong(wrong)}<form method='post'>"
        f"<label for='name'>Name</label><input id='name' name='name' value='{escape(name, quote=True)}' "
        f"autocomplete='username' autocapitalize='none' spellcheck='false' required{first}>"
        "<label for='password'>Password</label><input id='password' name='password' type='password' "
        f"maxlength='{LONGEST}' autocomplete='current-password' required{second}><button>Sign in</button></form>"
        "<p class='quiet'>No account, or the password is lost? Ask an admin for an invitation.</p>"
    )


async def _welcome(request: Request, work: Callable[[], str]) -> Response:
    """Begin the session whose token `work` returns, and go to the pages, to the round that was asked for."""
    token = await run_in_threadpool(work)
    answer = RedirectResponse(f"/{round_asked(request.url.query)}", 303, HEADERS)
    safe = request.url.scheme in HTTPS
    name = SAFE_COOKIE if safe else COOKIE
    _forget(request, answer, name)
    answer.set_cookie(
        name,
        token,
        max_age=int(SESSION_SECONDS),
        path="/",
        secure=safe,
        httponly=True,
        samesite="lax",
    )
    return answer


def _forget(request: Request, answer: Response, kept: str = "") -> None:
    """Have the browser forget the cookies that it has sent, but for one."""
    for name in (COOKIE, SAFE_COOKIE):
        if name in request.cookies and name != kept:
            answer.delete_cookie(name, path="/", secure=name == SAFE_COOKIE, httponly=True, samesite="lax")


async def _invited(store: Store, request: Request, name: str, wrong: str) -> Response:
    """Return the page of an invitation."""

    def look() -> invites.Invite:
        with store.read() as db:
            return invites.read(db, request.path_params["token"], time.time())

    try:
        found = await run_in_threadpool(look)
    except FadedError as error:
        return _page("Invitation", f"<p>{escape(str(error))}</p>", 404)
    kept = found.name is not None
    title = f"A new password for {found.name}" if found.name is not None else "Welcome"
    said = (
        ""
        if kept
        else f"<p>You are invited as {_what(found.role)}.</p><p class='quiet'>By {escape(found.made_by)}.</p>"
    )
    named = (
        f"<input type='hidden' name='name' autocomplete='username' value='{escape(str(found.name), quote=True)}'>"
        if kept
        else (
            f"<label for='name'>Name</label><input id='name' name='name' value='{escape(name, quote=True)}' "
            "autocomplete='username' autocapitalize='none' spellcheck='false' required autofocus>"
            "<p class='quiet'>It stands beside what you say. Letters from a to z and digits.</p>"
        )
    )
    form = (
        f"<form method='post'>{named}<label for='password'>Password</label>"
        f"<input id='password' name='password' type='password' minlength='{SHORTEST}' maxlength='{LONGEST}' "
        f"autocomplete='new-password' required><p class='quiet'>{SHORTEST} characters or more, such as four words.</p>"
        f"<button>{'Set the password' if kept else 'Come in'}</button></form>"
    )
    return _page(escape(title), f"{_wrong(wrong)}{said}{form}", 400 if wrong else 200)


def _what(role: Role) -> str:
    tasks = {
        Role.ANNOTATOR: "who looks and labels",
        Role.MANAGER: "who starts rounds and decides on repairs",
        Role.ADMIN: "who may do everything",
    }
    return f"{an(role)}, {tasks[role]}"


def _wrong(words: str) -> str:
    return f"<p class='wrong' role='alert'>{escape(words)}</p>" if words else ""


def _page(title: str, body: str, code: int = 200) -> HTMLResponse:
    return HTMLResponse(PAGE.format(title=title, body=body), code, HEADERS)


def _end(store: Store, request: Request) -> None:
    tokens = [request.cookies[name] for name in (COOKIE, SAFE_COOKIE) if request.cookies.get(name)]
    if tokens:
        with store.write() as db:
            for token in tokens:
                signing_in.sign_out(db, token)


async def _form(request: Request) -> dict[str, str]:
    """Read a small form; nothing of one that is larger, or of another kind."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return {}
    return {name: values[-1] for name, values in _parsed(body).items()}


def _parsed(body: bytes) -> dict[str, Sequence[str]]:
    try:
        return dict(parse_qs(body.decode("ascii"), max_num_fields=10))
    except (UnicodeDecodeError, ValueError):
        return {}
