"""Loading targets: a transformers folder, a hub id, or a Python callable.

A callable is written `package.module:function`, or named as a plug-in registered it (`functions.classifiers`). It takes
no argument and returns a torch module with three attributes:
`labels` (class names in the order of the logits), `input_size` (height, width) and `preprocess` (maps pixels in [0, 1],
shape (batch, 3, height, width), to what the module is fed).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from faded.domain import FadedError
from faded.runtime import BUILDING, device
from faded.targets.classifier import WEIGHTS_FILE, Classifier
from faded.targets.functions import classifiers, function_of, names_function
from faded.targets.pretrained import from_pretrained

MAKES = "takes no argument and returns a torch module"


def load_classifier(source: str, weights: Path | None = None) -> Classifier:
    """Load an image classifier.

    Args:
        source: A folder or hub id in transformers' format, `package.module:function`, or the name of a registered one.
        weights: A folder that `Classifier.save` wrote; replaces the source's own weights.

    Raises:
        FadedError: it cannot be loaded; the message says why and what to give.
    """
    if source.startswith(("/", "./", "../", "~")) and not Path(source).exists():
        raise FadedError(
            f"There is no folder {source}: give a folder of a transformers model, a hub id, or a callable."
        )
    with BUILDING:
        if not names_function(classifiers, source):
            return from_pretrained(source, weights)
        target = from_callable(source)
    if weights is not None:
        _load_state(target, weights)
    return target


def from_callable(source: str) -> Classifier:
    """Load what a function returns, see `functions.function_of`."""
    make = function_of(classifiers, source, MAKES)
    try:
        module = make()
    except Exception as error:
        raise FadedError(
            f"The target {source!r} cannot be built: {type(error).__name__}: {error}. Give a function that {MAKES}."
        ) from error
    if not isinstance(module, nn.Module):
        raise FadedError(f"The target {source!r} returned {type(module).__name__}: it must return a torch module.")
    module = copy.deepcopy(module)  # a function may return one module each time, and a repair must not train them all
    try:
        labels = tuple(str(label) for label in module.labels)  # type: ignore[union-attr]
        height, width = (int(str(side)) for side in module.input_size)  # type: ignore[union-attr]
        preprocess: Any = module.preprocess
    except (AttributeError, TypeError, ValueError) as error:
        raise FadedError(
            f"The module that {source!r} returned lacks something: {error}. It needs the attributes labels, "
            "input_size (height, width) and preprocess."
        ) from error
    fit = _fit_centre(int(height), int(width))
    return Classifier(module, labels, (int(height), int(width)), fit, preprocess, device(), source)


def check(target: Classifier) -> None:
    """Ask the target about one grey picture, so that a broken one is found before any work.

    Raises:
        TargetError: it failed or answered with no answer.
    """
    target.answer(torch.full((2, 3, *target.input_size), 0.5))


def _load_state(target: Classifier, folder: Path) -> None:
    """Replace the weights by the state dict that `Classifier.save` wrote."""
    file = folder / WEIGHTS_FILE
    if not file.is_file():
        raise FadedError(f"There are no weights at {file}. Give a folder that holds {WEIGHTS_FILE}.")
    try:
        target.module.load_state_dict(load_file(file))
    except (RuntimeError, OSError, SafetensorError) as error:
        raise FadedError(f"The weights at {file} are not those of {target.source}: {error}") from error


def _fit_centre(height: int, width: int) -> Callable[[Image.Image], NDArray[np.uint8]]:
    """Scale until the size is covered, then cut out the centre."""

    def fit(image: Image.Image) -> NDArray[np.uint8]:
        return np.asarray(ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR), dtype=np.uint8)

    return fit
