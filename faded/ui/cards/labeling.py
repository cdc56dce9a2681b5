"""The labeling card: its parts, which hold what each kind of evidence needs."""

from __future__ import annotations

import hashlib

from faded.ui.evidence import DRAWN, PICTURE, WRITTEN
from faded.ui.theme import asset

GUIDELINES = {
    PICTURE: asset("guidelines.html"),
    WRITTEN: asset("guidelines-text.html"),
    DRAWN: asset("guidelines-pictures.html"),
}
VERSIONS = {kind: hashlib.sha256(words.encode()).hexdigest()[:8] for kind, words in GUIDELINES.items()}
"""A version changes with every word of its guidelines; kept with each verdict."""

SCRIPTS = (
    "outbox.js", "picker.js", "corrector.js", "flag.js", "keys.js", "zoom.js", "picture-evidence.js",
    "text-evidence.js", "ratings.js", "viewer.js", "drawn-evidence.js", "practice.js", "progress.js", "label.js",
)  # fmt: skip
CSS = asset("label.css") + asset("label-text.css") + asset("label-drawn.css")
SCRIPT = "\n".join([*map(asset, SCRIPTS), "mountLabel(element, server);"])


def html() -> str:
    """Return the card. What is only meant for one kind of evidence is marked, and the style sheet hides the others."""
    card = asset("label.html")
    for kind, words in GUIDELINES.items():
        card = card.replace(f"@GUIDELINES-{kind}@", words).replace(f"@VERSION-{kind}@", VERSIONS[kind])
    return card
