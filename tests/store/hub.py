"""A folder that stands in for a dataset on the hub, and can be told to fail."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from faded.hub import HubError


@dataclass
class FolderHub:
    """Files in a folder.

    Attributes:
        folder: The folder.
        troubles: What the next calls raise, one each.
        commits: Names of the files of each commit.
        stall: Calls wait while it is not set.
    """

    folder: Path
    troubles: list[HubError] = field(default_factory=list)
    commits: list[list[str]] = field(default_factory=list)
    stall: threading.Event = field(default_factory=threading.Event)
    forgetful: bool = False

    def __post_init__(self) -> None:
        self.stall.set()

    def names(self) -> list[str]:
        self._answer()
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes:
        self._answer()
        return (self.folder / name).read_bytes()

    def write(self, files: Mapping[str, bytes], message: str) -> None:
        if not self.forgetful:
            self._answer()
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(data)
            part.replace(path)
        self.commits.append(sorted(files))
        if self.forgetful:  # it is done, and nobody hears of it
            self._answer()

    def _answer(self) -> None:
        self.stall.wait(30)
        if self.troubles:
            raise self.troubles.pop(0)
