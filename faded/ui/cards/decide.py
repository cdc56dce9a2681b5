"""The decision on a repair and what comes after it, and where the repaired target lies."""

from __future__ import annotations

from html import escape
from pathlib import Path

from faded.saved import Saved, saved_as
from faded.store.campaigns import RoundState
from faded.ui.facts import BUSY, Facts

NEXT = {
    RoundState.ACCEPTED: (
        "Use the repaired target in place of the one before: it lies in the folder below. What has not faded yet can "
        "be looked for in <a href='#run'>another round</a>."
    ),
    RoundState.ROLLED_BACK: (
        "The target stays as it was before the round; nothing of it was changed. The repaired one is kept in the "
        "folder below, for comparison. To try again, <a href='#run'>start another round</a>: more verdicts, or fewer "
        "modes at once, often help."
    ),
}
"""What comes next after a decision; trusted text."""

WHOLE = (
    "Its weights as safetensors, in the format that the target was loaded from, on this machine. Copy the folder to "
    "wherever the target is used."
)
PEFT = (
    "A LoRA adapter as safetensors in peft's format, on this machine: load the original with transformers, then "
    "<code>model.load_adapter(folder)</code> with this folder."
)
LORA = (
    "A LoRA adapter as safetensors, on this machine: load the original pipeline with diffusers, then "
    "<code>pipeline.load_lora_weights(folder)</code> with this folder."
)
"""What is in the folder of a repaired target; trusted text."""

ADAPTERS = {Saved.PEFT: PEFT, Saved.LORA: LORA}
"""What is said of adapters; all else that a repair writes are whole weights."""


def render(facts: Facts | None) -> str:
    """Return what is to be decided, or what comes next; empty before there is a result."""
    if facts is None or facts.result is None or facts.compares:
        return ""
    if not facts.open:
        return f"<h2>What comes next</h2><p>{NEXT[facts.round.state]}</p>"
    if facts.current is not None and facts.current.state in BUSY:
        return ""
    passed = facts.result["gate"]["passed"]
    advice = (
        "The gate passed: by its rules the repair helps and harms little."
        if passed
        else "The gate did not pass: rolling back is the safe choice. You can also <a href='#repair'>repair again</a> "
        f"with other modes or steps; it is verified on the same {facts.evidence.many}, so each further try looks a "
        "little too good."
    )
    return (
        f"<h2>Decide</h2><p>{advice}</p><p class='f-quiet'>Accepting says that the repaired target is to be used; "
        "rolling back says that the one before stays. A decision stands, with your name and the time.</p>"
    )


def render_folder(facts: Facts | None, workspace: Path) -> str:
    """Return where the repaired target lies, with a button that copies it; empty before there is a result."""
    if facts is None or facts.result is None or not facts.round.repaired:
        return ""
    path = (workspace / facts.round.repaired).resolve()
    folder = escape(str(path), quote=True)
    what = ADAPTERS.get(saved_as(path), WHOLE)
    return (
        f"<h3>The repaired target</h3><p class='f-quiet'>{what}</p>"
        f"<p class='o-path'><code>{folder}</code><button type='button' data-copy='{folder}'>Copy</button></p>"
        "<p class='f-hidden' role='status' data-said></p>"
    )
