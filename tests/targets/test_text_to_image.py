"""Pipelines load from folders, draw alike whatever else is asked, and say what they cannot draw."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.utils import logging

from faded.briefs import Brief
from faded.domain import FadedError, TargetError
from faded.repair.adapters import attach
from faded.repair.diffusion import LAYERS
from faded.targets import load_pipeline as load_pipeline_module
from faded.targets.attributes import check_read, load_reader
from faded.targets.load_pipeline import load_pipeline
from faded.targets.text_to_image import Sampling, TextToImage
from tests.targets.families import edit_json
from tests.targets.pipelines import LABELS, SIDE, write_pipeline, write_reader

BRIEFS = [
    Brief("a red lamp", (1, 2, 3), (("tint", "red"),)),
    Brief("a lamp in the hall", (1, 2, 3)),
    Brief("a red lamp", (7, 8, 9)),
]
SAMPLING = Sampling(steps=3, guidance=3.0)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("drawing")
    return write_pipeline(root / "pipeline"), write_reader(root / "reader")


@pytest.fixture
def target(folders: tuple[Path, Path]) -> TextToImage:
    return load(folders)


def load(folders: tuple[Path, Path], weights: Path | None = None) -> TextToImage:
    return load_pipeline(str(folders[0]), load_reader(str(folders[1])), SAMPLING, weights)


def test_a_set_is_the_same_whatever_else_is_asked(target: TextToImage, folders: tuple[Path, Path]) -> None:
    together = target.answer(BRIEFS)
    assert together.pictures.shape == (3, 3, SIDE, SIDE, 3)
    assert together.features.shape == (3, 16) and together.embedding.shape == (3, 3, 12)
    alone = replace(load(folders), rows=1).answer(BRIEFS[2:])
    assert np.abs(alone.pictures[0].astype(int) - together.pictures[2]).max() <= 1
    assert not np.array_equal(together.pictures[0], together.pictures[2])
    np.testing.assert_array_equal(together.features[0], together.features[2])


def test_what_a_set_shows_is_counted(target: TextToImage) -> None:
    sets = target.answer(BRIEFS)
    assert sets.values == {"tone": ("dark", "light"), "tint": ("red", "blue", "grey")}
    assert sets.asked == [{"tint": 0}, {}, {}] and sets.details(1) == {"prompt": "a lamp in the hall"}
    counts = [sum(sets.shown["tone"][0] == number) for number in (0, 1)]
    assert all(f"{n} {name}" in sets.texts[0] for n, name in zip(counts, ("dark", "light"), strict=True) if n)
    assert [part.partition(":")[0] for part in sets.texts[0].split("; ")] == ["tone", "tint"]


def test_what_was_drawn_is_kept_until_weights_change(target: TextToImage, monkeypatch: pytest.MonkeyPatch) -> None:
    first = target.draw(BRIEFS)
    with monkeypatch.context() as patched:
        patched.setattr(TextToImage, "_pass", lambda self, rows: pytest.fail("drew again"))
        np.testing.assert_array_equal(target.draw(BRIEFS[::-1]), first[::-1])
    attach(target.module, 2, 0, LAYERS, scale=1)
    with torch.no_grad():
        for name, weights in target.module.named_parameters():
            if "lora_B" in name:
                weights.fill_(0.5)
    np.testing.assert_array_equal(target.draw(BRIEFS), first)
    target.forget()
    assert not np.array_equal(target.draw(BRIEFS), first)


def test_a_target_without_an_adapter_is_saved_and_loaded_as_a_pipeline(
    folders: tuple[Path, Path], target: TextToImage, tmp_path: Path
) -> None:
    """That is what a repair leaves of which nothing was better."""
    target.save(tmp_path / "saved")
    again = load_pipeline(str(folders[0]), load_reader(str(folders[1])), target.sampling, tmp_path / "saved")
    assert again.fingerprint() == target.fingerprint()


def test_an_adapter_is_saved_as_diffusers_loads_it(folders: tuple[Path, Path], tmp_path: Path) -> None:
    target = load(folders)
    plain = target.fingerprint()
    attach(target.module, 2, 0, LAYERS, scale=1)
    torch.manual_seed(2)
    with torch.no_grad():
        for name, weights in target.module.named_parameters():
            if "lora_B" in name:
                weights.normal_()
    target.save(tmp_path / "adapter")
    assert [file.name for file in (tmp_path / "adapter").iterdir()] == ["pytorch_lora_weights.safetensors"]
    again = load(folders, tmp_path / "adapter")
    assert again.fingerprint() == target.fingerprint() != plain
    np.testing.assert_array_equal(again.draw(BRIEFS), target.draw(BRIEFS))
    again.module.disable_adapters()
    again.forget()
    np.testing.assert_array_equal(again.draw(BRIEFS), load(folders).draw(BRIEFS))
    with pytest.raises(FadedError, match="There is no adapter at"):
        load(folders, tmp_path)


def test_a_safety_checker_is_left_out(tmp_path: Path) -> None:
    folder = write_pipeline(tmp_path / "pipeline")
    edit_json(
        folder / "model_index.json",
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
        requires_safety_checker=True,
    )
    target = load((folder, write_reader(tmp_path / "reader")))
    assert target.pipeline.safety_checker is None and target.draw(BRIEFS).shape[0] == 3


def test_bars_are_drawn_where_the_hub_draws_them_alone(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging, "_tqdm_active", True)
    monkeypatch.setattr(load_pipeline_module, "are_progress_bars_disabled", lambda: False)
    load(folders)
    assert "pipeline components" in capfd.readouterr().err
    monkeypatch.setattr(load_pipeline_module, "are_progress_bars_disabled", lambda: True)
    load(folders)
    assert "pipeline components" not in capfd.readouterr().err


@pytest.mark.parametrize("sampler", ["EulerAncestralDiscreteScheduler", "DPMSolverMultistepScheduler"])
def test_any_sampler_draws_alike_and_is_trained_under_the_noise_of_all_times(
    folders: tuple[Path, Path], tmp_path: Path, sampler: str
) -> None:
    usual, folder = load(folders), write_pipeline(tmp_path / "pipeline")
    edit_json(folder / "model_index.json", scheduler=["diffusers", sampler])
    edit_json(folder / "scheduler" / "scheduler_config.json", _class_name=sampler)
    target = load((folder, folders[1]))
    first = target.draw(BRIEFS[:1])
    target.forget()
    np.testing.assert_array_equal(target.draw(BRIEFS[:1]), first)
    latents, noise, times = torch.zeros(2, 4, 8, 8), torch.ones(2, 4, 8, 8), torch.tensor([100, 900])
    torch.testing.assert_close(target.noised(latents, noise, times), usual.noised(latents, noise, times))


def test_a_denoiser_that_cannot_be_tuned_is_refused_when_it_is_loaded(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = write_pipeline(tmp_path / "pipeline")
    edit_json(folder / "scheduler" / "scheduler_config.json", prediction_type="sample")
    with pytest.raises(FadedError, match="predicts 'sample': give one that predicts epsilon or v_prediction"):
        load((folder, folders[1]))


def test_prompts_that_are_not_read_to_their_end_are_refused(target: TextToImage) -> None:
    target.check([brief.prompt for brief in BRIEFS])
    with pytest.raises(FadedError, match=r"has 62 tokens, but .* reads 32"):
        target.check(["a lamp", "a red lamp " * 20])
    with pytest.raises(FadedError, match="A prompt is empty"):
        target.check(["a lamp", "  "])


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, r"drew 3 of 3 pictures black"), (float("nan"), "drew NaN or infinity")]
)
def test_pictures_that_are_none_are_said(
    target: TextToImage, monkeypatch: pytest.MonkeyPatch, value: float, said: str
) -> None:
    made = SimpleNamespace(images=torch.full((3, 3, SIDE, SIDE), value))
    monkeypatch.setattr(type(target.pipeline), "__call__", lambda self, *given, **more: made)
    with pytest.raises(TargetError, match=said):
        target.draw(BRIEFS[:1])


def test_short_memory_halves_the_batch(target: TextToImage, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, sizes = target.draw(BRIEFS), []
    drawn = TextToImage._pass
    target.forget()

    def short(self: TextToImage, rows: Any) -> Any:
        sizes.append(len(rows))
        if len(rows) > 2:
            raise MemoryError
        return drawn(self, rows)

    monkeypatch.setattr(TextToImage, "_pass", short)
    assert np.abs(target.draw(BRIEFS).astype(int) - whole).max() <= 1
    assert sizes[0] == 9 and max(sizes[1:]) <= 5
    monkeypatch.setattr(TextToImage, "_pass", lambda self, rows: (_ for _ in ()).throw(MemoryError()))
    target.forget()
    with pytest.raises(TargetError, match="Memory is too short"):
        target.draw(BRIEFS)


def test_a_folder_that_is_no_pipeline_is_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    reader = load_reader(str(folders[1]))
    with pytest.raises(FadedError, match="There is no folder"):
        load_pipeline(str(tmp_path / "nowhere"), reader, SAMPLING)
    with pytest.raises(FadedError, match=r"cannot be loaded: .*model_index"):
        load_pipeline(str(folders[1]), reader, SAMPLING)
    folder = write_pipeline(tmp_path / "pickled")
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    torch.save({}, file.with_suffix(".bin"))
    file.unlink()
    with pytest.raises(FadedError, match="cannot be loaded"):
        load_pipeline(str(folder), reader, SAMPLING)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("dark", "light"), "'dark' of the reader .* names no attribute"),
        ((*LABELS, "place: hall"), "knows of 'place' the value 'hall' alone"),
    ],
)
def test_a_reader_groups_its_labels(tmp_path: Path, labels: tuple[str, ...], said: str) -> None:
    with pytest.raises(FadedError, match=said):
        load_reader(str(write_reader(tmp_path / "reader", labels)))


def test_a_reader_says_what_it_cannot_read(folders: tuple[Path, Path]) -> None:
    reader = load_reader(str(folders[1]))
    check_read(reader, "tint", "grey", "lamps")
    with pytest.raises(FadedError, match="lamps cannot read 'green' of 'tint': it knows red, blue, grey"):
        check_read(reader, "tint", "green", "lamps")
    with pytest.raises(FadedError, match="no attribute 'size', but tone, tint"):
        check_read(reader, "size", "large", "lamps")
