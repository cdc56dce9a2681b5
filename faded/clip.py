"""CLIP: texts and pictures as vectors of one space, in which a text is near the pictures that it describes.

Both a discrepancy and a reader of pictures ask it, so it stands below either. Loading takes safetensors only, and no
code of a checkpoint's own is run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from faded.domain import FadedError
from faded.runtime import BUILDING, device

FloatArray = NDArray[np.float32]
Rows = TypeVar("Rows", Sequence[str], NDArray[np.uint8])

BATCH = 64
"""Texts or pictures per pass at most."""
SIDE = 32
"""Of the picture that is tried when a model is loaded."""
NEEDED = (
    "Give a folder or hub id that holds config.json, model.safetensors, preprocessor_config.json and the tokenizer of "
    "a CLIPModel."
)


@dataclass(frozen=True)
class Clip:
    """A CLIP model.

    Attributes:
        model: A `CLIPModel` of transformers.
        tokenizer: Makes tokens of texts.
        processor: Brings pictures to what the model is fed.
        source: Folder or hub id that it was loaded from, for messages.
    """

    model: Any
    tokenizer: Any
    processor: Any
    source: str

    @property
    def window(self) -> int:
        """Tokens of a text at most, the two marks included."""
        return int(self.model.config.text_config.max_position_embeddings)

    def check(self, texts: Sequence[str]) -> None:
        """See that it reads these texts to their ends.

        Raises:
            FadedError: a text is longer than the window.
        """
        counts = [len(ids) for ids in self.tokenizer(list(texts))["input_ids"]]
        longest = int(np.argmax(counts))
        if counts[longest] > self.window:
            raise FadedError(
                f"The text {texts[longest]!r} has {counts[longest]} tokens, but the CLIP model {self.source!r} reads "
                f"{self.window}: what stands behind would be left out. Shorten it, or the words of its slots."
            )

    def of_texts(self, texts: Sequence[str]) -> FloatArray:
        """Return the vectors of texts, each of length one, shape (n, n_features).

        Raises:
            FadedError: a text is longer than the window, or a vector is none.
        """
        self.check(texts)
        return self._batched(texts, self._text_pass)

    def of_pictures(self, pictures: NDArray[np.uint8]) -> FloatArray:
        """Return the vectors of pictures of shape (n, height, width, 3), each of length one, shape (n, n_features).

        Raises:
            FadedError: a vector is none.
        """
        return self._batched(pictures, self._picture_pass)

    def _text_pass(self, texts: Sequence[str]) -> torch.Tensor:
        fed = self.tokenizer(list(texts), padding=True, return_tensors="pt").to(self.model.device)
        found: torch.Tensor = self.model.get_text_features(**fed).pooler_output
        return found

    def _picture_pass(self, pictures: NDArray[np.uint8]) -> torch.Tensor:
        shown = [Image.fromarray(picture) for picture in pictures]
        fed = self.processor(images=shown, return_tensors="pt").to(self.model.device)
        found: torch.Tensor = self.model.get_image_features(pixel_values=fed["pixel_values"]).pooler_output
        return found

    def _batched(self, rows: Rows, embed: Callable[[Rows], torch.Tensor]) -> FloatArray:
        with torch.inference_mode():
            found = torch.cat([embed(rows[i : i + BATCH]) for i in range(0, len(rows), BATCH)]).float()
            found = found / found.norm(dim=1, keepdim=True)
        if not bool(torch.isfinite(found).all()):
            raise FadedError(
                f"The CLIP model {self.source!r} answered with NaN, infinity or a vector of length zero. Check its "
                "weights, or give another one."
            )
        vectors: FloatArray = found.cpu().numpy()
        return vectors


def load_clip(source: str) -> Clip:
    """Load a CLIP model, in float32 whatever its checkpoint holds.

    Args:
        source: A folder or hub id in transformers' format.

    Raises:
        FadedError: it cannot be loaded, lacks weights, or its parts do not fit each other.
    """
    from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

    if not source:
        raise FadedError(f"There is no CLIP model. {NEEDED}")
    try:
        with BUILDING:
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
            processor = AutoImageProcessor.from_pretrained(source, trust_remote_code=False, backend="pil")
            model, found = CLIPModel.from_pretrained(
                source, dtype=torch.float32, use_safetensors=True, trust_remote_code=False, output_loading_info=True
            )
    except Exception as error:  # whatever transformers stumbles over, it is the source that cannot be read
        raise _unusable(source, error) from error
    missing = sorted(found["missing_keys"])
    if missing:
        raise FadedError(
            f"The checkpoint of {source!r} lacks {missing[0]} and, in all, {len(missing)} weights of a CLIPModel; they "
            f"would be random. {NEEDED}"
        )
    clip = Clip(model.to(device()).eval(), tokenizer, processor, source)
    try:
        told = clip.of_texts(["a", "b"])
        clip.of_pictures(np.random.default_rng(0).integers(256, size=(1, SIDE, SIDE, 3), dtype=np.uint8))
    except FadedError:
        raise
    except Exception as error:  # a tokenizer or a processor of another model
        raise _unusable(source, error) from error
    if np.array_equal(*told):  # what transformers makes where the files of a tokenizer are missing
        raise FadedError(f"The tokenizer of the CLIP model {source!r} tells no letters apart. {NEEDED}")
    return clip


def _unusable(source: str, error: Exception) -> FadedError:
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    return FadedError(f"The CLIP model {source!r} cannot be loaded: {said} {NEEDED}")
