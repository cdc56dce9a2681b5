"""The failure modes by severity and frequency: a chart, the worst settings with examples, the rest as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from faded.domain import Proposal
from faded.landscape.impact import Impact
from faded.store.engine import Store
from faded.store.ratings import PICTURES
from faded.ui import articles, thumbs
from faded.ui.cards.drawn import measured
from faded.ui.downloads import csv_text
from faded.ui.mode_facts import SHOWN, ModeFacts
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import plural

LISTED = 100
"""Settings listed in all."""

DRAWN = 60
"""Settings drawn: more would only cover each other."""

COLUMNS = (
    Column("Setting"),
    Column("Place", number=True),
    Column("Severity", number=True),
    Column("Frequency", number=True),
    Column("Strata"),
)

NAMED = 6
"""Strata named of each state; the rest are counted."""

LOOK = {"confirmed": "bad", "established": "warn", "suspected": "", "refused": "good"}
"""How a state is coloured; the word itself is always there."""

WIDTH, HEIGHT = 520, 400
LEFT, RIGHT, TOP, BOTTOM = 72, 22, 14, 50
"""Size of the chart and of its margins, in its own units."""

HALF = 0.5
"""An axis that begins above it is lettered every tenth, else every fifth."""

RADIUS = 11
"""A ball with a number in it."""

SHORT = 110
"""Letters of an article that stand with a setting: two lines."""

Place = tuple[float, float]

MEANING = (
    "A mode is a setting under which more than the bound of a stratum's {many} fail. <b>Severity</b> is the "
    "estimated failure rate over the strata in which the setting is a mode. <b>Frequency</b> is the share of the "
    "{many} that belong to these strata. Settings count alike: how often each occurs where the target is used is not "
    "known here. The list is in order of severity times frequency; in brackets stands the 90% interval. Numbers that "
    "would cover each other in the chart are moved to the left."
)
"""What the chart shows, with the words of the evidence; trusted text."""


def render(known: ModeFacts, store: Store) -> str:
    """Return chart and lists; `known` has at least one mode."""
    found = known.impacts
    if not found:
        return empty("No failure modes yet", "None of the settings is surely above the bound so far.")
    first = "".join(_setting(known, store, i, one) for i, one in enumerate(found[:SHOWN]))
    rest = found[SHOWN:LISTED]
    more = ""
    if rest:
        rows = [_row(known, SHOWN + i, one) for i, one in enumerate(rest)]
        words = f"Modes {SHOWN + 1} to {SHOWN + len(rest)} of {len(found):,}"
        more = (
            f"<details class='f-more' data-key='modes-more'><summary>{words}</summary>"
            f"{table('More settings', COLUMNS, rows)}</details>"
        )
    refused = ""
    if known.refused:
        words = plural(
            len(known.refused), "mode that people have refused counts", "modes that people have refused count"
        )
        refused = f"<p class='f-quiet'>The {words} in neither figure.</p>"
    look = f"modes-list{known.evidence.look}"
    meaning = MEANING.format(many=known.evidence.many)
    return (
        f"<div class='modes'><div>{chart(known)}<p class='f-quiet'>{meaning}</p>{refused}</div>"
        f"<div>{known.evidence.unseen}<ol class='{look}'>{first}</ol>{more}</div></div>"
    )


def setting(known: ModeFacts, cell: int) -> str:
    """Return a setting in words, without the full stop."""
    space = known.mapped.landscape.space
    return space.describe(space.settings([cell])[0].tolist()).removesuffix(".")


def _setting(known: ModeFacts, store: Store, place: int, one: Impact) -> str:
    found, before, after = known.examples_of(one.cell), "", ""
    if known.evidence.is_text:
        after = "".join(text(store, p) for p in found[:1])
    else:
        before = _pictures(store, found[:1] if known.evidence.is_drawn else found)
    return (
        f"<li><span class='modes-place' aria-hidden='true'>{place + 1}</span>{before}"
        f"<div class='modes-words'><b>{escape(setting(known, one.cell))}</b>"
        f"<span>{one.severity:.0%} fail <small>({one.low:.0%} to {one.high:.0%})</small> among "
        f"{one.frequency:.0%} of the {known.evidence.many}</span>"
        f"<span class='modes-states'>{_states(known, one.cell)}</span>{after}</div></li>"
    )


def _pictures(store: Store, found: Sequence[Proposal]) -> str:
    if not found:
        return "<p class='modes-none'>no example yet</p>"
    return f"<div class='modes-pictures'>{''.join(picture(store, p) for p in found)}</div>"


def text(store: Store, proposal: Proposal) -> str:
    """Return an example of texts: a stretch of the edited article, and what the target wrote of it."""
    return f"<div class='modes-text'>{articles.example(store.workspace, proposal, SHORT)}</div>"


def picture(store: Store, proposal: Proposal) -> str:
    """Return an example of pictures: the edited one with what the target said of it, or a set with what is known."""
    if PICTURES in proposal.details:
        said = measured(proposal)
    else:
        truth = "" if proposal.reference is None else f" for {proposal.reference}"
        said = f"The target said {proposal.answer}{truth}"
    words = escape(said, quote=True)
    return f"<img src='{thumbs.edited(store.workspace, proposal)}' alt='{words}' data-tip='{words}'>"


def _states(known: ModeFacts, cell: int) -> str:
    return " ".join(
        f"<span><i class='f-pill {LOOK[state]}'>{state}</i> {escape(_some(names))}</span>"
        for state, names in known.states(cell).items()
    )


def _some(names: Sequence[str]) -> str:
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left} more" if left > 0 else "")


def _row(known: ModeFacts, place: int, one: Impact) -> Row:
    return Row(
        (
            escape(setting(known, one.cell)),
            str(place + 1),
            f"{one.severity:.0%} <small>({one.low:.0%} to {one.high:.0%})</small>",
            f"{one.frequency:.0%}",
            _states(known, one.cell),
        )
    )


def chart(known: ModeFacts) -> str:
    """Draw severity over frequency as SVG: a ball and its interval per setting, the listed ones with their place."""
    found = known.impacts[:DRAWN]
    bound = known.mapped.landscape.bound
    floor = axis_floor([bound, *(one.low for one in found[:SHOWN]), *(one.severity for one in found)])
    places = apart([_at(one.frequency, one.severity, floor) for one in found[:SHOWN]])
    places += [_at(one.frequency, one.severity, floor) for one in found[SHOWN:]]
    order = reversed(range(len(found)))
    balls = "".join(_range(one, x, floor) for one, (x, _) in zip(found[:SHOWN], places, strict=False))
    balls += "".join(_ball(known, i, found[i], places[i]) for i in order)
    _, y = _at(0, bound, floor)
    words = (
        f"Severity over frequency of {plural(len(found), 'setting', 'settings')}, the figures are in the list. The "
        f"worst: {setting(known, found[0].cell)}, {found[0].severity:.0%} among {found[0].frequency:.0%} of the "
        f"{known.evidence.many}."
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return (
        f"<figure class='f-chart modes-chart'><svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' "
        f"aria-label='{escape(words, quote=True)}'>{_axes(floor)}"
        f"<line class='bound' x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}'/>"
        f"<text x='{LEFT + 6}' y='{y + 16:.1f}'>bound {bound:.0%}</text>{balls}"
        f"<text class='axis' x='{(LEFT + WIDTH - RIGHT) / 2}' y='{HEIGHT - 8}' text-anchor='middle'>frequency: share "
        f"of the {known.evidence.many}</text><text class='axis' x='14' y='{middle}' data-turn='-90' "
        f"transform='rotate(-90 14 {middle})' text-anchor='middle'>severity: failure rate</text></svg></figure>"
        "<ul class='heat-legend'><li><i class='ball confirmed'></i>confirmed in some stratum</li><li><i class='ball "
        "established'></i>established in some</li><li><i class='ball'></i>suspected</li></ul>"
    )


def axis_floor(drawn: Sequence[float]) -> float:
    """Return where the axis of rates begins: the fifth below the lowest that is drawn, so that modes fill the chart."""
    return math.floor(5 * min(drawn)) / 5


def apart(places: Sequence[Place]) -> list[Place]:
    """Move balls to the left until none covers another that is placed before it."""
    done: list[Place] = []
    for x, y in places:
        while any(math.dist((x, y), other) < 2 * RADIUS for other in done):
            x -= RADIUS
        done.append((x, y))
    return done


def _at(frequency: float, severity: float, floor: float) -> Place:
    up = (severity - floor) / (1 - floor)
    return LEFT + (WIDTH - LEFT - RIGHT) * frequency, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * up


def _axes(floor: float) -> str:
    parts = []
    step = 0.1 if floor >= HALF else 0.2
    for i in range(round((1 - floor) / step) + 1):
        rate = 1 - i * step
        _, y = _at(0, rate, floor)
        parts.append(f"<line class='grid' x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}'/>")
        parts.append(f"<text x='{LEFT - 8}' y='{y + 4:.1f}' text-anchor='end'>{rate:.0%}</text>")
    for i in range(5):
        x, _ = _at(i / 4, floor, floor)
        parts.append(f"<text x='{x:.1f}' y='{HEIGHT - BOTTOM + 18}' text-anchor='middle'>{25 * i}%</text>")
    return "".join(parts)


def _range(one: Impact, x: float, floor: float) -> str:
    (_, low), (_, high) = _at(0, one.low, floor), _at(0, one.high, floor)
    return f"<line class='range' x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}'/>"


def _ball(known: ModeFacts, place: int, one: Impact, at: Place) -> str:
    x, y = at
    state = next(iter(known.states(one.cell)), "suspected")
    tip = escape(
        f"{setting(known, one.cell)}: {one.severity:.0%}, 90% interval {one.low:.0%} to {one.high:.0%}, among "
        f"{one.frequency:.0%} of the {known.evidence.many}, {state}",
        quote=True,
    )
    size = RADIUS if place < SHOWN else 6
    ball = f"<circle class='ball {state}' cx='{x:.1f}' cy='{y:.1f}' r='{size}' data-tip='{tip}'/>"
    if place >= SHOWN:
        return ball
    return f"{ball}<text class='place {state}' x='{x:.1f}' y='{y + 4.5:.1f}' text-anchor='middle'>{place + 1}</text>"


def table_csv(known: ModeFacts) -> str:
    """Return the settings that are a mode somewhere as CSV, the worst first."""
    names = [s.name for s in known.mapped.landscape.space.specs]
    rows = []
    for i, one in enumerate(known.impacts):
        values = known.mapped.landscape.space.settings([one.cell])[0].tolist()
        states = known.states(one.cell)
        said = ["; ".join(states.get(state, ())) for state in LOOK]
        rows.append([i + 1, *values, one.severity, one.low, one.high, one.frequency, *said])
    return csv_text(["place", *names, "severity", "low90", "high90", "frequency", *LOOK], rows)
