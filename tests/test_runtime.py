import sys

import pytest
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


def test_a_graphics_card_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert runtime.device() == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert runtime.device() == torch.device("cpu")
