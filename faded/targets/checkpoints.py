"""What loading and writing networks have in common: nothing missing, nothing random, and words for what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from faded.domain import FadedError

NAMED = 3
"""Names that a message lists at most."""
COUNTER = "num_batches_tracked"
"""Batches that BatchNorm has seen: old checkpoints lack it, and no answer depends on it."""


def check_complete(module: Any, found: Mapping[str, Any], source: str, trained_as: str, sizes: str) -> None:
    """Refuse a network of which weights would be random or do not fit.

    Args:
        module: The network.
        found: What transformers' loading says of it (`output_loading_info`).
        source: Folder or hub id, for messages.
        trained_as: What it has to have been trained as, with its article.
        sizes: What to look at where sizes do not fit.

    Raises:
        FadedError: the checkpoint lacks weights or has others than its configuration says.
    """
    missing = sorted(key for key in found["missing_keys"] if not key.endswith(COUNTER))
    if missing:
        raise FadedError(
            f"The checkpoint of {source!r} lacks {some(missing)}, which {type(module).__name__} needs; they would be "
            f"random. Give a checkpoint that was trained as {trained_as}."
        )
    if found["mismatched_keys"]:
        shapes = [f"{key} ({tuple(has)}, not {tuple(wants)})" for key, has, wants in sorted(found["mismatched_keys"])]
        raise FadedError(f"The checkpoint of {source!r} does not fit its config.json in {some(shapes)}. {sizes}")


def check_same(source: str, weights: Path, same: Mapping[str, bool]) -> None:
    """Refuse weights that are not those of a source.

    Args:
        source: Folder or hub id.
        weights: The folder that is to replace its weights.
        same: What has to agree, by its name in words, and whether it does.

    Raises:
        FadedError: something does not.
    """
    unlike = [name for name, is_same in same.items() if not is_same]
    if unlike:
        raise FadedError(
            f"The weights at {weights} are not those of {source}: the {' and the '.join(unlike)} differ. Give a folder "
            "that was saved from it."
        )


@contextmanager
def writing(source: str, folder: Path) -> Iterator[None]:
    """Make the folder and say what went wrong where its files cannot be written.

    Raises:
        FadedError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, SafetensorError) as error:
        raise FadedError(
            f"The weights of {source} cannot be written to {folder}: {error}. See that its disk has room."
        ) from error


def some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def reason(error: Exception) -> str:
    """Return the first line of what an error says."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
