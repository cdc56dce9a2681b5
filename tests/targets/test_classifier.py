import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from faded.domain import FadedError, TargetError
from faded.targets.load import check, load_classifier
from tests.targets.families import FAMILIES, edit_json, edit_weights, write_family

WIDE = '{"model_type": "vit", "hidden_size": "wide", "image_processor_type": "ViTImageProcessor", "size": "wide"}'


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


class Tied(Plain):
    """One weight under two names, and a buffer that looks into it."""

    def __init__(self) -> None:
        super().__init__()
        self.twin = self.linear
        self.also = self.linear.weight
        self.register_buffer("first", self.linear.weight.detach()[0])


def tied() -> Tied:
    torch.manual_seed(1)
    return Tied()


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


class Spare(Plain):
    """Two spare layers of the right size come after the one that is used."""

    def __init__(self) -> None:
        super().__init__()
        self.spare = nn.Linear(3, 2)
        self.gone = nn.Linear(7, 2)


def spare() -> Spare:
    torch.manual_seed(1)
    return Spare()


def bypassed() -> Plain:
    module = plain()
    module.forward = lambda x: x.mean(dim=(2, 3)) @ module.linear.weight.T  # type: ignore[method-assign]
    return module


def blended() -> Plain:
    module = plain()
    module.forward = lambda x: module.linear(x.flatten(2).transpose(1, 2).reshape(-1, 3))[: len(x)]  # type: ignore[method-assign]
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


def test_the_embedding_is_what_the_head_is_fed(classifier_folder: Path) -> None:
    target = load_classifier(str(classifier_folder))
    pixels = torch.rand(2, 3, 16, 16)
    answers = target.answer(pixels)
    with torch.no_grad():
        logits = target.module.classifier[1](torch.from_numpy(answers.embedding))
    assert torch.allclose(logits.softmax(1), torch.from_numpy(answers.probabilities), atol=1e-5)


def test_the_embedding_is_that_of_the_layer_in_use() -> None:
    pixels = torch.rand(4, 3, 8, 8)
    used, target = load_classifier(f"{__name__}:spare"), load_classifier(f"{__name__}:plain")
    assert np.array_equal(used.answer(pixels).features, target.answer(pixels).features)


@pytest.mark.parametrize("family", ["resnet", *FAMILIES, "plain", "tied"])
def test_saving_and_loading_keeps_the_fingerprint(family: str, classifier_folder: Path, tmp_path: Path) -> None:
    sources = {"resnet": str(classifier_folder), "plain": f"{__name__}:plain", "tied": f"{__name__}:tied"}
    source = sources[family] if family in sources else str(write_family(family, tmp_path / family))
    target = load_classifier(source)
    before = target.fingerprint()
    with torch.no_grad():
        next(target.module.parameters()).add_(1)
    assert target.fingerprint() != before
    target.save(tmp_path / "saved")
    again = load_classifier(source, tmp_path / "saved")
    assert again.fingerprint() == target.fingerprint()
    pixels = torch.rand(2, 3, *target.input_size)
    assert np.array_equal(again.answer(pixels).features, target.answer(pixels).features)
    assert load_classifier(source).fingerprint() == before


def test_a_saved_folder_is_a_target_of_its_own(classifier_folder: Path, tmp_path: Path) -> None:
    target = load_classifier(str(classifier_folder))
    target.save(tmp_path / "own")
    assert load_classifier(str(tmp_path / "own")).fingerprint() == target.fingerprint()


@pytest.mark.parametrize("source", ["folder", "callable"])
def test_a_folder_that_cannot_be_written_is_refused_in_words(
    source: str, classifier_folder: Path, tmp_path: Path
) -> None:
    target = load_classifier(str(classifier_folder) if source == "folder" else f"{__name__}:plain")
    (tmp_path / "file").write_text("")
    with pytest.raises(FadedError, match="cannot be written"):
        target.save(tmp_path / "file" / "below")
    (tmp_path / "full" / "model.safetensors").mkdir(parents=True)
    with pytest.raises(FadedError, match="cannot be written"):
        target.save(tmp_path / "full")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("broken", "division by zero"),
        ("not_a_number", "NaN"),
        ("wrong_labels", "3"),
        ("bypassed", "embedding cannot be read"),
        ("blended", "embedding cannot be read"),
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


def test_a_checkpoint_without_a_head_is_refused_in_words(tmp_path: Path) -> None:
    folder = write_family("vit", tmp_path / "headless")
    edit_weights(folder, lambda state: {k: v for k, v in state.items() if not k.startswith("classifier")})
    with pytest.raises(FadedError, match=r"lacks classifier\.bias, classifier\.weight, .*random"):
        load_classifier(str(folder))


def test_a_checkpoint_with_another_number_of_classes_is_refused_in_words(tmp_path: Path) -> None:
    folder = write_family("vit", tmp_path / "vit")
    edit_json(folder / "config.json", id2label={"0": "red", "1": "green"}, label2id={"red": 0, "green": 1})
    with pytest.raises(FadedError, match=r"classifier\.bias \(\(3,\), not \(2,\)\).*id2label"):
        load_classifier(str(folder))
    edit_json(folder / "config.json", id2label={"1": "red", "2": "green", "3": "blue"})
    with pytest.raises(FadedError, match="id2label"):
        load_classifier(str(folder))


def test_a_checkpoint_in_half_precision_is_loaded_in_float32(tmp_path: Path) -> None:
    folder = write_family("vit", tmp_path / "half")
    edit_weights(folder, lambda state: {k: v.half() for k, v in state.items()})
    edit_json(folder / "config.json", dtype="float16")
    target = load_classifier(str(folder))
    check(target)
    assert {p.dtype for p in target.module.parameters()} == {torch.float32}
    target.save(tmp_path / "saved")
    assert load_classifier(str(folder), tmp_path / "saved").fingerprint() == target.fingerprint()


def test_an_old_checkpoint_without_batch_counters_loads(classifier_folder: Path) -> None:
    whole = load_classifier(str(classifier_folder)).fingerprint()
    edit_weights(classifier_folder, lambda state: {k: v for k, v in state.items() if "num_batches" not in k})
    assert load_classifier(str(classifier_folder)).fingerprint() == whole


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "model.safetensors"])
@pytest.mark.parametrize("text", ["", "[]", WIDE])
def test_a_broken_file_is_refused_in_words(name: str, text: str, classifier_folder: Path) -> None:
    (classifier_folder / name).write_text(text)
    with pytest.raises(FadedError, match="cannot be loaded"):
        load_classifier(str(classifier_folder))


def test_weights_of_another_network_are_refused(classifier_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FadedError, match="not those of"):
        load_classifier(f"{__name__}:plain", classifier_folder)
    for name, difference in (("vit", "kind of network"), ("renamed", "labels"), ("brighter", "preprocessing")):
        other = tmp_path / name
        shutil.copytree(classifier_folder, other)
        if name == "vit":
            write_family("vit", other)
        if name == "renamed":
            edit_json(other / "config.json", id2label={"0": "green", "1": "red", "2": "blue"})
        if name == "brighter":
            edit_json(other / "preprocessor_config.json", image_mean=[0.4, 0.5, 0.5])
        with pytest.raises(FadedError, match=f"not those of .*the {difference}.* differ"):
            load_classifier(str(classifier_folder), other)


@pytest.mark.parametrize("source", ["folder", "callable"])
def test_missing_weights_are_refused_in_words(source: str, classifier_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FadedError, match="no weights at"):
        load_classifier(str(classifier_folder) if source == "folder" else f"{__name__}:plain", tmp_path / "gone")


def test_nan_is_a_target_error() -> None:
    with pytest.raises(TargetError, match="float32"):
        load_classifier(f"{__name__}:not_a_number").answer(torch.rand(2, 3, 8, 8))


def test_a_callable_that_returns_one_module_each_time_gives_targets_of_their_own() -> None:
    trained, other = (load_classifier(f"{__name__}:only") for _ in range(2))
    before = other.fingerprint()
    with torch.no_grad():
        trained.module.linear.bias += 1  # type: ignore[operator, union-attr]
    assert other.fingerprint() == before != trained.fingerprint()


@pytest.mark.parametrize("source", ["/nowhere", "./nowhere", "../nowhere", "~/nowhere"])
def test_a_folder_that_is_not_there_is_named_as_one(source: str) -> None:
    with pytest.raises(FadedError, match="There is no folder"):
        load_classifier(source)
