"""The losses do what their formulas say."""

import math

import torch

from faded.repair.losses import kl_anchor, listwise_preference


def test_without_reference_it_is_cross_entropy() -> None:
    logits = torch.tensor([[2.0, 0.0, 0.0]])
    loss = listwise_preference(logits, None, torch.tensor([0]), 0.0)
    assert math.isclose(loss.item(), -math.log(math.exp(2) / (math.exp(2) + 2)), rel_tol=1e-6)


def test_fully_tied_the_reference_itself_scores_as_chance_whatever_it_says() -> None:
    logits = torch.tensor([[5.0, -3.0, 0.5, 1.0]])
    loss = listwise_preference(logits, logits, torch.tensor([1]), 1.0)
    assert math.isclose(loss.item(), math.log(4), rel_tol=1e-6)


def test_a_constant_added_to_all_logits_changes_nothing() -> None:
    logits, reference, chosen = torch.randn(5, 4), torch.randn(5, 4), torch.tensor([0, 1, 2, 3, 0])
    plain = listwise_preference(logits, reference, chosen, 0.3)
    shifted = listwise_preference(logits + 7, reference - 2, chosen, 0.3)
    assert torch.allclose(plain, shifted, atol=1e-5)


def test_the_gradient_raises_the_chosen_and_lowers_every_other() -> None:
    logits = torch.zeros(1, 4, requires_grad=True)
    listwise_preference(logits, torch.randn(1, 4), torch.tensor([2]), 0.5).backward()
    assert logits.grad is not None
    assert (logits.grad[0] < 0).tolist() == [False, False, True, False]


def test_the_anchor_is_zero_only_at_the_reference_and_runs_from_reference_to_tuned() -> None:
    reference = torch.log(torch.tensor([[0.5, 0.5]]))
    tuned = torch.log(torch.tensor([[0.9, 0.1]]))
    assert kl_anchor(reference, reference).item() == 0
    expected = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert math.isclose(kl_anchor(tuned, reference).item(), expected, rel_tol=1e-5)
