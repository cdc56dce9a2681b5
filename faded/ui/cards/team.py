"""The page Team as HTML: what people have done in a round, what they differ about, the rules, and who may come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from faded.domain import FadedError, Proposal, Verdict
from faded.store.labeling_rules import Policy, Rules
from faded.store.people import Annotator, Dispute
from faded.ui import articles
from faded.ui.cards.lessons import pictures_of
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import clock, count, percent, plural

DISPUTES_SHOWN = 10
HIDE = "<label class='t-hide'><input type='checkbox' data-hide-names> Hide who said what, and show how many did</label>"

VERDICT_WORDS = {
    Verdict.CONFIRM: "confirm",
    Verdict.REJECT: "reject",
    Verdict.INVALID: "invalid edit",
    Verdict.UNSURE: "unsure",
}
PEOPLE = (
    Column("Person"),
    Column("Verdicts", number=True),
    Column("Confirmed", number=True),
    Column("Looked, on average", number=True),
    Column("Last verdict"),
)


def render_people(facts: Facts | None, found: Sequence[Annotator]) -> str:
    """Return what everybody has done in the round."""
    head = "<h2>Who has judged what</h2>"
    if facts is None or not found:
        return head + empty("No verdict yet", "Everybody who labels in this round appears here.")
    labels = facts.labels
    verdicts = sum(one.verdicts for one in found)
    said = f"{plural(verdicts, 'verdict', 'verdicts')} by {plural(len(found), 'person', 'people')}. "
    said += f"{plural(labels.confirmed, 'mode is', 'modes are')} confirmed, {count(labels.refused)} refused."
    rows = [
        Row(
            (
                escape(one.name),
                count(one.verdicts),
                percent(one.confirmed / one.verdicts, 0),
                "" if one.mean_ms is None else f"{one.mean_ms / 1000:.1f} s",
                clock(one.last_at),
            )
        )
        for one in found
    ]
    return f"{head}<p>{said}</p>{table('People who judged in this round', PEOPLE, rows)}"


def render_disputes(facts: Facts | None, found: Sequence[Dispute], rules: Rules, workspace: Path) -> str:
    """Return what people differ about, with a form for whoever adjudicates it."""
    head = f"<h2>Where people differ</h2>{HIDE}"
    if facts is None or not facts.labels.disputed:
        text = "A proposal appears here when all who were asked have judged it and no verdict stands by the rules."
        return head + empty("Nothing is disputed", text)
    words = plural(facts.labels.disputed, "proposal is", "proposals are")
    said = f"<p>{words} disputed, and {'teaches' if facts.labels.disputed == 1 else 'teach'} nothing so far.</p>"
    if rules.policy is Policy.UNANIMOUS:
        said += "<p class='f-quiet'>By the rules all have to agree: an adjudication would change nothing.</p>"
    elif not facts.open:
        said += "<p class='f-quiet'>The round is decided, so it takes no more verdicts.</p>"
    decides = facts.open and rules.policy is not Policy.UNANIMOUS
    shown = "".join(_dispute(facts, one, workspace, decides) for one in found)
    left = facts.labels.disputed - len(found)
    more = f"<p class='f-quiet'>{plural(left, 'more waits', 'more wait')} behind these.</p>" if left > 0 else ""
    return f"{head}{said}{facts.evidence.unseen}<ul class='t-disputes{facts.evidence.look}'>{shown}</ul>{more}"


def _dispute(facts: Facts, one: Dispute, workspace: Path, decides: bool) -> str:
    proposal = one.proposal
    said = [
        (who, f"{VERDICT_WORDS[v]}{'' if answer is None else f': {escape(answer)}'}") for who, v, answer in one.said
    ]
    opinions = "".join(f"<li><b>{escape(who)}</b> {words}</li>" for who, words in said)
    votes = "".join(f"<li><b>{n}</b> {words}</li>" for words, n in sorted(Counter(words for _, words in said).items()))
    form = _adjudicate(facts, proposal) if decides else ""
    about = f"<ul class='t-said t-named'>{opinions}</ul><ul class='t-said t-nameless'>{votes}</ul>{form}"
    return item(facts, proposal, workspace, about)


def item(facts: Facts, proposal: Proposal, workspace: Path | None, about: str) -> str:
    """Return a proposal in a list with what is said about it (HTML); without a workspace its evidence is left out."""
    evidence = "<div></div>" if workspace is None else evidence_of(facts, proposal, workspace)
    return f"<li>{evidence}<div><p>{escape(proposal.setting)}</p>{answers_of(proposal)}{about}</div></li>"


def folded(facts: Facts, key: str, summary: str, items: str, more: str = "") -> str:
    """Return a list of `item` that opens at a click; the page keeps by the key whether it is open."""
    return (
        f"<details class='t-fold' data-fold='{key}'><summary>{summary}</summary>"
        f"<ul class='t-disputes{facts.evidence.look}'>{items}</ul>{more}</details>"
    )


def evidence_of(facts: Facts, proposal: Proposal, workspace: Path) -> str:
    """Return what a proposal is judged by, in small."""
    try:
        if facts.evidence.is_text:
            return f"<div>{articles.example(workspace, proposal, compare=True)}</div>"
        return f"<div>{pictures_of(workspace, proposal, facts.evidence)}</div>"
    except FadedError as error:
        return f"<p class='f-quiet'>{escape(str(error))}</p>"


def answers_of(proposal: Proposal) -> str:
    """Return what the target said of it, and what was expected."""
    if proposal.expected is None:
        return f"<p class='f-quiet'>answer: <b>{escape(proposal.answer)}</b></p>"
    return (
        f"<p class='f-quiet'>answer: <b>{escape(proposal.answer)}</b>, expected: <b>{escape(proposal.expected)}</b></p>"
    )


def _adjudicate(facts: Facts, proposal: Proposal) -> str:
    key = escape(proposal.id, quote=True)
    choices = "".join(
        f"<label><input type='radio' name='verdict-{key}' value='{verdict.value}' data-keep='{key}-{verdict.value}'> "
        f"{VERDICT_WORDS[verdict]}</label>"
        for verdict in Verdict
    )
    return (
        f"<form class='t-decide' data-adjudicate='{key}' data-said='Decided.'>"
        f"<fieldset><legend>The right verdict</legend>{choices}</fieldset>"
        f"{_stated(facts, proposal, key)}<label class='t-why'>Why <input name='reason' maxlength='500' required "
        f"data-keep='{key}-reason'></label><button class='f-save'>Decide</button>"
        "<p class='o-wrong' role='alert'></p></form>"
    )


def _stated(facts: Facts, proposal: Proposal, key: str) -> str:
    """Return where the right answer is stated: one of the labels where there is no reference; of texts any."""
    labels = facts.round.summary.get("labels")
    if facts.evidence.is_drawn or (not facts.evidence.is_text and proposal.reference is not None) or labels is None:
        return ""
    if not labels:
        return (
            f"<label class='t-why'>The right answer, if you confirm and know it <input name='answer' maxlength='2000' "
            f"data-keep='{key}-answer'></label>"
        )
    options = "".join(f"<option>{escape(label)}</option>" for label in labels if label != proposal.answer)
    return (
        f"<label class='t-why'>The right answer, if you confirm <select name='answer' data-keep='{key}-answer'>"
        f"<option value=''></option>{options}</select></label>"
    )
