"""The audit log: who did what beside labeling, as HTML and as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from faded.store import audit
from faded.store.audit import Entry
from faded.store.engine import Db
from faded.ui.downloads import csv_text
from faded.ui.tables import Column, Row, table
from faded.ui.words import clock, count, plural

READ = 10
"""Entries that are read at a glance."""
LISTED = 200
"""Entries that are listed in all; the file has the rest."""
LONGEST_WORDS = 100
"""Characters that are looked for."""

HEAD = ("when", "who", "what", "about", "details")
COLUMNS = (Column("When"), Column("Who"), Column("What"), Column("About"), Column("Details"))


@dataclass(frozen=True, slots=True)
class Log:
    """Some entries.

    Attributes:
        entries: The newest.
        of: How many there are.
    """

    entries: Sequence[Entry]
    of: int


def read(db: Db, words: str = "") -> Log:
    """Return the newest entries that hold some words."""
    return Log(audit.newest(db, LISTED, words[:LONGEST_WORDS]), audit.count(db, words[:LONGEST_WORDS]))


def render(log: Log) -> str:
    """Return the card's content."""
    return (
        "<h2>Audit log</h2><p class='f-quiet'>Who did what beside labeling. Nothing here is ever changed; only the "
        "name of somebody whose account is deleted goes.</p><form class='t-filter' role='search' data-audit><label>"
        f"Look for <input type='search' name='words' maxlength='{LONGEST_WORDS}' data-keep='audit-words'></label>"
        "<button class='f-save'>Look</button><a class='f-save' href='audit.csv' download='audit.csv'>Save as CSV</a>"
        f"<p class='o-wrong' role='alert'></p></form><div class='t-audit' aria-live='polite'>{_entries(log)}</div>"
    )


def found(log: Log) -> dict[str, Any]:
    """Return entries as texts: the heads, the rows, and a sentence that says how many there are."""
    said = "There is no such entry." if not log.of else f"{plural(log.of, 'entry', 'entries')}, the newest first."
    if log.of > len(log.entries):
        said += f" The newest {count(len(log.entries))} are listed."
    return {"heads": [c.name for c in COLUMNS], "rows": [_texts(one) for one in log.entries], "said": said}


def _entries(log: Log) -> str:
    if not log.of:
        return "<p class='f-quiet'>Nothing has been done yet that would stand here.</p>"
    rows = [Row(tuple(escape(text) for text in _texts(one))) for one in log.entries]
    rest, behind = rows[READ:], log.of - len(rows)
    more = ""
    if rest:
        left = f"<p class='f-quiet'>{plural(behind, 'older one stands', 'older ones stand')} in the file.</p>"
        more = (
            f"<details class='f-more t-figures' data-key='audit'><summary>And {count(log.of - READ)} more</summary>"
            f"{table('Older entries of the audit log', COLUMNS, rest)}{left if behind else ''}</details>"
        )
    return f"{table('Newest entries of the audit log', COLUMNS, rows[:READ])}{more}"


def as_csv(entries: Sequence[Entry]) -> str:
    """Return entries as CSV."""
    return csv_text(
        HEAD,
        (
            [
                datetime.fromtimestamp(one.created_at, UTC).isoformat(timespec="seconds"),
                one.who,
                one.action,
                one.about,
                json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else "",
            ]
            for one in entries
        ),
    )


def _texts(one: Entry) -> list[str]:
    return [clock(one.created_at), one.who, one.action, one.about, _details(one.details)]


def _details(details: Mapping[str, Any]) -> str:
    """Say them in a line; of what was changed what it was, and what it is."""
    before, after = details.get("from"), details.get("to")
    if isinstance(before, dict) and isinstance(after, dict):
        changes = ((name, before.get(name), value) for name, value in after.items())
        return "; ".join(f"{name.replace('_', ' ')}: {_said(was)} to {_said(now)}" for name, was, now in changes)
    moment = details.get("since")  # a pause's
    told = details if moment is None else {**details, "since": clock(moment)}
    return ", ".join(f"{name}: {_said(value)}" for name, value in told.items())


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
