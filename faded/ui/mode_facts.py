"""What the page Landscape knows of the modes: how severe and frequent, what people say of them, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faded.domain import ModeKey, Proposal
from faded.labeling.decided import ModeState, ModeTally, tallies
from faded.landscape.impact import Impact, impacts
from faded.landscape.posterior import SURE, BoolArray
from faded.store import campaigns, proposals, verdicts
from faded.ui.evidence import Evidence
from faded.ui.landscape_view import Mapped
from faded.ui.page import View
from faded.ui.policy import Permission, may

SHOWN = 6
"""Settings shown with examples: a screenful."""

EXAMPLES = 3
"""Examples asked for of each mode; a setting shows as many pictures in all, or one article, or one set."""


@dataclass(frozen=True)
class ModeFacts:
    """The modes of a round.

    Attributes:
        mapped: The landscape.
        impacts: Settings that are a mode somewhere, the greatest harm first; refused modes count in none.
        confirmed: Confirmed modes with their verdicts, earlier rounds' on the same weights too; by stratum, an order
            that polling does not change.
        refused: The modes that people have refused.
        modes: Which (stratum, cell) are modes, established or suspected.
        decided: What people say of modes, by cell and stratum: confirmed or refused.
        chosen: The modes chosen to fade; None where nothing was chosen.
        examples: Proposals of the modes that are shown with examples.
        open: Whether the round is still to be decided, so that a choice can be made.
        evidence: The words for what the round is about.
    """

    mapped: Mapped
    impacts: Sequence[Impact]
    confirmed: Mapping[ModeKey, ModeTally]
    refused: frozenset[ModeKey]
    modes: BoolArray
    decided: Mapping[int, Mapping[str, str]]
    chosen: frozenset[ModeKey] | None
    examples: Mapping[ModeKey, Sequence[Proposal]]
    open: bool
    evidence: Evidence

    def index(self, key: ModeKey) -> tuple[int, int]:
        """Return a mode's place in the landscape's tables."""
        landscape = self.mapped.landscape
        return landscape.strata.index(key.stratum), landscape.cells.column(landscape.space.index(key.cell))

    def states(self, cell: int) -> dict[str, list[str]]:
        """Return the strata in which a cell is a mode, by state: confirmed, refused, established, suspected."""
        strata, column = self.mapped.landscape.strata, self.mapped.landscape.cells.column(cell)
        sure = self.mapped.established[:, column]
        by_stratum = {
            strata[i]: "established" if sure[i] else "suspected" for i in np.flatnonzero(self.modes[:, column]).tolist()
        }
        by_stratum |= self.decided.get(cell, {})
        return {
            state: names
            for state in ("confirmed", "established", "suspected", "refused")
            if (names := [name for name in strata if by_stratum.get(name) == state])
        }

    def examples_of(self, cell: int) -> list[Proposal]:
        """Return examples of a setting, from different strata first."""
        space, strata = self.mapped.landscape.space, self.mapped.landscape.strata
        of_modes = [self.examples.get(ModeKey(space.cell(cell), name), ()) for name in strata]
        turns = [[found[i] for found in of_modes if i < len(found)] for i in range(EXAMPLES)]
        return [proposal for turn in turns for proposal in turn][:EXAMPLES]


def read(view: View, mapped: Mapped) -> ModeFacts:
    """Read the modes of the round that is shown; what people say of them for who may see that."""
    facts = view.facts
    assert facts is not None  # noqa: S101 - a landscape has a round
    with view.store.read() as db:
        told = may(view.user.role, Permission.SEE_TEAM)
        judged = tallies(verdicts.on_same_weights(db, facts.round.id)) if told else {}
        refused = frozenset(key for key, tally in judged.items() if tally.state is ModeState.REFUSED)
        confirmed = {
            key: judged[key]
            for key in sorted(judged, key=lambda key: (key.stratum, key.cell))
            if judged[key].state is ModeState.CONFIRMED
        }
        mapped = mapped.looking_at([*confirmed, *refused])
        is_mode = mapped.established | (mapped.posterior.probability >= SURE)
        found = impacts(mapped.landscape, mapped.posterior, is_mode, mapped.shares, refused)
        cells = [mapped.landscape.space.cell(one.cell) for one in found[:SHOWN]]
        cells += [key.cell for key in confirmed]
        ids = [r.id for r in campaigns.on_same_weights(db, facts.round.id)]
        examples = proposals.examples(db, ids, cells, EXAMPLES)
        chosen = campaigns.chosen_modes(facts.round)
    space, decided = mapped.landscape.space, dict[int, dict[str, str]]()
    for key in (*confirmed, *sorted(refused, key=str)):
        decided.setdefault(space.index(key.cell), {})[key.stratum] = judged[key].state.value
    kept = None if chosen is None else frozenset(chosen)
    return ModeFacts(mapped, found, confirmed, refused, is_mode, decided, kept, examples, facts.open, facts.evidence)
