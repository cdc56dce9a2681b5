"""What every stage may ask of the edits: apply settings to a batch of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Payload_contra = TypeVar("Payload_contra", contravariant=True)
Inputs_co = TypeVar("Inputs_co", covariant=True)


class Editor(Protocol[Payload_contra, Inputs_co]):
    """Turns payloads and settings into inputs of the target."""

    def __call__(self, payloads: Sequence[Payload_contra], values: NDArray[np.float64]) -> Inputs_co:
        """Apply one setting per payload; `values` has shape (batch, n_concepts)."""
        ...
