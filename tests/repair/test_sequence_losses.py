"""The losses of written answers against a calculation by hand: texts of two tokens."""

from math import exp, log

import pytest
import torch

from faded.repair.sequence_losses import likelihood, preference, text_anchor

# Two texts of two tokens. The network gives the chosen one .5 * .4 = .2 and the rejected one .5 * .1 = .05;
# the reference gives .25 * .4 = .1 and .5 * .2 = .1.
CHOSEN, REJECTED = log(0.5) + log(0.4), log(0.5) + log(0.1)
BEFORE_CHOSEN, BEFORE_REJECTED = log(0.25) + log(0.4), log(0.5) + log(0.2)


def row(*values: float) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


@pytest.mark.parametrize("beta", [1.0, 0.1])
def test_preference_is_that_of_two_tokens_by_hand(beta: float) -> None:
    loss = preference(row(CHOSEN), row(REJECTED), row(BEFORE_CHOSEN), row(BEFORE_REJECTED), beta)
    ratio = (0.2 / 0.1) / (0.05 / 0.1)  # the chosen one doubled, the rejected one halved
    assert loss.item() == pytest.approx(-log(ratio**beta / (1 + ratio**beta)), rel=1e-6)


def test_where_nothing_has_moved_it_is_the_logarithm_of_two_and_pulls_both_ways() -> None:
    chosen, rejected = row(-3.0, -8.0), row(-2.0, -1.0)
    loss = preference(chosen, rejected, chosen.detach(), rejected.detach(), 0.5)
    assert loss.item() == pytest.approx(log(2))
    loss.backward()
    assert chosen.grad is not None and rejected.grad is not None
    assert chosen.grad.tolist() == pytest.approx([-0.125, -0.125])  # beta * sigmoid(0) / rows
    assert rejected.grad.tolist() == pytest.approx([0.125, 0.125])


def test_no_rows_cost_nothing() -> None:
    none = torch.zeros(0, requires_grad=True)
    loss = preference(none, none, none, none, 0.1)
    loss.backward()
    assert loss.item() == 0.0


def test_likelihood_is_nats_per_token_whatever_the_length() -> None:
    assert likelihood(row(CHOSEN), torch.tensor([2])).item() == pytest.approx(-log(0.2) / 2)
    short, long = row(-4.0, -40.0), torch.tensor([2, 20])
    assert likelihood(short, long).item() == pytest.approx(2.0)


def test_the_preference_alone_may_lower_both_and_likelihood_tells() -> None:
    lower = preference(row(CHOSEN - 5), row(REJECTED - 9), row(CHOSEN), row(REJECTED), 1.0)
    assert lower.item() == pytest.approx(-log(1 / (1 + exp(-4))), rel=1e-5) and lower.item() < log(2)
    assert likelihood(row(CHOSEN - 5), torch.tensor([2])) > likelihood(row(CHOSEN), torch.tensor([2]))


def test_the_anchor_is_what_a_token_has_lost() -> None:
    assert text_anchor(row(-6.0, -2.0), row(-4.0, -2.0), torch.tensor([2, 5])).item() == pytest.approx(0.5)
