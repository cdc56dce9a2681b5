"""Starts the app as on a Space, with a folder for its mirror: `python -m tests.ui.space_starter FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faded.hub import HubError
from faded.settings import settings, space
from faded.ui.auth import EVERYWHERE
from faded.ui.launch import serve
from tests.store.hub import FolderHub

DOWN = "down"
"""While a file of this name lies beside the folder, nothing can be written to it."""


@dataclass
class Breakable(FolderHub):
    def write(self, files: Mapping[str, bytes], message: str) -> None:
        if self.folder.with_name(DOWN).exists():
            raise HubError("The hub is down.")
        super().write(files, message)


if __name__ == "__main__":
    there = space()
    assert there is not None
    serve(settings().workspace, EVERYWHERE, there.port, open_hub=lambda _repository: Breakable(Path(sys.argv[1])))
