"""The tasks that targets do and the demos of each, with what is usual where nothing is given. Plain constants."""

from __future__ import annotations

DEFAULT_QUERIES = 6000
DRAWING_QUERIES = 400
"""Of a model that draws: a query is a set of pictures, each of many passes through the network."""
IMAGE, TEXT, DRAWING = "image", "text", "text-to-image"
TASKS = (IMAGE, TEXT, DRAWING)
"""What targets do: name the class of a picture, summarize an article, or draw pictures for a prompt."""
SIGNS, BULLETINS, SCENES = "signs", "bulletins", "scenes"
DEMOS = {SIGNS: IMAGE, BULLETINS: TEXT, SCENES: DRAWING}
"""The task of each demo."""
DEFAULT_SPACE = {IMAGE: "wide", TEXT: "wide", DRAWING: "paper"}
DEFAULT_DISCREPANCY = {IMAGE: "margin", TEXT: "bleu", DRAWING: "bias"}
"""Of texts: the one that agrees best with people, see docs/text.md."""
DEFAULT_THRESHOLD = {IMAGE: 0.0, TEXT: 0.8, DRAWING: 0.25}
"""A picture fails where another class is more probable. Of a summary it is where it begins to have little in common
with a reference in words of its own; which is enough depends on the references, see docs/text.md. Of eight pictures,
six that show the same of two values still pass."""
EMBEDDING = "embedding"
"""Name of the discrepancy of texts that an encoder measures."""
BIAS, MISMATCH, CLIP = "bias", "mismatch", "clip"
"""Names of the discrepancies of drawn pictures; the last is measured by an encoder."""
COLUMNS = {IMAGE: ("image", "label"), TEXT: ("article", "reference", "stratum"), DRAWING: ()}
"""What the columns of data are called here."""
WITH_THRESHOLD = {
    IMAGE: ("pictures", ("margin", "log_odds")),
    TEXT: ("texts", ("bleu",)),
    DRAWING: ("drawn pictures", (BIAS,)),
}
"""The discrepancies that the usual threshold of a task is for; all others have units of their own."""
OTHERS = {
    IMAGE: "those that plug-ins bring",
    TEXT: f"rouge_l, unsupported, {EMBEDDING} and those that plug-ins bring",
    DRAWING: f"{MISMATCH} and {CLIP}",
}
"""The others in words. What plug-ins bring is known only where they are loaded, and the pages do not load them."""
BULLETINS_THRESHOLD = 0.1
"""One wrong fact breaks up to four sequences of each length: a summary of a bulletin with one is at .14 on average."""


def task_of(demo: str | None, task: str) -> str:
    """Return the task of a demo, or the one given where there is no demo."""
    return task if demo is None else DEMOS.get(demo, task)


def usual_queries(task: str) -> int:
    """Return the budget of exploring where none is given."""
    return DRAWING_QUERIES if task == DRAWING else DEFAULT_QUERIES
