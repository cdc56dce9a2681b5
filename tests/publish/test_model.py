"""The repaired target for others: loaded without Faded, with a card that says what its verification found."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from huggingface_hub import ModelCard
from sqlalchemy import update
from transformers import AutoModelForImageClassification

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.publish.loading import loading
from faded.publish.model_card import model_card
from faded.publish.verified import read_verified
from faded.repair.adapters import adapter_weights, attach, put_adapter
from faded.saved import Saved
from faded.store import campaigns, jobs, rounds
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.store.schema import campaigns as table
from faded.targets.attributes import load_reader
from faded.targets.load import load_classifier
from faded.targets.load_pipeline import load_drawing
from faded.targets.load_text import load_summarizer
from faded.targets.text_to_image import Sampling
from tests.publish.alone import alone
from tests.targets.pipelines import write_pipeline, write_reader
from tests.targets.writers import write_summarizer
from tests.ui import believable

CLASSIFY = """
import torch
from transformers import AutoImageProcessor, AutoModelForImageClassification
model = AutoModelForImageClassification.from_pretrained(sys.argv[1], use_safetensors=True).eval()
AutoImageProcessor.from_pretrained(sys.argv[1])
print(model(torch.full((1, 3, 16, 16), 0.5)).logits.tolist())
"""
WRITE = """
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
original = AutoModelForCausalLM.from_pretrained(sys.argv[2])
ids = torch.tensor([[5, 6, 7]])
before = original(ids).logits.clone()
original.load_adapter(sys.argv[1])
after = original(ids).logits
other = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(sys.argv[2]), sys.argv[1])(ids).logits
AutoTokenizer.from_pretrained(sys.argv[1])
print([float((after - before).abs().max()), float((after - other).abs().max())])
"""
DRAW = """
import torch
from diffusers import DiffusionPipeline
pipeline = DiffusionPipeline.from_pretrained(sys.argv[2], safety_checker=None)
def draw():
    noise = torch.zeros(1, 4, 8, 8) + 0.5
    return pipeline.unet(noise, 5, encoder_hidden_states=torch.ones(1, 3, 16)).sample.detach().clone()
before = draw()
pipeline.load_lora_weights(sys.argv[1])
print(float((draw() - before).abs().max()))
"""


def target_of(store: Store, made: believable.Believable) -> Path:
    """Return the folder that the round's repaired target is to be written to."""
    with store.read() as db:
        return store.workspace / campaigns.get_round(db, made.round).repaired


@pytest.fixture
def made(store: Store) -> believable.Believable:
    """A round with a repair and its verification, and no weights yet."""
    found = believable.explored(store)
    believable.labeled(store, found)
    believable.repaired(store, found)
    return found


def is_about(store: Store, made: believable.Believable, **values: object) -> None:
    """Say what the campaign is about."""
    with store.write() as db:
        config = campaigns.get_campaign(db, made.campaign).config | {"demo": None, "data": "data"} | values
        db.execute(update(table).where(table.c.id == made.campaign).values(config=config))


def export(store: Store, made: believable.Believable, to: Path, *extra: str) -> int:
    given = ["--round", str(made.round), "--to", str(to), "--workspace", str(store.workspace)]
    return main(["export-model", *given, *extra])


def shaken(module: Any) -> None:
    """Make an adapter change something: a new one changes nothing."""
    put_adapter(module, {name: torch.randn_like(weight) for name, weight in adapter_weights(module).items()})


def names_no_place(folder: Path, *places: Path) -> None:
    for file in folder.rglob("*"):
        assert file.is_dir() or not any(str(place).encode() in file.read_bytes() for place in places), file


def test_a_classifier_is_loaded_by_transformers(
    store: Store, made: believable.Believable, classifier_folder: Path, tmp_path: Path
) -> None:
    is_about(store, made, target=str(classifier_folder))
    load_classifier(str(classifier_folder)).save(target_of(store, made))
    (target_of(store, made) / "optimizer.pt").write_bytes(b"a pickle")
    assert export(store, made, tmp_path / "out") == OK
    said = np.array(json.loads(alone(CLASSIFY, tmp_path, tmp_path / "out").splitlines()[-1]))
    own = AutoModelForImageClassification.from_pretrained(classifier_folder).eval()
    assert np.allclose(said, own(torch.full((1, 3, 16, 16), 0.5)).logits.tolist(), atol=1e-5)
    names_no_place(tmp_path / "out", tmp_path)
    assert {f.suffix for f in (tmp_path / "out").rglob("*") if f.is_file()} == {".safetensors", ".json", ".md"}


@pytest.mark.slow
def test_an_adapter_of_a_summarizer_is_loaded_by_transformers_and_peft(
    store: Store, made: believable.Believable, tmp_path: Path
) -> None:
    original = write_summarizer("gpt2", tmp_path / "original")
    is_about(store, made, target=str(original), task="text", threshold=0.8, discrepancy="bleu")
    target = load_summarizer(str(original))
    attach(target.module, 4, 0)
    shaken(target.module)
    target.save(target_of(store, made))
    assert export(store, made, tmp_path / "out") == OK
    changed, apart = json.loads(alone(WRITE, tmp_path, tmp_path / "out", original).splitlines()[-1])
    assert changed > 0.01 and apart < 1e-4
    names_no_place(tmp_path / "out", tmp_path)
    card = (tmp_path / "out" / "README.md").read_text()
    assert "PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(ORIGINAL)" in card
    assert "The original is not part of this folder" in card


@pytest.mark.slow
def test_an_adapter_of_a_pipeline_is_loaded_by_diffusers(
    store: Store, made: believable.Believable, tmp_path: Path
) -> None:
    original, reader = write_pipeline(tmp_path / "original"), write_reader(tmp_path / "reader")
    is_about(
        store, made, target=str(original), task="text-to-image", reader=str(reader), threshold=0.25, discrepancy="bias"
    )
    target: Any = load_drawing(str(original), load_reader(str(reader)), Sampling(2, 1.0))
    target.save(target_of(store, made))
    assert export(store, made, tmp_path / "whole") == OK  # a repair that kept no adapter
    names_no_place(tmp_path / "whole", tmp_path)
    attach(target.module, 4, 0, ["to_q", "to_v"], 1)
    shaken(target.module)
    for file in sorted(target_of(store, made).rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    target.save(target_of(store, made))
    assert export(store, made, tmp_path / "out") == OK
    assert float(alone(DRAW, tmp_path, tmp_path / "out", original).splitlines()[-1]) > 0.001
    assert (
        float(
            alone(
                DRAW.replace("sys.argv[2]", "sys.argv[3]"), tmp_path, tmp_path / "out", "", tmp_path / "whole"
            ).splitlines()[-1]
        )
        > 0.001
    )
    names_no_place(tmp_path / "out", tmp_path)


def test_the_card_says_what_the_verification_found(
    store: Store, made: believable.Believable, classifier_folder: Path, tmp_path: Path
) -> None:
    is_about(store, made, target="someone/a-classifier")
    load_classifier(str(classifier_folder)).save(target_of(store, made))
    assert export(store, made, tmp_path / "out") == OK
    card = ModelCard.load(tmp_path / "out" / "README.md", ignore_metadata_errors=False)
    with store.read() as db:
        found = jobs.list_for_round(db, made.round)[-1].result
    assert found is not None
    results = {r.metric_type: r for r in card.data.eval_results}
    for name in ("induced_rate_before", "induced_rate_after", "relative_drop", "clean_before", "clean_after"):
        assert results[name].metric_value == found[name]
    assert results["relative_drop"].metric_args == {"interval90": list(found["interval90"])}
    assert (card.data.base_model, card.data.library_name) == ("someone/a-classifier", "transformers")
    assert (card.data.pipeline_tag, card.data["base_model_relation"]) == ("image-classification", "finetune")
    for reason in found["gate"]["reasons"]:
        assert reason in card.content
    first = found["modes"][0]
    assert first["setting"] in card.content and f"| {first['n']} | {first['before']:.1%} (" in card.content
    assert "passed** the gate" not in card.content and "The repair passed the gate" in card.content
    assert "nobody has decided yet" in card.content


def test_a_gate_that_did_not_pass_and_a_roll_back_are_said(
    store: Store, classifier_folder: Path, tmp_path: Path
) -> None:
    made = believable.explored(store)
    believable.labeled(store, made)
    believable.repaired(store, made, passed=False)
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ROLLED_BACK, "local", 1.0)
    load_classifier(str(classifier_folder)).save(target_of(store, made))
    assert export(store, made, tmp_path / "out") == OK
    card = (tmp_path / "out" / "README.md").read_text()
    assert "**did not pass** the gate" in card and "it was rolled back" in card
    assert "that of Faded's demo `signs`" in card
    found = read_verified(store, made.round)
    bad = {"stratum": "a|<img src=x>", "setting": "[here](javascript:x)"}
    told = {**found.found, "modes": [found.found["modes"][0] | bad], "notes": ["No input of <script>."]}
    card = model_card(dataclasses.replace(found, found=told))
    assert "| a\\|&lt;img src=x&gt; |" in card and "\\[here\\](javascript:x)" in card and "<script>" not in card
    config = dataclasses.replace(found.config, demo=None, data="data", target="us/packed/small.gguf", task="text")
    (tmp_path / "adapter_config.json").write_text('{"target_modules": ["q"]}')
    assert 'from_pretrained("us/packed", gguf_file="small.gguf")' in loading(Saved.PEFT, config, tmp_path)


def test_what_cannot_be_exported_says_what_to_do(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = believable.explored(store)
    believable.labeled(store, made)
    assert export(store, made, tmp_path / "out") == BAD_INPUT
    assert "repair it first" in capsys.readouterr().err
    believable.repaired(store, made)
    assert export(store, made, tmp_path / "out") == BAD_INPUT
    assert "no weights at" in capsys.readouterr().err
    again = dataclasses.replace(made)
    believable.repairing(store, again)
    assert export(store, made, tmp_path / "out") == BAD_INPUT
    assert "resume its verification" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
