"""The rules of a campaign's labeling as HTML: forms for managers."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from faded.store.labeling_rules import (
    MOST_GOLD_PERCENT,
    MOST_OPINIONS,
    MOST_QUALIFY,
    MOST_QUOTA,
    PASS_PERCENT,
    Policy,
    Rules,
    Strategy,
)
from faded.store.pauses import LONGEST_REASON, Pause
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.words import clock

POLICY_WORDS = {
    Policy.MAJORITY: ("majority", "what more than half of them say; a tie is disputed"),
    Policy.UNANIMOUS: ("unanimous", "what all of them say; where they differ, the item teaches nothing"),
    Policy.ADJUDICATED: ("adjudicated", "what all of them say; where they differ, an adjudicator decides"),
}
STRATEGY_WORDS = {
    Strategy.INFORMATIVE: ("informative", "mode by mode, what decides the most telling one soonest"),
    Strategy.LEAST: ("least labelled", "what has the fewest opinions, the modes in turn"),
    Strategy.DISAGREEMENT: ("disagreement", "modes whose verdicts are split, and what people differ about"),
    Strategy.RANDOM: ("random", "anything that waits, each with the same chance: a control that favours nothing"),
}
QUOTA = "Verdicts of one person a day, at most (0: any number)"
QUALIFY = "Known answers asked openly before the first item that counts (0: none)"
RIGHT = "Of a hundred of them, so many have to be right"
SHARE = "Of a hundred items, so many with a known answer"


def render_rules(facts: Facts | None, rules: Rules, pause: Pause | None) -> str:
    """Return the form of the rules, and that of a pause."""
    head = "<h2>Rules of labeling</h2>"
    if facts is None:
        return head + empty("No round yet", "Each campaign has rules of its own.")
    campaign = facts.campaign.id
    return (
        f"{head}<p class='f-quiet'>Of the campaign {escape(facts.campaign.name)}, from now on and for all its open "
        "rounds.</p><form class='t-rules' data-rules data-said='The rules are saved.'>"
        f"{_number(campaign, 'opinions', 'People who judge each item', 1, MOST_OPINIONS, rules.opinions)}"
        f"{_choice(campaign, 'policy', 'What counts', POLICY_WORDS, rules.policy)}"
        f"{_choice(campaign, 'strategy', 'What comes next', STRATEGY_WORDS, rules.strategy)}"
        f"{_number(campaign, 'quota', QUOTA, 0, MOST_QUOTA, rules.quota)}"
        f"{_number(campaign, 'gold_percent', SHARE, 0, MOST_GOLD_PERCENT, rules.gold_percent)}"
        f"{_number(campaign, 'qualify', QUALIFY, 0, MOST_QUALIFY, rules.qualify)}"
        f"{_number(campaign, 'pass_percent', RIGHT, *PASS_PERCENT, rules.pass_percent)}"
        "<button class='f-save'>Save the rules</button><p class='o-wrong' role='alert'></p></form>"
        f"{_pause(campaign, pause)}"
    )


def _number(campaign: int, name: str, label: str, least: int, most: int, value: int) -> str:
    return (
        f"<label>{label} <input type='number' name='{name}' min='{least}' max='{most}' value='{value}' "
        f"data-keep='{campaign}-{name}'></label>"
    )


def _choice(
    campaign: int, name: str, legend: str, words: Mapping[Any, tuple[str, str]], chosen: Policy | Strategy
) -> str:
    choices = "".join(
        f"<label><input type='radio' name='{name}' value='{value}' data-keep='{campaign}-{name}-{value}'"
        f"{' checked' if value is chosen else ''}> <span><b>{word}</b>: {about}</span></label>"
        for value, (word, about) in words.items()
    )
    return f"<fieldset><legend>{legend}</legend>{choices}</fieldset>"


def _pause(campaign: int, pause: Pause | None) -> str:
    if pause is not None:
        said = f"{escape(pause.who)} paused it, {clock(pause.since)}: {escape(pause.reason)}"
        return (
            f"<form class='t-pause' data-send='team_pause' data-said='Labeling goes on.'>"
            f"<h3>Labeling is paused</h3><p>{said}</p>"
            "<input type='hidden' name='do' value='resume'><button class='f-save'>Go on</button>"
            "<p class='o-wrong' role='alert'></p></form>"
        )
    return (
        "<form class='t-pause' data-send='team_pause' data-said='Labeling is paused.'>"
        "<h3>Pause</h3><p class='f-quiet'>Nothing new is laid before "
        "anybody meanwhile. Verdicts that were given already still count.</p>"
        "<input type='hidden' name='do' value='pause'><label class='t-why'>Why, for everybody who labels "
        f"<input name='reason' maxlength='{LONGEST_REASON}' required data-keep='{campaign}-pause-reason'></label>"
        "<button class='f-save'>Pause labeling</button><p class='o-wrong' role='alert'></p></form>"
    )
