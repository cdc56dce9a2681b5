"""Image classifiers as targets: a torch module with its labels and its preprocessing.

Inputs are pixels in [0, 1], shape (batch, 3, height, width), already at the target's input size. Prediction,
probabilities and embedding come from one forward pass: the embedding is what the last linear layer with one output per
class that the forward pass uses is fed, caught by a hook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from faded.domain import Details, TargetError
from faded.targets.checkpoints import writing
from faded.targets.fingerprint import fingerprint

FloatArray = NDArray[np.float32]
WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True)
class ClassifierAnswers:
    """What a classifier said of a batch.

    Attributes:
        labels: The class names, in the order of the columns of `probabilities`.
        probabilities: Shape (batch, n_classes).
        embedding: Input of the last linear layer with one output per class, shape (batch, n_features).
    """

    labels: tuple[str, ...]
    probabilities: FloatArray
    embedding: FloatArray

    @property
    def texts(self) -> list[str]:
        """The most probable class per input."""
        return [self.labels[i] for i in self.probabilities.argmax(axis=1)]

    @property
    def features(self) -> FloatArray:
        """Embedding and probabilities side by side, shape (batch, n_features + n_classes)."""
        return np.concatenate([self.embedding, self.probabilities], axis=1)

    def details(self, row: int) -> Details:
        """The confidence of one answer."""
        return {"confidence": round(float(self.probabilities[row].max()), 4)}


@dataclass(frozen=True)
class Classifier:
    """A target that names what is on a picture.

    Attributes:
        module: Maps preprocessed pixels to logits, or to an object with `.logits`.
        labels: Class names in the order of the logits.
        input_size: Height and width that the module is fed.
        fit: Brings a picture to that size, as the module's own preprocessing would; shape (height, width, 3).
        preprocess: Maps pixels in [0, 1] to what the module is fed (normalisation).
        device: Where the module lives.
        source: Folder or name that the module was loaded from, for messages.
        writer: Writes the module's folder; None writes the state dict alone.
    """

    module: nn.Module
    labels: tuple[str, ...]
    input_size: tuple[int, int]
    fit: Callable[[Image.Image], NDArray[np.uint8]]
    preprocess: Callable[[torch.Tensor], torch.Tensor]
    device: torch.device
    source: str
    writer: Callable[[Path], None] | None = None

    def __post_init__(self) -> None:
        self.module.to(self.device).eval()

    def logits(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return logits for pixels in [0, 1]; gradients flow where they are enabled."""
        output: Any = self.module(self.preprocess(pixels.to(self.device)))
        logits = output if isinstance(output, torch.Tensor) else output.logits
        if logits.ndim != 2 or logits.shape[1] != len(self.labels):
            raise TargetError(
                f"The target {self.source} answered with shape {tuple(logits.shape)}, but it has {len(self.labels)} "
                f"labels: its output must have shape (batch, {len(self.labels)})."
            )
        return logits

    def answer(self, inputs: torch.Tensor) -> ClassifierAnswers:
        """Answer a batch of pixels in [0, 1].

        Raises:
            TargetError: the module raised, or answered with NaN or with the wrong shape, or no linear layer makes its
                logits.
        """
        fed: list[torch.Tensor] = []
        heads = classification_heads(self.module, len(self.labels))
        hooks = [head.register_forward_pre_hook(lambda _module, args: fed.append(args[0])) for head in heads]
        try:
            with torch.inference_mode():
                logits = self.logits(inputs).float()
        except TargetError:
            raise
        except Exception as error:
            raise TargetError(
                f"The target {self.source} failed on a batch of shape {tuple(inputs.shape)}: {error}"
            ) from error
        finally:
            for hook in hooks:
                hook.remove()
        if not bool(torch.isfinite(logits).all()):
            raise TargetError(
                f"The target {self.source} answered with NaN or infinity. Check its weights and its preprocessing, "
                "or run it in float32."
            )
        if not fed or len(fed[-1]) != len(inputs):
            raise TargetError(
                f"The forward pass of {self.source} feeds no linear layer with {len(self.labels)} outputs a row per "
                "input, so its embedding cannot be read. Let its last linear layer make the logits."
            )
        embedding = fed[-1].flatten(1).float()
        return ClassifierAnswers(self.labels, logits.softmax(1).cpu().numpy(), embedding.cpu().numpy())

    def fingerprint(self) -> str:
        """Return a hash of the weights, 16 hexadecimal digits."""
        return fingerprint(self.module.state_dict())

    def save(self, folder: Path) -> None:
        """Write the target's folder: transformers' own format, or the state dict of a Python callable's module.

        Raises:
            FadedError: the folder cannot be written.
        """
        with writing(self.source, folder):
            if self.writer is not None:
                self.writer(folder)
            else:
                save_file(_apart(self.module.state_dict()), folder / WEIGHTS_FILE)


def _apart(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return copies that share no memory, as safetensors asks: tied weights are written once per name."""
    return {name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in state.items()}


def classification_heads(module: nn.Module, n_classes: int) -> list[nn.Linear]:
    """Return the linear layers with one output per class.

    Raises:
        TargetError: there is none.
    """
    heads = [m for m in module.modules() if isinstance(m, nn.Linear) and m.out_features == n_classes]
    if not heads:
        raise TargetError(f"The target has no linear layer with {n_classes} outputs, so its embedding cannot be read.")
    return heads
