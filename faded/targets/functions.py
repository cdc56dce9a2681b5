"""Python functions as targets: `package.module:function`, or the name that a plug-in registered one under."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from faded.domain import FadedError
from faded.registry import Registry

WIDTH = 64
"""Of what an agent knows of a text: its words, each counted in a place that its hash says."""

Make = Callable[[], nn.Module]
"""Returns an image classifier, see `load.py`."""
Draw = Callable[[list[str], list[int]], Any]
"""Prompts and as many seeds to pictures, uint8 or from 0 to 1, shape (n, height, width, 3)."""
Write = Callable[[list[str]], Sequence[str]]
"""Articles to as many summaries."""

classifiers: Registry[Make] = Registry("image target")
painters: Registry[Draw] = Registry("text-to-image target")
summarizers: Registry[Write] = Registry("text target")


def names_function(registry: Registry[Any], source: str) -> bool:
    """Say whether a source names a function, and no folder, file or hub id."""
    return source in registry.names() or (":" in source and not Path(source).exists())


def function_of(registry: Registry[Any], source: str, what: str) -> Any:
    """Return the function that a source names; the working directory is searched as well.

    Args:
        registry: Of the task's functions.
        source: A registered name or `package.module:function`.
        what: What the function has to do, in words.

    Raises:
        FadedError: there is no such function.
    """
    if source in registry.names():
        return registry.get(source)
    module, _, name = source.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:  # whatever the module does when it is imported
        raise FadedError(
            f"The target {source!r} cannot be imported: {type(error).__name__}: {error}. Give package.module:function, "
            f"where the function {what}."
        ) from error
    if not callable(found):
        raise FadedError(f"The target {source!r} is a {type(found).__name__}: give a function that {what}.")
    return found


def or_named(registry: Registry[Any]) -> str:
    """Return the end of an error message: the names that would do as well, nothing where no plug-in brings one."""
    return f" Plug-ins bring: {', '.join(registry.names())}." if registry.names() else ""


def code_mark(function: Callable[..., Any], source: str) -> str:
    """Return a hash of the file that a function stands in; 16 hexadecimal digits. What it loads is not seen."""
    try:
        file = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:  # a partial function or an object that is called: the file that names it
        file = getattr(sys.modules.get(source.partition(":")[0]), "__file__", None)
    code = b"" if file is None else Path(file).read_bytes()
    return hashlib.sha256(source.encode() + code).hexdigest()[:16]


def word_counts(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return how often each word occurs, by the hash of the word, shape (batch, `WIDTH`)."""
    found = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            found[row, hashlib.sha256(word.encode()).digest()[0] % WIDTH] += 1
    return found
