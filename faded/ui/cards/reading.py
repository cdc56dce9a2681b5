"""Reading the map: the failing settings nearest to neutral, what fails only together, and the safe region."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from faded.concepts.spec import LISTED
from faded.landscape.posterior import SURE
from faded.landscape.reading import Reading, Setting
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
    tried = f" Click a setting to try it on {tried_on}." if tried_on and (said.nearest or said.together) else ""
    intro = (
        f"<p class='f-quiet'>For {whom}. A setting fails when its failure rate is above the bound of {said.bound:.0%} "
        f"with a probability of at least {SURE:.0%}. How far it is from neutral is counted in levels, summed over the "
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
    if said.known == said.settings:
        return f"All {count(said.settings)} settings{which} have enough data."
    have = "has" if said.settings == 1 else "have"
    return f"{count(said.known)} of {plural(said.settings, 'setting', 'settings')}{which} {have} enough data."


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
    waiting = ""
    if said.undecided:
        waiting = plural(said.undecided, "setting that fails may be one", "settings that fail may be such ones")
        waiting = f" {waiting}: none of the parts fails, but not all are known to be safe."
    looked = f" Settings of up to {said.most_together} changed concepts are looked at."
    if not said.together:
        return _quiet(f"Nothing fails only together as far as is known.{waiting}{looked}{note}")
    many = plural(said.interactions, "setting fails", "settings fail")
    more = f"; the {len(said.together)} nearest are listed" if said.interactions > len(said.together) else ""
    words = f"{many} although every part of the change is safe on its own{more}."
    listed = _table("Settings that fail only together", said, said.together, strata, tried_on)
    return f"<p>{words}</p>{listed}{_quiet(f'{waiting}{looked}{note}'.strip())}"


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
            *([escape(_strata(list(one.strata), strata))] if said.stratum is None else []),
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


def _strata(names: Sequence[str], strata: int) -> str:
    if not names:
        return "none surely"
    if len(names) == strata:
        return "the only one" if strata == 1 else f"all {strata}"
    left = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {left} more" if left > 0 else "")


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
            f"<p>Safe on average only: in {escape(_strata(each.fails_in, 0))} some setting of the region fails.</p>"
        )
    return f"{words}{table('Safe region', columns, rows, 'reading-region')}{hidden}"


def _at_least(probability: float) -> str:
    """Say how sure a union bound is; near 0 it says nothing."""
    return f"at least {int(100 * probability)}%" if probability >= 0.01 else "unknown size: there are too many of them"


def _quiet(words: str) -> str:
    return f"<p class='f-quiet'>{escape(words)}</p>" if words else ""
