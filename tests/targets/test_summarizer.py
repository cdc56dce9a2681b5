"""Summarizers load from folders, answer alike in any batch, and say what they cannot read."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from faded.domain import FadedError, TargetError
from faded.targets import summarizer
from faded.targets.load import load_classifier
from faded.targets.load_text import load_summarizer
from faded.targets.reading import check_articles, plain_reader
from faded.targets.scoring import scored
from faded.targets.summarizer import Summarizer
from faded.targets.writing import Written, by_length, ends, write
from tests.targets.families import edit_json, edit_weights
from tests.targets.gguf_file import write_gguf
from tests.targets.writers import TEXTS, WINDOW, write_summarizer

FAMILIES = ["bart", "t5", "gpt2"]
ARTICLES = [TEXTS[0], "Snow.", TEXTS[1], TEXTS[2] + " " + TEXTS[0], "Nobody was late; seven were hurt."]


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return write_summarizer(getattr(request, "param", "bart"), tmp_path / "summarizer")


def load(folder: Path, most_tokens: int = 12) -> Summarizer:
    return load_summarizer(str(folder), most_tokens=most_tokens)


@pytest.mark.parametrize("folder", FAMILIES, indirect=True)
def test_answers_and_state_do_not_depend_on_the_batch(folder: Path) -> None:
    target = load(folder)
    target.check(ARTICLES)
    together = target.answer(ARTICLES)
    alone = [target.answer([article]) for article in ARTICLES]
    assert len(set(together.texts)) == len(ARTICLES) and all(together.texts)
    assert together.texts == [one.texts[0] for one in alone]
    assert np.allclose(together.features, np.concatenate([one.features for one in alone]), atol=1e-5)
    assert np.allclose(together.confidence, [one.confidence[0] for one in alone], atol=1e-5)
    assert together.texts == load(folder).answer(ARTICLES).texts
    assert np.ptp(together.features, axis=0).max() > 0.1


@pytest.mark.parametrize("folder", ["bart", "gpt2"], indirect=True)
def test_confidence_is_the_geometric_mean_probability_of_what_is_written(folder: Path) -> None:
    target = load(folder, most_tokens=3)
    [read] = target.reader.read(ARTICLES[:1])
    written = write(target.module, target.rules, [read.ids])
    new = written.ids[0, : int(written.lengths[0])].tolist()
    with torch.no_grad():
        if target.module.config.is_encoder_decoder:
            begun = torch.tensor([[target.module.config.decoder_start_token_id, *new[:-1]]])
            logits = target.module(input_ids=torch.tensor([read.ids]), decoder_input_ids=begun).logits[0]
        else:
            logits = target.module(torch.tensor([read.ids + new[:-1]])).logits[0, len(read.ids) - 1 :]
    steps = logits.log_softmax(-1)[torch.arange(len(new)), torch.tensor(new)]
    forced = target.rules.forced_eos_token_id is not None  # the last one is then certain, whatever the network thinks
    mean = (steps[:-1].sum() if forced else steps.sum()) / len(new)
    assert target.answer(ARTICLES[:1]).details(0) == {"confidence": round(float(mean.exp()), 4)}


@pytest.mark.parametrize(("folder", "part"), [("bart", "encoder"), ("gpt2", "transformer")], indirect=["folder"])
def test_what_is_read_is_read_once(folder: Path, part: str) -> None:
    target = load(folder, most_tokens=4)
    widths: list[int] = []
    body = target.module.get_encoder() if part == "encoder" else target.module.base_model
    body.register_forward_hook(lambda _m, _a, output: widths.append(output[0].shape[1]))
    target.answer(ARTICLES)
    longest = max(len(ids) for ids in target.reader.tokens(ARTICLES))
    assert widths == [longest] if part == "encoder" else widths == [longest, 1, 1, 1]


@pytest.mark.parametrize("folder", FAMILIES, indirect=True)
def test_what_is_saved_loads_as_any_folder_and_as_weights(folder: Path, tmp_path: Path) -> None:
    target = load(folder)
    with torch.no_grad():
        next(target.module.parameters()).mul_(1.5)
    target.save(tmp_path / "moved")
    assert not list((tmp_path / "moved").glob("*.bin"))
    for again in (load(tmp_path / "moved"), load_summarizer(str(folder), tmp_path / "moved", most_tokens=12)):
        assert again.fingerprint() == target.fingerprint() != load(folder).fingerprint()
        assert again.answer(ARTICLES).texts == target.answer(ARTICLES).texts


def test_an_adapter_on_the_hub_names_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = tmp_path / "adapter_config.json"
    described.write_text(json.dumps({"base_model_name_or_path": str(tmp_path)}))
    monkeypatch.setattr("transformers.utils.find_adapter_config_file", lambda _source: str(described))
    with pytest.raises(FadedError, match=r"org/adapter on the hub names the base model .*, which is a path"):
        load_summarizer("org/adapter")


@pytest.mark.parametrize("folder", ["bart", "gpt2"], indirect=True)
def test_an_adapter_is_saved_alone_and_loads_on_top_of_its_base(folder: Path, tmp_path: Path) -> None:
    target = load(folder)
    plain = target.answer(ARTICLES).texts
    target.module.add_adapter(LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False))
    target.save(tmp_path / "adapter")
    held = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert held and all("lora" in name for name in held)
    assert not (tmp_path / "adapter" / "model.safetensors").exists()
    said = target.answer(ARTICLES).texts
    assert said != plain
    for again in (load(tmp_path / "adapter"), load_summarizer(str(folder), tmp_path / "adapter", most_tokens=12)):
        assert again.fingerprint() == target.fingerprint()
        assert again.answer(ARTICLES).texts == said


def test_sampling_and_beams_of_a_model_are_left_out(folder: Path) -> None:
    plain = load(folder).answer(ARTICLES).texts
    edit_json(folder / "generation_config.json", do_sample=True, temperature=3.0, top_k=7, num_beams=3)
    assert load(folder).answer(ARTICLES).texts == plain


def test_a_bound_of_the_models_own_is_kept(folder: Path) -> None:
    edit_json(folder / "generation_config.json", max_length=7)
    assert load_summarizer(str(folder)).rules.max_new_tokens == 7


def test_too_long_an_article_is_refused_at_first_and_noted_later(folder: Path) -> None:
    target = load(folder)
    long = " ".join(TEXTS * 3)
    tokens = len(target.reader.tokens([long])[0])
    assert tokens > WINDOW
    found = f"1 of the 2 articles is longer than the {WINDOW} .* has {tokens}.* number 2"
    with pytest.raises(FadedError, match=f"{found}, which begins with '{long[:40]}"):
        target.check([TEXTS[0], long])
    answers = target.answer([TEXTS[0], long])
    assert "unread_tokens" not in answers.details(0)
    [read] = target.reader.read([long])
    assert WINDOW - 12 <= len(read.ids) <= WINDOW and read.ids[-1] == target.reader.tokenizer.eos_token_id
    assert answers.details(1)["unread_tokens"] == tokens - len(read.ids) > 0


@pytest.mark.parametrize("folder", ["gpt2"], indirect=True)
def test_a_prompt_that_is_cut_still_asks(folder: Path) -> None:
    target = load(folder)
    long = " ".join(TEXTS * 3)
    [read] = target.reader.read([long])
    prompt = target.reader.tokenizer.decode(read.ids)
    assert len(read.ids) <= WINDOW - 12 and read.unread > 0
    assert prompt.startswith("<user>Summarize") and prompt.endswith("</s><assistant>")
    assert long.startswith(prompt.split("\n\n")[1].removesuffix("</s><assistant>"))


def test_empty_articles_are_named(folder: Path) -> None:
    target = load(folder)
    with pytest.raises(FadedError, match="2 of the 3 articles are empty, the first of them number 1"):
        target.check([" ", TEXTS[0], ""])
    with pytest.raises(TargetError, match="Input 2 of 2 has no words left"):
        target.answer([TEXTS[0], "\n"])
    assert target.answer([]).texts == []


def test_a_script_that_the_tokenizer_lacks_is_said() -> None:
    words = Tokenizer(models.WordLevel({"[UNK]": 0, "snow": 1, "fell": 2}, unk_token="[UNK]"))  # noqa: S106
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    reader = plain_reader(PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]"), None, "")  # noqa: S106
    check_articles(reader, ["snow fell", "much snow fell"], "it")
    with pytest.raises(FadedError, match=r"1 of the 2 articles is in a script .* number 2"):
        check_articles(reader, ["snow fell", "τη νύχτα έπεσε χιόνι"], "it")


def test_a_causal_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    folder = write_summarizer("gpt2", tmp_path / "plain", template=None)
    with pytest.raises(FadedError, match="no chat template"):
        load(folder)


@pytest.mark.parametrize("folder", ["gpt2"], indirect=True)
def test_a_window_without_room_for_an_article_is_refused(folder: Path) -> None:
    with pytest.raises(FadedError, match="no room"):
        load(folder, most_tokens=WINDOW - 10)


def test_broken_checkpoints_are_refused(folder: Path, tmp_path: Path) -> None:
    edit_weights(folder, lambda w: {n: t for n, t in w.items() if "encoder.layers.0.fc1" not in n})
    with pytest.raises(FadedError, match=r"lacks .*encoder\.layers\.0\.fc1"):
        load(folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(FadedError, match="cannot be loaded"):
        load(folder)
    with pytest.raises(FadedError, match="cannot be loaded"):
        load(tmp_path / "nowhere")
    with pytest.raises(FadedError, match="no weights at"):
        load_summarizer(str(folder), tmp_path / "nowhere")


def test_a_classifier_is_no_summarizer(classifier_folder: Path) -> None:
    with pytest.raises(
        FadedError, match=r"is a ResNetForImageClassification and writes nothing.*leave out --task text"
    ):
        load_summarizer(str(classifier_folder))


def test_a_summarizer_is_no_classifier(folder: Path) -> None:
    with pytest.raises(FadedError, match=r"is a BartForConditionalGeneration and names no classes.*--task text"):
        load_classifier(str(folder))


def test_weights_of_another_summarizer_are_refused(folder: Path, tmp_path: Path) -> None:
    other = write_summarizer("t5", tmp_path / "t5")
    with pytest.raises(FadedError, match="kind of network differ"):
        load_summarizer(str(folder), other)


def test_an_adapter_of_another_network_or_as_a_pickle_is_refused(folder: Path, tmp_path: Path) -> None:
    target = load(folder)
    target.module.add_adapter(LoraConfig(r=2, target_modules=["fc1"]))
    target.save(tmp_path / "adapter")
    other = write_summarizer("gpt2", tmp_path / "gpt2")
    with pytest.raises(FadedError, match="does not fit"):
        load_summarizer(str(other), tmp_path / "adapter")
    file = tmp_path / "adapter" / "adapter_model.safetensors"
    torch.save(load_file(file), tmp_path / "adapter" / "adapter_model.bin")
    file.unlink()
    with pytest.raises(FadedError, match="saved as safetensors"):
        load(tmp_path / "adapter")


def test_short_memory_halves_the_batch_and_loses_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = load(folder)
    whole = target.answer(ARTICLES).texts
    sizes: list[int] = []
    room = 2

    def short(module: object, rules: object, rows: list[list[int]]) -> Written:
        sizes.append(len(rows))
        if len(rows) > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return write(module, rules, rows)

    monkeypatch.setattr(summarizer, "write", short)
    assert target.answer(ARTICLES).texts == whole
    assert sizes == [5, 2, 3, 1, 2]
    room = 0
    with pytest.raises(TargetError, match=r"Memory is too short .* one article"):
        target.answer(ARTICLES)


def test_a_target_that_answers_with_nan_is_said(folder: Path) -> None:
    target = load(folder)
    with torch.no_grad():
        target.module.get_encoder().layers[0].fc1.weight.fill_(float("nan"))
    with pytest.raises(TargetError, match="NaN"):
        target.answer(ARTICLES)


def test_batches_are_of_about_the_same_length_and_bounded() -> None:
    lengths = [5, 100, 6, 90, 7, 500]
    assert by_length(lengths, 2, 900) == [[0, 2], [4, 3], [1], [5]]
    batches = by_length(lengths, 64, 200)
    assert sorted(i for batch in batches for i in batch) == list(range(6))
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= 200 for b in batches)
    assert [max(lengths[i] for i in b) for b in batches] == sorted(max(lengths[i] for i in b) for b in batches)


def test_a_row_ends_at_its_first_mark() -> None:
    new = torch.tensor([[5, 2, 0, 0], [5, 6, 7, 8], [3, 2, 2, 2]])
    assert ends(new, 2).tolist() == [2, 4, 2]
    assert ends(new, [2, 3]).tolist() == [2, 4, 1]
    assert ends(new, None).tolist() == [4, 4, 4]


@pytest.mark.parametrize("folder", FAMILIES, indirect=True)
def test_the_probability_of_a_given_summary_does_not_depend_on_the_batch(folder: Path) -> None:
    target = load(folder)
    said = ["The snow closed the ring road.", "No.", TEXTS[1], "A lorry", "Seven trains were late."]
    with torch.no_grad():
        together, lengths = target.scored(ARTICLES, said)
        alone = [target.scored([a], [s]) for a, s in zip(ARTICLES, said, strict=True)]
    assert torch.allclose(together, torch.cat([p for p, _ in alone]), rtol=1e-4)
    assert lengths.tolist() == [int(n) for _, n in alone]
    ends = [target.reader.tokenizer(s, add_special_tokens=False)["input_ids"] for s in said]
    assert lengths.tolist() == [len(ids) + 1 for ids in ends]
    likelier = torch.stack([target.scored(ARTICLES[:1], [s])[0] for s in (said[0], said[0] + " No.")])
    assert likelier[0] > likelier[1]


@pytest.mark.parametrize("folder", FAMILIES, indirect=True)
def test_gradients_flow_to_what_makes_a_summary_likelier(folder: Path) -> None:
    target = load(folder)
    optimizer = torch.optim.SGD(target.module.parameters(), lr=1e-3)
    before, lengths = target.scored(ARTICLES[:2], TEXTS[:2])
    (-before / lengths).mean().backward()
    optimizer.step()
    assert (target.scored(ARTICLES[:2], TEXTS[:2])[0] > before).all()


@pytest.mark.parametrize("folder", ["t5", "gpt2"], indirect=True)
def test_what_is_written_is_as_probable_as_it_is_confident(folder: Path) -> None:
    target = load(folder, most_tokens=6)
    [read] = target.reader.read(ARTICLES[:1])
    written = write(target.module, target.rules, [read.ids])
    length = int(written.lengths[0])
    with torch.no_grad():
        probability, _ = scored(target.module, [read.ids], [written.ids[0, :length].tolist()], 0)
    assert float(probability[0]) / length == pytest.approx(float(written.log_probability[0]), abs=1e-5)


def test_a_gguf_file_loads_and_is_saved_as_any_folder(tmp_path: Path) -> None:
    state = write_gguf(tmp_path / "tiny.gguf")
    target = load(tmp_path / "tiny.gguf")
    assert all(torch.equal(target.module.state_dict()[name], tensor) for name, tensor in state.items())
    said = target.answer(ARTICLES).texts
    assert len(set(said)) == len(ARTICLES)
    target.save(tmp_path / "plain")
    again = load(tmp_path / "plain")
    assert again.fingerprint() == target.fingerprint() and again.answer(ARTICLES).texts == said
    with pytest.raises(FadedError, match=r"no file other\.gguf"):
        load_summarizer("other.gguf")


def test_an_adapter_on_a_gguf_file_names_the_file_and_loads_by_itself(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    target = load(tmp_path / "tiny.gguf")
    target.module.add_adapter(LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False))
    target.save(tmp_path / "adapter")
    assert load(tmp_path / "adapter").fingerprint() == target.fingerprint()
