"""A sentence encoder from a folder, in the hub's format."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer

from faded.discrepancies.encoder import BATCH, load_encoder
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


def test_an_embedding_is_the_mean_of_the_tokens_whatever_stands_in_the_batch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"]))
    BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    BertModel(BertConfig(vocab_size=8, **sizes)).save_pretrained(tmp_path)
    encode = load_encoder(str(tmp_path))
    texts = ["a b c a b c", "a", "b c", *["c b a"] * BATCH]
    together = encode(texts)
    assert together.shape == (len(texts), 8)
    for i in range(4):
        np.testing.assert_allclose(together[i], encode([texts[i]])[0], atol=1e-6)
    states = BertModel.from_pretrained(tmp_path).eval()(torch.tensor([[2, 6, 7, 3]])).last_hidden_state
    np.testing.assert_allclose(together[2], states[0].mean(dim=0).detach(), atol=1e-6)


def test_it_measures_how_far_an_answer_is_from_what_is_expected(folder: Path) -> None:
    measure = embedding_distance(load_encoder(str(folder)))
    same, other = measure(Said("Snow fell.", "Seven trains were late."), ["Snow fell.", "Snow fell."], ["", ""])
    assert abs(same) < 1e-6 < other


def test_what_is_no_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"(?s)The sentence encoder .* cannot be loaded: .*config.json"):
        load_encoder(str(tmp_path))
