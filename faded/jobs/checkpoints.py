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
from safetensors import safe_open
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
    tensors, plain, arrays = {}, {}, []
    for key, value in state.items():
        if isinstance(value, torch.Tensor):
            tensors[key] = value.contiguous()
        elif isinstance(value, np.ndarray):
            tensors[key] = torch.from_numpy(np.ascontiguousarray(value))
            arrays.append(key)
        else:
            plain[key] = value
    header = {JSON_KEY: json.dumps(plain), "arrays": json.dumps(arrays)}
    temporary = folder / f"{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(save(tensors, metadata=header))
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(folder / name)
    except OSError as error:
        raise FadedError(
            f"The checkpoint {folder / name} cannot be written: {error.strerror}. See that its disk has room."
        ) from error
    return name


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
