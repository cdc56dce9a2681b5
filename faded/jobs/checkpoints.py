"""Checkpoints on disk: arrays in a safetensors file, JSON values beside them, named by the pointer a job row keeps.

A checkpoint is a new file each time, complete before the row points to it; the one that the row pointed to before is
removed afterwards. Killed in between, the row still points to a complete file. Its name holds which claim of the job it
was written under: a worker that was suspended, and has lost its job meanwhile, touches no file of who has it now.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save as save_arrays
from safetensors.torch import load_file, save

from faded.domain import FadedError
from faded.jobs.desk import Desk
from faded.store import room
from faded.store.engine import Db

FOLDER = "checkpoints"
JSON_KEY = "state"


@contextmanager
def written(desk: Desk, serial: int, state: Mapping[str, Any]) -> Iterator[tuple[Db, str]]:
    """Write a job's checkpoint, and open the transaction in which its row is to point to it; remove earlier ones after.

    Yields:
        The open transaction, and the name for the row to keep.

    Raises:
        FadedError: it cannot be written.
        jobs.JobLost: another worker has taken the job over; the file is gone again.
    """
    workspace, job = desk.store.workspace, desk.job
    room.check(workspace)
    name = write(workspace, job.id, job.attempts, serial, state)
    try:
        with desk.writing() as db:
            yield db, name
    except BaseException:
        (workspace / FOLDER / name).unlink(missing_ok=True)
        raise
    _remove_others(workspace, job.id, job.attempts, name)


def write(workspace: Path, job_id: int, attempt: int, serial: int, state: Mapping[str, Any]) -> str:
    """Write a state of arrays, tensors and JSON values under flat names; return the name that a row keeps.

    Raises:
        FadedError: the file cannot be written.
    """
    folder = workspace / FOLDER
    name = f"{job_id}-{attempt}-{serial}.safetensors"
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
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)  # half a file fills a full disk all the more
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


def _remove_others(workspace: Path, job_id: int, attempt: int, keep: str) -> None:
    """Remove a job's checkpoints but the one its row points to, and those of workers that have claimed it since."""
    for path in (workspace / FOLDER).glob(f"{job_id}-*"):
        _, *rest = path.name.partition(".")[0].split("-")
        claim = int(rest[0]) if len(rest) > 1 else 0  # names had none before there were several workers
        if path.name != keep and claim <= attempt:
            path.unlink(missing_ok=True)
