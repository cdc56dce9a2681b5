"""What can be taken away of a round, in every form, as HTML."""

from __future__ import annotations

from faded.ui.export_zip import render_forms
from faded.ui.facts import Facts
from faded.ui.page import empty

HEAD = "<h2>Take the data away</h2>"


def render(facts: Facts | None) -> str:
    """Return the card's content."""
    links = render_forms(facts)
    if facts is None or not links:
        return HEAD + empty("Nothing yet", "The tables can be taken away once there are proposals.")
    return (
        f"{HEAD}<p>Of the round: every verdict as it was given, the verdict that stands for each proposal (adjudicated "
        f"ones among them), the proposals with their {facts.evidence.many}, and the preference pairs that a repair "
        f"learns from.</p><div class='f-saves'>{links}</div><p class='f-quiet'>A dataset has the tables as Parquet and "
        "as JSON lines with a card, and loads with <code>datasets.load_dataset</code>. What people wrote into flags "
        "and answers is in it as they wrote it.</p>"
    )
