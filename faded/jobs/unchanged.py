"""A round works with one set of samples, one measure and weights; a stage that finds others does not begin."""

from __future__ import annotations

from collections.abc import Mapping

from faded.domain import FadedError
from faded.store.campaigns import MEASURED, SPLITS, Round

REMEDY = "Put back what was there and resume, or start a new campaign"


def check_unchanged(round_: Round, splits: Mapping[str, str], measured: Mapping[str, str], fingerprint: str) -> None:
    """Compare what a stage is about to work with to what the round has written down; before exploring that is nothing.

    Args:
        round_: The round as the store has it.
        splits: A hash per split.
        measured: See `Task.measured_with`.
        fingerprint: Of the weights that the round begins with, as they are now.

    Raises:
        FadedError: something is not what it was; the message names it.
    """
    summary = round_.summary  # of an earlier version's round it does not say all
    changed = [
        *changes(summary.get(SPLITS, {}), splits, summary.get(MEASURED, {}), measured),
        *changed_weights(round_.fingerprint_before, fingerprint),
    ]
    if changed:
        raise FadedError(f"Since this round began, something has changed: {', '.join(changed)}. {REMEDY}.")


def changes(
    known: Mapping[str, str], splits: Mapping[str, str], were: Mapping[str, str], measured: Mapping[str, str]
) -> list[str]:
    """Name what has changed of the data and of what answers are measured with.

    Args:
        known: A hash per split, as it was written down.
        splits: The same as it is now.
        were: See `Task.measured_with`, as it was written down.
        measured: The same as it is now.
    """
    found = [f"the data to {name} on" for name in known if splits[name] != known[name]]
    for name in sorted(were.keys() & measured.keys()):
        if measured[name] != were[name]:
            found.append(f"{name} (now {measured[name]}, before {were[name]})")
    return found


def changed_weights(before: str, fingerprint: str) -> list[str]:
    """Name the target's weights where they are not those that were written down; empty stands for not known."""
    same = before in ("", fingerprint)
    return [] if same else [f"the target's weights (fingerprint {fingerprint}, before {before})"]


def check_repaired(round_: Round, fingerprint: str) -> None:
    """Compare the repaired weights to those that the repair wrote.

    Raises:
        FadedError: they are others.
    """
    if fingerprint != round_.fingerprint_after:
        raise FadedError(
            f"The weights in {round_.repaired} are not those that the repair wrote (fingerprint {fingerprint}, before "
            f"{round_.fingerprint_after}). Put them back and resume, or start the repair again."
        )
