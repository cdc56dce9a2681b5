"""Signing in and out on a Space."""

from __future__ import annotations

from html import escape

import gradio as gr

from faded.settings import space
from faded.ui.auth import LOCAL_USER, User

class SignIn(gr.LoginButton):  # type: ignore[misc]
    """Makes Gradio keep sessions and answer the ways to sign in and out, and does nothing else.

    Gradio's own button reads the session through its wrapper of requests, which fails on a list of organisations.
    """

    def activate(self) -> None:
        """Attach no events: the visitors' page leads to signing in, the head of the pages to signing out."""

    def get_block_name(self) -> str:
        """Return the name of the component in the browser."""
        return "button"
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component

def layout() -> None:
    """Let people sign in, on a Space. Elsewhere Gradio would sign everybody in as the machine's owner."""
    if space() is not None:
        SignIn(visible=False)

def words(user: User) -> str:
    """Return who is signed in and the way out, as HTML; empty where there are no accounts."""
    if user.name == LOCAL_USER and space() is None:
        return ""
    return f"<p class='f-worker'>{escape(user.name)}, {user.role.name.lower()}. <a href='/logout'>Sign out</a></p>"
