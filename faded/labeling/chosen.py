"""What a repair is to learn from verdicts: the confirmed modes that a person chose, else all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faded.domain import Answered, Judgement, ModeKey, Verdict
from faded.labeling.decided import confirmed_modes
from faded.store import campaigns, proposals, verdicts
from faded.store.campaigns import CHOSEN, Round
from faded.store.engine import Db


@dataclass(frozen=True)
class ToLearn:
    """What a repair of a round that starts now learns from.

    Attributes:
        confirmed: Modes confirmed on the round's weights.
        modes: Those of them that are chosen and may be taught to other inputs.
        standing: The verdicts that stand on these weights, earlier rounds' too.
        heeded: Those of them that pairs are made of.
        ranked: Those of them whose best and worst picture are heeded, rejections too.
        answered: The answers that verdicts stand on, by the proposal's id.
    """

    confirmed: list[ModeKey]
    modes: list[ModeKey]
    standing: list[Judgement]
    heeded: list[Judgement]
    ranked: list[Judgement]
    answered: Mapping[str, Answered]


def read_to_learn(db: Db, round_: Round) -> ToLearn:
    """Read what a repair that starts now would learn from: pages show it, and the repair pins it.

    Where answers are free text there is more than one right answer. So a rejection makes no pair: the answer is right,
    and what was expected is not wrong. And a stated answer is a better wording for one input, which says nothing
    against teaching others what is expected of them.
    """
    standing = verdicts.on_same_weights(db, round_.id)
    answered = proposals.answered(db, campaigns.ids_on_same_weights(db, round_.id))
    modes, ranked = to_learn(round_.summary, standing)
    heeded = ranked
    if round_.summary.get("labels") == []:  # answers are free text
        heeded = [j for j in heeded if j.verdict is not Verdict.REJECT]
    else:
        modes = teachable(modes, standing, answered)
    return ToLearn(confirmed_modes(standing), modes, standing, heeded, ranked, answered)


def to_learn(summary: Mapping[str, Any], standing: Sequence[Judgement]) -> tuple[list[ModeKey], list[Judgement]]:
    """Return the confirmed modes that are chosen, and the verdicts that pairs are made of.

    A mode that was chosen and is not confirmed (any more) is left out. Verdicts on a confirmed mode that was not chosen
    make no pairs: whoever leaves a mode out wants nothing taught about it. Verdicts on modes that are not confirmed do.

    Args:
        summary: The round's summary.
        standing: The verdicts that stand.
    """
    confirmed = confirmed_modes(standing)
    chosen = summary.get(CHOSEN)
    if chosen is None:
        return confirmed, list(standing)
    wanted = {ModeKey(tuple(cell), stratum) for cell, stratum in chosen}
    left_out = set(confirmed) - wanted
    return [key for key in confirmed if key in wanted], [j for j in standing if j.key not in left_out]


def teachable(
    modes: Sequence[ModeKey], judgements: Sequence[Judgement], answered: Mapping[str, Answered]
) -> list[ModeKey]:
    """Return the confirmed modes in which the expected answer may be taught to other inputs, in their order.

    Re-applying a mode teaches every input of its stratum the answer that is expected of it. Where confirmations mostly
    state another answer (the clean answer was wrong, or the edit changes the true answer and the target misses it), the
    right answer of an input nobody judged is not known, and only the judged ones are learned, as pairs.

    Args:
        modes: Confirmed modes.
        judgements: The verdicts that stand.
        answered: The answers that they were given on, by the proposal's id.
    """
    balance: dict[ModeKey, int] = defaultdict(int)
    for judgement in judgements:
        if judgement.verdict is Verdict.CONFIRM:
            as_expected = judgement.answer in (None, answered[judgement.proposal_id].expected)
            balance[judgement.key] += 1 if as_expected else -1
    return [mode for mode in modes if balance[mode] > 0]
