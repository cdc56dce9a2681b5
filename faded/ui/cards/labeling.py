"""The labeling card: its parts, which hold what each kind of evidence needs."""

from __future__ import annotations

import hashlib

from faded.tasks import CLIP, MISMATCH
from faded.ui.evidence import DRAWN, PICTURE, WRITTEN
from faded.ui.theme import asset

ASKED = "asked"
"""The guidelines for sets measured by what the prompt asks for; those of `DRAWN` are for what it leaves open."""

GUIDELINES = {
    PICTURE: asset("guidelines.html"),
    WRITTEN: asset("guidelines-text.html"),
    DRAWN: asset("guidelines-pictures.html") + asset("guidelines-sets.html"),
    ASKED: asset("guidelines-asked.html") + asset("guidelines-sets.html"),
}
VERSIONS = {name: hashlib.sha256(words.encode()).hexdigest()[:8] for name, words in GUIDELINES.items()}
"""A version changes with every word of its guidelines; kept with each verdict."""

SCRIPTS = (
    "outbox.js", "picker.js", "corrector.js", "flag.js", "keys.js", "zoom.js", "picture-evidence.js",
    "text-evidence.js", "ratings.js", "viewer.js", "drawn-evidence.js", "practice.js", "progress.js", "guide.js",
    "looking.js", "label.js",
)  # fmt: skip
CSS = asset("label.css") + asset("label-text.css") + asset("label-drawn.css")
SCRIPT = "\n".join([*map(asset, SCRIPTS), "mountLabel(element, server);"])


def guide(kind: str, discrepancy: object) -> str:
    """Return which guidelines hold.

    Args:
        kind: The kind of evidence.
        discrepancy: What the campaign measures failures by.
    """
    return ASKED if kind == DRAWN and discrepancy in (MISMATCH, CLIP) else kind


def html() -> str:
    """Return the card. What is only meant for some guidelines is marked, and the style sheet hides the others."""
    card = asset("label.html")
    for name, words in GUIDELINES.items():
        card = card.replace(f"@GUIDELINES-{name}@", words).replace(f"@VERSION-{name}@", VERSIONS[name])
    return card
