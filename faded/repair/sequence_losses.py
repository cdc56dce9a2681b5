"""The losses of repair for written answers: pure functions of log-probabilities."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def preference(
    chosen: torch.Tensor,
    rejected: torch.Tensor,
    reference_chosen: torch.Tensor,
    reference_rejected: torch.Tensor,
    beta: float,
) -> torch.Tensor:
    """Prefer one text to another, relative to the frozen reference: direct preference optimisation of whole texts.

    With p the log-probability of a text (the sum over its tokens) and p0 that of the frozen reference:

        loss = -log sigmoid(beta * ((p_chosen - p0_chosen) - (p_rejected - p0_rejected))),  averaged over the batch

    (Rafailov et al. 2023, equation 7). It looks at the difference alone and can lower both; `likelihood` beside it
    keeps the chosen one up. No rows cost nothing.

    Args:
        chosen: Log-probabilities of the better texts, nats, shape (batch,), with gradients.
        rejected: Those of the worse texts.
        reference_chosen: Those of the better texts by the reference, without gradients.
        reference_rejected: Those of the worse texts by the reference.
        beta: How strongly the result is tied to the reference, above 0; smaller lets it go further.
    """
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -F.logsigmoid(beta * margin).sum() / max(1, len(margin))


def likelihood(chosen: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Make the chosen texts likely: mean over the batch of the nats per token.

    Added to `preference` it makes what is often called RPO (Pang et al. 2024, "Iterative reasoning preference
    optimization", equation 1): long texts weigh no more than short ones.

    Args:
        chosen: Log-probabilities of the texts, nats, shape (batch,), with gradients.
        lengths: Their tokens, shape (batch,).
    """
    return -(chosen / lengths).mean()


def text_anchor(own: torch.Tensor, reference_own: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Keep what the frozen reference wrote as likely as it was: mean nats per token lost, below 0 where it gained.

    On texts that the reference wrote itself this is an estimate of its divergence from the network in training, at the
    likeliest text in place of a drawn one. No rows cost nothing.

    Args:
        own: Log-probabilities of the texts, nats, shape (batch,), with gradients.
        reference_own: Those by the reference, without gradients.
        lengths: Their tokens, shape (batch,).
    """
    return ((reference_own - own) / lengths).sum() / max(1, len(own))
