"""A reported round is run again from its report alone, and the same is found."""

from __future__ import annotations

import copy
import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from faded import runtime
from faded.cli import main
from faded.commands.common import BAD_INPUT, OK, OTHER
from faded.config import CampaignConfig
from faded.domain import FadedError, Verdict
from faded.jobs.desk import silent
from faded.jobs.headless import open_round, run_stage
from faded.jobs.replay import replay
from faded.jobs.run import Runner
from faded.labeling.oracle import ReferenceAnnotator, label_all
from faded.report.collect import report
from faded.report.write import read_values, write
from faded.stages import EXPLORE, REPAIR, STEPS, VERIFY
from faded.store import campaigns, proposals, rounds, verdicts
from faded.store.engine import Store, open_store
from faded.store.rounds import begin_next_round
from tests.jobs import colours


class People:
    """Label while exploring goes on: at the boundary of batch 8, with a flag, a skip and something undone."""

    def __init__(self, store: Store, round_id: int) -> None:
        self._store, self._round_id = store, round_id

    def label(self, name: str, count: int) -> None:
        label_all(self._store, self._round_id, ReferenceAnnotator(), name, count, time.time)

    def before_reading(self, batch: int) -> None:
        if batch != 8:
            return
        self.label("Ada", 6)
        with self._store.write() as db:
            shown = proposals.newest(db, self._round_id, 2)
            verdicts.submit(db, shown[0].id, "Ben", "a", now=1.0, verdict=Verdict.INVALID)
            verdicts.undo(db, self._round_id, "Ben", "b", 2.0)
            verdicts.submit(db, shown[1].id, "Ben", "c", now=3.0, flag="too dark to see")
            verdicts.submit(db, shown[1].id, "Ben", "d", now=4.0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, colour_config: CampaignConfig) -> Path:
    """The report of a round whose verdicts came while it explored, before its repair, and after."""
    runtime.start(colour_config.seed)
    workspace = tmp_path_factory.mktemp("round")
    store = open_store(workspace)
    _, round_id = open_round(store, replace(colour_config, queries=900))
    people = People(store, round_id)
    runner = Runner(store, "first", silent, people.before_reading)
    run_stage(store, runner, round_id, EXPLORE)
    people.label("Ada", 18)
    with store.write() as db:
        confirmed = [row.key for row in proposals.mode_rows(db, round_id) if row.confirm >= 3]
        campaigns.choose_modes(db, round_id, confirmed[:2])
    run_stage(store, runner, round_id, REPAIR, {STEPS: 60})
    people.label("Cleo", 2)
    run_stage(store, runner, round_id, VERIFY)
    with store.write() as db:
        rounds.decide(db, round_id, campaigns.RoundState.ROLLED_BACK, "Ada", time.time())
    write(report(store, round_id), tmp_path_factory.mktemp("report"))
    store.close()
    return next(iter(tmp_path_factory.getbasetemp().glob("report*")))


@pytest.fixture
def values(written: Path) -> dict:
    return copy.deepcopy(read_values(written))


def test_the_report_says_when_each_verdict_was_heeded(values: dict) -> None:
    events = values["events"]
    assert [e["batch"] for e in events[:10]] == [8] * 10
    assert [e["kind"] for e in events[6:10]] == ["verdict", "undo", "flag", "skip"]
    assert {e["batch"] for e in events[10:]} == {None}
    assert [e["repair"] for e in events] == [True] * (len(events) - 2) + [False] * 2
    assert len(values["repair"]["learned"]) == 2
    assert values["verification"]["gate"]["rules"]["max_newly_broken"] == 0
    assert values["run"]["software"].keys() == {EXPLORE, REPAIR, VERIFY}


def test_a_replay_finds_the_same(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["replay", str(written), "--workspace", str(tmp_path / "again"), "--json", "-"])
    printed = capsys.readouterr()
    record = json.loads(printed.out.strip().splitlines()[-1])
    assert record["differences"] == []
    assert (code, record["same"], record["not_given"], record["software"]) == (OK, True, 0, {})
    assert "The replay found the same." in printed.err
    assert main(["replay", str(written), "--workspace", str(tmp_path / "again")]) == BAD_INPUT
    assert "holds campaigns" in capsys.readouterr().err


def test_another_verdict_while_exploring_makes_another_round(values: dict, tmp_path: Path) -> None:
    for event in values["events"][:6]:
        event["verdict"] = "reject"
    record = replay(open_store(tmp_path), values, silent)
    assert not record["same"]
    assert any(each["where"].startswith("modes") for each in record["differences"])


def test_a_replay_that_differs_says_where_and_exits_with_1(
    values: dict, written: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"same": False, "not_given": 0, "software": {"torch": ["1", "2"]}}
    where = {"where": "explored.queries", "report": "900", "replay": "899"}
    monkeypatch.setattr("faded.jobs.replay.replay", lambda *given: found | {"differences": [where]})
    assert main(["replay", str(written)]) == OTHER
    said = capsys.readouterr().err
    assert "explored.queries: 900 in the report, 899 now" in said and "torch 1, now 2" in said


def test_a_report_that_was_changed_is_not_replayed(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(written, tmp_path / "changed")
    file = tmp_path / "changed" / "report.json"
    file.write_text(file.read_text().replace('"seed": 0', '"seed": 1'))
    assert main(["replay", str(tmp_path / "changed")]) == BAD_INPUT
    assert "report.json has been changed" in capsys.readouterr().err


def test_data_or_weights_that_changed_are_named(values: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = values["run"]["places"]
    places["data"] = str(colours.draw(tmp_path / "others", 110, seed=5))
    with pytest.raises(FadedError, match=r"the data to explore on.*others"):
        replay(open_store(tmp_path / "one"), values, silent)
    places["data"] = str(tmp_path / "nowhere")
    with pytest.raises(FadedError, match="nowhere"):
        replay(open_store(tmp_path / "two"), values, silent)


def test_other_weights_are_named(values: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colours, "LEAN", 0.8)
    with pytest.raises(FadedError, match="the target's weights"):
        replay(open_store(tmp_path), values, silent)


@pytest.mark.parametrize(
    ("part", "change", "word"),
    [
        ("round", {"number": 2}, "round 2"),
        ("explored", {"stopped": True}, "explore of this round was stopped"),
        ("repair", {"stopped": True}, "repair of this round was stopped"),
        ("run", {"software": {}}, "ran before"),
    ],
)
def test_what_cannot_be_replayed_is_refused(values: dict, part: str, change: dict, word: str, tmp_path: Path) -> None:
    values[part] |= change
    with pytest.raises(FadedError, match=word):
        replay(open_store(tmp_path), values, silent)


def test_a_second_round_can_be_reported(colour_config: CampaignConfig, tmp_path: Path) -> None:
    runtime.start(0)
    store = open_store(tmp_path)
    _, round_id = open_round(store, replace(colour_config, queries=200, verify_folds=2))
    run_stage(store, Runner(store, "w"), round_id, EXPLORE)
    with store.write() as db:
        second = begin_next_round(db, round_id, time.time(), "Ada").id
    run_stage(store, Runner(store, "w"), second, EXPLORE)
    told = report(store, second).values
    assert told["round"]["number"] == 2
    assert any("round 2 of its campaign" in limit for limit in told["limits"])
