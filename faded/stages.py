"""Names of the stages and of what pages wait for. Pages enqueue jobs by them, so nothing heavy is imported here."""

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
