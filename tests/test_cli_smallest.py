from __future__ import annotations

import json
from pathlib import Path

import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.commands.smallest import table
from faded.store import campaigns, trials
from faded.store.engine import open_store
from tests.large import LARGE
from tests.store.helpers import new_round


def test_smallest_failing_settings_of_an_explored_round(
    run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 0.4, 0.8]}\n- {name: saturation, levels: [0, 0.5, 1]}\n")
    assert run("--space", str(space), "--verify-folds", "1", "--queries", "90", "--agent", "random")[0] == OK
    workspace = ("--workspace", str(tmp_path / "workspace"))
    assert main(["smallest", "--round", "1", "--queries", "40", "--json", "-", *workspace]) == OK
    *lines, last = capsys.readouterr().out.splitlines()
    record = json.loads(last)
    with open_store(tmp_path / "workspace").read() as db:
        known = [row for row in trials.after(db, 1) if row.counted]
    assert record["queries"] <= 40 and record["known_trials"] == len(known) and record["samples"] > 0
    found = {each["sample"]: each for each in record["smallest"]}
    assert len(found) == record["samples"] >= record["failing"] > 0
    failed = [row for row in known if row.failed]
    for row in failed:
        levels = (row.cell // 3) + (2 - row.cell % 3)
        assert 1 <= found[row.sample_id]["levels"] <= levels
    assert sum(each["failing"] for each in record["strata"]) == record["failing"]
    assert len(lines) == 2 + len(record["strata"]) and lines[0].startswith("Smallest failing settings of round 1 of")
    with open_store(tmp_path / "workspace").read() as db:
        assert len([row for row in trials.after(db, 1) if row.counted]) == len(known)  # nothing was written


def test_a_round_that_was_not_explored_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["smallest", "--round", "1", "--workspace", str(tmp_path)]) == BAD_INPUT
    assert main(["smallest", "--round", "1", "--queries", "0", "--workspace", str(tmp_path)]) == BAD_INPUT
    assert "--queries is 0" in capsys.readouterr().err


def test_a_round_of_too_many_settings_is_refused_before_its_target_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(tmp_path)
    round_id = new_round(store)
    with store.write() as db:
        campaigns.update_round(db, round_id, summary={"space": LARGE.to_json()})
        trials.add_many(db, round_id, [trials.TrialRow(0, 0, "a", "red", 1_953_124, True, 0.5, "blue", False, True)])
    assert main(["smallest", "--round", str(round_id), "--workspace", str(tmp_path)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "1,953,125 settings" in said and "up to 4,096: give fewer concepts or levels" in said


def test_the_table_puts_first_what_fails_first() -> None:
    nothing = {"stratum": "c", "samples": 4, "failing": 0, "median_levels": None, "smallest": None}
    columns = ("stratum", "samples", "failing", "median_levels", "smallest")
    strata = [
        nothing,
        dict(zip(columns, ("long name", 10, 9, 3.5, {"levels": 2, "setting": "Dark."}), strict=True)),
        dict(zip(columns, ("b", 3, 3, 1.0, {"levels": 1, "setting": "Turned."}), strict=True)),
        nothing | {"stratum": "d"},
    ]
    head = {"round": 1, "campaign": "x-1", "failing": 12, "samples": 17, "queries": 50, "samples_done": 9}
    lines = list(table(head | {"finished": False, "strata": strata}))
    assert "the budget ended after 9 samples" in lines[0]
    assert [line.split("  ")[0] for line in lines[2:]] == ["b", "long name", "c", "d"]
    assert lines[2].endswith("1, 1                    Turned.") and lines[-1].endswith("none found")
