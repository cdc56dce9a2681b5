"""Qualifications as HTML, for managers: who has passed, who has not, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from faded.labeling.qualification import Attempt
from faded.store.labeling_rules import Rules
from faded.store.qualifying import Outcome
from faded.ui.words import count, plural


def render(found: Sequence[Attempt], rules: Rules) -> str:
    """Return the card's content: how everybody stands who may have to qualify."""
    head = (
        f"<h2>Qualification</h2><p class='f-quiet'>Before the first item that counts everybody answers {rules.qualify} "
        f"known ones, and {rules.pass_percent}% have to be right. Managers and admins need not, nor does whoever had "
        "judged something before the rule was made.</p>"
    )
    if not found:
        return f"{head}<p>Nobody has begun yet.</p>"
    return f"{head}<ul class='t-accounts'>{''.join(_person(one, rules) for one in found)}</ul>"


def _person(one: Attempt, rules: Rules) -> str:
    key, ended = escape(one.annotator, quote=True), one.ended
    choices = "" if ended.is_in else _button(key, Outcome.LET_IN, "Let in")
    if ended.outcome is not None and ended.outcome is not Outcome.NEW_ATTEMPT:
        ask = f"Ask {key} anew? Until they have passed, nothing that counts is laid before them." if ended.is_in else ""
        choices += _button(key, Outcome.NEW_ATTEMPT, "New attempt", ask)
    return f"<li><b>{key}</b><span>{_stands(one, rules)}{_lacks(one)}</span>{choices}</li>"


def _stands(one: Attempt, rules: Rules) -> str:
    ended = one.ended
    numbers = f"{count(ended.right)} of {count(ended.answers)} right"
    if ended.outcome is Outcome.PASSED:
        return f"passed: {numbers}"
    if ended.outcome is Outcome.FAILED:
        return f"not passed: {numbers}"
    if ended.outcome is Outcome.LET_IN:
        return f"let in by {escape(ended.who)}"
    again = f"new attempt, given by {escape(ended.who)}: " if ended.outcome is Outcome.NEW_ATTEMPT else ""
    return f"{again}{count(one.answers)} of {count(rules.qualify)} answered, {count(one.right)} rightly"


def _lacks(one: Attempt) -> str:
    if not one.missing:
        return ""
    return (
        f". <b>Cannot go on</b>: this round lacks {plural(one.missing, 'known answer', 'known answers')} for them, as "
        "nobody is asked what they have judged or made known themselves. Make more known, or let them in."
    )


def _button(key: str, outcome: Outcome, words: str, ask: str = "") -> str:
    asks = f" data-ask='{ask}'" if ask else ""
    return (
        f"<form data-send='team_qualify' data-said='Saved for {key}.'{asks}>"
        f"<input type='hidden' name='name' value='{key}'>"
        f"<input type='hidden' name='do' value='{outcome.value}'><button>{words}</button>"
        "<p class='o-wrong' role='alert'></p></form>"
    )
