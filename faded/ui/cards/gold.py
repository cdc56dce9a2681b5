"""Known answers as HTML, for managers: which there are, how rightly people answer them, and what may become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from faded.labeling.checks import accuracy90
from faded.store import gold
from faded.store.engine import Db
from faded.store.gold import Answered, Candidate, Gold
from faded.ui.cards.team import VERDICT_WORDS, folded, item
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, percent, plural

SHOWN = 8
"""Proposals offered at once."""

WITH_EVIDENCE = 20
"""Known ones that are shown with their evidence, the newest; the others by their words."""

ACCURACY = (
    Column("Person"),
    Column("Right", number=True),
    Column("Share", number=True),
    Column("90% interval", number=True),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the card shows.

    Attributes:
        items: The known answers.
        people: How rightly people answer them.
        candidates: What may become one.
    """

    items: Sequence[Gold]
    people: Sequence[Answered]
    candidates: Sequence[Candidate]


def read(db: Db, round_id: int) -> Known:
    """Read what the card shows of a round."""
    return Known(gold.of_round(db, round_id), gold.accuracies(db, round_id), gold.candidates(db, round_id, SHOWN))


def render(facts: Facts | None, known: Known | None, percent_of_all: int, workspace: Path) -> str:
    """Return the card's content."""
    head = "<h2>Known answers</h2>"
    if facts is None or known is None:
        return head + empty("No round yet", "Judged proposals whose answer is certain can check how people label.")
    if not known.items:
        body = "<p>No answer is known yet, so nobody is checked. Choose some below: twenty find who guesses.</p>"
    elif not percent_of_all:
        body = "<p>By the rules none of them is laid before anybody. Set a share above 0 to check people.</p>"
    else:
        body = (
            f"<p>{plural(len(known.items), 'answer is', 'answers are')} known{_resting(known)}. About "
            f"{percent_of_all} of a hundred items that a person gets is one of them, and looks like all others. What "
            "they say to it counts for nothing else.</p>"
        )
    return (
        f"{head}{body}{_people(known)}{facts.evidence.unseen if known.items or known.candidates else ''}"
        f"{_items(facts, known.items, workspace)}{_candidates(facts, known.candidates, workspace)}"
    )


def _resting(known: Known) -> str:
    rest = sum(one.resting for one in known.items)
    return f", of which {plural(rest, 'rests', 'rest')}" if rest else ""


def _people(known: Known) -> str:
    if not known.items:
        return ""
    if not known.people:
        return "<p class='f-quiet'>Nobody has answered one yet, so nobody's accuracy is known.</p>"
    rows = []
    for one in known.people:
        low, high = accuracy90(one.right, one.answers)
        share = percent(one.right / one.answers, 0)
        interval = f"{percent(low, 0)} to {percent(high, 0)}"
        rows.append(Row((escape(one.annotator), f"{count(one.right)} of {count(one.answers)}", share, interval)))
    return table("Accuracy on known answers", ACCURACY, rows)


def _items(facts: Facts, items: Sequence[Gold], workspace: Path) -> str:
    if not items:
        return ""
    shown = "".join(_item(facts, one, workspace if i < WITH_EVIDENCE else None) for i, one in enumerate(items))
    return folded(facts, "gold", plural(len(items), "known answer", "known answers"), shown)


def _item(facts: Facts, one: Gold, workspace: Path | None) -> str:
    said = f"{count(one.right)} of {plural(one.answers, 'answer', 'answers')} right" if one.answers else "not asked yet"
    rests = "<p>It rests: no verdict stands for the proposal any more, so nobody is asked.</p>" if one.resting else ""
    key = escape(one.proposal.id, quote=True)
    about = (
        f"<p><b>{VERDICT_WORDS[one.verdict]}</b>, made known by {escape(one.who)}; {said}</p>{rests}"
        f"<form class='t-decide' data-send='team_gold' data-said='Withdrawn.'>"
        f"<input type='hidden' name='proposal' value='{key}'><input type='hidden' name='do' value='withdraw'>"
        "<button class='f-save'>Withdraw</button><p class='o-wrong' role='alert'></p></form>"
    )
    return item(facts, one.proposal, workspace, about)


def _candidates(facts: Facts, found: Sequence[Candidate], workspace: Path) -> str:
    if not facts.open:
        return "<p class='f-quiet'>The round is decided, so nobody is asked anything more.</p>"
    if not found:
        return (
            "<p class='f-quiet'>A proposal can be chosen once it is adjudicated, or judged alike by as many people as "
            "the rules ask for.</p>"
        )
    shown = "".join(_candidate(facts, one, workspace) for one in found)
    return folded(facts, "candidates", "Make an answer known: the latest adjudicated, then those judged alike", shown)


def _candidate(facts: Facts, one: Candidate, workspace: Path) -> str:
    key = escape(one.proposal.id, quote=True)
    alike = f"judged so by {plural(one.people, 'person', 'people')}, all alike"
    why = alike if one.reason is None else f"adjudicated: {escape(one.reason)}"
    about = (
        f"<p><b>{VERDICT_WORDS[one.verdict]}</b>, {why}</p>"
        f"<form class='t-decide' data-send='team_gold' data-said='The answer is known.'>"
        f"<input type='hidden' name='proposal' value='{key}'><input type='hidden' name='do' value='make'>"
        f"<input type='hidden' name='verdict' value='{one.verdict.value}'>"
        "<button class='f-save'>Make it known</button><p class='o-wrong' role='alert'></p></form>"
    )
    return item(facts, one.proposal, workspace, about)
