"""CLIP models load from folders, say what they lack, and read every text to its end."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPModel

from faded import clip as clips
from faded.clip import Clip, load_clip
from faded.domain import FadedError
from tests.clips import END, START, WIDTH, WINDOW, write_clip

TEXTS = ["a lamp", "a red lamp in the hall", "b"]
LAMPS = np.random.default_rng(0).integers(256, size=(5, 20, 30, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "model")


@pytest.fixture(scope="module")
def clip(folder: Path) -> Clip:
    return load_clip(str(folder))


def test_vectors_are_those_of_the_model_and_of_length_one(clip: Clip, folder: Path) -> None:
    told, shown = clip.of_texts(TEXTS), clip.of_pictures(LAMPS)
    assert told.shape == (3, WIDTH) and shown.shape == (5, WIDTH) and told.dtype == shown.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm([*told, *shown], axis=1), 1, atol=1e-6)
    model = CLIPModel.from_pretrained(folder).eval()
    letters = clip.tokenizer.convert_tokens_to_ids([START, "a</w>", "l", "a", "m", "p</w>", END])
    pixels = clip.processor(images=list(LAMPS), return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        out = model(input_ids=torch.tensor([letters]), pixel_values=pixels)
    np.testing.assert_allclose(told[0], out.text_embeds[0], atol=1e-5)
    np.testing.assert_allclose(shown, out.image_embeds, atol=1e-5)


def test_a_vector_is_the_same_whatever_stands_in_the_batch(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    told, shown = clip.of_texts(TEXTS), clip.of_pictures(LAMPS)
    monkeypatch.setattr(clips, "BATCH", 2)
    np.testing.assert_allclose(clip.of_texts(TEXTS), told, atol=1e-5)
    np.testing.assert_allclose(clip.of_pictures(LAMPS), shown, atol=1e-5)


def test_a_text_beyond_the_window_is_refused_and_not_cut(clip: Clip) -> None:
    assert clip.window == WINDOW
    assert clip.of_texts(["a" * (WINDOW - 2)]).shape == (1, WIDTH)
    with pytest.raises(FadedError, match=rf"'a{{{WINDOW - 1}}}' has {WINDOW + 1} tokens, but .* reads {WINDOW}"):
        clip.of_texts(["a lamp", "a" * (WINDOW - 1)])


def test_half_precision_is_loaded_in_full(folder: Path, tmp_path: Path) -> None:
    CLIPModel.from_pretrained(folder).half().save_pretrained(shutil.copytree(folder, tmp_path / "half"))
    assert {weights.dtype for weights in load_clip(str(tmp_path / "half")).model.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("config.json", "cannot be loaded"),
        ("model.safetensors", "cannot be loaded: .*model.safetensors"),
        ("preprocessor_config.json", "cannot be loaded: .*preprocessor_config.json"),
        ("tokenizer.json", "tells no letters apart"),
    ],
)
def test_a_folder_that_lacks_a_file_is_named(folder: Path, tmp_path: Path, file: str, said: str) -> None:
    lacking = shutil.copytree(folder, tmp_path / "lacking")
    (lacking / file).unlink()
    with pytest.raises(FadedError, match=rf"(?s){said}.*Give a folder or hub id that holds config.json") as error:
        load_clip(str(lacking))
    assert str(lacking) in str(error.value)


def test_weights_in_a_pickle_are_refused(folder: Path, tmp_path: Path) -> None:
    pickled = shutil.copytree(folder, tmp_path / "pickled")
    torch.save(load_file(pickled / "model.safetensors"), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    with pytest.raises(FadedError, match="cannot be loaded"):
        load_clip(str(pickled))


def test_weights_that_would_be_random_are_refused(folder: Path, tmp_path: Path) -> None:
    half = shutil.copytree(folder, tmp_path / "half")
    weights = load_file(half / "model.safetensors")
    told = {name: value for name, value in weights.items() if not name.startswith("vision_model.")}
    save_file(told, half / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(FadedError, match=rf"lacks vision_model.* in all, {len(weights) - len(told)} weights"):
        load_clip(str(half))


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"cannot be loaded: .*Give a folder or hub id"):
        load_clip(str(write_clip(tmp_path, vocab_size=4)))


def test_vectors_that_are_none_are_said(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    weights["visual_projection.weight"].fill_(float("nan"))
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(FadedError, match="answered with NaN"):
        load_clip(str(broken))


def test_no_source_is_said() -> None:
    with pytest.raises(FadedError, match=r"There is no CLIP model. Give a folder"):
        load_clip("")
