"""Answers what pages ask about drafts of campaigns, in a thread of its own in the worker, beside all others."""

from __future__ import annotations

import threading

from faded.jobs.inspecting import Bench
from faded.jobs.serving import serve, tried
from faded.store import drafts
from faded.store.engine import Store


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
        serve(self.run_next, ending)

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
        result, error = tried(lambda: self._bench.answer(inquiry.kind, inquiry.params))
        with self._store.write() as db:
            drafts.answer(db, inquiry.id, self._worker_id, result, error)
        return True
