from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from transformers import AutoImageProcessor

from faded.domain import FadedError, TargetError
from faded.targets.load import check, load_classifier


class Plain(nn.Module):
    """A callable target: two classes told apart by brightness."""

    labels = ("dark", "bright")
    input_size = (8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.mean(dim=(2, 3)))

    @staticmethod
    def preprocess(pixels: torch.Tensor) -> torch.Tensor:
        return pixels * 2 - 1


def plain() -> Plain:
    torch.manual_seed(1)
    return Plain()


ONLY = plain()


def only() -> Plain:
    return ONLY


def broken() -> Plain:
    module = plain()
    module.forward = lambda x: 1 / 0  # type: ignore[method-assign]
    return module


def not_a_number() -> Plain:
    module = plain()
    nn.init.constant_(module.linear.bias, float("nan"))
    return module


def wrong_labels() -> Plain:
    module = plain()
    module.labels = ("a", "b", "c")
    return module


def no_module() -> int:
    return 3


def lacking() -> nn.Module:
    return nn.Linear(3, 2)


def explodes() -> nn.Module:
    raise RuntimeError("no such file")


def test_a_folder_loads_and_answers_in_one_pass(classifier_folder: Path) -> None:
    target = load_classifier(str(classifier_folder))
    passes = []
    target.module.register_forward_hook(lambda *_: passes.append(1))
    answers = target.answer(torch.rand(5, 3, 16, 16))
    assert answers.probabilities.sum(axis=1) == pytest.approx(1)
    assert answers.features.shape == (5, answers.embedding.shape[1] + 3)
    assert set(answers.texts) <= {"red", "green", "blue"}
    assert len(passes) == 1


def test_fitting_and_normalising_agree_with_the_processor(classifier_folder: Path) -> None:
    target = load_classifier(str(classifier_folder))
    processor = AutoImageProcessor.from_pretrained(classifier_folder)
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8))
    pixels = torch.from_numpy(target.fit(image)).permute(2, 0, 1)[None].float() / 255
    expected = processor(images=image, return_tensors="pt")["pixel_values"]
    assert torch.allclose(target.preprocess(pixels), expected, atol=1e-5)


def test_the_embedding_is_what_the_head_is_fed(classifier_folder: Path) -> None:
    target = load_classifier(str(classifier_folder))
    pixels = torch.rand(2, 3, 16, 16)
    answers = target.answer(pixels)
    with torch.no_grad():
        logits = target.module.classifier[1](torch.from_numpy(answers.embedding))
    assert torch.allclose(logits.softmax(1), torch.from_numpy(answers.probabilities), atol=1e-5)


def test_saving_and_loading_keeps_the_fingerprint(classifier_folder: Path, tmp_path: Path) -> None:
    for source in (str(classifier_folder), f"{__name__}:plain"):
        target = load_classifier(source)
        before = target.fingerprint()
        with torch.no_grad():
            next(target.module.parameters()).add_(1)
        assert target.fingerprint() != before
        target.save(tmp_path / "saved")
        assert load_classifier(source, tmp_path / "saved").fingerprint() == target.fingerprint()
        assert load_classifier(source).fingerprint() == before
    again = load_classifier(str(classifier_folder))
    again.save(tmp_path / "own")
    assert load_classifier(str(tmp_path / "own")).fingerprint() == again.fingerprint()


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("broken", "division by zero"),
        ("not_a_number", "NaN"),
        ("wrong_labels", "3"),
        ("no_module", "int"),
        ("lacking", "labels"),
        ("explodes", "no such file"),
        ("absent", "absent"),
    ],
)
def test_a_bad_callable_is_refused_in_words(name: str, word: str) -> None:
    with pytest.raises(FadedError, match=word):
        check(load_classifier(f"{__name__}:{name}"))


def test_a_missing_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match="nowhere"):
        load_classifier(str(tmp_path / "nowhere"))


def test_a_pickled_model_is_refused(classifier_folder: Path) -> None:
    weights = classifier_folder / "model.safetensors"
    weights.unlink()
    torch.save({}, classifier_folder / "pytorch_model.bin")
    with pytest.raises(FadedError, match="safetensors"):
        load_classifier(str(classifier_folder))


def test_weights_of_another_network_are_refused(classifier_folder: Path) -> None:
    with pytest.raises(FadedError, match="not those of"):
        load_classifier(f"{__name__}:plain", classifier_folder)


def test_nan_is_a_target_error() -> None:
    with pytest.raises(TargetError, match="float32"):
        load_classifier(f"{__name__}:not_a_number").answer(torch.rand(2, 3, 8, 8))


def test_a_callable_that_returns_one_module_each_time_gives_targets_of_their_own() -> None:
    trained, other = (load_classifier(f"{__name__}:only") for _ in range(2))
    before = other.fingerprint()
    with torch.no_grad():
        trained.module.linear.bias += 1  # type: ignore[operator, union-attr]
    assert other.fingerprint() == before != trained.fingerprint()
