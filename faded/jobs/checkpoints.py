"""Checkpoints on disk: arrays in a safetensors file, JSON values beside them, named by the pointer a job row keeps.

A checkpoint is a new file each time, complete before the row points to it; the one that the row pointed to before is
removed afterwards. Killed in between, the row still points to a complete file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save as save_arrays
from safetensors.torch import load_file, save

from faded.domain import FadedError

FOLDER = "checkpoints"
JSON_KEY = "state"


def write(workspace: Path, job_id: int, serial: int, state: Mapping[str, Any]) -> str:
    """Write a state of arrays, tensors and JSON values under flat names; return the name that a row keeps.

    Raises:
        FadedError: the file cannot be written.
    """
    folder = workspace / FOLDER
    name = f"{job_id}-{serial}.safetensors"
    tensors = {key: value for key, value in state.items() if isinstance(value, torch.Tensor)}
    arrays = {key: np.ascontiguousarray(value) for key, value in state.items() if isinstance(value, np.ndarray)}
    plain = {key: value for key, value in state.items() if key not in tensors and key not in arrays}
    header = {JSON_KEY: json.dumps(plain), "arrays": json.dumps(list(arrays))}
    temporary = folder / f"{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(_packed(tensors, arrays, header))
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(folder / name)
    except OSError as error:
        raise FadedError(
            f"The checkpoint {folder / name} cannot be written: {error.strerror}. See that its disk has room."
        ) from error
    return name


def _packed(tensors: dict[str, torch.Tensor], arrays: dict[str, NDArray[Any]], header: dict[str, str]) -> bytes:
    """Return the file's bytes; arrays alone, as an exploration writes them each batch, go the shorter way."""
    if not tensors:
        return save_arrays(arrays, metadata=header)
    beside = {key: torch.from_numpy(value) for key, value in arrays.items()}
    return save({key: value.contiguous() for key, value in tensors.items()} | beside, metadata=header)


def read(workspace: Path, name: str) -> dict[str, Any]:
    """Read what `write` wrote.

    Raises:
        FadedError: the file is gone.
    """
    path = workspace / FOLDER / name
    if not path.is_file():
        raise FadedError(f"The checkpoint {path} is gone, so the job cannot go on. Start the stage again.")
    with safe_open(path, framework="pt") as file:
        header = file.metadata()
    state: dict[str, Any] = dict(load_file(path))
    for key in json.loads(header["arrays"]):
        state[key] = state[key].numpy()
    plain: dict[str, Any] = json.loads(header[JSON_KEY])
    return state | plain


def remove_others(workspace: Path, job_id: int, keep: str) -> None:
    """Remove a job's checkpoints but the one its row points to."""
    for path in (workspace / FOLDER).glob(f"{job_id}-*"):
        if path.name != keep:
            path.unlink(missing_ok=True)
