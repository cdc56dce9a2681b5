"""Names of the stages. The pages enqueue jobs by them, so nothing heavy is imported here."""

EXPLORE = "explore"
REPAIR = "repair"
VERIFY = "verify"

NEXT = {REPAIR: VERIFY}
"""What follows by itself when a stage is done."""

STEPS = "steps"
"""Key of a repair job's parameters: optimiser steps at most."""
