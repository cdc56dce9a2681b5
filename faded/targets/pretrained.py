"""Targets in transformers' own format: a folder or a hub id. Safetensors only, and no code of its own is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from faded.domain import FadedError
from faded.runtime import device
from faded.targets.checkpoints import check_complete, check_same, reason, some
from faded.targets.classifier import Classifier
from faded.targets.functions import classifiers, or_named
from faded.targets.preprocessing import Preprocessing, agree, preprocessing

WRITERS = ("ForConditionalGeneration", "ForCausalLM", "LMHeadModel")
"""How the names of networks that write texts end."""


def from_pretrained(source: str, weights: Path | None = None) -> Classifier:
    """Load an image classifier, in float32 whatever its checkpoint holds.

    Args:
        source: A folder or hub id in transformers' format.
        weights: A folder that `Classifier.save` wrote for it; its weights are loaded instead of the source's.

    Raises:
        FadedError: it cannot be loaded, its preprocessing cannot be followed, its checkpoint lacks weights or has
            others than its configuration says, or `weights` are of another target.
    """
    config, processor = _described(source)
    prepare, labels = preprocessing(processor, source), _labels(config, source)
    if weights is not None:
        _check_same(source, weights, (config.model_type, labels, prepare))
    module = _module(source if weights is None else str(weights))

    def write(folder: Path) -> None:
        module.save_pretrained(folder)
        processor.save_pretrained(folder)

    return Classifier(module, labels, prepare.size, prepare.fit, prepare.normalise, device(), source, write)


def _described(source: str) -> tuple[Any, Any]:
    """Return the configuration and the image processor."""
    from transformers import AutoConfig, AutoImageProcessor

    try:
        config = AutoConfig.from_pretrained(source, trust_remote_code=False)
        _check_classifies(config, source)
        processor = AutoImageProcessor.from_pretrained(source, trust_remote_code=False)
    except FadedError:
        raise
    except Exception as error:  # whatever transformers stumbles over, it is the source that cannot be read
        raise _unloadable(source, error) from error
    return config, processor


def _check_classifies(config: Any, source: str) -> None:
    """Refuse a network that says of itself that it writes."""
    trained = [name for name in config.architectures or () if name.endswith(WRITERS)]
    if trained:
        raise FadedError(
            f"The target {source!r} is a {trained[0]} and names no classes. Give an image classifier, or, for a "
            "summarizer, --task text (in a configuration: task text)."
        )


def _module(source: str) -> Any:
    """Return the network in float32, with every weight from the checkpoint."""
    from transformers import AutoModelForImageClassification

    try:
        module, found = AutoModelForImageClassification.from_pretrained(
            source,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are refused below, by name
        )
    except Exception as error:  # as above
        raise _unloadable(source, error) from error
    sizes = "See that id2label names as many classes as the checkpoint has, and that the sizes are its own."
    check_complete(module, found, source, "an image classifier", sizes)
    return module


def _labels(config: Any, source: str) -> tuple[str, ...]:
    named = config.id2label
    if sorted(named) != list(range(len(named))):
        raise FadedError(
            f"The id2label of {source!r} names the classes {some(sorted(map(str, named)))}: number them from 0 to "
            f"{len(named) - 1}, one per output."
        )
    return tuple(str(named[i]) for i in range(len(named)))


def _check_same(source: str, weights: Path, wanted: tuple[str, tuple[str, ...], Preprocessing]) -> None:
    """Refuse weights that belong to another kind of network, or to other labels or other preprocessing."""
    if not weights.is_dir():
        raise FadedError(f"There are no weights at {weights}. Give a folder that was saved from {source}.")
    model_type, labels, prepare = wanted
    config, processor = _described(str(weights))
    same = {
        "kind of network": config.model_type == model_type,
        "labels": _labels(config, str(weights)) == labels,
        "preprocessing": agree(preprocessing(processor, str(weights)), prepare),
    }
    check_same(source, weights, same)


def _unloadable(source: str, error: Exception) -> FadedError:
    return FadedError(
        f"The target {source!r} cannot be loaded: {reason(error)} Give a folder or hub id that holds config.json, "
        "model.safetensors and preprocessor_config.json of an image classifier, or package.module:function."
        f"{or_named(classifiers)}"
    )
