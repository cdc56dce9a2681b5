"""Applies the edits of articles, builds spaces of them, and measures what of an article an edit leaves.

The order of a space's concepts is the order in which its edits are applied. The edits themselves are in the modules
beside, by family. No torch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from faded.concepts import text_grammar, text_letters, text_spelling, text_surface  # noqa: F401 - register edits
from faded.concepts.building import build_space, checked_setting, generator
from faded.concepts.spec import ConceptSpace
from faded.concepts.text_registry import text_concepts
from faded.concepts.text_words import STOP_WORDS, plain, words_of


class TextEditor:
    """Turns articles and settings into edited articles.

    Args:
        space: The concepts; every name is a registered text concept.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._concepts = [(spec, text_concepts.get(spec.name)) for spec in space.specs]

    def __call__(self, payloads: Sequence[str], values: NDArray[np.float64]) -> list[str]:
        """Return the edited articles, one setting each; `values` has shape (batch, n_concepts)."""
        return [self._edited(text, row) for text, row in zip(payloads, values.tolist(), strict=True)]

    def _edited(self, article: str, setting: Sequence[float]) -> str:
        text, payload = article, article.encode("utf-8", "surrogatepass")
        for (spec, concept), level in zip(self._concepts, setting, strict=True):
            if level != spec.neutral:
                text = concept.edit(text, level, generator(spec.name, payload))
        return text


def text_space(items: Sequence[Mapping[str, object]]) -> ConceptSpace:
    """Build a space of edits of articles, see `build_space`."""
    return build_space(text_concepts, items)


def check_text_setting(space: ConceptSpace, values: Sequence[object]) -> NDArray[np.float64]:
    """Return a setting of edits of articles as numbers, see `checked_setting`."""
    return checked_setting(text_concepts, space, values)


def meaning_changed(space: ConceptSpace, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which settings change what an article says (a negation, another tense), shape (batch,).

    Args:
        space: Text concepts.
        values: Settings, shape (batch, n_concepts).
    """
    changing = [text_concepts.get(spec.name).changes_meaning for spec in space.specs]
    moved = values != np.asarray(space.control)
    return np.asarray(moved[:, changing].any(axis=1), dtype=np.bool_)


def content_kept(original: str, edited: str) -> float:
    """Return the share of the original's content words that stand unchanged in the edited article, 0 to 1.

    Content words are all but the stop words; capitals and order do not count, and a word counts as often as it
    stands there. A misspelled or inflected word is not kept. An article without content words keeps all of them.
    """
    before, after = (
        Counter(w for word in words_of(text) if (w := plain(word)) not in STOP_WORDS) for text in (original, edited)
    )
    return (before & after).total() / before.total() if before else 1.0
