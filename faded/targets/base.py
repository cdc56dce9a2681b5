"""What every stage may ask of a target."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.domain import Details

FloatArray = NDArray[np.float32]

Inputs_contra = TypeVar("Inputs_contra", contravariant=True)
Answers_co = TypeVar("Answers_co", bound="Answers", covariant=True)


class Answers(Protocol):
    """What a target answered for a batch, all of it from one forward pass per input."""

    @property
    def texts(self) -> list[str]:
        """The answers in words, one per input."""
        ...

    @property
    def features(self) -> FloatArray:
        """What an agent may know of each input, shape (batch, n_features): embedding and prediction."""
        ...

    def details(self, row: int) -> Details:
        """What a card shows beside the answer of one row, such as the confidence."""
        ...


class Target(Protocol, Generic[Inputs_contra, Answers_co]):
    """The network under test."""

    def answer(self, inputs: Inputs_contra) -> Answers_co:
        """Answer a batch: inference mode, one forward pass.

        Raises:
            TargetError: the network failed or answered with NaN.
        """
        ...

    def fingerprint(self) -> str:
        """Return a hash of the weights, 16 hexadecimal digits."""
        ...

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors in the target's own format."""
        ...
