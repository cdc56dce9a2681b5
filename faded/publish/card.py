"""The card of what is exported: what a dataset's README.md says, for machines and for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import yaml

from faded.config import CampaignConfig
from faded.publish.round_tables import Published
from faded.publish.tables import Table
from faded.tasks import DRAWING, IMAGE, TEXT

DATA, LINES = "data", "jsonl"
"""Folders of the two forms of the tables."""
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
"""Whatever else a target is named by has another form: paths are made absolute, a function has a colon."""
GGUF_ON_HUB = re.compile(r"([A-Za-z0-9][\w.-]*/[\w.-]+)/[^/]+\.gguf")
HUB_TASK = {IMAGE: "image-classification", TEXT: "summarization", DRAWING: "text-to-image"}
"""What the hub calls a task."""
TARGETS = {IMAGE: "an image classifier", TEXT: "a summarizer", DRAWING: "a text-to-image model"}


def plain(text: str) -> str:
    """Return somebody's text as Markdown that shows it as it is, in a line or a table's cell: no tag, link or bar."""
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", escape(text, quote=False)).replace("\n", " ")


def front_matter(values: Mapping[str, Any], body: str) -> str:
    """Return a card: YAML for machines, then Markdown."""
    head = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{head}---\n\n{body}"


def hub_id(config: CampaignConfig) -> str | None:
    """Return the target's id on the hub, None where it was not loaded from there."""
    if config.demo is not None:
        return None
    if HUB_ID.fullmatch(config.target):
        return config.target
    found = GGUF_ON_HUB.fullmatch(config.target)
    return found[1] if found else None


def target_words(config: CampaignConfig) -> str:
    """Say what the target is, without a place on anybody's machine."""
    found, kind = hub_id(config), TARGETS[config.task]
    if found is not None:
        return f"{kind}, `{found}`"
    if config.demo is not None:
        return f"{kind}, that of Faded's demo `{config.demo}`"
    return f"{kind} that was not loaded from the hub"


def dataset_card(found: Published) -> str:
    """Return the card of a dataset folder."""
    loaded = [table.name for table in found.tables if table.rows]
    head = {
        "pretty_name": f"Verdicts on failures: {found.campaign}, round {found.number}",
        "tags": ["faded", "human-feedback"],
        "task_categories": [HUB_TASK[found.task]],
        "configs": [{"config_name": name, "data_files": f"{DATA}/{name}.parquet"} for name in loaded],
    }
    use = (
        "## Use\n\n"
        "    from datasets import load_dataset\n\n"
        f'    load_dataset(FOLDER_OR_ID, "{loaded[0]}")\n\n'
        f"A table without rows cannot be loaded so. All tables stand in `{LINES}` too, as JSON lines in which a "
        "picture is named by its file.\n\n"
    )
    return front_matter(head, _told(found, use))


def lines_card(found: Published) -> str:
    """Return the card of tables as JSON lines."""
    return _told(found, "Each table is a file of JSON lines, in which a picture is named by its file.\n\n")


def _told(found: Published, use: str) -> str:
    names = "Annotators go by numbers here." if found.anonymous else "Annotators go by the names that they gave."
    return (
        f"# Verdicts on failures: {found.campaign}, round {found.number}\n\n"
        "Faded, which carries out and goes past [Failures Are Fated, But Can Be "
        "Faded](https://arxiv.org/abs/2406.07145), looked for edits of inputs under which a model fails, and what "
        f"it found was judged. The model is {target_words(found.config)}.\n\n"
        f"{use}" + "".join(_table(table) for table in found.tables) + "## Limits\n\n"
        "The inputs were searched for failures, so the tables say nothing of how often the model fails. An answer "
        "counts as a failure by the campaign's measure; what people say of it stands in the verdicts. Where several "
        "people judge one proposal, what their campaign's rules say stands. "
        f"{names} The inputs belong to whoever made the data; their "
        "licence holds for what is made of them here.\n"
    )


def _table(table: Table) -> str:
    rows = "".join(f"| `{c.name}` | {'numbers' if c.names else c.holds.value} | {c.says} |\n" for c in table.columns)
    return (
        f"## `{table.name}`\n\n{len(table.rows):,} rows. A row is {table.says}.\n\n"
        f"| column | holds | what it says |\n|---|---|---|\n{rows}\n"
    )
