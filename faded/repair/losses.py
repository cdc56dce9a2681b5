"""The losses of repair: pure functions of logits."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def listwise_preference(
    logits: torch.Tensor, reference_logits: torch.Tensor | None, chosen: torch.Tensor, reference_weight: float
) -> torch.Tensor:
    """Prefer the chosen answer to all others at once, relative to the frozen reference.

    With z the logits of the network in training, z0 those of the frozen reference, y the chosen class and w the weight:

        loss = -log softmax(z - w * z0)[y],  averaged over the batch.

    At w = 1 this is the Plackett-Luce form of direct preference optimisation (Rafailov et al. 2023, appendix A.3) with
    one winner over all other classes and beta 1: log-probability ratios differ from logit differences by a constant per
    input, which the softmax cancels. At w = 0 it is cross-entropy: the reference has no say.

    Args:
        logits: Shape (batch, n_classes), with gradients.
        reference_logits: Shape (batch, n_classes), without gradients; None where `reference_weight` is 0.
        chosen: Class numbers, shape (batch,).
        reference_weight: From 0 (no reference in the loss) to 1.
    """
    scores = logits if reference_logits is None else logits - reference_weight * reference_logits
    return F.cross_entropy(scores, chosen)


def kl_anchor(logits: torch.Tensor, reference_logits: torch.Tensor) -> torch.Tensor:
    """Keep the answers of the frozen reference.

    loss = KL(softmax(z0) || softmax(z)) in nats, averaged over the batch: the forward direction, so that a class which
    the reference thinks possible must stay possible (distillation, Hinton et al. 2015).

    Args:
        logits: Shape (batch, n_classes), with gradients.
        reference_logits: Shape (batch, n_classes), without gradients.
    """
    return F.kl_div(logits.log_softmax(1), reference_logits.log_softmax(1), reduction="batchmean", log_target=True)
