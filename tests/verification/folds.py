"""Made-up evaluations with known truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from faded.verification.evaluate import rows_of
from faded.verification.records import Evaluation, Outcomes, Role, Setting

MODE = frozenset({Role.CONFIRMED, Role.ESTABLISHED})


def setting(stratum: str, value: float, roles: frozenset[Role] = MODE) -> Setting:
    return Setting(stratum, (value,), (int(value * 10),), roles)


def drawn(
    settings: Sequence[Setting],
    before: Sequence[float],
    after: Sequence[float],
    per_stratum: int,
    seed: int,
    kept: float = 0.0,
) -> Evaluation:
    """Draw outcomes: a sample's difficulty is shared by all its rows, and by both targets with probability `kept`."""
    rng = np.random.default_rng(seed)
    strata = tuple(s for s in sorted({x.stratum for x in settings}) for _ in range(per_stratum))
    clean = np.zeros(len(strata), dtype=np.bool_)
    rows = rows_of(settings, strata, clean)
    first = rng.random(len(strata))
    second = np.where(rng.random(len(strata)) < kept, first, rng.random(len(strata)))
    was = first[rows.sample] < np.array(before)[rows.setting]
    now = second[rows.sample] < np.array(after)[rows.setting]
    ids = tuple(str(i) for i in range(len(strata)))
    return Evaluation(
        ids, strata, tuple(settings), rows, Outcomes(clean, was, 1.0 - clean), Outcomes(clean, now, 1.0 - clean), ~clean
    )
