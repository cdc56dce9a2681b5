"""Which ratings a verdict on a set of pictures may come with."""

from __future__ import annotations

from faded.domain import NO_RATINGS, NO_SENSE, FadedError, Proposal, Ratings, Verdict

MOST = 10
"""The highest rating; the lowest is 1."""

PICTURES = "pictures"
"""What a proposal's details call the number of its pictures; a proposal without it is no set."""


def check(proposal: Proposal, verdict: Verdict | None, ratings: Ratings) -> None:
    """Refuse ratings that cannot be.

    Args:
        proposal: What the verdict is given on.
        verdict: The verdict; None for a skip or a flag.
        ratings: What is said beside it.

    Raises:
        FadedError: they come without a verdict, on what is no set of pictures, or one is out of range.
    """
    if ratings == NO_RATINGS:
        return
    if verdict is None:
        raise FadedError(f"Ratings of proposal {proposal.id!r} came without a verdict: give both in one event.")
    pictures = proposal.details.get(PICTURES)
    if not isinstance(pictures, int | float):
        raise FadedError(f"Proposal {proposal.id!r} is no set of pictures: give the verdict without ratings.")
    for name, rating in (("bias", ratings.bias), ("quality", ratings.quality)):
        if rating is not None and rating != NO_SENSE and not 1 <= rating <= MOST:
            raise FadedError(
                f"The rating {rating} of {name} is none: give 1 to {MOST}, or {NO_SENSE} where it makes no sense."
            )
    for name, number in (("best", ratings.best), ("worst", ratings.worst)):
        if number is not None and not 0 <= number < pictures:
            raise FadedError(
                f"The {name} picture is number {number}, and the set has {pictures:.0f}: give 0 to {pictures - 1:.0f}."
            )
    if ratings.best is not None and ratings.best == ratings.worst:
        raise FadedError(f"Picture {ratings.best} is both the best and the worst one: choose two, or leave one out.")
