"""Files that people write: YAML, and nothing but plain values in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from faded.domain import FadedError


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        FadedError: there is none, or it is no YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise FadedError(f"The file {path} cannot be read: {said}.") from error
