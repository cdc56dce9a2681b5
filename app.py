"""The web app: `python app.py`, the same as `python -m faded serve`."""

from __future__ import annotations

import sys

from faded.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
