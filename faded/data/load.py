"""Pictures from a folder or a Parquet file, through `datasets`, as samples.

A folder holds one folder per class, named as the target names it. A Parquet file has a column `image` (encoded bytes,
or an Image feature) and a column `label` (a name, or the position among the target's labels). Without labels a folder
may hold pictures in any folders, a Parquet file needs no `label`, and labels that are there are not read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from faded.data.hashing import picture_id
from faded.domain import FadedError, Sample

Picture = NDArray[np.uint8]
PictureSample = Sample[Picture]
Fit = Callable[[Image.Image], Picture]
"""Brings a picture to the target's input size, as the target's own preprocessing would."""

IMAGE_COLUMN = "image"
LABEL_COLUMN = "label"
MIN_CLASSES = 2
"""With one class there is nothing to confuse a sample with."""
NO_STRATUM = ""
"""Stratum of a sample whose class nobody knows yet."""
WITHOUT = "Where the pictures have no labels, say so: --no-labels (in a configuration: labelled false)."


def load_pictures(source: Path, labels: Sequence[str], fit: Fit, labelled: bool = True) -> list[PictureSample]:
    """Load pictures.

    Args:
        source: A folder with one folder per class, or a Parquet file.
        labels: The target's class names.
        fit: Brings a picture to the target's input size.
        labelled: Whether to read labels. Without them samples have no reference, and no stratum until the target has
            answered.

    Returns:
        One sample per distinct picture, in the order of the source.

    Raises:
        FadedError: no such source, no pictures, a picture that cannot be read, no labels where there should be some,
            a label that the target does not know, or one class only.
    """
    rows, names = _rows(source, labelled)
    samples: dict[str, PictureSample] = {}
    for number, row in enumerate(rows):
        where = row[IMAGE_COLUMN].get("path") or f"row {number}"
        picture = _decode(row[IMAGE_COLUMN], f"{where} of {source}", fit)
        label = _label(row[LABEL_COLUMN], names, labels, f"{where} of {source}") if labelled else None
        sample = Sample(picture_id(picture), picture, label, label or NO_STRATUM)
        samples.setdefault(sample.id, sample)
    if not samples:
        raise FadedError(f"There are no pictures in {source}. Give a folder with one folder of pictures per class.")
    classes = {s.stratum for s in samples.values()}
    if labelled and len(classes) < MIN_CLASSES:
        raise FadedError(f"All pictures in {source} are of one class, {classes.pop()!r}. Give at least two classes.")
    return list(samples.values())


def _rows(source: Path, labelled: bool) -> tuple[Any, list[str] | None]:
    """Return the rows with undecoded pictures, and the class names where the labels are numbers."""
    from datasets import ClassLabel, load_dataset
    from datasets import Image as ImageFeature
    from datasets.exceptions import DatasetGenerationError

    if not source.exists():
        raise FadedError(f"There is no data at {source}. Give a folder of pictures or a Parquet file.")
    if labelled and source.is_dir() and _is_flat(source):
        raise FadedError(f"The folder {source} has pictures, but no folder of pictures per class. {WITHOUT}")
    try:
        if source.is_dir():
            rows = load_dataset("imagefolder", data_dir=str(source), split="train", drop_labels=not labelled)
        else:
            rows = load_dataset("parquet", data_files=str(source), split="train")
    except (OSError, ValueError, DatasetGenerationError) as error:
        raise FadedError(
            f"The data at {source} cannot be read: {error}. Give a folder with one folder of pictures per class, or a "
            f"Parquet file with the columns {IMAGE_COLUMN} and {LABEL_COLUMN}."
        ) from error
    wanted = [IMAGE_COLUMN, LABEL_COLUMN] if labelled else [IMAGE_COLUMN]
    missing = set(wanted) - set(rows.column_names)
    if missing:
        raise FadedError(
            f"{source} lacks the column {', '.join(sorted(missing))}. It has: {', '.join(rows.column_names)}."
            + (f" {WITHOUT}" if missing == {LABEL_COLUMN} else "")
        )
    feature = rows.features[LABEL_COLUMN] if labelled else None
    rows = rows.select_columns(wanted).cast_column(IMAGE_COLUMN, ImageFeature(decode=False))
    return rows, list(feature.names) if isinstance(feature, ClassLabel) else None


def _is_flat(folder: Path) -> bool:
    """Return whether a folder holds files and no folder."""
    inside = list(folder.iterdir())
    return bool(inside) and not any(entry.is_dir() for entry in inside)


def _decode(field: dict[str, Any], where: str, fit: Fit) -> Picture:
    try:
        data = field["bytes"] if field["bytes"] is not None else Path(field["path"]).read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            return fit(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FadedError(f"The picture {where} cannot be read: {error}. Remove or replace it.") from error


def _label(value: object, names: list[str] | None, labels: Sequence[str], where: str) -> str:
    if names is not None and isinstance(value, int):
        value = names[value] if 0 <= value < len(names) else value
    if isinstance(value, int) and 0 <= value < len(labels):
        return labels[value]
    if isinstance(value, str) and value in labels:
        return value
    raise FadedError(
        f"The label {value!r} ({where}) is none of the target's {len(labels)} labels. They are: "
        f"{', '.join(labels[:20])}{' ...' if len(labels) > 20 else ''}. Rename the folder or the label."
    )
