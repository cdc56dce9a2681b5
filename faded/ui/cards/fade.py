"""Which confirmed modes the repair is to fade: ticked ones, saved as they are ticked."""

from __future__ import annotations

import json
from html import escape

from faded.domain import ModeKey
from faded.labeling.decided import ModeTally
from faded.store.engine import Store
from faded.ui.cards.modes import picture, setting, text
from faded.ui.mode_facts import ModeFacts
from faded.ui.page import empty
from faded.ui.words import plural


def render(known: ModeFacts, store: Store) -> str:
    """Return the confirmed modes with a box each."""
    if not known.confirmed:
        return empty(
            "No mode is confirmed yet",
            f"A mode is confirmed by at least three verdicts on {known.evidence.distinct}, nearly all of them "
            "confirming it. <a href='#label'>Label proposals</a>, then choose here which modes to fade.",
        )
    look = f"fade{known.evidence.look}"
    rows = "".join(_mode(known, store, key, tally) for key, tally in known.confirmed.items())
    return (
        f"<p class='fade-state'>{state(known)}</p><p class='fade-said f-quiet' role='status'></p>"
        f"<fieldset class='{look}'><legend class='f-hidden'>Modes to fade</legend><ul>{rows}</ul></fieldset>"
    )


def chosen(known: ModeFacts, key: ModeKey) -> bool:
    """Whether the repair would learn from a confirmed mode."""
    return known.chosen is None or key in known.chosen


def state(known: ModeFacts) -> str:
    """Say what the repair would learn from."""
    n = len(known.confirmed)
    kept = sum(chosen(known, key) for key in known.confirmed)
    if known.chosen is None:
        every = "The one confirmed mode is" if n == 1 else f"All {n} confirmed modes are"
        return f"{every} to be faded, and so is any that people confirm later. Untick what may stay."
    return (
        f"{kept} of {plural(n, 'confirmed mode is', 'confirmed modes are')} to be faded. One that people confirm later "
        "is left out until it is ticked here."
    )


def _mode(known: ModeFacts, store: Store, key: ModeKey, tally: ModeTally) -> str:
    stratum, column = known.index(key)
    cell = known.mapped.landscape.space.index(key.cell)
    found = known.mapped.posterior
    found_of = known.examples.get(key, ())[:1]
    before, after = "", ""
    if known.evidence.is_text:  # below the label, so that the box has a short name
        after = "".join(text(store, p) for p in found_of)
    else:
        before = "".join(picture(store, p) for p in found_of)
    mode = escape(json.dumps([list(key.cell), key.stratum]), quote=True)
    ticked = " checked" if chosen(known, key) else ""
    off = "" if known.open else " disabled"
    judged = tally.confirm + tally.reject + tally.invalid
    share = f"{known.mapped.shares.get(key.stratum, 0.0):.0%} of the {known.evidence.many}"
    return (
        f"<li><label><input type='checkbox' data-mode='{mode}' data-key='{mode}'{ticked}{off}>{before}"
        f"<span class='modes-words'><b>{escape(key.stratum)}</b><span>{escape(setting(known, cell))}</span>"
        f"<small>{found.mean[stratum, column]:.0%} fail ({found.low90[stratum, column]:.0%} to "
        f"{found.high90[stratum, column]:.0%}); {share}; "
        f"confirmed by {tally.confirm} of {plural(judged, 'verdict', 'verdicts')}</small></span></label>{after}</li>"
    )
