"""The form of a new campaign, with the worker's part beside it: what is found, and thirty wrong turns."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from safetensors.torch import load_file

from faded.campaign_file import read_campaign
from faded.config import CampaignConfig
from faded.jobs.inquire import Inquirer
from faded.stages import EXPLORE
from faded.store import campaigns, drafts, jobs
from faded.store.engine import Store
from faded.ui import draft
from faded.ui.new_page import server_functions

LOCAL = SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"), headers={"host": "127.0.0.1"}, scope={})
PROMPTS = "wordings: ['a {job} at work']\nsets: 40\npictures: 4\nsteps: 2\n"


@dataclass
class Form:
    """A person at the form; the worker answers whatever is asked before the person looks again."""

    store: Store

    def __post_init__(self) -> None:
        self.calls = {call.__name__: call for call in server_functions(self.store)}
        self.inquirer = Inquirer(self.store, "worker-inquiries")
        self.fields = draft.empty_draft().to_json()

    def call(self, called: str, **sent: Any) -> dict[str, Any]:
        return self.calls[called](sent, LOCAL)

    def type(self, **fields: Any) -> dict[str, Any]:
        self.fields |= fields
        while True:
            answer = self.call("new_save", fields=self.fields)
            assert answer["ok"], answer
            if not self.inquirer.run_next():
                return answer

    def said(self, answer: dict[str, Any], field: str) -> str:
        """What stands at a field: what is wrong with it, or with the step that it begins."""
        step = {"target": "target", "data": "data", "space": "concepts", "discrepancy": "measure"}.get(field, "")
        return answer["problems"].get(field) or answer["steps"].get(step, {}).get("error") or ""


@pytest.fixture
def form(store: Store) -> Form:
    return Form(store)


@pytest.fixture
def given(learned_folder: Path, picture_folder: Path) -> dict[str, Any]:
    return {"target": str(learned_folder), "data": str(picture_folder), "threshold": "0.2", "verify_folds": "1"}


def test_every_step_says_what_it_finds_and_exploring_begins_with_what_was_typed(
    form: Form, given: dict[str, Any], store: Store, tmp_path: Path
) -> None:
    found = form.type(**given)
    steps = {name: step["result"] for name, step in found["steps"].items() if not step["error"]}
    assert found["problems"] == {} and found["task"] == "image"
    target = steps["target"]
    weights = load_file(Path(given["target"]) / "model.safetensors")
    assert 0 < target["parameters"] <= sum(part.numel() for part in weights.values())
    assert target["classes"] == ["red", "green", "blue"] and target["seconds"] > 0
    assert steps["data"]["labels"] == {"red": 12, "green": 12, "blue": 12} and len(steps["data"]["samples"]) == 8
    assert [c["name"] for c in steps["concepts"]["concepts"]] == ["rotation", "saturation", "darkening"]
    assert steps["concepts"]["cells"] == 125
    clean = steps["measure"]["clean"]
    assert clean == sorted(clean) and len(clean) == steps["measure"]["explore"] and steps["measure"]["before"] > 0
    assert steps["measure"]["seconds"] > 0

    file = tmp_path / "campaign.yaml"
    file.write_text(form.call("new_file", fields=form.fields)["text"])
    begun = form.call("new_begin", fields=form.fields)
    with store.read() as db:
        round_ = campaigns.get_round(db, begun["round"])
        config = CampaignConfig.from_json(campaigns.get_campaign(db, round_.campaign_id).config)
        assert [job.kind for job in jobs.list_for_round(db, round_.id)] == [EXPLORE]
        assert drafts.find(db, "local") is None
    assert (config.target, config.data, config.threshold) == (given["target"], given["data"], 0.2)
    assert read_campaign(file) == config


def test_what_is_typed_is_there_after_a_reload_and_an_answer_is_given_once(form: Form, given: dict[str, Any]) -> None:
    form.type(**given | {"name": "Winter", "threshold": "a lot"})
    again = form.call("new_load")
    assert again["fields"]["threshold"] == "a lot" and again["fields"]["name"] == "Winter"
    assert again["steps"]["data"]["result"]["rows"] == 36
    assert not form.inquirer.run_next()  # nothing was asked anew
    form.type(threshold="0.1", bound="0.3")
    assert form.call("new_load")["steps"]["measure"]["result"] is not None
    assert form.call("new_discard")["fields"]["target"] == ""


def test_a_file_fills_the_form_and_comes_out_the_same(form: Form, given: dict[str, Any], tmp_path: Path) -> None:
    text = yaml.safe_dump({
        "faded": 1, "target": given["target"], "data": given["data"], "label_map": {"blue": None}, "threshold": 0.2,
        "queries": 300, "verify_folds": 1, "concepts": [{"name": "darkening", "levels": [0, 0.5]}],
    })  # fmt: skip
    form.fields = form.call("new_open", text=text, name="mine.yaml")["fields"]
    found = form.type()
    assert found["problems"] == {} and found["steps"]["measure"]["result"]["strata"] == 2
    (tmp_path / "in.yaml").write_text(text)
    (tmp_path / "out.yaml").write_text(form.call("new_file", fields=form.fields)["text"])
    assert read_campaign(tmp_path / "in.yaml") == read_campaign(tmp_path / "out.yaml")


def test_what_a_file_says_is_kept_to_its_last_digit_and_a_comma_may_be_a_point() -> None:
    concepts = (
        {"name": "rotation", "levels": [-90.0, 0.0, 12.3456789], "kind": "circular"},
        {"name": "zoom", "levels": [0.5, 2.0], "neutral": 1},
    )
    config = CampaignConfig(target="org/model", data="org/data", threshold=0.123456789, bound=1 / 3, concepts=concepts)
    typed = draft.as_draft(draft.from_config(config).to_json())
    assert draft.read(typed, "image") == (config, {})
    assert typed.concepts[0]["levels"] == "-90, 0, 12.3456789"

    def read(**texts: str) -> Any:
        return draft.read(draft.Draft({**typed.texts, **texts}, concepts=typed.concepts), "image")

    found, _ = read(threshold="0,125", queries="20,000")
    assert (found.threshold, found.queries) == (0.125, 20_000)
    assert list(read(name="my data/v2")[1]) == ["name"]
    bare = CampaignConfig(target="org/model", data="org/data", concepts=({"name": "zoom"},))
    assert "give at least two" in draft.read(draft.from_config(bare), "image")[1]["levels-zoom"]


def test_looking_again_sees_what_has_changed_of_the_target(form: Form, learned_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(learned_folder, tmp_path / "mine")
    assert form.type(target=str(folder))["steps"]["target"]["result"]["classes"] == ["red", "green", "blue"]
    config = folder / "config.json"
    config.write_text(config.read_text().replace("blue", "violet"))
    assert form.call("new_again", fields=form.fields)["steps"]["target"]["waiting"]
    assert form.type()["steps"]["target"]["result"]["classes"] == ["red", "green", "violet"]


def test_columns_that_can_only_be_meant_are_suggested_and_labels_are_mapped_by_hand(
    form: Form, given: dict[str, Any], picture_folder: Path, tmp_path: Path
) -> None:
    rows = [
        {"file": f"pictures/{name}/{i}.png", "kind": name.upper()}
        for name in ("red", "green", "blue")
        for i in range(12)
    ]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = form.type(**given | {"data": str(tmp_path / "list.jsonl")})
    assert found["steps"]["data"]["result"]["suggested"] == {"image": "file", "label": "kind"}
    assert "Choose which are meant" in found["problems"]["columns"]
    found = form.type(columns={"image": "file", "label": "kind"})
    assert "RED, GREEN, BLUE" in found["problems"]["label_map"] and "concepts" not in found["steps"]
    refused = form.call("new_begin", fields=form.fields)
    assert not refused["ok"] and "Labels that are none of the target's" in refused["message"]
    found = form.type(label_map={"RED": "red", "GREEN": "green", "BLUE": ""})
    assert found["problems"] == {} and found["steps"]["measure"]["result"]["strata"] == 2


def test_nobody_from_elsewhere_may_ask(form: Form) -> None:
    elsewhere = SimpleNamespace(client=SimpleNamespace(host="192.0.2.7"), headers={"host": "127.0.0.1"}, scope={})
    for name, call in form.calls.items():
        answer = call({"fields": form.fields, "text": "faded: 1"}, elsewhere)
        assert answer == {"ok": False, "refused": True, "message": "The pages answer this machine only."}, name


OWN = {"space": "own"}
RANGES = {
    "blur": (0, 0.1), "contrast": (0, 2), "darkening": (0, 1), "hue": (-150, 150), "jpeg": (1, 100),
    "noise": (0, 1), "occlusion": (0, 1), "rotation": (-90, 90), "saturation": (0, 1), "zoom": (0.5, 2),
}  # fmt: skip


def own(concepts: int, levels: int) -> dict[str, Any]:
    """Return what is typed of so many concepts of so many levels each."""
    ranges = list(RANGES.items())[:concepts]
    typed = {name: ", ".join(f"{v:.6g}" for v in np.linspace(*ends, levels)) for name, ends in ranges}
    return OWN | {"concepts": [{"name": name, "on": True, "levels": levels} for name, levels in typed.items()]}


WRONG_TURNS = [
    # what is typed, the field at which it is said, what is said
    ({"target": ""}, "target", "Target is empty: name the model to test"),
    ({"target": "./nowhere"}, "target", "There is no folder ./nowhere: give a folder of a model, a hub id"),
    ({"target": "~nobody-here/x"}, "target", "There is no folder ~nobody-here/x: give a folder of a model"),
    ({"target": "x" * 5000}, "target", "The target has 5,000 characters: give a path or hub id"),
    ({"data": "/nowhere/" + "y" * 300}, "data", "There is no data at /nowhere/yyy"),
    ({"target": "nobody/nothing"}, "target", "no such folder here, and the hub cannot be reached. Give a folder"),
    ({"target": "@pictures"}, "target", "has neither config.json nor model_index.json: give a folder or hub id"),
    ({"target": "@file"}, "target", "is a file: give its folder, a hub id"),
    ({"target": "tests.jobs.colours:target"}, "target", "cannot be told by its files: choose the task"),
    ({"target": "tests.jobs.colours:nothing", "task": "image"}, "target", "Give package.module:function"),
    ({"task": "text"}, "target", "Give"),
    ({"data": ""}, "data", "Data is empty: name what to test it on"),
    ({"data": "/nowhere"}, "data", "There is no data at /nowhere. Give a folder of pictures"),
    ({"data": "nobody/pictures:test"}, "data", "No dataset nobody/pictures could be read on the hub"),
    ({"data": "@flat"}, "data", "no folder of pictures per class. Where the pictures have no labels, say so"),
    ({"data": "@empty"}, "data", "There are no pictures in"),
    ({"data": "@broken"}, "data", "broken.png of"),
    ({"data": "@one"}, "data", "are of one class, 'red'. Give at least two classes"),
    ({"columns": {"picture": "x"}}, "columns", "columns names 'picture': for the task image it may name image, label"),
    ({"label_map": {"red": "rd"}}, "data", "none of the target's 3 labels"),
    ({"tune_data": "@pictures"}, "data", "Give tune data and verify data both, or neither"),
    ({**OWN, "concepts": []}, "space", "No concept is switched on: switch on at least one"),
    (
        {**OWN, "concepts": [{"name": "darkening", "on": True, "levels": "0, dark"}]},
        "levels-darkening",
        "The levels of darkening are '0, dark': give numbers with commas between",
    ),
    (
        {**OWN, "concepts": [{"name": "darkening", "on": True, "levels": "0.5"}]},
        "levels-darkening",
        "give at least two different ones",
    ),
    (
        {**OWN, "concepts": [{"name": "darkening", "on": True, "levels": "0, 7"}]},
        "space",
        "The level 7 of 'darkening' is out of bounds: give levels from 0 to 1",
    ),
    (
        {**OWN, "concepts": [{"name": "fog", "on": True, "levels": "0, 1"}]},
        "space",
        "There is no image concept named 'fog'. Known:",
    ),
    (
        own(10, 80),
        "space",
        "The 10 concepts have 800 levels in all and span more settings than the 4,611,686,018,427,387",
    ),
    ({"candidate": "tests.jobs.colours:other_names"}, "candidate", "Give a checkpoint with the same classes"),
    ({"threshold": "high"}, "threshold", "Threshold is 'high': give a number from 0 to 1,000,000"),
    (
        {"label_map": {"red": "green", "green": "blue", "blue": "red"}},
        "threshold",
        "unedited inputs fail at the threshold 0.2, so no edit could make one fail: check what the labels mean",
    ),
    ({"threshold": "1"}, "threshold", "margin is never above 1, so nothing could fail: give less than 1"),
    ({"bound": "1.5"}, "bound", "Bound is '1.5': give a number from 0.01 to 0.99"),
    ({"queries": "10"}, "queries", "Queries is '10': give a number from 200 to 200,000"),
    ({"queries": "300.5"}, "queries", "Queries is '300.5': give a whole number"),
    ({"seed": "-1"}, "seed", "Seed is '-1': give a number from 0 to 2,147,483,647"),
    ({"name": "../x"}, "name", "The name is '../x': give at most 60 letters"),
    ({"verify_folds": "9"}, "data", "No sample is left for verify fold"),
    ({"discrepancy": "clip"}, "discrepancy", "There is no discrepancy named 'clip'. Known: log_odds, margin"),
]


@pytest.mark.parametrize(("typed", "field", "said"), WRONG_TURNS)
def test_a_wrong_turn_is_named_at_its_field_with_the_remedy_and_nothing_typed_is_lost(
    form: Form, given: dict[str, Any], picture_folder: Path, typed: dict[str, Any], field: str, said: str
) -> None:
    places = _places(picture_folder)
    typed = {n: str(places.get(v, v)) if isinstance(v, str) else v for n, v in typed.items()}
    found = form.type(**given | typed)
    assert said in form.said(found, field), (found["problems"], {n: s["error"] for n, s in found["steps"].items()})
    refused = form.call("new_begin", fields=form.fields)
    assert not refused["ok"] and said in refused["message"]
    assert form.call("new_load")["fields"] == form.fields
    assert (
        form.type(**given | {name: draft.empty_draft().to_json()[name] for name in typed if name not in given})[
            "problems"
        ]
        == {}
    )


def _places(pictures: Path) -> dict[str, Path]:
    """Make data that are wrong in one way each."""
    wrong = pictures.parent / "wrong"
    for name in ("empty", "broken/red", "broken/blue", "one/red"):
        (wrong / name).mkdir(parents=True)
    for source in sorted((pictures / "red").iterdir()):
        (wrong / "one" / "red" / source.name).write_bytes(source.read_bytes())
        (wrong / "broken" / "red" / source.name).write_bytes(source.read_bytes())
    for i in range(12):
        Image.new("RGB", (8, 8), (0, 0, 200 + i)).save(wrong / "broken" / "blue" / f"{i}.png")
    (wrong / "broken" / "red" / "x_broken.png").write_text("no picture")
    (wrong / "file.txt").write_text("no model")
    return {
        "@pictures": pictures,
        "@flat": pictures / "red",
        "@file": wrong / "file.txt",
        **{f"@{name}": wrong / name for name in ("empty", "broken", "one")},
    }


def test_a_campaign_of_more_settings_than_can_be_listed_is_drafted_and_begun(
    form: Form, given: dict[str, Any], store: Store
) -> None:
    found = form.type(**given | own(9, 5))
    assert found["problems"] == {} and not any(step["error"] for step in found["steps"].values())
    assert found["steps"]["concepts"]["result"]["cells"] == 5**9
    assert found["steps"]["measure"]["result"]["seconds"] > 0
    assert form.call("new_begin", fields=form.fields)["ok"]


def test_prompts_are_looked_at_before_there_is_a_reader(form: Form, tmp_path: Path) -> None:
    (tmp_path / "prompts.yaml").write_text(PROMPTS)
    slots = "- {name: job, levels: [doctor, cook]}"
    typed = {
        "target": "tests.targets.test_drawn_by_function:half",
        "task": "text-to-image",
        "data": str(tmp_path / "prompts.yaml"),
    }
    found = form.type(**typed, space="own", slots=slots)
    assert found["steps"]["data"]["result"]["prompts"] == ["a {job} at work"]
    assert [level["text"] for level in found["steps"]["concepts"]["result"]["concepts"][0]["levels"]] == [
        "a doctor at work",
        "a cook at work",
    ]
    assert "needs a reader: give a folder or hub id" in found["problems"]["reader"]
    assert "no YAML" in form.type(slots="- {name: [")["problems"]["slots"]
