"""Which answers a verdict may state."""

from __future__ import annotations

from collections.abc import Sequence

from faded.domain import FadedError, Proposal, Verdict
from faded.store.ratings import PICTURES

LONGEST_ANSWER = 2000
"""Characters of an answer in free text: some three hundred words."""


def check(proposal: Proposal, verdict: Verdict | None, answer: str | None, labels: Sequence[str] | None) -> None:
    """Refuse a stated answer that is missing, or is none that can be stated.

    Only a confirmation states one. Where answers are labels, it does so without a reference, and has to. Where they are
    free text, it may, beside a reference or without.

    Args:
        proposal: What the verdict is given on.
        verdict: The verdict; None for a skip or a flag.
        answer: The answer it states, None where it states none.
        labels: What the target can answer; empty where it writes free text, None where the round does not say.

    Raises:
        FadedError: the answer cannot stand.
    """
    if PICTURES in proposal.details:
        if answer is not None:
            raise FadedError(
                f"The answer {answer[:80]!r} for proposal {proposal.id!r} has no place: it is a set of pictures. Give "
                "the verdict, with ratings."
            )
    elif verdict is Verdict.CONFIRM and labels is not None and not labels:
        _check_text(proposal, answer)
    elif verdict is Verdict.CONFIRM and proposal.reference is None:
        _check_label(proposal, answer, labels or ())
    elif answer is not None:
        raise FadedError(
            f"The answer {answer[:80]!r} for proposal {proposal.id!r} has no place: only a confirmation states one, "
            "and where answers are labels, only that of a proposal without a reference."
        )


def _check_text(proposal: Proposal, answer: str | None) -> None:
    if answer is None:
        return
    if not answer.strip():
        raise FadedError(f"The answer for proposal {proposal.id!r} is blank: write the right one, or state none.")
    if len(answer) > LONGEST_ANSWER:
        raise FadedError(f"The answer has {len(answer)} characters: say it in {LONGEST_ANSWER}.")
    if answer.strip() == proposal.answer.strip():
        raise FadedError(
            "The answer is the target's own: change it, or reject the proposal if it is right as it stands."
        )


def _check_label(proposal: Proposal, answer: str | None, labels: Sequence[str]) -> None:
    if answer is None:
        raise FadedError(
            f"Proposal {proposal.id!r} has no reference, so to confirm it is to say which answer is right: choose one."
        )
    if answer not in labels:
        raise FadedError(f"The answer {answer!r} is none of the target's {len(labels)} labels: choose one of them.")
    if answer == proposal.answer:
        raise FadedError(f"The target said {answer!r}: if that is right, reject the proposal instead of confirming it.")
