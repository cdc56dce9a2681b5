"""Python functions as targets that write: explored and judged; there is nothing of them to tune, and so to verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faded.domain import Details, FadedError, TargetError
from faded.targets.checkpoints import reason
from faded.targets.functions import Write, code_mark, word_counts
from faded.targets.summarizer import FloatArray

WRITES = "takes a list of articles and returns as many summaries"


@dataclass(frozen=True)
class Writings:
    """What a function wrote for a batch.

    Attributes:
        texts: The summaries.
        features: The words of each article, counted; shape (batch, n_features).
    """

    texts: list[str]
    features: FloatArray

    def details(self, row: int) -> Details:
        """Nothing: a function does not say how sure it is."""
        return {}


@dataclass(frozen=True)
class WrittenByFunction:
    """A target that is a function.

    Attributes:
        function: Takes articles; returns as many summaries.
        source: The name it was loaded by, for messages.
    """

    function: Write
    source: str

    def check(self, articles: Sequence[str]) -> None:
        """See that every article has words.

        Raises:
            FadedError: one is empty.
        """
        for number, article in enumerate(articles, 1):
            if not article.strip():
                raise FadedError(f"Article {number} of {len(articles)} is empty. Leave it out of the data.")

    def answer(self, inputs: Sequence[str]) -> Writings:
        """Summarize articles.

        Raises:
            TargetError: the function raised, or returned something else than a text for each.
        """
        try:
            texts = list(self.function(list(inputs)))
        except Exception as error:  # whatever the function does
            raise TargetError(
                f"The target {self.source} failed on a batch of {len(inputs)} articles: {reason(error)}"
            ) from error
        kinds = {type(text).__name__ for text in texts if not isinstance(text, str)}
        if len(texts) != len(inputs) or kinds:
            raise TargetError(
                f"The function {self.source} returned {len(texts)} answers for {len(inputs)} articles"
                f"{', some of the type ' + ', '.join(sorted(kinds)) if kinds else ''}: return one text for each."
            )
        return Writings(texts, word_counts(inputs))

    def fingerprint(self) -> str:
        """Return a hash of the file that the function stands in, see `code_mark`."""
        return code_mark(self.function, self.source)
