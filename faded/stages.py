"""Names of the stages, of what pages wait for, and of rounds. Pages enqueue jobs by them: nothing heavy is imported."""

EXPLORE = "explore"
REPAIR = "repair"
VERIFY = "verify"

PREVIEW = "preview"
"""One picture under one setting, answered within a second beside whatever stage is running."""

TARGET, CANDIDATE, DATA, CONCEPTS, MEASURE = "target", "candidate", "data", "concepts", "measure"
"""What is asked about a campaign before it begins, in the order in which it is described."""

NEXT = {REPAIR: VERIFY}
"""What follows by itself when a stage is done."""
NEXT_OF_A_COMPARISON = {EXPLORE: VERIFY}
"""The same where a campaign compares its target with a candidate."""

STEPS = "steps"
"""Key of a repair job's parameters: optimiser steps at most."""

CLEAN = "Answering the clean control: "
"""How the message of an exploration begins that answers inputs unedited; how many of how many follows."""


def round_called(round_id: int, number: int, campaign: str) -> str:
    """Return "round 2 (round 1 of campaign signs-aa9d89e0-1)": a round's number in the workspace, then in its campaign.

    Args:
        round_id: Its number in the workspace, which `--round` takes.
        number: Its number in the campaign.
        campaign: Name of the campaign.
    """
    return f"round {round_id} (round {number} of campaign {campaign})"
