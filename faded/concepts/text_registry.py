"""How an edit of articles is registered: one decorated function of the text, a share and the article's draws.

The level of nearly every edit is the share of the places it could edit (words, marks, sentences) that it does edit.
The editor leaves an article at the neutral alone, so the neutral is the identity to the byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from faded.concepts.building import Concept
from faded.domain import Kind
from faded.registry import Registry

TextEdit = Callable[[str, float, np.random.Generator], str]
"""A text, a level other than the neutral and the article's generator (seeded by the concept and the unedited article
alone, so the same article is drawn for alike in any batch and at any level) to the edited text."""


@dataclass(frozen=True, slots=True)
class TextConcept(Concept):
    """A registered edit of articles.

    Attributes:
        edit: The edit.
        changes_meaning: Whether the edited article says something else, so that another summary may be right.
    """

    edit: TextEdit
    changes_meaning: bool


text_concepts: Registry[TextConcept] = Registry("text concept")


def share_concept(name: str, *, phrase: str, changes_meaning: bool = False) -> Callable[[TextEdit], TextEdit]:
    """Return a decorator that registers an edit whose level is a share from 0 (the neutral) to 1."""

    def file(edit: TextEdit) -> TextEdit:
        text_concepts.register(name)(TextConcept(Kind.ORDINAL, 0.0, 0.0, 1.0, phrase, "", edit, changes_meaning))
        return edit

    return file
