"""Pictures as samples: from a folder, or from a table of any kind that `faded.data.tables` reads.

A folder holds one folder per class, named as the target names it; the names of files and of folders further up mean
nothing. A table has a column `image` (encoded bytes, an Image feature, or the path of a file beside the table) and a
column `label` (a name, or the position among the target's labels). Without labels a folder may hold pictures in any
folders, a table needs no `label`, and labels that are there are not read.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from faded.data.hashing import picture_id
from faded.data.limits import FORMATS, check_inside, check_size
from faded.data.places import is_there
from faded.data.tables import AS_THEY_ARE, READERS, Reading, Table, is_dataset, read_table
from faded.domain import FadedError, Sample
from faded.files import whole

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
MOST_SHOWN = 1000
"""Characters of labels that a message shows."""
WITHOUT = "Where the pictures have no labels, say so: --no-labels (in a configuration: labelled false)."


def check_pictures_there(source: str) -> None:
    """Raise FadedError where there is neither a folder nor a file, and no dataset on the hub can be meant."""
    if not is_there(source):
        raise FadedError(
            f"There is no data at {whole(source)}. Give a folder of pictures, a file that ends in "
            f"{', '.join(READERS)}, or a dataset on the hub as ORG/NAME:SPLIT."
        )


def load_pictures(
    source: str | Path, labels: Sequence[str], fit: Fit, labelled: bool = True, reading: Reading = AS_THEY_ARE
) -> list[PictureSample]:
    """Load pictures.

    Args:
        source: A folder with one folder per class, or a table, see `faded.data.tables`.
        labels: The target's class names.
        fit: Brings a picture to the target's input size.
        labelled: Whether to read labels. Without them samples have no reference, and no stratum until the target has
            answered.
        reading: Which columns are read, and which of the target's labels the data's mean.

    Returns:
        One sample per distinct picture, in the order of the source.

    Raises:
        FadedError: no such source, no pictures, a picture that cannot be read, no labels where there should be some,
            a label that the target does not know, the same picture under two labels, or one class only.
    """
    check_pictures_there(str(source))
    meant = check_meant(reading.label_map, labels)
    samples: dict[str, PictureSample] = {}
    places: dict[str, str] = {}
    for place, file, value in picture_rows(source, labelled, reading):
        label = _label(value, labels, meant, f"{place} of {source}") if labelled else None
        if labelled and label is None:
            continue
        picture = decode(file, f"{place} of {source}", fit)
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


def picture_rows(
    source: str | Path, labelled: bool = True, reading: Reading = AS_THEY_ARE, table: Table | None = None
) -> Iterator[Row]:
    """Yield every picture of a source, not decoded yet.

    Args:
        source: See `load_pictures`.
        labelled: Whether labels are wanted; else they are None in tables.
        reading: Which columns are read.
        table: The source's table, where it is read already.

    Raises:
        FadedError: there is no such source, or it holds no pictures or labels where they should be.
    """
    path = Path(source)
    if table is not None or not path.is_dir() or is_dataset(str(source)):
        yield from _table(str(source), table, labelled, reading.columns)
        return
    if labelled and _is_flat(path):
        raise FadedError(f"The folder {path} has pictures, but no folder of pictures per class. {WITHOUT}")
    yield from _folder(path)


def _folder(source: Path) -> Iterator[Row]:
    """Yield every picture below a folder, labelled by the folder it lies in, in the order of the paths.

    The folder is walked here: `datasets` would take words such as "test" in a name for splits and leave files out.
    """
    from datasets.packaged_modules.imagefolder.imagefolder import ImageFolder

    def unreadable(error: OSError) -> None:
        raise FadedError(f"The folder {error.filename} cannot be read: {error.strerror}. Make it readable.") from error

    files: list[Path] = []
    seen: set[str] = set()
    for folder, inner, names in os.walk(source, onerror=unreadable, followlinks=True):
        seen.add(os.path.realpath(folder))
        for name in (*inner, *names):
            if os.path.islink(linked := Path(folder, name)):
                check_inside(linked, source, f"The link {linked.relative_to(source)}")
        inner[:] = [n for n in inner if not n.startswith(HIDDEN) and os.path.realpath(Path(folder, n)) not in seen]
        files += [Path(folder, name) for name in names if not name.startswith(HIDDEN)]
    for file in sorted(files, key=str):
        if file.suffix.lower() in ImageFolder.EXTENSIONS:
            yield str(file.relative_to(source)), file, file.absolute().parent.name


def _is_flat(folder: Path) -> bool:
    """Return whether a folder holds files and no folder."""
    inside = list(folder.iterdir())
    return bool(inside) and not any(entry.is_dir() for entry in inside)


def _table(source: str, known: Table | None, labelled: bool, columns: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of a table; where labels are not wanted, they are None."""
    from datasets import ClassLabel

    image, label = (columns.get(name, name) for name in (IMAGE_COLUMN, LABEL_COLUMN))
    table = known or read_table(source, "picture", f"{image} and {label}" if labelled else image)
    wanted = [image, label] if labelled else [image]
    missing = set(wanted) - set(table.names)
    if missing:
        raise FadedError(
            f"{source} lacks the column {', '.join(sorted(missing))}. It has: {', '.join(table.names)}."
            + (f" {WITHOUT}" if missing == {label} else "")
        )
    feature = table.dataset.features[label] if labelled and table.dataset is not None else None
    names = list(feature.names) if isinstance(feature, ClassLabel) else []
    rows = table.rows if table.dataset is None else _encoded(source, table.dataset.select_columns(wanted), image)
    for number, row in enumerate(rows):
        held, value = row[image], row[label] if labelled else None
        field: Mapping[str, Any] = {"path": held} if isinstance(held, str) else held or {}
        data, path = field.get("bytes"), field.get("path")
        if data is not None:
            file: Path | io.BytesIO = io.BytesIO(data)
        elif path:
            file = _named(table, source, path)
        else:
            raise FadedError(f"There is no picture in row {number} of {source}. Remove the row, or give its picture.")
        named = names[value] if isinstance(value, int) and 0 <= value < len(names) else value
        yield path or f"row {number}", file, named


def _named(table: Table, source: str, path: str) -> Path:
    """Return the file that a row names: beside the table, or among what was fetched with a dataset from the hub.

    Raises:
        FadedError: a dataset on the hub names a file of this machine.
    """
    from datasets import config

    if table.folder is not None:
        check_inside(table.folder / path, table.folder, f"The file {path} that {source} names")
        return table.folder / path
    file: Path = Path(path).resolve()
    fetched = (config.HF_CACHE_HOME, config.HF_DATASETS_CACHE, config.DOWNLOADED_DATASETS_PATH)
    if not any(file.is_relative_to(Path(str(place)).resolve()) for place in fetched):
        raise FadedError(
            f"{source} names the file {path}, which did not come with it. Give the pictures in the dataset."
        )
    return file


def _encoded(source: str, rows: Any, image: str) -> Any:
    """Return the rows with their pictures as encoded bytes or paths."""
    import pyarrow as pa
    from datasets import Image as ImageFeature

    held = rows.features[image]
    try:
        return rows.cast_column(image, ImageFeature(decode=False))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise FadedError(
            f"The column {image} of {source} holds no pictures but {held}. Give encoded bytes (PNG, JPEG) there."
        ) from error


def decode(file: Path | io.BytesIO, where: str, fit: Fit) -> Picture:
    """Read a picture as the target is given it.

    Raises:
        FadedError: it cannot be read.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            check_size(image.size, where)
            return fit(image.convert("RGB"))
    except FadedError:
        raise
    except Exception as error:  # whatever Pillow stumbles over, it is the picture that cannot be read
        raise FadedError(f"The picture {where} cannot be read: {error}. Remove or replace it.") from error


def check_meant(label_map: Mapping[str, str | None], labels: Sequence[str]) -> Mapping[str, str | None]:
    """Return the map, of which every label that is meant is one of the target's.

    Raises:
        FadedError: one is not.
    """
    for name, meant in label_map.items():
        if meant is not None and meant not in labels:
            raise FadedError(
                f"label_map says that {name!r} means {meant!r}, which is none of the target's {len(labels)} labels. "
                f"They are: {_some(labels)}."
            )
    return label_map


def _label(value: object, labels: Sequence[str], meant: Mapping[str, str | None], where: str) -> str | None:
    """Return the target's label that a row's means; None where its samples are to be left out."""
    if str(value) in meant:
        return meant[str(value)]
    if isinstance(value, int) and 0 <= value < len(labels):
        return labels[value]
    if isinstance(value, str) and value in labels:
        return value
    raise FadedError(
        f"The label {repr(value)[:MOST_SHOWN]} ({where}) is none of the target's {len(labels)} labels. They are: "
        f"{_some(labels)}. Rename the folder or the label, or say in label_map what it means."
    )


def _some(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:20])
    return f"{shown[:MOST_SHOWN]}{' ...' if len(labels) > 20 or len(shown) > MOST_SHOWN else ''}"
