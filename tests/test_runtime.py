import sys

import torch

from faded import runtime
from faded.domain import VERSION


def test_software_names_what_figures_hang_on() -> None:
    found = runtime.software()
    assert found["faded"] == VERSION
    assert found["python"] == sys.version.split()[0]
    assert found["torch"] == torch.__version__
    assert found["threads"] == "1" and len(found["code"]) == 16
    assert found == runtime.software()
