"""What a browser says that it has, whatever it says."""

from __future__ import annotations

import json

import pytest

from faded.ui import had

PARTS = {"run.now": "aa", "run.map": "bb"}


def asking(turn: object, last: object = "") -> str:
    """What the browser sends with its event of this number."""
    return json.dumps({"turn": turn, "last": last})


def test_what_was_drawn_last_counts_where_it_answered_the_event_before() -> None:
    assert had.read(asking(4, had.write(3, PARTS)), PARTS) == (4, PARTS)
    more = PARTS | {"run.gone": "cc", "run.map": 3}
    assert had.read(asking(4, json.dumps({"turn": 3, "parts": more})), PARTS) == (4, {"run.now": "aa"})


@pytest.mark.parametrize("turn", [1, 2, 4, 5])
def test_an_answer_out_of_turn_counts_for_nothing(turn: int) -> None:
    assert had.read(asking(turn, had.write(turn, PARTS)), PARTS) == (turn, {})
    assert had.read(asking(turn, had.write(turn - 2, PARTS)), PARTS) == (turn, {})


@pytest.mark.parametrize(
    "said",
    [
        *(None, 3, "", "{", "[]", "null", "[" * 100_000),
        *(asking("2", had.write(1, PARTS)), asking(True, had.write(0, PARTS))),
        *(asking(2, {"turn": 1}), asking(2, '{"turn": 1}')),
    ],
)
def test_nonsense_counts_for_nothing(said: object) -> None:
    assert had.read(said, PARTS)[1] == {}
