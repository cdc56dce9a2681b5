"""What a process says of what it does: one line for each event on standard error, to be read by people or as JSON.

A line holds no secret: what looks like a token, an invitation or a session is left out of whatever is said.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType, TracebackType
from typing import Any

PLAIN, JSON = "plain", "json"
STYLES = (PLAIN, JSON)

REQUEST = "request"
"""Under which name events hold the request that they are part of."""

SECRETS = (
    (re.compile(r"hf_[A-Za-z0-9]{8,}"), "hf_…"),
    (re.compile(r"(?i)\bbearer\s+[^\s\"\\]+"), "bearer …"),
    (re.compile(r"(?i)/join/+[^\s\"'?#\\]+"), "/join/…"),
    (re.compile(r"(?i)((?:faded-session|session|access-token)=)[^\s;\"'\\]+"), r"\1…"),
)
"""Tokens of Hugging Face, invitations and sessions, each with what is written in its place."""

_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=MappingProxyType({}))
_lock = threading.Lock()
_style = PLAIN


def use(style: str) -> None:
    """Say everything in a style from here on, in JSON also what libraries say and what ends a thread."""
    global _style
    _style = style
    if style == JSON:
        logging.captureWarnings(True)
        logging.basicConfig(handlers=[_Handler()], level=logging.WARNING, force=True)
        sys.excepthook = _fault
        threading.excepthook = lambda args: _fault(args.exc_type, args.exc_value, args.exc_traceback)


def adopt(library: str) -> None:
    """Let what a library says go the way of everything else, in JSON; it has set up a way of its own."""
    if _style == JSON:
        logger = logging.getLogger(library)
        logger.handlers.clear()
        logger.propagate = True


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Let every event within have these fields, such as the number of the job."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def request() -> str:
    """Return the id of the request that is being answered; empty where there is none."""
    return str(_about.get().get(REQUEST, ""))


def event(name: str, said: str, **fields: Any) -> None:
    """Write an event.

    Args:
        name: What kind of event.
        said: What a person reads; not in JSON, whose fields say the same. Empty where only JSON is to have it.
        fields: What else is known.
    """
    known = {**_about.get(), **fields}
    if _style == JSON:
        seconds, ms = divmod(time.time_ns() // 1_000_000, 1000)
        at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ms:03d}Z"
        line = json.dumps({"at": at, "event": name, **known}, default=str, ensure_ascii=False)
    elif not said:
        return
    else:
        line = "\n".join(map(printable, said.splitlines()))
    with _lock:
        sys.stderr.write(f"{without_secrets(line)}\n")
        sys.stderr.flush()


def fault(error: BaseException) -> None:
    """Write an error that is a fault of the program, with where it happened."""
    known = "".join(f", {name} {value}" for name, value in _about.get().items())
    where = "".join(traceback.format_exception(error))
    event("fault", f"{where}This was a fault{known}.", error=f"{type(error).__name__}: {error}", traceback=where)


def without_secrets(text: str) -> str:
    """Return a text with `SECRETS` left out."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def printable(text: str) -> str:
    """Return a line that stays one, and cannot move a terminal's cursor or colour it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _fault(_type: type[BaseException], error: BaseException | None, _where: TracebackType | None) -> None:
    if error is not None:
        fault(error)


class _Handler(logging.Handler):
    """Writes what libraries say as events."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write it."""
        fields = {"logger": record.name, "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            fields["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        event("library", "", **fields)
