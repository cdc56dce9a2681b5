"""What is watched while something is tried: what it raises, how long it takes, and where it writes."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from faded.domain import FadedError

MOST_SECONDS = 20
"""That one input may take, on a machine that others use as well."""
MOST_WORDS = 20_000
"""Characters of a message that a person can still read."""
WRITES = {
    **dict.fromkeys(("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.utime"), (0,)),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), (0, 1)),
    "sqlite3.connect": (0,),
}
"""Events of Python's audit hooks that tell of a write, with the places of the paths among their arguments."""
CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NOT_KEPT = ("/dev/", "/proc/", "/sys/")


class Late(BaseException):
    """An input took too long. No `except Exception` holds it up."""


class Watch:
    """Notes every write outside of a folder, from when it is made until the process ends.

    Args:
        inside: The folder that may be written to.

    Attributes:
        outside: Paths that were written to and lie elsewhere.
    """

    def __init__(self, inside: Path) -> None:
        self._inside, self.outside = os.path.realpath(inside), list[str]()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & CHANGES:
                self._look(path, None)
        elif event in WRITES:
            folder = next((a for a in arguments[1:] if type(a) is int and a > 2), None)
            for place in WRITES[event]:
                self._look(arguments[place], folder)

    def _look(self, path: Any, folder: int | None) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.fsdecode(path)
        if name in (":memory:", "") or name.startswith(NOT_KEPT):
            return
        if folder is not None and not os.path.isabs(name):
            name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
        whole = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(name))), os.path.basename(name))
        if whole != self._inside and not whole.startswith(self._inside + os.sep):
            self.outside.append(whole)


class Tally:
    """Counts what becomes of inputs.

    Attributes:
        counts: `inputs`, and of them `accepted`, `refused` in words, `tracebacks`, and `slow` ones.
        found: Where unexpected errors came from, each with how often.
        slowest: Seconds.
    """

    def __init__(self) -> None:
        self.counts, self.found, self.slowest = Counter[str](), Counter[str](), 0.0
        self._logged: list[str] = []
        logging.getLogger("faded").addHandler(_Errors(self._logged))

    def attempt(self, kind: str, work: Callable[[], object]) -> None:
        """Try one input."""
        began, outcome = time.monotonic(), "accepted"
        try:
            with _at_most(MOST_SECONDS):
                work()
        except FadedError as error:
            outcome = "refused"
            if not 0 < len(str(error)) <= MOST_WORDS:
                outcome = "tracebacks"
                self.found[f"{kind}: a message of {len(str(error))} characters"] += 1
        except Late:
            outcome = "slow"
            self.found[f"{kind}: more than {MOST_SECONDS} s"] += 1
        except (Exception, SystemExit) as error:
            outcome = "tracebacks"
            self.found[f"{kind}: {_where(error)}"] += 1
        if self._logged:
            outcome = "tracebacks"
            self.found.update(f"{kind}: {where}" for where in self._logged)
            self._logged.clear()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.counts.update(("inputs", outcome))


class _Errors(logging.Handler):
    """Notes errors that were written to the log with a traceback, for a page says nothing more of them."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        """Note an error."""
        if record.exc_info and record.exc_info[1] is not None:
            self._found.append(_where(record.exc_info[1]))


def _where(error: BaseException) -> str:
    """Return an error in a line, with the last place of ours that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}faded{os.sep}" in frame.filename] or frames
    said = repr(str(error)[:120])
    return f"{type(error).__name__} at {os.path.basename(ours[-1].filename)}:{ours[-1].lineno} {said}"


@contextlib.contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
