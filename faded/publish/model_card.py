"""The card of a repaired target: what it is, how it is loaded, what verifying it found, and what that cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faded.publish.card import HUB_TASK, front_matter, hub_id, plain, target_words
from faded.publish.loading import LIBRARY, loading
from faded.publish.verified import Verified
from faded.saved import Saved
from faded.store.campaigns import RoundState
from faded.tasks import IMAGE, TEXT
from faded.verification.compare import share_interval
from faded.verification.records import Role

ADAPTERS = (Saved.PEFT, Saved.LORA)
MOST_MODES = 50
"""Modes that are listed at most; a card is to be read."""
DECIDED = {
    RoundState.OPEN: "nobody has decided yet whether to use it",
    RoundState.ACCEPTED: "it was accepted",
    RoundState.ROLLED_BACK: "it was rolled back: the model as it was is to be used instead",
}
METRICS = (
    ("induced_rate_before", "Induced failure rate over the confirmed modes before the repair", None),
    ("induced_rate_after", "Induced failure rate over the confirmed modes after the repair", None),
    ("relative_drop", "Relative drop of that rate", "interval90"),
    ("unlabelled_relative_drop", "Relative drop over established modes not repaired", "unlabelled_interval90"),
    ("clean_before", "Unedited inputs answered as expected before the repair, or their mean score", None),
    ("clean_after", "The same after the repair", None),
    ("negative_flip_rate", "Unedited inputs answered as expected before and not after", "negative_flip_interval90"),
)
"""Figures of a verification that go into the card, with the names of their 90% intervals."""


def model_card(found: Verified) -> str:
    """Return the card."""
    base, name = hub_id(found.config), f"{found.campaign}, round {found.number}"
    head: dict[str, Any] = {"tags": ["faded"], "pipeline_tag": HUB_TASK[found.config.task]}
    library = LIBRARY.get(found.saved)
    if library is not None:
        head["library_name"] = library
    if base is not None:
        head |= {
            "base_model": base,
            "base_model_relation": "adapter" if found.saved in ADAPTERS else "finetune",
        }
    head["model-index"] = [{"name": name, "results": [_results(found)]}]
    body = (
        f"# Repaired: {name}\n\n{_what(found)}\n\n## Use\n\n{loading(found.saved, found.config, found.folder)}\n\n"
        f"## Evaluation\n\n{_evaluation(found.found)}\n\n{_modes(found.found)}## Limits\n\n{_limits(found)}\n"
    )
    return front_matter(head, body)


def _results(found: Verified) -> dict[str, Any]:
    """Return the evaluation as the hub's model-index has it."""
    metrics = []
    for name, says, interval in METRICS:
        if found.found.get(name) is not None:
            metric = {"type": name, "value": found.found[name], "name": says}
            ends = found.found.get(interval) if interval else None
            metrics.append(metric | ({"args": {"interval90": list(ends)}} if ends else {}))
    return {
        "task": {"type": HUB_TASK[found.config.task]},
        "dataset": {"type": "held-out", "name": "Inputs that neither exploring nor repairing has used"},
        "metrics": metrics,
    }


def _what(found: Verified) -> str:
    pairs, tuned = found.repaired["pairs"], "An adapter (LoRA) was" if found.saved in ADAPTERS else "Its weights were"
    passed = "passed" if found.found["gate"]["passed"] else "**did not pass**"
    return (
        f"The original is {target_words(found.config)}. Faded looked for edits of its inputs under which it fails, and "
        f"what it found was judged. {tuned} tuned by preference on {_count(pairs['verdicts'], 'pair')} from "
        f"verdicts and {_count(pairs['reapplied'], 'pair')} of {_count(found.repaired['modes'], 'confirmed mode')} "
        f"applied to further inputs, for {found.repaired['steps']:,} steps; those of step "
        f"{found.repaired['best_step']} were kept. The repair {passed} the gate of its verification, and "
        f"{DECIDED[found.state]}."
    )


def _evaluation(found: Mapping[str, Any]) -> str:
    clean = "score" if found.get("clean_is") == "score" else "share answered as expected"
    flips = _share(found["negative_flip_rate"]) + _ends(found["negative_flip_interval90"], ".1%")
    rows = [
        ("induced failure rate, confirmed modes", *_both(found, "induced_rate"), _fell(found, "")),
        ("induced failure rate, established modes not repaired", "", "", _fell(found, "unlabelled_")),
        (f"unedited inputs: {clean}", *_both(found, "clean"), _change(found, "clean")),
        ("unedited inputs: as expected before and not after", "", "", flips),
        ("settings newly broken", "", "", f"{found['newly_broken']}; of {found['cannot_tell']} nothing can be said"),
    ]
    rows += [(b["name"], _number(b["before"]), _number(b["after"]), _lost(b)) for b in found.get("beside", ())]
    reasons = "".join(f"- {reason}\n" for reason in found["gate"]["reasons"])
    notes = "".join(f"- {plain(note)}\n" for note in found["notes"])
    return (
        f"Both models were asked about the same {found['inputs']:,} inputs that neither exploring nor repairing has "
        "used. A *mode* is an edit within a class or group of inputs. The *induced failure rate* is the share that "
        "fails under it, of the inputs that the campaign's first model answers as expected without it. In brackets: "
        "90% intervals.\n\n| | before | after | change |\n|---|---|---|---|\n"
        + "".join(f"| {' | '.join(row)} |\n" for row in rows)
        + f"\nThe gate:\n\n{reasons}"
        + (f"\nWhat is missing, and why:\n\n{notes}" if notes else "")
    ).rstrip("\n")


def _modes(found: Mapping[str, Any]) -> str:
    """Return the confirmed modes, each with exact intervals of its own rates."""
    modes = [m for m in found["modes"] if Role.CONFIRMED.value in m["roles"] and m["n"]]
    if not modes:
        return ""
    rows = "".join(
        f"| {plain(m['setting'])} | {plain(m['stratum'])} | {m['n']} | {_rate(m['before'], m['n'])} "
        f"| {_rate(m['after'], m['n'])} | {m['change']} |\n"
        for m in modes[:MOST_MODES]
    )
    more = f"\nAnd {len(modes) - MOST_MODES} more.\n" if len(modes) > MOST_MODES else ""
    return (
        "### The confirmed modes\n\n| edit | of | inputs | fail before | fail after | |\n|---|---|---|---|---|---|\n"
        f"{rows}{more}\n"
    )


def _limits(found: Verified) -> str:
    right = {IMAGE: "an answer", TEXT: "a summary"}.get(found.config.task, "a set of pictures")
    without = (
        ""
        if found.config.labelled
        else " The data have no references: what is expected is what the original answered to the unedited input, "
        "which may be wrong, so these figures measure consistency and not truth."
    )
    return (
        f"The figures hold for inputs like those of the campaign, for its edits, and for its measure of when {right} "
        f"fails.{without} Modes that nobody confirmed were not repaired. An edit that was not among the campaign's may "
        "do anything. What the original cannot do, must not be used for, or was trained on is not changed by a repair; "
        "its licence holds for this model as well."
    )


def _both(found: Mapping[str, Any], name: str) -> tuple[str, str]:
    return _share(found[f"{name}_before"]), _share(found[f"{name}_after"])


def _fell(found: Mapping[str, Any], which: str) -> str:
    drop = found[f"{which}relative_drop"]
    if drop is None:
        return "not known"
    return f"fell by {drop:.1%} of what it was" + _ends(found[f"{which}interval90"], ".1%")


def _change(found: Mapping[str, Any], name: str) -> str:
    low, high = (100 * end for end in found[f"{name}_change_interval90"])
    change = 100 * (found[f"{name}_after"] - found[f"{name}_before"])
    return f"{change:+.1f} points ({low:+.1f} to {high:+.1f})"


def _rate(rate: float, n: int) -> str:
    return f"{rate:.1%}" + _ends(share_interval(round(rate * n), n), ".1%")


def _lost(beside: Mapping[str, Any]) -> str:
    return f"lost {beside['lost']:.3g}, may lose {beside['allowed']:.3g}" + (" of it" if beside["relative"] else "")


def _share(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1%}"


def _ends(ends: Any, form: str) -> str:
    return "" if ends is None else f" ({ends[0]:{form}} to {ends[1]:{form}})"


def _number(value: float) -> str:
    return f"{value:.3g}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
