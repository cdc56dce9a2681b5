"""Lines of events: what they may hold, and what becomes of those that say nothing that can be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from faded.domain import FadedError
from faded.store import event_lines, proposals, verdicts
from faded.store.engine import Store
from tests.ui import believable


@pytest.fixture
def good(store: Store) -> dict[str, Any]:
    """A line about a proposal of the store."""
    believable.explored(store)
    with store.read() as db:
        item = proposals.newest(db, 1, 1)[0].id
    return {"key": "a", "elsewhere": True, "campaign": "signs-1", "round": 1, "proposal": item, "annotator": "ann",
            "kind": "verdict", "verdict": "confirm", "created_at": 5.0}  # fmt: skip


def test_a_line_holds_whatever_people_write(good: dict[str, Any]) -> None:
    line = good | {"answer": "one\ntwo\r\u2028three\u2029four\x85five\x0b \u201csix\u201d \U0001f6a6"}
    assert event_lines.parse(event_lines.text([line, good])) == [line, good]


def test_lines_that_mean_nothing_here_are_counted_and_hurt_nobody(store: Store, good: dict[str, Any]) -> None:
    bad = [
        good | {"key": "b", "campaign": "other"},
        good | {"key": "c", "proposal": "nothing"},
        good | {"key": "d", "verdict": "maybe", "kind": "odd"},
        good | {"key": "e", "kind": "undo", "verdict": None, "voids": "nothing"},
        good | {"key": "f", "elsewhere": False},
        good | {"key": None},
        good | {"key": ["g"]},
        good | {"key": "h", "verdict": "maybe"},
        good | {"key": "i", "round": 1.0},
        good | {"key": "j", "campaign": ["signs-1"]},
        good | {"key": "k", "voids": ["a"]},
        good | {"key": "l", "answer": "\ud800"},
        good | {"key": "m", "best": "first"},
        good | {"key": "n", "visible_ms": 2**70},
    ]
    lines = "".join(json.dumps(line) + "\n" for line in [*bad, good])
    said = event_lines.parse(f"[1]\n{lines}torn".encode())
    for new, known in ((1, 0), (0, 1)):
        with store.write() as db:
            assert event_lines.replay(db, said) == event_lines.Replayed(new, known, len(bad) + 2)
            assert [found.proposal_id for found in verdicts.standing(db, 1)] == [good["proposal"]]


def test_an_undo_that_comes_before_what_it_voids_voids_it_all_the_same(store: Store, good: dict[str, Any]) -> None:
    undo = good | {"key": "u", "kind": "undo", "verdict": None, "voids": "late"}
    with store.write() as db:
        assert event_lines.replay(db, [good, undo, good | {"key": "late", "verdict": "invalid"}]).new == 3
        assert [found.verdict for found in verdicts.standing(db, 1)] == ["confirm"]


def test_a_disk_that_takes_nothing_makes_no_line_strange(store: Store, good: dict[str, Any]) -> None:
    with pytest.raises(FadedError, match="cannot be used"), store.read() as db:  # nothing can be written in there
        event_lines.replay(db, [good])
