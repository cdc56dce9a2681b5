"""A sentence encoder from a folder, in the hub's format."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from faded.discrepancies.encoder import load_encoder
from faded.discrepancies.text import embedding_distance
from faded.domain import FadedError
from tests.targets.writers import tokenizer


class Said:
    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    words, path = tokenizer(marks=False), tmp_path_factory.mktemp("encoder")
    BertModel(
        BertConfig(
            vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
            max_position_embeddings=256,
        )
    ).save_pretrained(path)  # fmt: skip
    words.save_pretrained(path)
    return path


def test_padding_beside_a_longer_text_does_not_change_an_embedding(folder: Path) -> None:
    encode = load_encoder(str(folder))
    alone, beside = encode(["Snow fell."]), encode(["Snow fell.", "The river rose by two metres, and it was closed."])
    assert beside.shape == (2, 16)
    assert np.allclose(alone[0], beside[0], atol=1e-5)


def test_it_measures_how_far_an_answer_is_from_what_is_expected(folder: Path) -> None:
    measure = embedding_distance(load_encoder(str(folder)))
    same, other = measure(Said("Snow fell.", "Seven trains were late."), ["Snow fell.", "Snow fell."], ["", ""])
    assert abs(same) < 1e-6 < other


def test_what_is_no_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"(?s)The sentence encoder .* cannot be loaded: .*config.json"):
        load_encoder(str(tmp_path))
