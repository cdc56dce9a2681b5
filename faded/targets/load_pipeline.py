"""Loading text-to-image models: a folder or hub id in diffusers' format.

Safetensors only, and no code of a checkpoint's own is run. A safety checker is left out: what it hides it paints black,
and a black picture shows neither what was asked nor how the model fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from huggingface_hub.utils.tqdm import are_progress_bars_disabled

from faded.domain import FadedError
from faded.runtime import BUILDING, device
from faded.saved import Saved
from faded.targets.attributes import Reader
from faded.targets.checkpoints import reason
from faded.targets.denoising import ADAPTER, PREDICTIONS
from faded.targets.drawn_by_function import DRAWS, DrawnByFunction
from faded.targets.functions import function_of, names_function, or_named, painters
from faded.targets.text_to_image import Sampling, TextToImage

PARTS = ("vae", "text_encoder", "tokenizer", "unet", "scheduler")
"""Of a latent-diffusion pipeline with one text encoder, such as `StableDiffusionPipeline`."""
CHECKER = "safety_checker"
SECOND_ENCODER = "text_encoder_2"


def load_drawing(
    source: str, reader: Reader, sampling: Sampling, weights: Path | None = None
) -> TextToImage | DrawnByFunction:
    """Load a target that draws: see `load_pipeline`, or a function, which draws by itself (`functions.py`).

    Raises:
        FadedError: it cannot be loaded; the message says why and what to give.
    """
    if names_function(painters, source):
        return DrawnByFunction(function=function_of(painters, source, DRAWS), reader=reader, source=source)
    return load_pipeline(source, reader, sampling, weights)


def load_pipeline(source: str, reader: Reader, sampling: Sampling, weights: Path | None = None) -> TextToImage:
    """Load a text-to-image model, in float32 whatever its checkpoint holds.

    Args:
        source: A folder or hub id in diffusers' format.
        reader: Reads what the pictures show.
        sampling: How pictures are drawn.
        weights: A folder that `TextToImage.save` wrote for it: its adapter is put on the source's own denoiser. Where
            a repair left no adapter, the folder is a pipeline itself, and is loaded instead.

    Raises:
        FadedError: it cannot be loaded; the message says why and what to give.
    """
    from diffusers import DiffusionPipeline
    from diffusers.utils import logging

    if are_progress_bars_disabled():  # the switch that its siblings take; it has none of its own
        logging.disable_progress_bar()
    if weights is not None and Saved.PIPELINE.is_in(weights):
        return load_pipeline(str(weights), reader, sampling)
    if source.startswith(("/", "./", "../", "~")) and not Path(source).is_dir():
        raise FadedError(f"There is no folder {source}: give a folder or hub id in diffusers' format.")
    with BUILDING:
        try:
            described = DiffusionPipeline.load_config(source)
            without: dict[str, Any] = {CHECKER: None, f"requires_{CHECKER}": False} if CHECKER in described else {}
            pipeline = DiffusionPipeline.from_pretrained(
                source, dtype=torch.float32, use_safetensors=True, trust_remote_code=False, **without
            )
        except Exception as error:  # whatever diffusers stumbles over, it is the source that cannot be read
            raise FadedError(
                f"The target {source!r} cannot be loaded: {reason(error)} Give a folder or hub id that holds "
                "model_index.json and the parts of a StableDiffusionPipeline as safetensors, or "
                f"package.module:function.{or_named(painters)}"
            ) from error
    lacking = [part for part in PARTS if getattr(pipeline, part, None) is None]
    if lacking:
        raise FadedError(
            f"The pipeline {source!r} is a {type(pipeline).__name__} and has no {', '.join(lacking)}: give one with "
            "these parts, such as a StableDiffusionPipeline."
        )
    if getattr(pipeline, SECOND_ENCODER, None) is not None:
        raise FadedError(
            f"The pipeline {source!r} is a {type(pipeline).__name__} with two text encoders: give one with one, such "
            "as a StableDiffusionPipeline."
        )
    predicted = pipeline.scheduler.config.get("prediction_type")
    if predicted not in PREDICTIONS:
        raise FadedError(
            f"The denoiser of {source!r} predicts {predicted!r}: give one that predicts {' or '.join(PREDICTIONS)}."
        )
    if weights is not None:
        _put_on(pipeline, weights, source)
    return TextToImage(pipeline=pipeline, reader=reader, sampling=sampling, device=device(), source=source)


def _put_on(pipeline: Any, weights: Path, source: str) -> None:
    if not Saved.LORA.is_in(weights):
        raise FadedError(f"There is no adapter at {weights}. Give a folder that was saved from {source}.")
    with BUILDING:
        try:
            pipeline.unet.load_lora_adapter(
                weights,
                "unet",
                weight_name=Saved.LORA.value,
                adapter_name=ADAPTER,
                use_safetensors=True,
                local_files_only=True,
            )
        except Exception as error:  # as above
            raise FadedError(f"The adapter at {weights} does not fit {source!r}: {reason(error)}") from error
