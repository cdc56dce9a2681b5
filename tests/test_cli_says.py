"""What a headless run says to a person, on standard error."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from faded.commands.common import OK, OTHER
from faded.runtime import NO_BARS
from tests.jobs.stopping import stop_at

ROOT = Path(__file__).parents[1]


def test_without_the_oracle_the_proposals_wait(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    code, last, errors = run(workspace=tmp_path / "my work")
    assert code == OK
    assert json.loads(last[0])["explore"]["queries"] == 200
    assert f"label them with python -m faded serve --workspace '{tmp_path}/my work'\n" in errors
    monkeypatch.setenv("FADED_WORKSPACE", str(tmp_path / "my work"))
    assert "label them with python -m faded serve\n" in run(workspace=tmp_path / "my work")[2]


def test_libraries_draw_no_bars_between_ours(classifier_folder: Path, pictures: Path, tmp_path: Path) -> None:
    files = sorted(pictures.rglob("*.png"))
    table = {"image": [f.read_bytes() for f in files], "label": [f.parent.name for f in files]}
    data = tmp_path / "pictures.parquet"
    pq.write_table(pa.table(table), data)
    given = ["--target", str(classifier_folder), "--data", str(data), "--queries", "40", "--no-labels"]
    command = [sys.executable, "-m", "faded", "run", *given, "--workspace", str(tmp_path / "workspace")]
    fresh = {name: value for name, value in os.environ.items() if name not in NO_BARS}  # tests here have set them
    done = subprocess.run(command, cwd=ROOT, env=fresh, capture_output=True, text=True)
    assert done.returncode == OK, done.stderr
    assert not re.search(r"it/s|[|\r]|Generating", done.stderr)
    assert re.search(r"^explore: \d+%, ", done.stderr, re.MULTILINE)


def test_a_stage_stopped_on_a_page_is_no_bad_input_and_goes_on(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    with monkeypatch.context() as patch:
        stop_at(patch, "71 of 200 queries")
        code, _, errors = run()
    assert code == OTHER
    assert re.search(r"The stage explore was stopped at \d\d%\. Give the same command again to go on\.", errors)
    assert run()[0] == OK


def test_a_repair_that_kept_its_best_when_it_was_stopped_is_said_so(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    stop_at(monkeypatch, "step 160 ")
    _, last, errors = run("--oracle", "--labels", "30", "--verify-folds", "1")
    record = json.loads(last[0])
    assert record["repair"]["stopped"] and record["verify"]["inputs"] > 0
    assert f"stopped after 160 steps; its best weights, of step {record['repair']['best_step']}, are kept\n" in errors


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "faded", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None and run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == "" and run.wait(60) == OTHER
