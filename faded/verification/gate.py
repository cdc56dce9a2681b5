"""Whether a repair may be kept, or a candidate take the target's place: a few rules, each printed with its figure."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from faded.verification.beside import Beside
from faded.verification.records import Comparison


@dataclass(frozen=True, slots=True)
class GateRules:
    """What a repair must keep to.

    Attributes:
        min_drop: The lower end of the relative drop's 90% interval must be above it; None for a candidate, which need
            not be better, only no worse.
        max_clean_loss: Largest loss of the clean score; of a classifier that is the share of the fold named rightly.
        max_negative_flips: Largest share of clean inputs that were right and are wrong now. Of fewer inputs than it
            takes to tell such a share, where a single one would be more, nothing passes.
        max_newly_broken: Most settings that may be newly broken.
    """

    min_drop: float | None = 0.0
    max_clean_loss: float = 0.01
    max_negative_flips: float = 0.03
    max_newly_broken: int = 0

    @property
    def compares(self) -> bool:
        """Whether a candidate is judged, and no repair."""
        return self.min_drop is None


@dataclass(frozen=True, slots=True)
class GateResult:
    """The decision.

    Attributes:
        passed: Whether every rule is kept.
        reasons: One sentence per rule, with its figure.
    """

    passed: bool
    reasons: tuple[str, ...]

    def to_json(self, rules: GateRules) -> dict[str, Any]:
        """Return JSON values, with the rules by which it was judged."""
        return {"passed": self.passed, "reasons": list(self.reasons), "rules": asdict(rules)}


DEFAULT_RULES = GateRules()
OF_A_CANDIDATE = GateRules(min_drop=None)
ROUNDING = 1e-9
"""A loss of exactly one point must not fail because 0.81 - 0.80 is 0.010000000000000009."""


def gate(comparison: Comparison, rules: GateRules = DEFAULT_RULES) -> GateResult:
    """Judge a comparison."""
    broken = comparison.newly_broken
    tested = comparison.modes_established + comparison.watched
    checks = [
        *(() if rules.min_drop is None else (_drop_rule(comparison, rules.min_drop),)),
        _clean_rule(comparison, rules),
        _flips_rule(comparison, rules),
        (
            broken <= rules.max_newly_broken,
            f"of the settings tested for a rise above {100 * comparison.margin:.1f} points, {tested:,} in all, "
            f"{broken:,} {'is' if broken == 1 else 'are'} newly broken (at most {rules.max_newly_broken}); of "
            f"{comparison.cannot_tell} nothing can be said",
        ),
        *(_beside_rule(figure, rules.compares) for figure in comparison.beside),
    ]
    reasons = tuple(f"{'Passed' if kept else 'Failed'}: {text}." for kept, text in checks)
    return GateResult(all(kept for kept, _ in checks), reasons)


def _clean_rule(comparison: Comparison, rules: GateRules) -> tuple[bool, str]:
    before, after, allowed = comparison.clean_before, comparison.clean_after, 100 * rules.max_clean_loss
    said = (
        f"the clean score of the target is {before:.2%}, that of the candidate {after:.2%} (it may be {allowed:.1f} "
        "points lower)"
        if rules.compares
        else f"the clean score went from {before:.2%} to {after:.2%} (it may lose {allowed:.1f} points)"
    )
    return before - after <= rules.max_clean_loss + ROUNDING, said


def _flips_rule(comparison: Comparison, rules: GateRules) -> tuple[bool, str]:
    flips, most, inputs = comparison.negative_flip_rate, rules.max_negative_flips, comparison.inputs
    lost = (
        "are answered as expected by the target and not by the candidate"
        if rules.compares
        else "were answered as expected and are not now"
    )
    said = f"{flips:.2%} of the clean inputs {lost} (at most {most:.2%})"
    needed = math.ceil(1 / most) if most > 0 else 1
    if inputs < needed:
        were = "was" if inputs == 1 else "were"
        return False, (
            f"{said}, but only {inputs} {were} asked: to tell that share takes {needed} in a verify fold, so give more "
            "verify inputs or fewer folds"
        )
    return flips <= most + ROUNDING, said


def _beside_rule(figure: Beside, compares: bool) -> tuple[bool, str]:
    kept = figure.lost <= figure.allowed + ROUNDING
    if compares and figure.relative:
        side = "above" if figure.lost < 0 else "below"
        said = f"{figure.name} of the candidate is {abs(figure.lost):.1%} {side} the target's"
        return kept, f"{said} (at most {figure.allowed:.0%} below)"
    if compares:
        said = f"{figure.name} is {figure.before:.1%} of the target and {figure.after:.1%} of the candidate"
        return kept, f"{said} (it may be {100 * figure.allowed:g} points lower)"
    said = f"{figure.name} {'rose' if figure.lost < 0 else 'fell'}"
    if figure.relative:
        said = f"{said} by {abs(figure.lost):.1%} (it may fall by at most {figure.allowed:.0%})"
    else:
        most = f"{100 * figure.allowed:g} points"
        said = f"{said} from {figure.before:.1%} to {figure.after:.1%} (it may fall by at most {most})"
    return kept, said


def _drop_rule(comparison: Comparison, min_drop: float) -> tuple[bool, str]:
    if comparison.relative_drop is None or comparison.interval90 is None:
        return False, "there is no drop of the induced rate to judge, for no confirmed mode could be verified"
    low, high = comparison.interval90
    modes = "mode" if comparison.modes_confirmed == 1 else "modes"
    return low > min_drop, (
        f"the induced rate over {comparison.modes_confirmed} confirmed {modes} fell by {comparison.relative_drop:.1%}, "
        f"90% interval {low:.1%} to {high:.1%} (its lower end must be above {min_drop:.1%})"
    )
