from __future__ import annotations

from dataclasses import replace

from faded.domain import Judgement, ModeKey, Proposal, Verdict
from faded.labeling.chosen import teachable

KEY = ModeKey((1,), "red")


def proposal(answer: str, reference: str | None) -> Proposal:
    return Proposal("p", "s", KEY, answer, reference, 0.5, "Darkened by 60%.")


def test_a_mode_is_taught_where_confirmations_mostly_state_the_expected_answer() -> None:
    other = ModeKey((3,), "red")
    shown = {
        f"{key.cell}{i}": replace(proposal("grey", None), clean_answer="red") for key in (KEY, other) for i in range(3)
    }
    stated = {KEY: ("red", "red", "green"), other: ("red", "green", "green")}
    judgements = [
        Judgement(f"{key.cell}{i}", f"s{i}", key, Verdict.CONFIRM, answer)
        for key, answers in stated.items()
        for i, answer in enumerate(answers)
    ]
    assert teachable([KEY, other], judgements, shown) == [KEY]
