"""Names of the stages and of what pages wait for. Pages enqueue jobs by them, so nothing heavy is imported here."""

EXPLORE = "explore"
REPAIR = "repair"
VERIFY = "verify"

PREVIEW = "preview"
"""One picture under one setting, answered within a second beside whatever stage is running."""

TARGET, DATA, CONCEPTS, MEASURE = "target", "data", "concepts", "measure"
INQUIRIES = (TARGET, DATA, CONCEPTS, MEASURE)
"""What is asked about a campaign before it begins, in the order in which it is described."""

NEXT = {REPAIR: VERIFY}
"""What follows by itself when a stage is done."""

STEPS = "steps"
"""Key of a repair job's parameters: optimiser steps at most."""

CLEAN = "Answering the clean control: "
"""How the message of an exploration begins that answers inputs unedited; how many of how many follows."""
