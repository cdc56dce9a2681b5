"""Device, threads and seeds: the few global switches, set in one place."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
import platform
import random
import sys
import threading
from functools import cache
from pathlib import Path

import numpy as np
import torch

from faded.domain import VERSION

DEFAULT_THREADS = 1
"""Two torch threads on two busy cores were measured up to sixty times slower than one, so one is the safe default."""

SWITCH_SECONDS = 0.0005
"""How soon the thread that computes has the interpreter back from one that writes: at Python's own 0.005, exploring a
small network took 5% longer (four runs of each in turn)."""

NO_BARS = ("HF_HUB_DISABLE_PROGRESS_BARS", "HF_DATASETS_DISABLE_PROGRESS_BARS")
"""Switches of huggingface_hub, whose word transformers takes as well, and of datasets: their progress bars would stand
between ours. They are read when those are first imported, so they are set when this module is: the command line
and the worker import it before any of those. Whoever sets them to 0 has the bars back."""
for _switch in NO_BARS:
    os.environ.setdefault(_switch, "1")
logging.getLogger("transformers.utils.import_utils").setLevel(logging.ERROR)  # it warns that torchvision is not there

BUILDING = threading.Lock()
"""Held while a network is built or loaded. Loading with transformers replaces torch's initialisers for a moment, for
all threads: a network that another thread builds at that moment would begin with whatever its memory held."""


def device() -> torch.device:
    """Return the device to compute on: CUDA where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def start(seed: int, threads: int = DEFAULT_THREADS) -> None:
    """Set threads and every global seed; call once per process, before any work."""
    sys.setswitchinterval(SWITCH_SECONDS)
    torch.set_num_threads(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


LIBRARIES = (
    "torch",
    "numpy",
    "scipy",
    "pillow",
    "kornia",
    "transformers",
    "tokenizers",
    "diffusers",
    "peft",
    "datasets",
    "gguf",
    "gymnasium",
    "lemminflect",
    "sacrebleu",
)
"""What figures can hang on: networks, edits, measures, estimates and explorers."""


def software() -> dict[str, str]:
    """Return what this process computes with: versions, a hash of the project's own code, device and threads."""
    return {
        "faded": VERSION,
        "code": _code(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in LIBRARIES},
        "device": device().type,
        "threads": str(torch.get_num_threads()),
    }


@cache
def _code() -> str:
    """Return a hash of the Python files of this package and of the agents, 16 hexadecimal digits."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted([*package.rglob("*.py"), *(package.parent / "agents").rglob("*.py")]):
        digest.update(f"{file.relative_to(package.parent).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
