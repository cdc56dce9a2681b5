from __future__ import annotations

import json
from pathlib import Path

import numpy as np
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
    assert len(found) == record["samples"] >= record["searched"] >= record["failing"]
    done = [each for each in record["smallest"] if each["searched"]]
    assert len(done) == record["searched"] == sum(each["searched"] for each in record["strata"])
    assert sum(each["levels"] is not None for each in done) == record["failing"]
    failed = [row for row in known if row.failed]
    for row in failed:
        levels = (row.cell // 3) + (2 - row.cell % 3)
        assert 1 <= found[row.sample_id]["levels"] <= levels
    assert sum(each["failing"] for each in record["strata"]) == record["failing"]
    assert len(lines) == 2 + (not record["finished"]) + len(record["strata"]) and lines[0].startswith(
        "Smallest failing settings of round 1 ("
    )
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


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workspace of a small explored round of the signs."""
    workspace = tmp_path_factory.mktemp("smallest")
    given = ("--demo", "signs", "--queries", "64", "--agent", "random", "--no-labels")
    assert main(["run", *given, "--workspace", str(workspace)]) == OK
    return workspace


def test_a_spent_budget_leaves_figures_of_finished_samples_alone(
    explored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--round", "1", "--queries", "150", "--json", "-", "--workspace", str(explored))
    assert main(["smallest", *given]) == OK
    *lines, last = capsys.readouterr().out.splitlines()
    record = json.loads(last)
    assert not record["finished"] and 0 < record["searched"] < record["samples"]
    assert f"after {record['searched']:,} of {record['samples']:,} samples: all figures are of these alone" in lines[1]
    for stratum in record["strata"]:
        of_it = [each for each in record["smallest"] if each["stratum"] == stratum["stratum"]]
        levels = [each["levels"] for each in of_it if each["searched"] and each["levels"] is not None]
        assert stratum["samples"] == len(of_it) and stratum["searched"] == sum(each["searched"] for each in of_it)
        assert stratum["failing"] == len(levels)
        assert stratum["median_levels"] == (np.median(levels) if levels else None)
        assert (stratum["smallest"] or {"levels": None})["levels"] == min(levels, default=None)
    reached = {each["searched"] for each in record["smallest"] if each["levels"] is None}
    assert False in reached  # not reached; "searched, and nothing fails" is told from it by the same flag


def test_the_table_puts_first_what_fails_first() -> None:
    nothing = {"stratum": "c", "samples": 4, "searched": 4, "failing": 0, "median_levels": None, "smallest": None}
    columns = ("stratum", "samples", "searched", "failing", "median_levels", "smallest")
    strata = [
        nothing | {"stratum": "e", "searched": 0},
        nothing,
        dict(zip(columns, ("long name", 10, 9, 9, 3.5, {"levels": 2, "setting": "Dark."}), strict=True)),
        dict(zip(columns, ("b", 3, 1, 1, 1.0, {"levels": 1, "setting": "Turned."}), strict=True)),
        nothing | {"stratum": "d"},
    ]
    head = {"round": 1, "round_id": 2, "campaign": "x-1", "failing": 10, "samples": 25, "queries": 1, "searched": 18}
    first, budget, _, *rows = table(head | {"finished": False, "strata": strata})
    assert first == (
        "Smallest failing settings of round 2 (round 1 of campaign x-1): 10 of 18 samples searched fail somewhere, "
        "1 query"
    )
    assert budget.startswith("The budget ended after 18 of 25 samples: all figures are of these alone, and ")
    assert [line.split("  ")[0] for line in rows] == ["b", "long name", "c", "d", "e"]
    assert rows[0] == "b          1 of 3      1 of 1      1, 1                    Turned."
    assert rows[2].endswith("none found") and rows[-1].endswith("0 of 4      0 of 0      not searched")
    assert "budget" not in "".join(table(head | {"finished": True, "strata": strata}))
