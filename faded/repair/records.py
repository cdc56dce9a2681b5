"""What a repair says of itself: while it trains, and at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from faded.domain import ModeKey
from faded.repair.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How the network stands on the held-out tune inputs.

    Attributes:
        step: After how many steps.
        mode_rate: Induced rate over the modes; where no held-out input is in a mode, the share of verdict pairs that
            are not answered as chosen.
        clean_flips: Share of the held-out inputs that were right under the clean control and are wrong now.
        score: `mode_rate` plus the penalty for flips; lower is better.
    """

    step: int
    mode_rate: float
    clean_flips: float
    score: float


@dataclass(frozen=True)
class Progress:
    """What a caller is told after each step.

    Attributes:
        step: Steps done.
        steps: Steps at most.
        loss: Loss of the step on edited rows, nats.
        anchor: Anchor of the step on clean rows, nats.
        evaluation: The latest evaluation.
        best: The best one so far.
        checkpoint: Makes a checkpoint from which `repair` goes on; call it before the next step.
    """

    step: int
    steps: int
    loss: float
    anchor: float
    evaluation: Evaluation
    best: Evaluation
    checkpoint: Callable[[], Checkpoint]


@dataclass(frozen=True)
class RepairResult:
    """What a repair did; the target holds the best weights.

    Attributes:
        steps: Steps done.
        best: The evaluation of the weights that were kept; step 0 is the target as it was.
        history: Every evaluation.
        pairs: Pairs from verdicts.
        reapplied_pairs: Pairs that re-applying makes available: tune inputs times modes of their stratum.
        skipped: Modes without any tune input of their stratum, or without anything better to learn from.
        stopped: Whether the caller stopped it.
    """

    steps: int
    best: Evaluation
    history: tuple[Evaluation, ...]
    pairs: int
    reapplied_pairs: int
    skipped: tuple[ModeKey, ...]
    stopped: bool
