"""Rounds on models that draw: a pipeline of random weights from a folder, and a function."""

import io
import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray
from PIL import Image
from transformers import CLIPTextModel, ResNetForImageClassification

from faded import runtime
from faded.config import CampaignConfig
from faded.domain import FadedError, Proposal, Said, Stopped, Verdict
from faded.jobs.context import prepare
from faded.jobs.headless import Round, explore_only, run_round
from faded.jobs.run import Runner
from faded.stages import REPAIR
from faded.store import blobs, campaigns, jobs, proposals
from faded.store.engine import open_store
from faded.targets.attributes import load_reader
from faded.targets.load_pipeline import load_pipeline
from faded.targets.text_to_image import Sampling
from faded.tasks import DRAWING
from tests.clips import write_clip
from tests.jobs.stopping import stop_at
from tests.targets.pipelines import write_pipeline, write_reader

SLOTS = (
    {"name": "thing", "levels": ["lamp", "red lamp", "blue lamp"]},
    {"name": "place", "levels": ["", "in the hall", "in the yard"]},
)
OPEN = {"attribute": "tone", "shares": {"dark": 0.5, "light": 0.5}}
PROMPTS = {
    "wordings": ["a {thing} {place}", "here is a {thing} {place}"],
    "sets": 40,
    "pictures": 3,  # of which a quarter of the sets are all dark or all light, whatever the words are
    "steps": 2,
    "guidance": 40,
    "open": OPEN,
    "expected": "as many dark ones as light ones",
}
LIGHTS = {"name": "thing", "levels": ["lamp", "light lamp", "dark lamp"], "attribute": "tone"}
GREYS = LIGHTS | {"shows": ["", "light", "grey"]}
GREY = PROMPTS | {"open": {"attribute": "tone", "shares": {"dark": 0.5, "grey": 0.5}}}
LAMPS = {"target": f"{__name__}:lamps"}
MANY = tuple({"name": f"s{i}", "levels": ["", "a", "b", "c", "on on"]} for i in range(9))
"""Only with the longest word in nearly every slot is a prompt of these too long."""
NEAR = LAMPS | {"discrepancy": "clip", "threshold": 1.0}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A pipeline, and a reader that finds half of what it draws light."""
    runtime.start(0)
    folder = tmp_path_factory.mktemp("drawing")
    pipeline, reader = (
        write_pipeline(folder / "pipeline"),
        write_reader(folder / "reader", ("tone: dark", "tone: light")),
    )
    encoder = CLIPTextModel.from_pretrained(pipeline / "text_encoder")
    with torch.no_grad():
        encoder.final_layer_norm.weight *= 4  # or the words would hardly matter to random weights
    encoder.save_pretrained(pipeline / "text_encoder")
    write_clip(folder / "clip", max_position_embeddings=64)
    found = load_reader(str(reader))
    target = load_pipeline(str(pipeline), found, Sampling(2, 40.0))
    drawn = (target.made(["a lamp"] * 60, range(60)).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    embedding = torch.from_numpy(found.read(drawn).embedding)
    network = ResNetForImageClassification.from_pretrained(reader)
    head = network.classifier[-1]
    with torch.no_grad():
        head.bias[1] -= (embedding @ (head.weight[1] - head.weight[0]) + head.bias[1] - head.bias[0]).median()
    network.save_pretrained(reader)
    return pipeline, reader


def campaign(folders: tuple[Path, Path], folder: Path, prompts: object = None, **other: object) -> CampaignConfig:
    path = folder / "prompts.yaml"
    path.write_text(yaml.safe_dump(prompts or PROMPTS), encoding="utf-8")
    values: dict[str, object] = {
        "task": DRAWING, "target": str(folders[0]), "reader": str(folders[1]), "data": str(path), "concepts": SLOTS,
        "threshold": 0.3, "bound": 0.02, "queries": 180, "verify_folds": 1, "agent": "random",
    }  # fmt: skip
    return CampaignConfig(**values | other)  # type: ignore[arg-type]


def confirming(items: list[Proposal]) -> list[Said]:
    return [Said(Verdict.CONFIRM) for _ in items]


def test_a_round_finds_repairs_and_verifies_also_when_it_was_stopped_while_it_drew(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, config = open_store(tmp_path / "store"), campaign(folders, tmp_path)

    def go() -> Round:
        return run_round(store, config, lambda context: confirming, 30, "all wrong", steps=50)

    with monkeypatch.context() as patch:
        stop_at(patch, "Answering the tune inputs once: ")
        with pytest.raises(Stopped):
            go()
    with store.read() as db:
        stopped = [job for job in jobs.list_for_round(db, 1) if job.kind == REPAIR]
        assert [job.state for job in stopped] == [jobs.JobState.STOPPED]
    record = json.loads(json.dumps(go().record, allow_nan=False))
    assert record["explore"]["queries"] == 180 and record["label"]["modes_confirmed"] >= 1
    assert record["repair"]["steps"] == 50
    found = {figure["name"]: figure for figure in record["verify"]["beside"]}
    assert set(found) == {"variety"}  # no slot asks for anything that could be read
    assert found["variety"]["before"] > 0
    assert sum("variety" in reason for reason in record["verify"]["gate"]["reasons"]) == 1
    folder = store.workspace / str(record["repair"]["folder"])
    again = load_pipeline(str(folders[0]), load_reader(str(folders[1])), Sampling(2, 40.0), folder)
    assert again.fingerprint() == record["target"]["fingerprint_after"]


def test_what_is_proposed_are_two_sheets_of_pictures(folders: tuple[Path, Path], tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    done = explore_only(store, campaign(folders, tmp_path))
    with store.read() as db:
        items = proposals.newest(db, done.round_id, 10)
    for item in items:
        sheets = [Image.open(io.BytesIO(blobs.get(store.workspace, digest))) for digest in (item.original, item.edited)]
        assert [sheet.size for sheet in sheets] == [(64, 16), (64, 16)]  # pictures of 16 by 16, four places in a row
        assert item.answer in ("tone: 3 dark", "tone: 3 light")
        assert item.reference == PROMPTS["expected"]
        assert str(item.details["prompt"]).startswith(("a ", "here is a "))


def lamps(prompts: list[str], seeds: list[int]) -> NDArray[np.uint8]:
    """Draw a dark picture from every seed for a red lamp, and from every other seed else."""
    light = [255 * ("red" not in prompt and seed % 2 == 0) for prompt, seed in zip(prompts, seeds, strict=True)]
    drawn: NDArray[np.uint8] = np.full((len(prompts), 16, 16, 3), 10, dtype=np.uint8)
    return np.maximum(drawn, np.array(light, dtype=np.uint8)[:, None, None, None])


def two_lamps(prompts: list[str], seeds: list[int]) -> NDArray[np.uint8]:
    return np.zeros((2, 16, 16), dtype=np.uint8)


def test_a_function_is_explored_and_not_repaired(folders: tuple[Path, Path], tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    config = campaign(folders, tmp_path, target=f"{__name__}:lamps", threshold=0.4, bound=0.3)
    with pytest.raises(FadedError, match="lamps is a function: there are no weights of it to tune"):
        run_round(store, config, lambda context: confirming, 30, "all wrong", steps=50)
    with store.read() as db:
        assert {item.key.cell[0] for item in proposals.newest(db, 1, 40)} == {1}  # red lamps alone


def test_a_stage_does_not_begin_with_another_guidance(folders: tuple[Path, Path], tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    few = PROMPTS | {"sets": 10}
    done = explore_only(store, campaign(folders, tmp_path, few, **LAMPS, queries=8))
    campaign(folders, tmp_path, few | {"guidance": 3})
    runner = Runner(store, "w")

    def repaired() -> str:
        with store.write() as db:
            jobs.enqueue(db, done.round_id, REPAIR, now=time.time())
        assert runner.run_next()
        with store.read() as db:
            return str(jobs.list_for_round(db, done.round_id)[-1].error)

    assert "something has changed: guidance (now 3, before 40). Put back" in repaired()
    with store.write() as db:  # as an earlier version wrote it
        campaigns.update_round(db, done.round_id, summary={campaigns.MEASURED: {}})
    assert repaired().startswith("No mode is confirmed yet")


def test_pictures_are_compared_with_their_prompts_and_read_by_phrases(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    clip = str(folders[0].with_name("clip"))
    phrases = {"tone": {"dark": "a dark lamp", "light": "a light lamp"}}
    config = campaign(
        folders, tmp_path, PROMPTS | {"phrases": phrases}, discrepancy="clip", encoder=clip, reader=clip, threshold=1.0
    )
    context = prepare(config, 1, lambda words: None)
    probe = context.probe(context.target(None))
    measured = probe.clean(context.explore[:6])
    assert measured.answers.values == {"tone": ("dark", "light")}
    assert np.all((measured.discrepancy > 0) & (measured.discrepancy < 2))
    np.testing.assert_array_equal(measured.failed, measured.discrepancy > 1.0)
    without = campaign(folders, tmp_path, discrepancy="clip", encoder=clip, reader="", threshold=1.0)
    again = prepare(without, 1, lambda words: None)
    unread = again.probe(again.target(None)).clean(again.explore[:6])
    assert unread.answers.values == {} and set(unread.answers.texts) == {"3 pictures"}
    np.testing.assert_allclose(unread.discrepancy, measured.discrepancy)


def test_the_file_of_prompts_that_cannot_be_used_is_named(folders: tuple[Path, Path], tmp_path: Path) -> None:
    short = tmp_path / "short.yaml"
    short.write_text("wordings: a {thing}\n")
    config = campaign(folders, tmp_path, tune_data=str(tmp_path / "prompts.yaml"), verify_data=str(short))
    with pytest.raises(FadedError, match=r"The prompts in .*short\.yaml cannot be used: .*has the slots thing"):
        prepare(config, 1, lambda words: None)


@pytest.mark.parametrize(
    ("prompts", "other", "said"),
    [
        ({"wordings": "a {thing}"}, {}, "has the slots thing, and there are words for thing, place"),
        ({"wordings": "a {thing} {place}" + " on" * 40}, {}, "has 88 tokens, but .* reads 32"),
        (
            PROMPTS | {"open": OPEN | {"words": {"dark": "dim", "light": "bright " * 9}}},
            {},
            r"(bright ){9}' has 62 tokens",
        ),
        (
            {"wordings": "a " + " ".join(f"{{s{i}}}" for i in range(9))},
            {"concepts": MANY},
            r"'an on( on){17}' has 40 tokens, but .* reads 32",
        ),
        ({"wordings": "a {thing} {place}"}, {}, "bias measures what prompts leave open"),
        (
            PROMPTS | {"sets": 1},
            {"verify_folds": 3},
            r"No sample is left for .*Raise sets in the file .* fewer folds than 3 with --verify",
        ),
        (GREY | {"sets": 1}, LAMPS, "reads light of 'tone' too|cannot read 'grey' of 'tone'"),
        ({"wordings": "a {thing} {place}" + " on" * 40, "sets": 1, "open": OPEN}, {}, "has 88 tokens"),
        (
            PROMPTS,
            {"space": "wide", "concepts": None},
            "no space of prompts named 'wide'. Known: paper. Or give --space",
        ),
        (PROMPTS | {"open": {"attribute": "hair", "shares": {"a": 1}}}, {}, "no attribute 'hair', but tone"),
        (PROMPTS | {"open": {"attribute": "tone", "shares": {"dark": 1}}}, {}, "reads light of 'tone' too"),
        (PROMPTS | {"open": {"attribute": "tone", "shares": {"dark": 1, "light": 1}}}, {}, r"is \[1.0, 1.0\]"),
        (PROMPTS, {"discrepancy": "mismatch"}, "no slot has an attribute"),
        (
            GREY,
            LAMPS | {"discrepancy": "mismatch", "concepts": (LIGHTS | {"shows": ["", "light", "dark"]}, SLOTS[1])},
            "cannot read 'grey' of 'tone': it knows dark, light",
        ),
        (PROMPTS, NEAR | {"concepts": (GREYS, SLOTS[1])}, "cannot read 'grey' of 'tone'"),
        (GREY, NEAR, "cannot read 'grey' of 'tone'"),
        (PROMPTS, {"target": "nowhere.at:all"}, "cannot be imported"),
        (PROMPTS, {"target": f"{__name__}:two_lamps"}, r"returned an array of shape \(2, 16, 16\)"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_exploring(
    folders: tuple[Path, Path], tmp_path: Path, prompts: dict[str, object], other: dict[str, object], said: str
) -> None:
    encoder = str(folders[0].with_name("clip")) if other.get("discrepancy") == "clip" else ""
    config = campaign(folders, tmp_path, prompts, encoder=encoder, **other)
    with pytest.raises(FadedError, match=said):
        context = prepare(config, 1, lambda words: None)
        context.probe(context.target(None)).clean(context.explore[:2])
