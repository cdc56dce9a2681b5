"""The head of every page: how little room there is, and what went wrong with a click."""

from __future__ import annotations

import shutil
from collections import namedtuple
from types import SimpleNamespace

import gradio as gr
import pytest

from faded import log
from faded.labeling.standings import StandingsCache
from faded.store.engine import Store
from faded.ui import frame, run_page
from faded.ui.auth import User
from faded.ui.frame import Wiring
from faded.ui.page import Action, Deed
from tests.ui.test_had import asking

MB = 1_000_000
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def wiring(store: Store) -> Wiring:
    with gr.Blocks():
        head = frame.layout()
        return Wiring(store, head, [run_page.layout(store)], lambda: "", lambda: "", StandingsCache())


def test_whoever_looks_is_told_how_little_room_there_is(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    none = [None] * len(wiring.choosers)
    for free, told in ((5000, False), (399, True), (150, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Usage(0, 0, free * MB))
        drawn = str(wiring.draw(User("ann"), "run", None, False, asking(1), none))
        assert (f"{free}.0 MB are free" in drawn) is told


def test_a_fault_behind_a_button_is_told_by_an_id_that_the_log_has(
    wiring: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_deed: Deed) -> None:
        raise ValueError("a fault")

    own = SimpleNamespace(
        client=SimpleNamespace(host="127.0.0.1"), headers={"host": "127.0.0.1:7860"}, session={}, scope={}
    )
    none = [None] * len(wiring.choosers)
    with log.about(**{log.REQUEST: "a1b2c3"}):
        *_, message = wiring._act(Action(None, broken))(SimpleNamespace(request=own), "run", None, False, "", *none)
    assert "under request a1b2c3" in message and "ValueError" not in message
    said = capsys.readouterr().err
    assert "ValueError: a fault" in said and "This was a fault, request a1b2c3." in said
