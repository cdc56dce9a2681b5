"""What every server function of a card does around its work: it asks who it is, and says in words what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from faded import log
from faded.domain import FadedError, Role
from faded.ui import auth
from faded.ui.auth import User

Answer = dict[str, Any]
"""What the page is sent: `ok`, and with it what the work returned, or a `message` for the person."""


def guarded(request: gr.Request, role: Role, work: Callable[[User], Mapping[str, Any]]) -> Answer:
    """Authorise, do the work, and turn what a person can mend into words for the page."""
    try:
        return {"ok": True, **work(auth.authorise(request, role))}
    except FadedError as error:
        return {"ok": False, "message": str(error)}
    except Exception as error:
        return {"ok": False, "message": unexpected(error)}


def unexpected(error: Exception) -> str:
    """Write a fault of the program into the log; return what the person reads, by which it can be looked up there."""
    log.fault(error)
    return f"Something went wrong that should not have. The log has the details, under request {log.request()}."
