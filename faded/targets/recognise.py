"""What a target does, told by its files: before it is loaded, and without its weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

from faded.domain import FadedError
from faded.files import expanded
from faded.saved import Saved
from faded.targets.functions import classifiers, painters, summarizers
from faded.targets.load_text import GGUF
from faded.targets.pretrained import WRITERS
from faded.tasks import DRAWING, IMAGE, TEXT

LONGEST = 1000
"""Characters of a path or an id."""
CLASSIFIER = "ForImageClassification"
"""How the names of networks that name a picture's class end."""


def recognise(source: str) -> str | None:
    """Return the task of a folder, a hub id or a GGUF file; None where its files do not say.

    A function says it where a plug-in registered it by name, and not where it is `package.module:function`.

    Raises:
        FadedError: nothing of that name is found.
    """
    for task, functions in ((IMAGE, classifiers), (TEXT, summarizers), (DRAWING, painters)):
        if source in functions.names():
            return task
    if len(source) > LONGEST:
        raise FadedError(f"The target has {len(source):,} characters: give a path or hub id.")
    if source.endswith(GGUF):
        return TEXT
    path = expanded(source)
    if ":" in source and not path.exists():
        return None
    if path.is_file():
        raise FadedError(f"The target {source} is a file: give its folder, a hub id, or a file that ends in {GGUF}.")
    if _file(source, Saved.PIPELINE.value) is not None:
        return DRAWING
    if _file(source, Saved.PEFT.value) is not None:
        return TEXT
    described = _file(source, Saved.MODEL.value)
    if described is None:
        raise _undescribed(source)
    names = [str(name) for name in described.get("architectures") or ()]
    if any(name.endswith(CLASSIFIER) for name in names):
        return IMAGE
    return TEXT if any(name.endswith(WRITERS) for name in names) else None


def check_described(source: str) -> None:
    """See that a folder on this machine holds a model, before anything is loaded; what is no folder is not looked at.

    Raises:
        FadedError: it does not.
    """
    kinds = (Saved.PIPELINE, Saved.PEFT, Saved.MODEL)
    if len(source) <= LONGEST and (folder := expanded(source)).is_dir() and not any(k.is_in(folder) for k in kinds):
        raise _undescribed(source)


def told_classes(source: str) -> tuple[str, ...]:
    """Return the classes that a folder on this machine says its model has; none where it does not say them."""
    if len(source) > LONGEST or not expanded(source).is_dir():
        return ()
    named = (_file(source, Saved.MODEL.value) or {}).get("id2label")
    return tuple(map(str, named.values())) if isinstance(named, dict) else ()


def _undescribed(source: str) -> FadedError:
    return FadedError(
        f"The target {source} has neither {Saved.MODEL.value} nor {Saved.PIPELINE.value}: give a folder or hub id in "
        "the format of transformers or diffusers."
    )


def _file(source: str, name: str) -> dict[str, Any] | None:
    """Return a JSON file of a folder or hub id; None where it has none of that name."""
    folder = expanded(source)
    try:
        if folder.is_dir():
            file = folder / name
            if not file.is_file():
                return None
        elif source.startswith(("/", "./", "../", "~")):
            raise FadedError(f"There is no folder {source}: give a folder of a model, a hub id, or a callable.")
        else:
            file = Path(hf_hub_download(source, name))
        found = json.loads(file.read_text(encoding="utf-8"))
    except LocalEntryNotFoundError as error:
        raise FadedError(
            f"No target {source!r} is found: there is no such folder here, and the hub cannot be reached. Give a "
            "folder, connect to the network, or give package.module:function."
        ) from error
    except EntryNotFoundError:
        return None
    except (RepositoryNotFoundError, HFValidationError, HfHubHTTPError, OSError, ValueError) as error:
        said = str(error).strip().partition("\n")[0]
        raise FadedError(
            f"No target {source!r} is found: there is no such folder here, and on the hub: {said} Give a folder, a hub "
            "id, or package.module:function."
        ) from error
    return found if isinstance(found, dict) else {}
