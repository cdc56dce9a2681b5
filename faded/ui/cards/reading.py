"""Reading the map: the failing settings nearest to neutral, what fails only together, and the safe region."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from faded.concepts.spec import LISTED
from faded.landscape.posterior import SURE
from faded.landscape.reading import LISTED as SHOWN
from faded.landscape.reading import Block, Reading, Region, Setting
from faded.landscape.together import SIZES
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, named, plural

NAMED = 3
"""Strata named of a setting: the rest are counted."""

SETTING, RATE, SURELY = Column("Setting"), Column("Failure rate", number=True), Column("Above the bound", number=True)
ALONE, TRIALS, STATE = Column("Each part, at most", number=True), Column("Trials", number=True), Column("State")
STRATA = Column("Fails in")


def render(said: Reading, strata: int, tried_on: str) -> str:
    """Return what the map says.

    Args:
        said: What it says.
        strata: Number of the strata.
        tried_on: What a setting can be tried on ("a picture"); empty where there is nothing to try.
    """
    whom = "the mean over all strata" if said.stratum is None else f"the stratum {escape(said.stratum)}"
    tried = (
        f" Click a setting to try it on {tried_on}."
        if tried_on and (said.nearest or said.together or said.waiting)
        else ""
    )
    intro = (
        f"<p class='f-quiet'>For {whom}. A setting fails when its failure rate is above the bound of {said.bound:.0%} "
        f"with a probability of at least {SURE:.0%}. <i>How far is safe</i> asks for more, the whole 90% interval at "
        "the bound or above: what fails here may stand there as <i>may reach the bound</i>. How far a setting is from "
        "neutral is counted in levels, summed over the "
        f"concepts.{escape(_off_grid(said))}{tried}</p>"
    )
    return (
        f"{intro}<div class='reading'><section><h3>Nearest to neutral</h3>{_nearest(said, strata, tried_on)}"
        f"</section><section><h3>Fails only together</h3>{_together(said, strata, tried_on)}</section>"
        f"<section><h3>Safe region</h3>{_regions(said)}</section></div>"
    )


def _off_grid(said: Reading) -> str:
    """Say how concepts without a neutral level count, as text."""
    if not said.off_grid:
        return ""
    names = " and ".join(map(named, said.off_grid))
    return f" No level of {names} changes nothing: the nearest one counts as one level away."


def known(said: Reading) -> str:
    """Say of how many settings anything is known."""
    which = "" if said.most_changed is None else f" that change no more than {said.most_changed} concepts"
    of = f"{plural(said.settings, 'setting', 'settings')}{which}"
    told = "all" if said.known == said.settings else count(said.known)
    if said.asked == said.settings == said.known:
        judged = f"All {of} were asked themselves."
    else:
        judged = (
            f"{count(said.asked)} of {of} were asked themselves; with what their neighbours say, {told} can be judged."
        )
    if said.places == said.settings:
        return judged
    return (
        f"{judged} Stratum by stratum, {count(said.places_asked)} of {count(said.places)} were asked themselves: the "
        "others borrow from neighbouring settings and from other strata."
    )


def _nearest(said: Reading, strata: int, tried_on: str) -> str:
    if not said.nearest:
        return _quiet(f"Nothing fails near neutral as far as is known. {known(said)}")
    away = plural(said.nearest[0].levels, "level", "levels")
    many = "setting that fails is" if said.as_near == 1 else f"{count(said.as_near)} settings that fail are"
    words = f"The nearest {many} {away} from neutral{_first(said.nearest, said.as_near)}. {known(said)}"
    return f"<p>{words}</p>" + _table("Nearest failing settings", said, said.nearest, strata, tried_on)


def _first(listed: Sequence[Setting], every: int) -> str:
    """Say that not all are listed."""
    return f"; the {len(listed)} with the highest rates are listed" if every > len(listed) else ""


def _together(said: Reading, strata: int, tried_on: str) -> str:
    averaged = " and ".join(map(named, said.off_grid))
    note = f" {averaged[0].upper()}{averaged[1:]} cannot be left unchanged and is averaged over." if averaged else ""
    if len(said.space.specs) - len(said.off_grid) < min(SIZES):
        return _quiet(f"For this, two concepts with a level that changes nothing are needed.{note}")
    waiting = _waiting(said, strata, tried_on)
    looked = f"Settings of up to {said.most_together} changed concepts are looked at."
    if not said.together:
        return _quiet(f"Nothing fails only together as far as is known. {looked}{note}") + waiting
    many = plural(said.interactions, "setting fails", "settings fail")
    more = f"; the {len(said.together)} nearest are listed" if said.interactions > len(said.together) else ""
    words = f"{many} although every part of the change is safe on its own{more}."
    listed = _table("Settings that fail only together", said, said.together, strata, tried_on)
    return f"<p>{words}</p>{listed}{_quiet(f'{looked}{note}')}{waiting}"


def _waiting(said: Reading, strata: int, tried_on: str) -> str:
    """List the settings that may fail only together: the first of them, the others to be opened."""
    if not said.waiting:
        return ""
    words = plural(said.undecided, "setting that fails may be one", "settings that fail may be such ones")
    words = f"<p>{words}: no part of the change fails, but not every part is known to be safe.</p>"
    label = "Settings that may fail only together"
    first, others = said.waiting[:SHOWN], said.waiting[SHOWN:]
    listed = _table(label, said, first, strata, tried_on)
    if not others:
        return f"{words}{listed}"
    cut = f"; the {count(len(said.waiting))} nearest are listed" if said.undecided > len(said.waiting) else ""
    rest = _table(f"More {label[0].lower()}{label[1:]}", said, others, strata, tried_on)
    more = f"and {count(said.undecided - len(first))} more{cut}"
    return f"{words}{listed}<details class='f-more' data-key='{label}'><summary>{more}</summary>{rest}</details>"


def _table(label: str, said: Reading, listed: Sequence[Setting], strata: int, tried_on: str) -> str:
    parts = any(one.alone is not None for one in listed)
    columns = [SETTING, RATE, SURELY, *([ALONE] if parts else []), TRIALS, STATE]
    columns += [STRATA] if said.stratum is None else []
    rows = []
    for one in listed:
        state = "<i class='f-pill warn'>established</i>" if one.established else "<i class='f-pill'>suspected</i>"
        cells = [
            _setting(label, one, tried_on),
            f"{one.rate:.0%} <small>({one.low:.0%} to {one.high:.0%})</small>",
            _surely(one.probability),
            *([f"{one.alone:.0%}"] if one.alone is not None else []),
            count(one.trials),
            state,
            *([_fails_in(label, one, strata)] if said.stratum is None else []),
        ]
        rows.append(Row(cells))
    return table(label, columns, rows)


def _setting(label: str, one: Setting, tried_on: str) -> str:
    if not tried_on:
        return escape(one.words)
    held = escape(json.dumps(dict(one.values)), quote=True)
    key = escape(f"{label}: {one.words}", quote=True)
    return f"<button type='button' class='reading-try' data-key='{key}' data-try='{held}'>{escape(one.words)}</button>"


def _surely(probability: float) -> str:
    """Return a probability, never rounded to certainty."""
    return "over 99%" if probability > 0.99 else f"{probability:.0%}"


def _fails_in(label: str, one: Setting, strata: int) -> str:
    """Return the strata in which a setting fails as HTML, and in how many of them it was asked at all."""
    told = _strata(list(one.strata), strata, f"{label}, strata: {one.words}")
    asked = f" <small>{count(one.asked)} of them asked under it</small>" if one.asked < len(one.strata) else ""
    return f"{told}{asked}"


def _strata(names: Sequence[str], strata: int, key: str) -> str:
    """Return the names of strata as HTML; more than a few open, by a key that is kept when the page is drawn anew."""
    if not names:
        return "none surely"
    if len(names) == strata:
        return "the only one" if strata == 1 else f"all {strata}"
    left = len(names) - NAMED
    first = escape(", ".join(names[:NAMED]))
    if left <= 0:
        return first
    rest, key = escape(", ".join(names[NAMED:])), escape(key, quote=True)
    return (
        f"<details class='f-more' data-key='{key}'><summary>{first} and {left} more</summary>"
        f"<span>{rest}</span></details>"
    )


def _regions(said: Reading) -> str:
    each, jointly = said.each, said.jointly
    if said.most_changed is not None:
        return _quiet(
            f"A safe region is read where every setting is looked at, of up to {LISTED:,}; here there are "
            f"{said.space.n_cells:,}. How far is safe along each concept stands above."
        )
    if each is None:
        return _quiet(f"No setting next to neutral is known to be safe. {known(said)}")
    words = (
        f"<p>Around neutral {plural(each.settings, 'setting is', 'settings are')} safe, each by itself: the upper end "
        f"of its 90% interval is below the bound. All of them are below it at once with a probability of "
        f"{_at_least(each.at_least)}.</p>"
    )
    columns, regions = [Column("Concept"), Column("Each by itself")], [each]
    if jointly is not None and jointly != each:
        columns.append(Column(f"All at once, {SURE:.0%} sure"))
        regions.append(jointly)
        words += (
            f"<p>Of these {plural(jointly.settings, 'setting is', 'settings are')} below the bound all at once with a "
            f"probability of {_at_least(jointly.at_least)}.</p>"
        )
    elif jointly is None:
        words += f"<p>No region is known in which all are below the bound at once, {SURE:.0%} sure.</p>"
    rows = [Row([escape(named(name)), *(escape(region.words[name]) for region in regions)]) for name in each.words]
    hidden = ""
    if each.fails_in:
        hidden = (
            "<div class='reading-hidden'>Safe on average only. Some setting of the region fails in "
            f"{_strata(each.fails_in, 0, 'Safe region, strata')}</div>"
        )
    return f"{words}{table('Safe region', columns, rows, 'reading-region')}{_blocks(each)}{hidden}"


def _blocks(region: Region) -> str:
    """Say what stops a region from growing, concept by concept."""
    if not region.blocks:
        return "<p>It holds every level there is.</p>"
    rows = [
        Row([f"{escape(named(one.concept))}: {escape(one.level)}", escape(one.setting), _blocking(one)])
        for one in region.blocks
    ]
    columns = (Column("Next level"), Column("Setting that is not safe"), Column("Failure rate", number=True))
    words = "<p>What stops it: each next level would let in a setting that is not safe. The worst one is named.</p>"
    return words + table("What stops the safe region", columns, rows)


def _blocking(one: Block) -> str:
    if one.rate is None:
        return "not known"
    return f"{one.rate:.0%} <small>({one.low:.0%} to {one.high:.0%})</small>"


def _at_least(probability: float) -> str:
    """Say how sure a union bound is; near 0 it says nothing."""
    return f"at least {int(100 * probability)}%" if probability >= 0.01 else "unknown size: there are too many of them"


def _quiet(words: str) -> str:
    return f"<p class='f-quiet'>{escape(words)}</p>" if words else ""
