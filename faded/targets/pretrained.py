"""Targets in transformers' own format: a folder or a hub id. Safetensors only, and no code of its own is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from faded.domain import FadedError
from faded.runtime import device
from faded.targets.classifier import Classifier
from faded.targets.preprocessing import Preprocessing, agree, preprocessing


def from_pretrained(source: str, weights: Path | None = None) -> Classifier:
    """Load an image classifier.

    Args:
        source: A folder or hub id in transformers' format.
        weights: A folder that `Classifier.save` wrote for it; its weights are loaded instead of the source's.

    Raises:
        FadedError: it cannot be loaded, or `weights` are of another target.
    """
    config, processor = _described(source)
    prepare, labels = preprocessing(processor), _labels(config)
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
        return config, AutoImageProcessor.from_pretrained(source, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise _unloadable(source, error) from error


def _module(source: str) -> Any:
    from transformers import AutoModelForImageClassification

    try:
        return AutoModelForImageClassification.from_pretrained(source, use_safetensors=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise _unloadable(source, error) from error


def _labels(config: Any) -> tuple[str, ...]:
    return tuple(str(config.id2label[i]) for i in range(config.num_labels))


def _check_same(source: str, weights: Path, wanted: tuple[str, tuple[str, ...], Preprocessing]) -> None:
    """Refuse weights that belong to another kind of network, or to other labels or other preprocessing."""
    if not weights.is_dir():
        raise FadedError(f"There are no weights at {weights}. Give a folder that was saved from {source}.")
    model_type, labels, prepare = wanted
    config, processor = _described(str(weights))
    same = {
        "kind of network": config.model_type == model_type,
        "labels": _labels(config) == labels,
        "preprocessing": agree(preprocessing(processor), prepare),
    }
    other = [name for name, is_same in same.items() if not is_same]
    if other:
        raise FadedError(
            f"The weights at {weights} are not those of {source}: the {' and the '.join(other)} differ. Give a folder "
            "that was saved from it."
        )


def _unloadable(source: str, error: Exception) -> FadedError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return FadedError(
        f"The target {source!r} cannot be loaded: {reason} Give a folder or hub id that holds config.json, "
        "model.safetensors and preprocessor_config.json of an image classifier, or package.module:function."
    )
