"""What every server function of a card does around its work: it asks who it is, and says in words what is wrong."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from faded import log
from faded.domain import FadedError
from faded.ui import auth
from faded.ui.auth import User
from faded.ui.policy import Permission

Answer = dict[str, Any]
"""What the page is sent: `ok`, and with it what the work returned; or a `message` for the person, and `refused` where
they may not do it."""

DEEPEST = 12
"""Lists and objects within each other that a page may send: the deepest form has four."""
LARGEST = 2**53
"""Of whole numbers: what a browser's can be, and less than a database holds."""


def guarded(request: gr.Request, what: Permission, work: Callable[[User], Mapping[str, Any]]) -> Answer:
    """Authorise, do the work, and turn what a person can mend into words for the page."""
    try:
        return {"ok": True, **work(auth.authorise(request, what))}
    except auth.NotAllowed as error:
        return {"ok": False, "refused": True, "message": str(error)}
    except FadedError as error:
        return {"ok": False, "message": str(error)}
    except Exception as error:
        return {"ok": False, "message": unexpected(error)}


def unexpected(error: Exception) -> str:
    """Write a fault of the program into the log; return what the person reads, by which it can be looked up there."""
    log.fault(error)
    return f"Something went wrong that should not have. The log has the details, under request {log.request()}."


def of_pages(functions: Sequence[Callable[..., Answer]]) -> list[Callable[..., Answer]]:
    """Return server functions that are handed an object of values that can be kept, whatever a browser sent."""
    return [_handed_an_object(function) for function in functions]


def _handed_an_object(function: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(function)
    def handed(asked: dict[str, Any], request: gr.Request) -> Answer:
        try:
            return function(cleaned(asked), request)
        except FadedError as error:
            return {"ok": False, "message": str(error)}

    return handed


def cleaned(sent: Any) -> dict[str, Any]:
    """Return what a page sent, without halves of signs (a browser may cut one in two).

    Raises:
        FadedError: it is no object, or holds what no page sends: numbers or depths without measure.
    """
    if not isinstance(sent, dict):
        raise FadedError(f"The page sent {type(sent).__name__} where an object is expected: reload it.")
    return {_text(str(name)): _value(value, 1) for name, value in sent.items()}


def _value(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise FadedError(f"The page sent more than {DEEPEST} lists within each other: reload it.")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(str(name)): _value(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, depth + 1) for inner in value]
    if isinstance(value, int | float) and not abs(value) <= LARGEST:  # nor NaN
        raise FadedError("The page sent a number that is too large: reload it.")
    return value


def _text(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
