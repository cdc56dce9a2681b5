"""Which modes nobody judged are like those that verdicts refused. Numpy and scipy only.

A few verdicts speak of more than their own cells: where turning inputs of a stratum by 90 degrees changes their true
answer, it does so in the dark as well. The landscape's posterior borrows strength across levels and strata for failure
rates; here the same model is fitted to verdicts, so that a mode leans where its neighbours' verdicts lean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.domain import Judgement, ModeKey, Verdict
from faded.labeling.decided import HALF
from faded.landscape.posterior import Landscape
from faded.landscape.rebuild import REFIT_STEPS


def leaning(
    space: ConceptSpace,
    judgements: Sequence[Judgement],
    says: Callable[[Judgement], bool],
    among: Iterable[ModeKey],
) -> frozenset[ModeKey]:
    """Return those of some modes of which more than half of the verdicts would probably say so.

    Only strata with verdicts are looked at, the clean control is none of them, and unsure verdicts do not count. The
    mean of the posterior decides: what it is sure of would be a rule for modes with verdicts of their own.

    Args:
        space: The concepts.
        judgements: The verdicts that stand.
        says: Whether a verdict says so.
        among: The modes that are asked about.
    """
    counted = [j for j in judgements if j.verdict is not Verdict.UNSURE]
    found = np.array([says(j) for j in counted], dtype=np.bool_)
    if not found.any():
        return frozenset()
    strata = tuple(sorted({j.key.stratum for j in counted}))
    asked = [key for key in among if key.stratum in strata]
    model = Landscape(space, strata, HALF, lambda numbers: np.zeros((len(strata), len(numbers)), dtype=np.bool_))
    columns = model.consider([space.index(key.cell) for key in asked]).tolist()
    model.add([strata.index(j.key.stratum) for j in counted], [space.index(j.key.cell) for j in counted], found)
    model.refit(REFIT_STEPS)
    likely = (model.posterior().mean > HALF) & ~model.excluded
    row = {name: i for i, name in enumerate(strata)}
    return frozenset(key for key, c in zip(asked, columns, strict=True) if likely[row[key.stratum], c])
