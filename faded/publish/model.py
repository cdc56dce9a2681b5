"""The repaired target as a folder that others load without Faded, with a model card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from faded.publish.card import HUB_ID
from faded.publish.folders import check_free, whole
from faded.publish.model_card import model_card
from faded.publish.verified import Verified, read_verified
from faded.store.engine import Store

KINDS = frozenset({".safetensors", ".json", ".txt", ".model", ".jinja"})
"""Endings of what models consist of: weights, configurations, and the files of tokenizers. Nothing else is published,
above all no pickle."""
NAMING = frozenset({"_name_or_path", "name_or_path", "base_model_name_or_path"})
"""Where configurations say what a model was loaded from, which may be a place on this machine."""


def export_model(store: Store, round_id: int, to: Path) -> Verified:
    """Write a round's repaired target with its card.

    Args:
        store: The open store.
        round_id: The round.
        to: The folder to write; it must not be there, or be empty.

    Raises:
        FadedError: there is no repaired and verified target, something is there already, or it cannot be written.
    """
    check_free(to)
    found = read_verified(store, round_id)
    with whole(to) as folder:
        for file in sorted(found.folder.rglob("*")):
            if file.is_file() and file.suffix in KINDS:
                _copy(file, folder / file.relative_to(found.folder))
        (folder / "README.md").write_text(model_card(found), encoding="utf-8")
    return found


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix != ".json":
        shutil.copyfile(file, to)
        return
    text = file.read_text(encoding="utf-8")
    told = json.loads(text)
    without = _without_places(told)
    to.write_text(text if without == told else f"{json.dumps(without, indent=2, ensure_ascii=False)}\n", "utf-8")


def _without_places(told: Any) -> Any:
    """Return JSON values in which nothing names a folder; a model's id on the hub is kept."""
    if isinstance(told, list):
        return [_without_places(value) for value in told]
    if not isinstance(told, dict):
        return told
    return {name: None if name in NAMING and _is_place(v) else _without_places(v) for name, v in told.items()}


def _is_place(value: Any) -> bool:
    return isinstance(value, str) and HUB_ID.fullmatch(value) is None
