"""Answers what pages ask about drafts of campaigns, in a thread of its own in the worker, beside all others."""

from __future__ import annotations

import threading
import traceback
from typing import Any

from faded.domain import FadedError
from faded.jobs.inspecting import Bench
from faded.store import drafts
from faded.store.engine import Store

POLL_SECONDS = 0.1
"""How often questions are looked for."""
TROUBLE_SECONDS = 5.0
"""How long to wait after the store could not be used."""


class Inquirer:
    """Answers questions one after the other.

    Args:
        store: The open store.
        worker_id: Under which name they are claimed.
    """

    def __init__(self, store: Store, worker_id: str) -> None:
        self._store, self._worker_id, self._bench = store, worker_id, Bench()

    def serve(self, ending: threading.Event) -> None:
        """Answer questions until told to end; those of a worker that died are asked anew."""
        with self._store.write() as db:
            drafts.give_back(db, self._worker_id)
        while not ending.is_set():
            try:
                if not self.run_next():
                    ending.wait(POLL_SECONDS)
            except FadedError:
                traceback.print_exc()
                ending.wait(TROUBLE_SECONDS)

    def run_next(self) -> bool:
        """Claim and answer the next question; return whether there was one.

        Raises:
            FadedError: the store cannot be used.
        """
        with self._store.read() as db:
            if not drafts.waiting(db):
                return False
        with self._store.write() as db:
            inquiry = drafts.claim(db, self._worker_id)
        if inquiry is None:
            return False
        result, error = self._try(inquiry)
        with self._store.write() as db:
            drafts.answer(db, inquiry.id, self._worker_id, result, error)
        return True

    def _try(self, inquiry: drafts.Inquiry) -> tuple[dict[str, Any] | None, str]:
        """Return the result, or None and what a person should read."""
        try:
            return self._bench.answer(inquiry.kind, inquiry.params), ""
        except FadedError as error:
            return None, str(error)
        except Exception as error:
            traceback.print_exc()
            return None, f"{type(error).__name__}: {error}. The worker's log has the details."
