"""Pictures from a folder or a Parquet file as samples.

A folder holds one folder per class, named as the target names it; the names of files and of folders further up mean
nothing. A Parquet file has a column `image` (encoded bytes,
or an Image feature) and a column `label` (a name, or the position among the target's labels). Without labels a folder
may hold pictures in any folders, a Parquet file needs no `label`, and labels that are there are not read.
"""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from faded.data.hashing import picture_id
from faded.domain import FadedError, Sample

Picture = NDArray[np.uint8]
PictureSample = Sample[Picture]
Fit = Callable[[Image.Image], Picture]
"""Brings a picture to the target's input size, as the target's own preprocessing would."""

Row = tuple[str, Path | io.BytesIO, object]
"""Where a picture is found (for messages), its file, and its label: a name, or a position."""

IMAGE_COLUMN = "image"
LABEL_COLUMN = "label"
HIDDEN = "."
"""Files and folders whose names begin so are left out, such as what a Mac leaves beside every file."""
MIN_CLASSES = 2
"""With one class there is nothing to confuse a sample with."""
NO_STRATUM = ""
"""Stratum of a sample whose class nobody knows yet."""
WITHOUT = "Where the pictures have no labels, say so: --no-labels (in a configuration: labelled false)."


def check_pictures_there(source: Path) -> None:
    """Raise FadedError where there is neither a folder nor a file."""
    if not source.exists():
        raise FadedError(f"There is no data at {source}. Give a folder of pictures or a Parquet file.")


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
            a label that the target does not know, the same picture under two labels, or one class only.
    """
    check_pictures_there(source)
    if labelled and source.is_dir() and _is_flat(source):
        raise FadedError(f"The folder {source} has pictures, but no folder of pictures per class. {WITHOUT}")
    samples: dict[str, PictureSample] = {}
    places: dict[str, str] = {}
    for place, file, value in _folder(source) if source.is_dir() else _parquet(source, labelled):
        picture = _decode(file, f"{place} of {source}", fit)
        label = _label(value, labels, f"{place} of {source}") if labelled else None
        sample = Sample(picture_id(picture), picture, label, label or NO_STRATUM)
        known = samples.setdefault(sample.id, sample)
        first = places.setdefault(sample.id, place)
        if known.reference != label:
            raise FadedError(
                f"The same picture has two labels in {source}: {known.reference!r} ({first}) and {label!r} ({place}). "
                "Remove one of them, or both."
            )
    if not samples:
        raise FadedError(f"There are no pictures in {source}. Give a folder with one folder of pictures per class.")
    classes = {s.stratum for s in samples.values()}
    if labelled and len(classes) < MIN_CLASSES:
        raise FadedError(f"All pictures in {source} are of one class, {classes.pop()!r}. Give at least two classes.")
    return list(samples.values())


def _folder(source: Path) -> Iterator[Row]:
    """Yield every picture below a folder, labelled by the folder it lies in, in the order of the paths.

    The folder is walked here: `datasets` would take words such as "test" in a name for splits and leave files out.
    """
    from datasets.packaged_modules.imagefolder.imagefolder import ImageFolder

    def unreadable(error: OSError) -> None:
        raise FadedError(f"The folder {error.filename} cannot be read: {error.strerror}. Make it readable.") from error

    files: list[Path] = []
    for folder, inner, names in os.walk(source, onerror=unreadable, followlinks=True):
        inner[:] = [name for name in inner if not name.startswith(HIDDEN)]
        files += [Path(folder, name) for name in names if not name.startswith(HIDDEN)]
    for file in sorted(files, key=str):
        if file.suffix.lower() in ImageFolder.EXTENSIONS:
            yield str(file.relative_to(source)), file, file.absolute().parent.name


def _is_flat(folder: Path) -> bool:
    """Return whether a folder holds files and no folder."""
    inside = list(folder.iterdir())
    return bool(inside) and not any(entry.is_dir() for entry in inside)


def _parquet(source: Path, labelled: bool) -> Iterator[Row]:
    """Yield the rows of a Parquet file; where labels are not wanted, they are None."""
    import pyarrow as pa
    from datasets import ClassLabel, load_dataset
    from datasets import Image as ImageFeature
    from datasets.exceptions import DatasetGenerationError

    try:
        rows = load_dataset("parquet", data_files=glob.escape(str(source)), split="train")
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
    names = list(feature.names) if isinstance(feature, ClassLabel) else []
    held = rows.features[IMAGE_COLUMN]
    try:
        rows = rows.select_columns(wanted).cast_column(IMAGE_COLUMN, ImageFeature(decode=False))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise FadedError(
            f"The column {IMAGE_COLUMN} of {source} holds no pictures but {held}. Give encoded bytes (PNG, JPEG) there."
        ) from error
    for number, row in enumerate(rows):
        field, value = row[IMAGE_COLUMN] or {}, row[LABEL_COLUMN] if labelled else None
        data, path = field.get("bytes"), field.get("path")
        if data is not None:
            file: Path | io.BytesIO = io.BytesIO(data)
        elif path is not None:
            file = Path(path)
        else:
            raise FadedError(f"There is no picture in row {number} of {source}. Remove the row, or give its picture.")
        named = names[value] if isinstance(value, int) and 0 <= value < len(names) else value
        yield path or f"row {number}", file, named


def _decode(file: Path | io.BytesIO, where: str, fit: Fit) -> Picture:
    try:
        with Image.open(file) as image:
            return fit(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FadedError(f"The picture {where} cannot be read: {error}. Remove or replace it.") from error


def _label(value: object, labels: Sequence[str], where: str) -> str:
    if isinstance(value, int) and 0 <= value < len(labels):
        return labels[value]
    if isinstance(value, str) and value in labels:
        return value
    raise FadedError(
        f"The label {value!r} ({where}) is none of the target's {len(labels)} labels. They are: "
        f"{', '.join(labels[:20])}{' ...' if len(labels) > 20 else ''}. Rename the folder or the label."
    )
