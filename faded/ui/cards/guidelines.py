"""What a campaign adds to the guidelines, as HTML for managers: a form, and the versions so far."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from faded.store.guidelines import Version
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.words import clock


def render(facts: Facts | None, versions: Sequence[Version]) -> str:
    """Return the card's content; versions come with the newest first."""
    head = "<h2>Guidelines of the campaign</h2>"
    if facts is None:
        return head + empty("No round yet", "Each campaign may add to the guidelines.")
    kept = f"{facts.campaign.id}-guidelines"
    after, text = (versions[0].number, versions[0].text) if versions else (0, "")
    return (
        f"{head}<p class='f-quiet'>They stand on the page Label below the built-in ones. Each save is a new version, "
        "and each verdict keeps the one that was before the person. Paragraphs, and lists of lines that begin with "
        "a dash and a space.</p><form class='t-rules' data-send='team_guidelines' data-said='Saved as a new version.'>"
        f"<input type='hidden' name='after' value='{after}' data-keep='{kept}-after'>"
        "<label class='t-text'><span class='f-hidden'>Guidelines of the campaign</span>"
        f"<textarea name='text' rows='8' data-keep='{kept}'>"
        f"\n{escape(text)}</textarea></label><button class='f-save'>Save as version {after + 1}</button>"
        f"<p class='o-wrong' role='alert'></p></form>{_earlier(versions)}"
    )


def _earlier(versions: Sequence[Version]) -> str:
    if not versions:
        return ""
    shown = "".join(
        f"<li><p class='f-quiet'>Version {one.number}, {escape(one.who)}, {clock(one.created_at)}</p>"
        f"<p class='t-version'>{escape(one.text) or '<i>nothing</i>'}</p></li>"
        for one in versions
    )
    return (
        f"<details class='t-fold' data-fold='versions'><summary>All versions: {len(versions)}</summary>"
        f"<ul class='t-disputes t-versions'>{shown}</ul></details>"
    )
