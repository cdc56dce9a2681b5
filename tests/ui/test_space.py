"""The app as it runs on a Space: who may do what, over HTTP, whatever the pages show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from faded.store import campaigns
from faded.store.engine import open_store
from tests.ui import believable
from tests.ui.space import Space, running, session

MANAGER, ANNOTATOR, VISITOR = session("mira"), session("lena", ["labellers"]), session("bob")
OF_ANNOTATORS = ("label_next", "label_send", "label_practice", "preview_ask", "preview_look")
OF_MANAGERS = (
    "team_audit",
    "team_lineage",
    "landscape_choose",
    "report_page",
    "team_adjudicate",
    "team_take_back",
    "team_rules",
    "team_pause",
    "team_gold",
    "team_qualify",
    "team_guidelines",
    *(f"new_{name}" for name in ("load", "save", "again", "discard", "file", "open", "begin")),
)

OF_ADMINS = ("team_invite", "team_withdraw", "team_account", "team_delete")
"""There is none on a Space, whose settings say who may come in."""


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    workspace = tmp_path_factory.mktemp("space") / "faded"
    store = open_store(workspace)
    believable.explored(store)
    store.close()
    with running(Space(workspace)) as started:
        yield started


def refused(answer: tuple[int, str]) -> str:
    status, text = answer
    if status == 403:
        return text
    told = json.loads(text)
    assert status == 200 and not told["ok"]
    return str(told["message"])


def pressed(config: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends when a button is pressed on pages that were not drawn yet."""
    parts = {part["id"]: part for part in config["components"]}
    data = [{} if parts[i]["type"] == "state" else parts[i]["props"].get("value") for i in event["inputs"]]
    return {"fn_index": event["id"], "data": data, "session_hash": "s", "trigger_id": event["targets"][0][0]}


def test_a_visitor_sees_who_may_come_in_and_nothing_else(space: Space) -> None:
    status, page = space.get("/")
    assert status == 200 and "Sign in with Hugging Face" in page and "gradio" not in page
    assert "signed in as <b>bob</b>" in space.get("/", VISITOR)[1]
    named = session("<script>alert(1)</script>")
    assert "<script>" not in space.get("/", named)[1]
    for path in ("/config", "/gradio_api/info", "/theme.css", "/assets/x.js", "/gradio_api/heartbeat/x", "//"):
        assert space.get(path, VISITOR)[0] == 403, path
    assert space.post("/gradio_api/upload", {}, VISITOR)[0] == 403


def test_a_space_may_be_shown_by_hugging_face_and_nobody_else(space: Space) -> None:
    for path, who in (("/", None), ("/", MANAGER), ("/config", MANAGER), ("/gradio_api/file=x", MANAGER)):
        headers = space.headers(path, who)
        policy = headers["content-security-policy"].split("; ")
        assert "frame-ancestors 'self' https://huggingface.co https://*.hf.space" in policy
        assert "object-src 'none'" in policy and "base-uri 'self'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_every_server_function_asks_for_its_role(space: Space) -> None:
    offered = [n for c in space.config(MANAGER)["components"] for n in c["props"].get("server_fns") or ()]
    assert sorted(set(offered)) == sorted(OF_ANNOTATORS + OF_MANAGERS + OF_ADMINS)
    for name in offered:
        for who in (None, VISITOR, session("mira", seconds=-5)):
            assert "Sign in" in refused(space.call(name, {}, who))
    for name in OF_MANAGERS:
        assert "a manager may do this" in refused(space.call(name, {}, ANNOTATOR))
    for name in OF_ADMINS:
        assert "an admin may do this" in refused(space.call(name, {}, MANAGER))
    items = json.loads(space.call("label_next", {"want": 2}, ANNOTATOR)[1])["items"]
    event = {"kind": "verdict", "key": "k1", "proposal": items[0]["id"], "verdict": "confirm"}
    assert json.loads(space.call("label_send", {"events": [event]}, ANNOTATOR)[1])["events"][0]["ok"]


def test_a_rounds_data_are_saved_by_managers_alone(space: Space) -> None:
    assert space.get("/export/1.zip", VISITOR)[0] == 403
    status, said = space.get("/export/1.zip", ANNOTATOR)
    assert status == 403 and "a manager may do this" in said
    assert space.get("/export/99.zip", MANAGER)[0] == 404


def test_every_button_of_the_pages_asks_for_a_manager(space: Space) -> None:
    config = space.config(MANAGER)
    known = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    buttons = {
        known[d["targets"][0][0]]: d
        for d in config["dependencies"]
        if d["targets"][0][1] == "click" and d["backend_fn"] and known[d["targets"][0][0]] != "f-refresh"
    }
    assert set(buttons) == {
        *("run-stop", "run-resume", "run-go-on", "form-start", "repair-start", "verify-accept", "verify-roll-back")
    }
    for name, event in buttons.items():
        body = pressed(config, event)
        assert space.post("/gradio_api/run/predict", body, VISITOR)[0] == 403
        status, answer = space.post("/gradio_api/run/predict", body, ANNOTATOR)
        assert status == 200 and "a manager may do this" in answer, name
    store = open_store(space.workspace)
    with store.read() as db:
        assert len(campaigns.list_campaigns(db)) == 1
    store.close()


def test_a_manager_may_start_a_demo(space: Space) -> None:
    config = space.config(MANAGER)
    start = next(p["id"] for p in config["components"] if p["props"].get("elem_id") == "form-start")
    event = next(d for d in config["dependencies"] if d["targets"] and d["targets"][0] == [start, "click"])
    body = pressed(config, event)
    status, answer = space.post("/gradio_api/run/predict", body, MANAGER, origin="https://evil.example")
    assert status == 403 and "another page" in answer
    assert space.post("/gradio_api/run/predict", body, MANAGER)[0] == 200
    store = open_store(space.workspace)
    with store.read() as db:
        found = campaigns.latest_round(db)
        assert found is not None and found.summary["started_by"] == "mira"
    store.close()


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("target", "tests.jobs.colours:target"),
        ("target", "/etc"),
        ("target", "faded/ui"),
        ("target", "resnet"),
        ("target", "../../data"),
        ("data", "~/pictures"),
        ("data", "faded/demo:train"),
        ("data", "faded/demo/default:train"),
        ("tune_data", "pictures.parquet"),
        ("encoder", "file:///etc"),
        ("reader", "a/b/c"),
    ],
)
def test_a_manager_of_a_space_names_the_hub_only(space: Space, field: str, place: str) -> None:
    fields = {"target": "org/model", "data": "org/data:train", field: place}
    answer = json.loads(space.call("new_save", {"fields": fields}, MANAGER)[1])
    assert "Give an id on the hub" in answer["problems"][field] and repr(place) in answer["problems"][field]
    assert field != "target" or not answer["steps"], "nothing is looked for"
    text = "".join(f"{name}: {value}\n" for name, value in {"faded": 1, **fields}.items())
    assert "Give an id on the hub" in refused(space.call("new_open", {"text": text}, MANAGER))
    assert "Give an id on the hub" in refused(space.call("new_begin", {"fields": fields}, MANAGER))


def test_a_manager_of_a_space_may_name_what_is_on_the_hub(space: Space) -> None:
    fields = {"target": "org/model", "data": "org/data/subset:train[:500]"}
    answer = json.loads(space.call("new_save", {"fields": fields}, MANAGER)[1])
    assert answer["steps"]["target"]["waiting"] or answer["steps"]["target"]["error"]
    assert not {"target", "data"} & set(answer["problems"])
