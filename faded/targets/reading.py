"""What a summarizer reads of an article: the words around it, its tokens, and where the window ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from faded.domain import FadedError

UNBOUNDED = 1_000_000
"""Windows from here on are no windows: tokenizers without one name a number of thirty digits."""
UNKNOWN_SHARE = 0.5
"""An article with a larger share of tokens that the tokenizer does not know is in a script that it does not have."""
BEGINNING = 60
"""Letters of an article that say which one it is."""
INSTRUCTION = "Summarize the following article in one sentence."
"""What a causal model is asked to do, before the article."""
_ARTICLE = "\N{OBJECT REPLACEMENT CHARACTER}article\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for the article while a chat template is filled in; no template has it."""


@dataclass(frozen=True, slots=True)
class Read:
    """An article as a network is fed it.

    Attributes:
        ids: Token numbers, with what stands around the article.
        unread: Tokens at the article's end that the window has no room for; they are left out.
    """

    ids: list[int]
    unread: int


@dataclass(frozen=True)
class Reader:
    """Makes tokens of articles.

    Attributes:
        tokenizer: Of the network.
        before: What stands before every article.
        after: What stands after it.
        marks: Whether the tokenizer adds its own marks of beginning and end; a chat template has its own.
        window: Tokens that the network reads at most; None without a limit.
    """

    tokenizer: Any
    before: str
    after: str
    marks: bool
    window: int | None

    def read(self, articles: Sequence[str]) -> list[Read]:
        """Return the tokens of articles, as far as the window reaches; what it does not reach is counted."""
        return [Read(ids, 0) if self._fits(ids) else self._begun(article, ids)
                for article, ids in zip(articles, self.tokens(articles), strict=True)]  # fmt: skip

    def tokens(self, articles: Sequence[str]) -> list[list[int]]:
        """Return the tokens of articles with what stands around them, however long."""
        if not articles:
            return []
        texts = [f"{self.before}{article}{self.after}" for article in articles]
        encoded = self.tokenizer(texts, add_special_tokens=self.marks, return_attention_mask=False, verbose=False)
        return [list(ids) for ids in encoded["input_ids"]]

    def _fits(self, ids: Sequence[int]) -> bool:
        return self.window is None or len(ids) <= self.window

    def _begun(self, article: str, ids: list[int]) -> Read:
        """Cut an article at its end until it fits; the share of its letters that goes is that of its tokens."""
        assert self.window is not None  # noqa: S101 - else everything fits
        length, around = len(ids), len(self.tokens([""])[0])
        while not self._fits(ids):
            own = max(1, len(ids) - around)
            article = article[: len(article) * max(0, own - (len(ids) - self.window)) // own]
            ids = self.tokens([article])[0]
        return Read(ids, length - len(ids))


def plain_reader(tokenizer: Any, window: int | None, before: str) -> Reader:
    """Return the reader of an encoder-decoder model; `before` is the task in words where it was trained with one."""
    return Reader(tokenizer, before, "", True, window)


def chat_reader(tokenizer: Any, window: int | None, instruction: str, source: str) -> Reader:
    """Return the reader of a causal model: a user's message in its chat template, the answer begun.

    Raises:
        FadedError: it has no chat template, or one that leaves the message out or has it twice.
    """
    if not tokenizer.chat_template:
        raise FadedError(
            f"The tokenizer of {source!r} has no chat template, so nothing can be asked of it. Give an "
            "instruction-tuned model (often named -Instruct or -it), or an encoder-decoder model."
        )
    message = {"role": "user", "content": f"{instruction}\n\n{_ARTICLE}"}
    prompt = tokenizer.apply_chat_template([message], add_generation_prompt=True, tokenize=False)
    before, *rest = prompt.split(_ARTICLE)
    if len(rest) != 1:
        raise FadedError(
            f"The chat template of {source!r} has the user's message {len(rest)} times, not once. Mend its "
            "chat_template, or give another model."
        )
    return Reader(tokenizer, before, rest[0], False, window)


def check_articles(reader: Reader, articles: Sequence[str], source: str) -> None:
    """See that a summarizer can read articles, before any work.

    Raises:
        FadedError: some are empty, longer than the window, or in a script that the tokenizer does not have; the
            message says how many and what to do.
    """
    empty = [i for i, article in enumerate(articles) if not article.strip()]
    if empty:
        raise FadedError(
            f"{_of(empty, articles)} empty, the first of them number {empty[0] + 1}. Leave them out of the data."
        )
    lengths = reader.tokens(articles)
    long = [i for i, ids in enumerate(lengths) if reader.window is not None and len(ids) > reader.window]
    if long:
        longest = max(len(ids) for ids in lengths)
        raise FadedError(
            f"{_of(long, articles)} longer than the {reader.window:,} tokens that {source} reads (the longest has "
            f"{longest:,}), the first of them number {long[0] + 1}, which {_begins(articles[long[0]])}. It would not "
            "see their ends: leave them out, shorten them, or give a model with a longer window."
        )
    around = len(reader.tokens([""])[0])
    unknown = reader.tokenizer.unk_token_id
    strange = [i for i, ids in enumerate(lengths) if ids.count(unknown) > UNKNOWN_SHARE * (len(ids) - around)]
    if strange:
        raise FadedError(
            f"{_of(strange, articles)} in a script that the tokenizer of {source} does not have, the first of them "
            f"number {strange[0] + 1}, which {_begins(articles[strange[0]])}. Leave them out, or give a model that was "
            "trained on it."
        )


def _begins(article: str) -> str:
    """Say which article it is, so that it is found in its file: its number is the one among distinct articles."""
    return f"begins with {article.strip()[:BEGINNING]!r}"


def _of(rows: Sequence[int], articles: Sequence[str]) -> str:
    return f"{len(rows):,} of the {len(articles):,} articles {'is' if len(rows) == 1 else 'are'}"
