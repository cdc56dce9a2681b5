"""Qualifications as HTML, for managers: who has passed, who has not, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from faded.store.labeling_rules import Rules
from faded.store.qualifying import Ended, Outcome
from faded.ui.words import count


def render(found: Sequence[tuple[str, Ended, int, int]], rules: Rules) -> str:
    """Return the card's content.

    Args:
        found: Who may have to qualify, how that stands, and how many they have answered and rightly in this attempt.
        rules: The campaign's.
    """
    head = (
        f"<h2>Qualification</h2><p class='f-quiet'>Before the first item that counts everybody answers {rules.qualify} "
        f"known ones, and {rules.pass_percent}% have to be right. Managers and admins need not.</p>"
    )
    if not found:
        return f"{head}<p>Nobody has begun yet.</p>"
    return f"{head}<ul class='t-accounts'>{''.join(_person(*one, rules) for one in found)}</ul>"


def _person(name: str, ended: Ended, answers: int, right: int, rules: Rules) -> str:
    key = escape(name, quote=True)
    choices = "" if ended.is_in else _button(key, Outcome.LET_IN, "Let in")
    if ended.outcome is not None and ended.outcome is not Outcome.NEW_ATTEMPT:
        choices += _button(key, Outcome.NEW_ATTEMPT, "New attempt")
    return f"<li><b>{key}</b><span>{_stands(ended, answers, right, rules)}</span>{choices}</li>"


def _stands(ended: Ended, answers: int, right: int, rules: Rules) -> str:
    numbers = f"{count(ended.right)} of {count(ended.answers)} right"
    if ended.outcome is Outcome.PASSED:
        return f"passed: {numbers}"
    if ended.outcome is Outcome.FAILED:
        return f"not passed: {numbers}"
    if ended.outcome is Outcome.LET_IN:
        return f"let in by {escape(ended.who)}"
    again = f"new attempt, given by {escape(ended.who)}: " if ended.outcome is Outcome.NEW_ATTEMPT else ""
    return f"{again}{count(answers)} of {count(rules.qualify)} answered, {count(right)} rightly"


def _button(key: str, outcome: Outcome, words: str) -> str:
    return (
        f"<form data-send='team_qualify'><input type='hidden' name='name' value='{key}'>"
        f"<input type='hidden' name='do' value='{outcome.value}'><button>{words}</button>"
        "<p class='o-wrong' role='alert'></p></form>"
    )
