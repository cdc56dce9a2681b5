"""A small planted problem: half of the strata fail under some settings."""

from __future__ import annotations

import numpy as np

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.exploration.env import ExploreConfig, ExploreEnv
from faded.exploration.frame import AskTable, Frame

SPACE = ConceptSpace(
    tuple(
        ConceptSpec(name, Kind.ORDINAL, (0.0, 1.0, 2.0, 3.0, 4.0), 0.0, name + " {value}")
        for name in ("rotation", "darkening", "saturation")
    )
)
N_STRATA, PER_STRATUM = 6, 60


def planted(seed: int = 0) -> tuple[Frame, AskTable, np.ndarray]:
    """Return frame, answers and rates: in three strata of six, the far corner of two concepts fails at 95%."""
    rng = np.random.default_rng(seed)
    stratum = np.repeat(np.arange(N_STRATA), PER_STRATUM)
    rates = np.full((N_STRATA, SPACE.n_cells), 0.05)
    for s in range(3):
        first, second = s, (s + 1) % 3
        rates[s, (SPACE.cells[:, first] >= 3) & (SPACE.cells[:, second] >= 3)] = 0.95
    rates[:, SPACE.control_index] = 0.0
    failed = rng.random((len(stratum), SPACE.n_cells)) < rates[stratum]
    features = np.eye(N_STRATA)[stratum] + 0.1 * rng.standard_normal((len(stratum), N_STRATA))
    eligible = np.ones(len(stratum), dtype=bool)
    eligible[::10] = False
    invalid = np.zeros((N_STRATA, SPACE.n_cells), dtype=bool)
    invalid[5, 100:] = True
    frame = Frame(
        tuple(f"sample{i}" for i in range(len(stratum))),
        stratum,
        tuple("abcdef"),
        features.astype(np.float32),
        eligible,
        invalid,
    )
    ask = AskTable(failed.astype(np.float32), 0.0, failed.astype(np.int16), ("right", "wrong"))
    return frame, ask, rates


def planted_env(seed: int = 0, num_envs: int = 32, choose_samples: bool = True) -> ExploreEnv:
    """Return the environment of the planted problem at a bound of 0.5."""
    frame, ask, _ = planted()
    return ExploreEnv(SPACE, frame, ask, ExploreConfig(0.5, num_envs, seed, choose_samples))
