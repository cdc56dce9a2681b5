"""How the worker's threads answer what pages ask: one question after the other, until told to end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from faded import log
from faded.domain import FadedError

POLL_SECONDS = 0.1
"""How often questions are looked for: a tenth of the second that a preview may take."""
TROUBLE_SECONDS = 5.0
"""How long to wait after the store could not be used."""


def serve(run_next: Callable[[], bool], ending: threading.Event) -> None:
    """Answer questions until told to end.

    Args:
        run_next: Answers the next question; returns whether there was one.
        ending: Set where it is to end.
    """
    while not ending.is_set():
        try:
            if not run_next():
                ending.wait(POLL_SECONDS)
        except FadedError as error:
            log.fault(error)
            ending.wait(TROUBLE_SECONDS)


def tried(answer: Callable[[], Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, str]:
    """Return an answer, or None and what a person should read."""
    try:
        return answer(), ""
    except FadedError as error:
        return None, str(error)
    except Exception as error:
        log.fault(error)
        return None, f"{type(error).__name__}: {error}. The worker's log has the details."
