"""What a repair learns from the verdicts: the modes it is trained on, a preview of the pairs, or the ranked sets."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path

from faded.concepts.spec import ConceptSpace
from faded.domain import Judgement, ModeKey, Proposal, Verdict
from faded.labeling.chosen import read_to_learn
from faded.labeling.decided import ModeTally, tallies
from faded.repair import budget
from faded.repair.pairs import preferred, rankings
from faded.store import proposals
from faded.store.engine import Db
from faded.ui import articles
from faded.ui.cards.picture import img
from faded.ui.evidence import Evidence
from faded.ui.facts import Facts, Step
from faded.ui.page import empty
from faded.ui.thumbs import edited, thumb
from faded.ui.words import count, plural

SHOWN = 12
"""Modes that come with examples; the rest of a long list is folded, without."""
PICTURES = 2
"""Of a mode: enough to see what the setting does."""
PAIRS_SHOWN = 6
"""A row of them on a wide page."""


@dataclass(frozen=True)
class ModeLine:
    """A mode that is trained on.

    Attributes:
        key: The mode.
        setting: Its setting in words.
        tally: Its verdicts.
        examples: Confirmed inputs as edited, as HTML.
    """

    key: ModeKey
    setting: str
    tally: ModeTally
    examples: tuple[str, ...]


@dataclass(frozen=True)
class PairLine:
    """A pair.

    Attributes:
        shown: The input, as HTML.
        setting: Its setting in words.
        chosen: The better answer.
        rejected: The worse one.
    """

    shown: str
    setting: str
    chosen: str
    rejected: str


@dataclass(frozen=True)
class Lessons:
    """What is learned.

    Attributes:
        modes: The modes that are trained on.
        left_out: Confirmed modes that are not among them.
        pairs: Number of pairs that the verdicts make.
        preview: The first pairs, of different modes where possible.
        ranked: Number of sets of which people chose the best and the worst picture: drawings learn from these instead.
        pinned: Whether a repair was started with these modes; else it would begin with them.
        evidence: The words for what the round is about.
        step: What a step learns from.
    """

    modes: tuple[ModeLine, ...]
    left_out: int
    pairs: int
    preview: tuple[PairLine, ...]
    ranked: int
    pinned: bool
    evidence: Evidence
    step: Step


def read(db: Db, workspace: Path, facts: Facts | None) -> Lessons | None:
    """Read what a repair learns, or what the one that has begun learned; None where nothing is explored yet."""
    if facts is None or "space" not in facts.round.summary:
        return None
    space = ConceptSpace.from_json(facts.round.summary["space"])
    found = read_to_learn(db, facts.round)
    keys, heeded = found.modes, found.heeded
    pinned = facts.repair is not None and bool(facts.missing_for_repair())
    begun = facts.repair.checkpoint if facts.repair is not None and pinned else None
    if begun:
        keys = [ModeKey(tuple(cell), stratum) for cell, stratum in begun["modes"]]
    tally, kind = tallies(heeded), facts.evidence
    examples: dict[ModeKey, list[str]] = {key: [] for key in keys[:SHOWN]}
    for judgement in heeded:
        some = examples.get(judgement.key)
        if judgement.verdict is Verdict.CONFIRM and some is not None and len(some) < PICTURES:
            some.append(judgement.proposal_id)
    pairs: dict[str, tuple[str, str]] = {}
    taught = []
    for judgement in [] if kind.is_drawn else heeded:
        pair = preferred(judgement, found.answered[judgement.proposal_id])
        if pair is not None:
            pairs[judgement.proposal_id] = pair
            taught.append(judgement)
    first = _first_of_each(taught)
    wanted = {*first, *chain.from_iterable(examples.values())}
    shown = {proposal.id: proposal for proposal in proposals.get_many(db, wanted)}
    lines = tuple(
        ModeLine(
            key,
            space.describe(space.values([key.cell])[0].tolist()),
            tally.get(key, ModeTally()),
            _examples(workspace, [shown[i] for i in examples.get(key, ())], kind),
        )
        for key in keys
    )
    preview = tuple(PairLine(pictures_of(workspace, shown[i], kind), shown[i].setting, *pairs[i]) for i in first)
    left_out = len(set(found.confirmed) - set(keys))
    ranked = len(rankings(found.ranked, space))
    return Lessons(lines, left_out, len(pairs), preview, ranked, pinned, kind, facts.step)


def _examples(workspace: Path, confirmed: list[Proposal], kind: Evidence) -> tuple[str, ...]:
    if kind.is_text:
        return tuple(articles.stretch(workspace, p.original, p.edited) for p in confirmed[:1])
    shown = confirmed[: 1 if kind.is_drawn else PICTURES]
    return tuple(img(edited(workspace, p), p.setting) for p in shown)


def pictures_of(workspace: Path, proposal: Proposal, kind: Evidence) -> str:
    """Return a proposal's input, unedited and edited, in small as HTML; of an article the stretch that was edited.

    Raises:
        FadedError: there is no such blob.
    """
    if kind.is_text:
        return f"<p class='f-stretch'>{articles.stretch(workspace, proposal.original, proposal.edited)}</p>"
    unedited = img(thumb(workspace, proposal.original), "Unedited")
    return f"<span class='o-two'>{unedited}{img(edited(workspace, proposal), proposal.setting)}</span>"


def _first_of_each(judgements: list[Judgement]) -> list[str]:
    """Return proposals to show: one of each mode before a second of any."""
    turn: dict[ModeKey, int] = {}
    order = []
    for place, judgement in enumerate(judgements):
        turn[judgement.key] = turn.get(judgement.key, 0) + 1
        order.append((turn[judgement.key], place, judgement.proposal_id))
    return [proposal for _, _, proposal in sorted(order)[:PAIRS_SHOWN]]


def render_modes(found: Lessons | None, evidence: Evidence | None = None) -> str:
    """Return the list of the modes as HTML.

    Args:
        found: What is learned; None where nothing is explored yet.
        evidence: The words for what the round is about; None where there is no round.
    """
    if found is None or not found.modes:
        return "<h2>Modes to fade</h2>" + _no_modes(found, evidence)
    modes = plural(len(found.modes), "mode", "modes")
    said = f"{'The repair' if found.pinned else 'A repair started now'} is trained on <b>{modes}</b>"
    rest = f"; {plural(found.left_out, 'confirmed mode is', 'confirmed modes are')} left out" if found.left_out else ""
    choose = "" if found.pinned else " <a href='#landscape'>Choose others on the page Landscape</a>."
    first, more = found.modes[:SHOWN], found.modes[SHOWN:]
    look = f"o-modes{found.evidence.look}"
    folded = ""
    if more:
        words = plural(len(more), "more mode", "more modes")
        folded = f"<details class='f-more'><summary>{words}</summary><ul class='{look}'>{_lines(more)}</ul></details>"
    head = f"<h2>Modes to fade</h2><p>{said}{rest}.{choose}</p>{found.evidence.unseen}"
    return f"{head}<ul class='{look}'>{_lines(first)}</ul>{folded}"


def _no_modes(found: Lessons | None, evidence: Evidence | None) -> str:
    if found is not None and found.left_out:
        text = "Choose among the confirmed modes on the page <a href='#landscape'>Landscape</a>."
        return empty("No mode is chosen", text)
    distinct = "different inputs" if evidence is None else evidence.distinct
    text = (
        f"A mode is confirmed by three verdicts on {distinct}, nearly all of them confirming it. "
        "<a href='#label'>Label what was found</a>."
    )
    return empty("No mode is confirmed yet", text)


def _lines(modes: tuple[ModeLine, ...]) -> str:
    return "".join(
        f"<li><span class='o-thumbs'>{''.join(m.examples)}</span>"
        f"<span><b>{escape(m.key.stratum)}</b><span>{escape(m.setting)}</span>"
        f"<small>{_tally(m.tally)}</small></span></li>"
        for m in modes
    )


def _tally(tally: ModeTally) -> str:
    parts = [f"{count(tally.confirm)} confirmed"]
    parts += [f"{count(n)} {word}" for n, word in ((tally.reject, "rejected"), (tally.invalid, "invalid")) if n]
    return ", ".join(parts)


def render_pairs(found: Lessons | None, steps: int) -> str:
    """Return the preview of the pairs, and how many re-applied ones there are, as HTML; empty without modes.

    Of drawings there are no pairs of answers: there it is said what is learned from pictures.

    Args:
        found: What is learned.
        steps: Steps at most.
    """
    if found is None or not found.modes:
        return ""
    kind = found.evidence
    if kind.is_drawn:
        return f"<h2>Rankings</h2>{_ranked(found)}"
    head = (
        f"<h2>Pairs</h2><p>The verdicts make <b>{plural(found.pairs, 'pair', 'pairs')}</b>: under this edit, the "
        f"chosen {kind.answer} is better than the rejected one. {_reapplied(found, steps)}</p>"
    )
    listed = "".join(_pair(p, kind.is_text) for p in found.preview)
    return f"{head}{kind.unseen}<ul class='o-pairs{kind.look}'>{listed}</ul>"


def _ranked(found: Lessons) -> str:
    """Say what a step learns of drawings: the rows of the ranked sets are drawn by chance, so their number varies."""
    step = found.step
    of_ranked = budget.from_pairs(step.batch, budget.RANKED_SHARE, found.ranked, len(found.modes))
    sets = plural(step.draws or 0, "set", "sets")
    each = "" if step.draws is None else f": {sets} of each mode, or more where what is wanted is missing in them"
    drawn = f"pictures drawn for the prompts of the modes before the first step{each}"
    if not found.ranked:
        return (
            "<p>Of no set has anybody chosen both the best and the worst picture. The repair learns from "
            f"{drawn}, <b>{count(step.batch)}</b> pictures in each step.</p>"
        )
    return (
        f"<p>Of <b>{plural(found.ranked, 'set', 'sets')}</b> people have chosen both the best and the worst picture: "
        f"the repair makes the best likelier than the worst. About <b>{count(of_ranked)}</b> of the "
        f"{count(step.batch)} pictures that a step learns from come from these, the rest from {drawn}.</p>"
    )


def _reapplied(found: Lessons, steps: int) -> str:
    """Say what a step learns from beside the pairs. Texts are written once: what is better has to be written too."""
    words, step = found.evidence, found.step
    from_pairs = budget.from_pairs(step.batch, budget.PAIR_SHARE, found.pairs, len(found.modes))
    again = step.batch - from_pairs
    said = f"Beside them the modes are re-applied to tune {words.many} of their {words.stratum.lower()}"
    each, rest = f"<b>{count(again)}</b> in each step", f"with {count(from_pairs)} of the pairs."
    if not words.passes:
        return f"{said}, drawn anew: {each}, up to {count(again * steps)} in {count(steps)} steps, {rest}"
    most = "" if step.draws is None else f", at most {count(step.draws)} of them"
    return f"{said}, drawn once before the first step{most}. Of these the repair learns from {each}, {rest}"


def _pair(pair: PairLine, is_text: bool) -> str:
    chosen, rejected = escape(pair.chosen), escape(pair.rejected)
    if is_text:
        chosen, rejected = articles.differing(pair.chosen, pair.rejected)
    return (
        f"<li>{pair.shown}<small>{escape(pair.setting)}</small><dl><dt>chosen</dt><dd class='good'>{chosen}</dd>"
        f"<dt>rejected</dt><dd class='bad'>{rejected}</dd></dl></li>"
    )
