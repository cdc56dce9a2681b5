"""Verdicts from elsewhere: all or nothing, and once."""

from __future__ import annotations

import csv
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.domain import Verdict
from faded.store import events, former, rounds, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from tests.ui import believable, believable_sets


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    if file.suffix == ".jsonl":
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif file.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), file)
    else:
        with file.open("w", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return file


def take(store: Store, file: Path, round_id: int, *extra: str) -> int:
    return main(["import-verdicts", str(file), "--round", str(round_id), "--workspace", str(store.workspace), *extra])


def log(store: Store, round_id: int) -> list[events.Event]:
    with store.read() as db:
        return events.of_round(db, round_id)


@pytest.mark.parametrize("ending", [".jsonl", ".parquet", ".csv"])
def test_a_file_imported_twice_changes_nothing(
    store: Store, tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable_sets.explored(store)
    rows = [
        {"proposal_id": p, "verdict": "confirm", "annotator": "ada", "created_at": 5.5, "bias": 7, "quality": -1,
         "best": 2, "worst": None if i else 7, "answer": None, "mood": "good"}
        for i, p in enumerate(made.proposals[:3])
    ]  # fmt: skip
    file = write(tmp_path / f"given{ending}", rows)
    assert take(store, file, made.round, "--annotator-prefix", "team:") == OK
    said = capsys.readouterr().out
    assert "3 verdicts read" in said and "3 of them new" in said and "not read: mood" in said
    found = log(store, made.round)
    assert [(e.annotator, e.created_at, *dataclasses.astuple(e.ratings)) for e in found] == [
        ("team:ada", 5.5, 7, -1, 2, None if i else 7) for i in range(3)
    ]
    assert take(store, file, made.round, "--annotator-prefix", "team:") == OK
    assert "0 of them new" in capsys.readouterr().out
    assert log(store, made.round) == found


def test_what_stands_in_an_export_is_taken_into_another_workspace(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store)
    believable.labeled(store, made)
    given = ["--round", str(made.round), "--to", str(tmp_path / "out"), "--workspace", str(store.workspace)]
    assert main(["export", *given]) == OK
    with store.read() as db:
        said = verdicts.standing(db, made.round)
    before = log(store, made.round)
    assert take(store, tmp_path / "out" / "jsonl" / "adjudicated.jsonl", made.round) == OK
    assert log(store, made.round) == before
    other = believable.explored(store)  # the same proposals, by other ids
    text = (tmp_path / "out" / "jsonl" / "adjudicated.jsonl").read_text()
    file = tmp_path / "theirs.jsonl"
    file.write_text(text.replace(f'-{made.round}"', f'-{other.round}"'))
    assert take(store, file, other.round) == OK
    with store.read() as db:
        again = verdicts.standing(db, other.round)
    assert [(j.sample_id, j.key, j.verdict) for j in again] == [(j.sample_id, j.key, j.verdict) for j in said]


def test_times_may_be_written_or_left_out(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store)
    row = {"verdict": "unsure", "annotator": "ada"}
    times = ("2026-03-01T12:00:00Z", "2026-03-01 13:00:00+01:00", 1772366400, "")
    rows = [{"id": p, "created_at": t} | row for p, t in zip(made.proposals, times, strict=False)]
    began = time.time()
    assert take(store, write(tmp_path / "given.jsonl", rows), made.round) == OK
    found = [e.created_at for e in log(store, made.round)]
    assert found[:3] == [1772366400.0] * 3
    assert began <= found[3] <= time.time()


def test_every_wrong_row_is_told_and_nothing_is_imported(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable.explored(store)
    good = {"proposal_id": made.proposals[0], "verdict": "confirm", "annotator": "ada"}
    wrong = [
        ({"proposal_id": "p77"}, "line 2, proposal_id: 'p77' is no proposal of this round"),
        ({"verdict": "yes"}, "line 3, verdict: 'yes' is no verdict: give one of confirm, reject, invalid, unsure"),
        ({"annotator": " "}, "line 4, annotator: it is missing"),
        ({"created_at": "noon"}, "line 5, created_at: 'noon' is no time"),
        ({"best": 1.5}, "line 6, best: 1.5 is no whole number"),
        ({"best": 1}, "line 7, best: "),
        ({"answer": "yield"}, "line 8, answer: "),
        ({"verdict": None, "annotator": None}, "line 9, annotator: it is missing"),
    ]
    file = write(tmp_path / "given.jsonl", [good, *(good | other for other, _ in wrong)])
    assert take(store, file, made.round) == BAD_INPUT
    told = capsys.readouterr().err
    assert "8 of 9 rows" in told
    for _, words in wrong:
        assert words in told
    assert log(store, made.round) == []


def test_a_confirmation_without_a_reference_has_to_state_the_answer(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable.explored(store, labelled=False)
    row = {"proposal_id": made.proposals[0], "verdict": "confirm", "annotator": "ada"}
    assert take(store, write(tmp_path / "bare.jsonl", [row]), made.round) == BAD_INPUT
    assert "line 1, answer: " in capsys.readouterr().err
    assert take(store, write(tmp_path / "given.jsonl", [row | {"answer": "stop"}]), made.round) == OK
    assert [(e.verdict, e.answer) for e in log(store, made.round)] == [(Verdict.CONFIRM, "stop")]


def test_a_decided_round_takes_nothing_new(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = believable.explored(store)
    rows = [{"proposal_id": p, "verdict": "reject", "annotator": "ada"} for p in made.proposals[:2]]
    file = write(tmp_path / "one.jsonl", rows[:1])
    assert take(store, file, made.round) == OK
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ACCEPTED, "local", 1.0)
    assert take(store, file, made.round) == OK
    assert take(store, write(tmp_path / "two.jsonl", rows), made.round) == BAD_INPUT
    assert "takes no more verdicts" in capsys.readouterr().err
    assert len(log(store, made.round)) == 1


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.txt", "", "give a .jsonl, .parquet or .csv file"),
        ("a.jsonl", "", "has no rows"),
        ("a.jsonl", "{\n", "line 1 is no JSON"),
        ("a.jsonl", "[1]\n", "line 1 is no JSON object"),
        ("a.csv", "id,verdict\np,confirm\n", "no column annotator"),
        ("a.csv", "id,verdict,annotator\np,confirm,ada,more\n", "more fields than the head"),
        ("a.parquet", "nothing", "cannot be read"),
        ("b.csv", None, "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_say_why(
    store: Store, tmp_path: Path, name: str, text: str | None, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable.explored(store)
    if text is not None:
        (tmp_path / name).write_text(text)
    assert take(store, tmp_path / name, made.round) == BAD_INPUT
    assert word in capsys.readouterr().err
    assert log(store, made.round) == []


def test_an_old_export_brings_no_deleted_name_back(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store)
    with store.write() as db:
        verdicts.submit(db, made.proposals[0], "zebulon", "k", now=5.0, verdict=Verdict.CONFIRM)
    row = {"verdict": "confirm", "annotator": "zebulon", "answer": None}
    old = [row | {"proposal_id": made.proposals[0], "created_at": 5.0}]
    file = write(tmp_path / "old.jsonl", [*old, row | {"proposal_id": made.proposals[1], "created_at": None}])
    done = former.remove(store, "zebulon", "test", 6.0)
    for _ in range(2):
        assert take(store, file, made.round) == OK
        assert [e.annotator for e in log(store, made.round)] == [done.called] * 2, "what was there is known"
