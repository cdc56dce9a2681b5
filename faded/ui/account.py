"""Who is signed in, and the way out."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from faded.settings import space
from faded.ui.accounts_door import SIGN_OUT
from faded.ui.auth import LOCAL_USER, User
from faded.ui.policy import Permission, may

MINE = "<a href='my-data.json' download title='All that is kept of you here, as JSON'>My data</a>"


def sign_in() -> Any | None:
    """Return what makes Gradio keep sessions and answer the ways to sign in and out; None off a Space.

    It is Gradio's own button, hidden, and made before the pages are begun, so that it attaches no events: they read
    the session through Gradio's wrapper of requests, which fails on a list of organisations. Off a Space it would sign
    everybody in as the machine's owner.
    """
    return None if space() is None else gr.LoginButton(visible=False, render=False)


def words(user: User) -> str:
    """Return who is signed in, the way out and, for managers, the way to the page Team, as HTML."""
    team = "<a href='#team'>Team</a>" if may(user.role, Permission.SEE_TEAM) else ""
    if user.name == LOCAL_USER and space() is None:
        return f"<div class='f-worker'>{team}</div>"
    out = (
        f"<form method='post' action='{SIGN_OUT}'><button>Sign out</button></form>"
        if space() is None
        else "<a href='/logout'>Sign out</a>"
    )
    return f"<div class='f-worker'>{escape(user.name)}, {user.role.word}. {team} {MINE} {out}</div>"
