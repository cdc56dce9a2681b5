"""A stage that is interrupted."""

from __future__ import annotations

from faded.jobs.desk import Say


def killed_after(batches: int | None) -> Say:
    """Return a listener that ends exploring at the message of that batch; None for one that never does."""
    heard: list[float] = []

    def say(kind: str, progress: float, message: str) -> None:
        if "queries" in message and progress not in heard:
            heard.append(progress)
            if len(heard) == batches:
                raise KeyboardInterrupt

    return say
