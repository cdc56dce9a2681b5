"""Device, threads and seeds: the few global switches, set in one place."""

from __future__ import annotations

import logging
import os
import random
import sys
import threading

import numpy as np
import torch

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
