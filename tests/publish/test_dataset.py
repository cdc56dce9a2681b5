"""A round as a dataset: what is in it, and that others can load it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import DatasetCard
from PIL import Image

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.domain import Ratings, Verdict
from faded.store import blobs, proposals, verdicts
from faded.store.engine import Store
from tests.publish.alone import alone
from tests.ui import believable, believable_sets, believable_text

LOAD = """
import json
from datasets import get_dataset_config_names, load_dataset
told = {}
for folder in sys.argv[1:]:
    for table in get_dataset_config_names(folder):
        found = load_dataset(folder, table)["train"]
        told[f"{folder} {table}"] = [found.num_rows, {k: type(v).__name__ for k, v in found[0].items()}]
print(json.dumps(told))
"""


def lines(folder: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "jsonl" / f"{table}.jsonl").read_text().splitlines()]


def export(store: Store, round_id: object, to: Path, *extra: str) -> int:
    return main(["export", "--round", str(round_id), "--to", str(to), "--workspace", str(store.workspace), *extra])


def test_every_kind_of_round_is_loaded_by_datasets_in_a_process_without_faded(store: Store, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("signs", "texts", "sets", "unjudged")]
    signs, texts, sets, unjudged = (
        module.explored(store) for module in (believable, believable_text, believable_sets, believable)
    )
    believable.labeled(store, signs)
    believable.labeled(store, texts)
    believable.labeled(store, sets, ratings=Ratings(best=2, worst=7))
    for made, folder in zip((signs, texts, sets, unjudged), folders, strict=True):
        assert export(store, made.round, folder) == OK
    told = json.loads(alone(LOAD, tmp_path, *folders).splitlines()[-1])
    for folder in folders[:3]:
        assert [told[f"{folder} {t}"][0] for t in ("verdicts", "adjudicated", "pairs")] == [9, 9, 9]
    assert [k for k in told if k.startswith(str(folders[3]))] == [f"{folders[3]} proposals"]
    assert told[f"{folders[3]} proposals"][0] == len(unjudged.proposals)
    shown = [
        [told[f"{folder} proposals"][1]["edited"]] + [told[f"{folder} pairs"][1][k] for k in ("prompt", "chosen")]
        for folder in folders[:3]
    ]
    picture = "PngImageFile"
    assert shown == [[picture, picture, "str"], ["str", "str", "str"], [picture, "str", picture]]


def test_events_are_kept_in_order_and_what_stands_is_told_apart(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store)
    first, second, third = made.proposals[:3]
    with store.write() as db:
        verdicts.submit(db, first, "ada", "k1", now=1.0, verdict=Verdict.CONFIRM)
        verdicts.submit(db, first, "bob", "k2", now=2.0, verdict=Verdict.REJECT, adjudicates="it is right as turned")
        verdicts.submit(db, second, "ada", "k3", now=3.0, verdict=Verdict.CONFIRM)
        verdicts.undo(db, made.round, "ada", "k4", now=4.0)
        verdicts.submit(db, second, "ada", "k5", now=5.0, flag="blurred")
        verdicts.submit(db, third, "ada", "k6", now=6.0)
    assert export(store, made.round, tmp_path / "out") == OK
    log = lines(tmp_path / "out", "verdicts")
    assert [(e["kind"], e["verdict"], e["annotator"]) for e in log] == [
        ("verdict", "confirm", "ada"),
        ("verdict", "reject", "bob"),
        ("verdict", "confirm", "ada"),
        ("undo", None, "ada"),
        ("flag", None, "ada"),
        ("skip", None, "ada"),
    ]
    assert log[3]["undoes"] == log[2]["id"] and log[4]["reason"] == "blurred"
    (standing,) = lines(tmp_path / "out", "adjudicated")
    assert (standing["proposal_id"], standing["verdict"], standing["annotator"]) == (first, "reject", "bob")
    (pair,) = lines(tmp_path / "out", "pairs")
    proposal = next(p for p in lines(tmp_path / "out", "proposals") if p["id"] == first)
    assert (pair["chosen"], pair["rejected"]) == (proposal["answer"], proposal["reference"])
    assert pair["prompt"] == proposal["edited"]
    assert proposal["levels"] == {"rotation": -90.0, "darkening": 0.6, "saturation": 0.5}
    assert (tmp_path / "out" / "jsonl" / proposal["edited"]).read_bytes().startswith(b"\x89PNG")

    assert export(store, made.round, tmp_path / "anonymous", "--anonymous") == OK
    assert [e["annotator"] for e in lines(tmp_path / "anonymous", "verdicts")][:2] == ["annotator-1", "annotator-2"]
    assert lines(tmp_path / "anonymous", "adjudicated")[0]["annotator"] == "annotator-2"
    for file in (tmp_path / "anonymous").rglob("*"):
        assert file.is_dir() or not {b"ada", b"bob"} & set(file.read_bytes().replace(b'"', b" ").split())


def test_the_pair_of_a_set_is_its_best_and_its_worst_picture(store: Store, tmp_path: Path) -> None:
    made = believable_sets.explored(store)
    believable.labeled(store, made, 1, 1, ratings=Ratings(best=2, worst=7))
    assert export(store, made.round, tmp_path / "out") == OK
    (pair,) = lines(tmp_path / "out", "pairs")
    with store.read() as db:
        item = proposals.get(db, pair["proposal_id"])
    sheet = np.asarray(Image.open(io.BytesIO(blobs.get(store.workspace, item.edited))))
    best, worst = (np.asarray(Image.open(tmp_path / "out" / "jsonl" / pair[k])) for k in ("chosen", "rejected"))
    side = sheet.shape[0] // 2
    assert np.array_equal(best, sheet[:side, 2 * side : 3 * side])
    assert np.array_equal(worst, sheet[side:, 3 * side :])
    assert pair["prompt"] == item.details["prompt"]


def test_the_same_store_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    made = believable_sets.explored(store)
    believable.labeled(store, made, ratings=Ratings(best=2, worst=7))
    for name in ("one", "two"):
        assert export(store, made.round, tmp_path / name) == OK
    files = [sorted(f for f in (tmp_path / name).rglob("*") if f.is_file()) for name in ("one", "two")]
    assert len(files[0]) > 10
    assert [f.relative_to(tmp_path / "one") for f in files[0]] == [f.relative_to(tmp_path / "two") for f in files[1]]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(*files, strict=True))


def test_the_card_is_read_by_the_hub_and_names_no_place_on_this_machine(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store)
    believable.labeled(store, made)
    assert export(store, made.round, tmp_path / "out") == OK
    card = DatasetCard.load(tmp_path / "out" / "README.md", ignore_metadata_errors=False)
    assert [c["config_name"] for c in card.data["configs"]] == ["verdicts", "adjudicated", "proposals", "pairs"]
    assert all((tmp_path / "out" / c["data_files"]).is_file() for c in card.data["configs"])
    assert str(tmp_path) not in card.content


def test_a_round_is_named_by_its_number_or_by_its_campaign(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable.explored(store)
    for given in (made.round, "signs-1", "signs-1/1"):
        assert export(store, given, tmp_path / str(given).replace("/", "-")) == OK
    capsys.readouterr()
    for given, word in (("77", "no round '77'"), ("signs", "signs-1"), ("signs-1/2", "no round 'signs-1/2'")):
        assert export(store, given, tmp_path / "out") == BAD_INPUT
        assert word in capsys.readouterr().err


def test_what_is_there_is_not_overwritten_and_a_failure_leaves_nothing(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable.explored(store)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    for name, word in (("full", "not empty"), ("file", "a file")):
        assert export(store, made.round, tmp_path / name) == BAD_INPUT
        assert word in capsys.readouterr().err
    assert export(store, made.round, tmp_path / "empty") == OK
    with store.read() as db:
        blobs.path(store.workspace, proposals.get(db, made.proposals[-1]).edited).unlink()
    assert export(store, made.round, tmp_path / "out") == BAD_INPUT
    assert "no blob" in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "file", "full", "workspace"]


def test_a_round_without_proposals_says_what_to_do(
    store: Store, round_id: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(store, round_id, tmp_path / "out") == BAD_INPUT
    assert "let it explore first" in capsys.readouterr().err
