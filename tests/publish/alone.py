"""Runs Python in a process in which Faded cannot be imported, as on a machine that does not have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WITHOUT = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("faded", "agents", "tests"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
try:
    import faded
except ModuleNotFoundError:
    pass
else:
    sys.exit("faded can be imported")
"""


def alone(script: str, cache: Path, *arguments: object) -> str:
    """Run a script; return what it prints."""
    command = [sys.executable, "-I", "-c", WITHOUT + script, *map(str, arguments)]
    fresh = os.environ | {"HF_HOME": str(cache), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=cache.anchor, env=fresh, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
