"""Summarizers as targets: articles in, texts out, greedily and in batches of articles of about the same length.

State and sureness come from the passes that write the summary: an encoder runs once, and a causal model's state is
caught when it reads the prompt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from faded.domain import Details, TargetError
from faded.targets.checkpoints import reason, writing
from faded.targets.fingerprint import fingerprint
from faded.targets.reading import Reader, check_articles
from faded.targets.scoring import output_tokens, scored
from faded.targets.writing import Written, by_length, out_of_memory, write

FloatArray = NDArray[np.float32]

ROWS = 64
"""Articles per pass at most; beyond it a small model on a processor gains nothing."""


@dataclass(frozen=True)
class Summaries:
    """What a summarizer wrote for a batch.

    Attributes:
        texts: The summaries.
        features: Mean last hidden state over what was read, shape (batch, n_features).
        confidence: Geometric mean of the probabilities of the tokens written, shape (batch,).
        unread: Tokens per article that the window had no room for.
    """

    texts: list[str]
    features: FloatArray
    confidence: FloatArray
    unread: tuple[int, ...]

    def details(self, row: int) -> Details:
        """The confidence of one summary, and how many tokens of its article were not read where it was cut."""
        found: Details = {"confidence": round(float(self.confidence[row]), 4)}
        return found | ({"unread_tokens": self.unread[row]} if self.unread[row] else {})


@dataclass(frozen=True)
class Summarizer:
    """A target that summarizes articles.

    Attributes:
        module: A model of transformers that generates, encoder-decoder or causal; adapters may be attached.
        reader: Makes tokens of articles.
        rules: Its generation configuration, greedy.
        device: Where the module lives.
        source: Folder or name that the module was loaded from, for messages.
        rows: Articles per pass at most.
    """

    module: Any
    reader: Reader
    rules: Any
    device: torch.device
    source: str
    rows: int = ROWS

    def __post_init__(self) -> None:
        self.module.to(self.device).eval()

    def check(self, articles: Sequence[str]) -> None:
        """See that it can read these articles, see `check_articles`.

        Raises:
            FadedError: some are empty, too long, or in a script it does not have.
        """
        check_articles(self.reader, articles, self.source)

    def answer(self, inputs: Sequence[str]) -> Summaries:
        """Summarize articles; where memory is short, batches are halved.

        An article that is longer than the window is read as far as it reaches; its details say how much was not read.

        Raises:
            TargetError: an article is empty, the model raised or answered with NaN, or memory is too short for one.
        """
        empty = [i for i, article in enumerate(inputs) if not article.strip()]
        if empty:
            raise TargetError(
                f"Input {empty[0] + 1} of {len(inputs)} has no words left to summarize. Leave out articles of a few "
                "words, or levels that delete every word."
            )
        read = self.reader.read(inputs)
        texts, confidence = [""] * len(read), np.zeros(len(read), dtype=np.float32)
        states: dict[int, FloatArray] = {}
        for rows, written in self._written([r.ids for r in read]):
            said = self.decoded(written)
            for place, row in enumerate(rows):
                texts[row], states[row] = said[place], written.states[place].cpu().numpy()
                confidence[row] = math.exp(float(written.log_probability[place]))
        features = np.stack([states[row] for row in range(len(read))]) if read else np.zeros((0, 0), dtype=np.float32)
        return Summaries(texts, features, confidence, tuple(r.unread for r in read))

    def decoded(self, written: Written) -> list[str]:
        """Return what was written, in words."""
        rows = [ids[:length].tolist() for ids, length in zip(written.ids, written.lengths.tolist(), strict=True)]
        return [text.strip() for text in self.reader.tokenizer.batch_decode(rows, skip_special_tokens=True)]

    def scored(self, articles: Sequence[str], summaries: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return how probable given summaries are, with gradients where they are enabled.

        Returns:
            The log-probability of each summary of its article, nats, and its tokens, the end included; shape (batch,).
        """
        end = self.rules.eos_token_id
        marks = bool(self.module.config.is_encoder_decoder)
        last = end if isinstance(end, int) else end[0]
        outputs = output_tokens(self.reader.tokenizer, summaries, last, marks)
        read = [r.ids for r in self.reader.read(articles)]
        return scored(self.module, read, outputs, int(self.rules.pad_token_id))

    def _written(self, ids: Sequence[Sequence[int]]) -> list[tuple[list[int], Written]]:
        """Write for every row, the longest first, so that a lack of memory shows at once."""
        waiting = by_length([len(row) for row in ids], self.rows)
        done: list[tuple[list[int], Written]] = []
        while waiting:
            rows = waiting.pop()
            try:
                written = write(self.module, self.rules, [ids[i] for i in rows])
            except Exception as error:
                if not out_of_memory(error):
                    raise TargetError(
                        f"The target {self.source} failed on a batch of {len(rows)} articles: {reason(error)}"
                    ) from error
                if len(rows) == 1:
                    raise TargetError(
                        f"Memory is too short for {self.source} to summarize one article of {len(ids[rows[0]]):,} "
                        "tokens. Give shorter articles, a smaller model or a machine with more memory."
                    ) from error
                half = math.ceil(len(rows) / 2)
                waiting = [part for bucket in [*waiting, rows] for part in _parts(bucket, half)]
                continue
            if not bool(torch.isfinite(written.log_probability).all() & torch.isfinite(written.states).all()):
                raise TargetError(
                    f"The target {self.source} answered with NaN or infinity. Check its weights, or run it in float32."
                )
            done.append((rows, written))
        return done

    def fingerprint(self) -> str:
        """Return a hash of the weights, adapters included; 16 hexadecimal digits."""
        return fingerprint(self.module.state_dict())

    def save(self, folder: Path) -> None:
        """Write the target's folder: transformers' own format; of a model with adapters those alone, in peft's.

        Raises:
            FadedError: the folder cannot be written.
        """
        with writing(self.source, folder):
            self.module.save_pretrained(folder)
            self.reader.tokenizer.save_pretrained(folder)


def _parts(rows: list[int], size: int) -> list[list[int]]:
    return [rows[i : i + size] for i in range(0, len(rows), size)]
