"""Loading summarizers: a folder or hub id in transformers' format, an adapter on top of one, a GGUF file, a function.

Safetensors or GGUF only, and no code of a checkpoint's own is run. A GGUF file is named by its path, or by hub id and
file as `owner/name/file.gguf`; its weights are unpacked to float32.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from faded.domain import FadedError
from faded.runtime import BUILDING, device
from faded.saved import Saved
from faded.targets.checkpoints import check_complete, check_same, reason
from faded.targets.functions import function_of, names_function, or_named, summarizers
from faded.targets.reading import INSTRUCTION, UNBOUNDED, Reader, chat_reader, plain_reader
from faded.targets.summarizer import Summarizer
from faded.targets.written_by_function import WRITES, WrittenByFunction

GGUF = ".gguf"
MOST_TOKENS = 64
"""New tokens of a summary where a model's own configuration says nothing: a sentence of news has about thirty."""
ADAPTER_WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the files of a network are.

    Attributes:
        base: Folder or hub id of the network.
        gguf: Name of the GGUF file in it, None where it is in transformers' format.
        adapter: Folder or hub id of an adapter on top of it, or None.
    """

    base: str
    gguf: str | None
    adapter: str | None

    @property
    def files(self) -> dict[str, Any]:
        """What every loading call is told."""
        return {"trust_remote_code": False} | ({} if self.gguf is None else {"gguf_file": self.gguf})


def load_writing(source: str, weights: Path | None = None) -> Summarizer | WrittenByFunction:
    """Load a target that writes: see `load_summarizer`, or a function, which writes by itself (`functions.py`).

    Raises:
        FadedError: it cannot be loaded; the message says why and what to give.
    """
    if names_function(summarizers, source):
        return WrittenByFunction(function_of(summarizers, source, WRITES), source)
    return load_summarizer(source, weights)


def load_summarizer(
    source: str, weights: Path | None = None, instruction: str = INSTRUCTION, most_tokens: int | None = None
) -> Summarizer:
    """Load a summarizer, in float32 whatever its checkpoint holds.

    Args:
        source: A folder or hub id in transformers' or peft's format, or a GGUF file.
        weights: A folder that `Summarizer.save` wrote for it: an adapter is put on top of the source's own network,
            other weights are loaded instead of it.
        instruction: What a causal model is asked to do with the article.
        most_tokens: New tokens of a summary at most; None for the model's own bound, else `MOST_TOKENS`.

    Raises:
        FadedError: it cannot be loaded; the message says why and what to give.
    """
    if source.startswith(("/", "./", "../", "~")) and not Path(source).exists():
        raise FadedError(
            f"The target {source!r} cannot be loaded: there is nothing there. Give a folder of a summarizer, a hub id, "
            "or a GGUF file."
        )
    with BUILDING:
        place = _placed(source, weights)
        config, tokenizer = _described(place, source)
        if weights is not None and place.adapter is None:
            _check_same(source, weights, config, tokenizer)
        module = _module(place, config, source)
        module.name_or_path = place.base if place.gguf is None else f"{place.base}/{place.gguf}"  # an adapter names it
        if place.adapter is not None:
            _attach(module, place.adapter, source)
    try:
        rules = _greedy(module, tokenizer, most_tokens, source)
        reader = _reader(config, tokenizer, rules, instruction, source)
    except FadedError:
        raise
    except Exception as error:  # what its files say of tokens, and its chat template, may be anything
        raise _unloadable(source, error) from error
    return Summarizer(module, reader, rules, device(), source)


def _placed(source: str, weights: Path | None) -> _Place:
    """Find what is to be loaded from where."""
    if weights is not None:
        if not weights.is_dir():
            raise FadedError(f"There are no weights at {weights}. Give a folder that was saved from {source}.")
        if not Saved.PEFT.is_in(weights):
            return _Place(str(weights), None, None)
        own = _placed(source, None)
        return _Place(own.base, own.gguf, str(weights))
    if source.endswith(GGUF):
        path = Path(source)
        if path.is_file():
            return _Place(str(path.parent), path.name, None)
        owner, _, rest = source.partition("/")
        name, _, file = rest.partition("/")
        if not file:
            raise FadedError(f"There is no file {source}. Give the path of a GGUF file, or owner/name/file{GGUF}.")
        return _Place(f"{owner}/{name}", file, None)
    described = _adapter_description(source)
    if described is None:
        return _Place(source, None, None)
    base = json.loads(Path(described).read_text(encoding="utf-8")).get("base_model_name_or_path")
    if not base:
        raise FadedError(f"The adapter_config.json of {source!r} names no base model. Give base_model_name_or_path.")
    if not Path(source).is_dir() and Path(str(base)).exists():
        raise FadedError(
            f"The adapter {source} on the hub names the base model {str(base)!r}, which is a path on this machine: "
            "give an adapter whose base_model_name_or_path is on the hub, or a folder with the adapter."
        )
    own = _placed(str(base), None)
    return _Place(own.base, own.gguf, source)


def _adapter_description(source: str) -> str | None:
    """Return the file that describes an adapter, None where the source is a whole network."""
    from transformers.utils import find_adapter_config_file

    if (Path(source) / "config.json").is_file():
        return None
    try:
        found: str | None = find_adapter_config_file(source)
    except Exception as error:  # whatever transformers stumbles over, it is the source that cannot be read
        raise _unloadable(source, error) from error
    return found


def _described(place: _Place, source: str) -> tuple[Any, Any]:
    """Return the configuration and the tokenizer."""
    from transformers import AutoConfig, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(place.base, **place.files)
        _check_writes(config, source)
        tokenizer = AutoTokenizer.from_pretrained(place.base, **place.files)
    except FadedError:
        raise
    except Exception as error:  # as above
        raise _unloadable(source, error) from error
    return config, tokenizer


def _check_writes(config: Any, source: str) -> None:
    """Refuse a network that says of itself that it classifies."""
    trained = [name for name in config.architectures or () if "Classification" in name]
    if trained:
        raise FadedError(
            f"The target {source!r} is a {trained[0]} and writes nothing. Give a summarizer, or, for a classifier of "
            "pictures, leave out --task text (in a configuration: task image)."
        )


def _module(place: _Place, config: Any, source: str) -> Any:
    """Return the network in float32, with every weight from the checkpoint."""
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, GgufConfig

    kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    stored: dict[str, Any] = {"use_safetensors": True, "ignore_mismatched_sizes": True}  # refused below, by name
    if place.gguf is not None:
        stored = {"quantization_config": GgufConfig(dequantize=True)}
    try:
        module, found = kind.from_pretrained(
            place.base, dtype=torch.float32, output_loading_info=True, **place.files, **stored
        )
    except Exception as error:  # as above
        raise _unloadable(source, error) from error
    check_complete(module, found, source, "a summarizer or a causal model", "See that the sizes are its own.")
    return module if place.gguf is None else _plain(module)


def _plain(module: Any) -> Any:
    """Return the network of a GGUF file as one that can be written in transformers' format."""
    plain = type(module)(copy.deepcopy(module.config))
    plain.load_state_dict(module.state_dict())
    plain.generation_config = module.generation_config
    return plain


def _attach(module: Any, adapter: str, source: str) -> None:
    """Put an adapter on top of a network."""
    folder = Path(adapter)
    if folder.is_dir() and not (folder / ADAPTER_WEIGHTS).is_file():
        raise FadedError(f"There is no {ADAPTER_WEIGHTS} at {adapter}. Give an adapter that is saved as safetensors.")
    try:
        module.load_adapter(adapter, use_safetensors=True)
    except Exception as error:  # as above
        raise FadedError(
            f"The adapter at {adapter} does not fit {source!r}: {reason(error)} Give one that was trained on it."
        ) from error


def _greedy(module: Any, tokenizer: Any, most_tokens: int | None, source: str) -> Any:
    """Return the model's own rules of generation without chance and without beams."""
    own = copy.deepcopy(module.generation_config)
    most = most_tokens or own.max_new_tokens or (module.config.is_encoder_decoder and own.max_length) or MOST_TOKENS
    pads = (own.pad_token_id, tokenizer.pad_token_id, own.eos_token_id, tokenizer.eos_token_id)
    pad = next((pad[0] if isinstance(pad, list) else pad for pad in pads if pad is not None), None)
    if pad is None:
        raise FadedError(
            f"The target {source!r} has no token that ends a text, so its summaries would never end. Name the "
            "eos_token in its tokenizer_config.json and the eos_token_id in its generation_config.json."
        )
    own.update(
        do_sample=False, num_beams=1, max_new_tokens=most, max_length=None, pad_token_id=pad, use_cache=True,
        eos_token_id=tokenizer.eos_token_id if own.eos_token_id is None else own.eos_token_id,
        temperature=None, top_k=None, top_p=None, min_p=None, typical_p=None, epsilon_cutoff=None, eta_cutoff=None,
        length_penalty=None, early_stopping=None, num_return_sequences=None, return_dict_in_generate=None,
    )  # fmt: skip
    return own


def _reader(config: Any, tokenizer: Any, rules: Any, instruction: str, source: str) -> Reader:
    """Return what makes tokens of articles."""
    sizes = (getattr(config, "max_position_embeddings", None), tokenizer.model_max_length)
    window: int | None = min((size for size in sizes if size and size < UNBOUNDED), default=None)
    if config.is_encoder_decoder:
        tasks = getattr(config, "task_specific_params", None) or {}
        reader = plain_reader(tokenizer, window, tasks.get("summarization", {}).get("prefix", ""))
    else:
        room = None if window is None else window - rules.max_new_tokens
        reader = chat_reader(tokenizer, room, instruction, source)
    around = len(reader.tokens([""])[0])
    if reader.window is not None and reader.window <= around:
        raise FadedError(
            f"The target {source!r} reads {window} tokens at once: {around} around an article and up to "
            f"{rules.max_new_tokens} of its summary leave no room for one. Give a model with a longer window."
        )
    return reader


def _check_same(source: str, weights: Path, config: Any, tokenizer: Any) -> None:
    """Refuse weights that belong to another kind of network or have another tokenizer."""
    other, other_tokenizer = _described(_placed(source, None), source)
    same = {
        "kind of network": config.model_type == other.model_type,
        "tokenizer": tokenizer.get_vocab() == other_tokenizer.get_vocab(),
    }
    check_same(source, weights, same)


def _unloadable(source: str, error: Exception) -> FadedError:
    return FadedError(
        f"The target {source!r} cannot be loaded: {reason(error)} Give a folder or hub id that holds config.json, "
        "model.safetensors and the tokenizer of an encoder-decoder or an instruction-tuned causal model, an adapter of "
        f"one in peft's format, a GGUF file, or package.module:function.{or_named(summarizers)}"
    )
