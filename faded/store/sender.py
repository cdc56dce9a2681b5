"""Sends what people say to the mirror, in the background: a click never waits for it, and nothing is forgotten."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from faded.domain import FadedError
from faded.hub import Hub, HubError
from faded.store import event_lines
from faded.store.engine import Store
from faded.store.mirror import EVENTS, restore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the mirror is written to, in seconds.

    Attributes:
        look: Between two looks whether there is something new.
        commit: Between two commits, at least: a hub takes about two a minute from one who writes all day.
        first: Before it is tried again, the first time; twice as long each time.
        longest: The longest of these waits.
        boot: For how long reading is tried at a start before the start fails: a hub counts requests in windows of five
            minutes, and asks to be left alone until the next one.
        last: For how long ending waits for the last commit.
        behind: How long something may wait before a manager is told.
    """

    look: float = 1.0
    commit: float = 30.0
    first: float = 5.0
    longest: float = 300.0
    boot: float = 600.0
    last: float = 15.0
    behind: float = 120.0


class Sender:
    """Keeps a mirror up to date with a store. One file a boot, which is written anew with all lines so far.

    Whatever the mirror does not hold is sent, so that what one boot could not send, the next one on this disk does.

    Args:
        store: The store.
        hub: The mirror.
        pace: How often it is written to.
    """

    def __init__(self, store: Store, hub: Hub, pace: Pace | None = None) -> None:
        self._store, self._hub, self._pace = store, hub, pace or Pace()
        self._file = f"{EVENTS}{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(4)}.jsonl"
        self._held: set[str] = set()
        self._sent = 0
        self._since: float | None = None
        self._trouble = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="mirror", daemon=True)

    def start(self, ending: threading.Event | None = None) -> bool:
        """Bring the store up to date from the mirror, then begin to send.

        Args:
            ending: Set as soon as the process is to end, which is not waited with.

        Returns:
            False where the process is to end before the mirror could be read; nothing is sent then.

        Raises:
            FadedError: the mirror cannot be read, though it was tried for a while, or a snapshot cannot be loaded: to
                begin without it would have people say again what they have said.
        """
        held = self._patiently(lambda: restore(self._store, self._hub), ending or threading.Event())
        if held is None:
            return False
        self._held = held
        self._thread.start()
        return True

    def words(self) -> str:
        """Say what is wrong with the mirror; empty where it is well."""
        since, trouble = self._since, self._trouble
        if since is None or (not trouble and time.monotonic() - since < self._pace.behind):
            return ""
        with self._store.read() as db:
            waiting = sum(line["key"] not in self._held for line in event_lines.lines(db, self._sent))
        some = "1 event waits" if waiting == 1 else f"{waiting:,} events wait"
        why = f" {trouble}" if trouble else " It has not answered yet."
        return (
            f"The mirror is behind: {some} to be copied since {time.monotonic() - since:.0f} seconds.{why} "
            "It is tried again by itself; do not restart the Space meanwhile."
        )

    def end(self) -> None:
        """Send what is left, once, and stop."""
        self._ending.set()
        self._thread.join(self._pace.last)

    def _patiently(self, do: Callable[[], T], ending: threading.Event) -> T | None:
        until, wait = time.monotonic() + self._pace.boot, self._pace.first
        while not ending.is_set():
            try:
                return do()
            except HubError as error:
                wait = max(wait, error.wait)
                if time.monotonic() + wait > until:
                    raise
                logging.getLogger(__name__).warning("The mirror cannot be read yet: %s", error)
                ending.wait(wait)
                wait = min(2 * wait, self._pace.longest)
        return None

    def _keep(self) -> None:
        wait = self._pace.first
        while not self._ending.wait(self._pace.look):
            try:
                rest = self._pace.commit if self._send() else 0.0
                self._trouble, wait = "", self._pace.first
            except Exception as error:  # whatever it is, it must not end the thread
                self._trouble = _in_words(error)
                logging.getLogger(__name__).warning("The mirror: %s", self._trouble)
                rest = max(wait, error.wait if isinstance(error, HubError) else 0.0)
                wait = min(2 * wait, self._pace.longest)
            self._ending.wait(rest)
        try:
            self._send()
        except Exception as error:
            logging.getLogger(__name__).error("The mirror: what came last is not copied: %s", _in_words(error))

    def _send(self) -> bool:
        """Write the file of this boot anew if there is something new; return whether there was."""
        with self._store.read() as db:
            last = event_lines.last(db)
            found = event_lines.lines(db) if last > self._sent else []
        mine = [line for line in found if line["key"] not in self._held]
        if not mine:
            self._sent = max(last, self._sent)
            return False
        if self._since is None:
            self._since = time.monotonic()
        self._hub.write({self._file: event_lines.text(mine)}, f"{len(mine):,} events")
        self._sent, self._since = last, None
        return True


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, FadedError) else f"{type(error).__name__}: {error}"
