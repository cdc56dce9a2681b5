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
    known: Mapping[str, str] = round_.summary.get(SPLITS, {})
    changes = [f"the data to {name} on" for name in known if splits[name] != known[name]]
    were: Mapping[str, str] = round_.summary.get(MEASURED, {})  # of an earlier version's round there is nothing
    for name in were.keys() & measured.keys():
        if measured[name] != were[name]:
            changes.append(f"{name} (now {measured[name]}, before {were[name]})")
    if round_.fingerprint_before not in ("", fingerprint):
        changes.append(f"the target's weights (fingerprint {fingerprint}, before {round_.fingerprint_before})")
    if changes:
        raise FadedError(f"Since this round began, something has changed: {', '.join(changes)}. {REMEDY}.")


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
