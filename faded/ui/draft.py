"""A campaign as typed in the form: fields of text and switches, read into a configuration or into what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from faded.campaign_file import PLACES, locate, located
from faded.config import DEFAULT_BOUND, DEFAULT_VERIFY_FOLDS, CampaignConfig
from faded.domain import FadedError
from faded.files import parse_yaml
from faded.stages import CANDIDATE, DATA, TARGET
from faded.tasks import DEFAULT_DISCREPANCY, DRAWING, TASKS, usual_queries
from faded.ui.run_actions import LEAST_QUERIES, MOST_QUERIES

LONGEST = 200_000
"""Characters of a draft: a space of prompts with hundreds of wordings is a tenth of it."""
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
"""A whole number with commas between thousands; in any other number a comma is taken for a point."""
OWN = "own"
"""What the field `space` says where the concepts are given one by one."""
TEXTS = (
    "name",
    "task",
    "target",
    "candidate",
    "data",
    "tune_data",
    "verify_data",
    "space",
    "slots",
    "discrepancy",
    "encoder",
    "reader",
    "threshold",
    "bound",
    "queries",
    "seed",
    "verify_folds",
)
"""Fields of text; numbers are text as well, as typed."""
SPOKEN_OF = ("columns", "label_map", "threshold", "encoder", "reader", "bound", "seed", "candidate", "target", "data")
"""Fields that an error of the configuration may speak of, the more telling first."""


@dataclass(frozen=True)
class Draft:
    """What is typed.

    Attributes:
        texts: Fields of text, by name.
        labelled: Whether the data's labels are read.
        columns: The data's columns, by what they are called here.
        label_map: The target's labels by the data's; empty for a picture to be left out.
        concepts: Name, switch and levels of each concept, the levels as typed; kind and neutral where a file says them.
    """

    texts: Mapping[str, str]
    labelled: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    label_map: Mapping[str, str] = field(default_factory=dict)
    concepts: Sequence[Mapping[str, Any]] = ()

    def __getitem__(self, name: str) -> str:
        """Return a field of text without the spaces around it."""
        return self.texts.get(name, "").strip()

    def to_json(self) -> dict[str, Any]:
        """Return it as the page has it."""
        rest = {"labelled": self.labelled, "columns": self.columns, "label_map": self.label_map}
        return {**self.texts, **rest, "concepts": list(self.concepts)}


def as_draft(given: object) -> Draft:
    """Return what a page sent as a draft.

    Raises:
        FadedError: it is none.
    """
    values = given if isinstance(given, dict) else {}
    if not values or len(str(values)) > LONGEST:
        raise FadedError("The form did not arrive as it should, or is far too long: reload the page.")
    texts = {name: str(values.get(name) or "") for name in TEXTS}
    listed = values.get("concepts")
    concepts = [
        {"name": str(c.get("name")), "on": c.get("on") is True, "levels": str(c.get("levels") or ""), **_beside(c)}
        for c in (listed if isinstance(listed, list) else ())
        if isinstance(c, dict)
    ]
    return Draft(
        texts, values.get("labelled") is not False, _words(values, "columns"), _words(values, "label_map"), concepts
    )


def _beside(concept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file says of a concept and the form does not show."""
    return {name: concept[name] for name in ("kind", "neutral") if concept.get(name) is not None}


def _words(values: Mapping[str, Any], name: str) -> dict[str, str]:
    found = values.get(name)
    return {str(k): str(v or "") for k, v in found.items()} if isinstance(found, dict) else {}


def empty_draft() -> Draft:
    """Return a draft in which nothing is typed."""
    texts = dict.fromkeys(TEXTS, "") | {"bound": f"{DEFAULT_BOUND:g}", "seed": "0"}
    return Draft(texts)


def from_config(config: CampaignConfig) -> Draft:
    """Return a campaign as somebody would type it.

    Raises:
        FadedError: it is on a demo, which has no target and data to type.
    """
    if config.demo is not None:
        raise FadedError(f"The file is of the demo {config.demo}: start it on the page Run, or by python -m faded run.")
    texts = {name: _typed(getattr(config, name, "")) for name in TEXTS}
    concepts: list[Mapping[str, Any]] = []
    if config.concepts is not None:
        texts["space"] = OWN
        if config.task == DRAWING:
            texts["slots"] = yaml.safe_dump([dict(c) for c in config.concepts], sort_keys=False, allow_unicode=True)
        else:
            concepts = [{"name": "", **c, "on": True, "levels": _listed(c.get("levels"))} for c in config.concepts]
    label_map = {name: meant or "" for name, meant in config.label_map.items()}
    return Draft(texts, config.labelled, config.columns, label_map, concepts)


def _typed(value: object) -> str:
    """Return a value to its last digit, as somebody would type it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _listed(levels: Any) -> str:
    return ", ".join(map(_typed, levels)) if isinstance(levels, list) else _typed(levels or "")


class Problems(dict[str, str]):
    """What is wrong, in words, by the field to mend."""

    def number(self, draft: Draft, name: str, usual: float | None, least: float, most: float) -> float | None:
        """Return a field as a number, `usual` where it is empty; what is wrong with it is noted."""
        return self._read(name, draft[name], draft[name].replace(",", "."), usual, least, most)

    def _read(self, name: str, typed: str, meant: str, usual: float | None, least: float, most: float) -> float | None:
        if not typed:
            return usual
        try:
            value = float(meant)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            self[name] = f"{_title(name)} is {typed!r}: give a number from {least:,.10g} to {most:,.10g}."
            return usual
        return value

    def whole(self, draft: Draft, name: str, usual: int, least: int, most: int) -> int:
        """Return a field as a whole number; the same otherwise."""
        typed = draft[name]
        meant = typed.replace(",", "" if THOUSANDS.fullmatch(typed) else ".")
        value = self._read(name, typed, meant, usual, least, most)
        if value != int(value or 0):
            self[name] = f"{_title(name)} is {draft[name]!r}: give a whole number from {least:,} to {most:,}."
        return usual if value is None else int(value)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def read(draft: Draft, task: str) -> tuple[CampaignConfig | None, Problems]:
    """Return the campaign that is typed, or None and what is wrong.

    Args:
        draft: What is typed.
        task: What the target does: as chosen, else as recognised.
    """
    found = Problems()
    for name, what in (("target", "the model to test"), ("data", "what to test it on")):
        if not draft[name]:
            found[name] = f"{_title(name)} is empty: name {what}."
    if task not in TASKS:
        found.setdefault("task", "The task is not known yet: choose it, or wait until the target is recognised.")
        return None, found
    concepts = _concepts(draft, task, found)
    values: dict[str, Any] = {
        "name": draft["name"],
        "task": task,
        **{name: draft[name] for name in PLACES},
        "columns": {name: column for name, column in draft.columns.items() if column},
        "label_map": {name: meant or None for name, meant in draft.label_map.items()} if draft.labelled else {},
        "labelled": draft.labelled or task == DRAWING,
        "space": "" if draft["space"] == OWN else draft["space"],
        "concepts": concepts,
        "discrepancy": draft["discrepancy"] or DEFAULT_DISCREPANCY[task],
        "threshold": found.number(draft, "threshold", None, 0, 1e6),
        "bound": found.number(draft, "bound", DEFAULT_BOUND, 0.01, 0.99),
        "queries": found.whole(draft, "queries", usual_queries(task), LEAST_QUERIES, MOST_QUERIES),
        "seed": found.whole(draft, "seed", 0, 0, 2**31 - 1),
        "verify_folds": found.whole(draft, "verify_folds", 1 if draft["verify_data"] else DEFAULT_VERIFY_FOLDS, 1, 100),
    }
    if found:
        return None, found
    try:
        return located(CampaignConfig(**values), Path.cwd()), found
    except FadedError as error:
        said = str(error)
        about = () if said.startswith("The name is ") else SPOKEN_OF  # a name may hold any of these words
        found[next((name for name in about if name in said.lower()), "name")] = said
        return None, found


def _concepts(draft: Draft, task: str, found: Problems) -> tuple[dict[str, object], ...] | None:
    """Return the concepts that are given one by one; None where a preset is chosen."""
    if draft["space"] != OWN:
        return None
    if task == DRAWING:
        return _slots(draft, found)
    chosen = [c for c in draft.concepts if c["on"]]
    if not chosen:
        found["space"] = "No concept is switched on: switch on at least one, or choose a preset."
    concepts: list[dict[str, object]] = []
    for concept in chosen:
        name, typed = str(concept["name"]), str(concept["levels"])
        try:
            levels = [float(level) for level in typed.replace(";", ",").split(",") if level.strip()]
        except ValueError:
            found[f"levels-{name}"] = f"The levels of {name} are {typed!r}: give numbers with commas between."
            continue
        if len(set(levels)) < 2:
            found[f"levels-{name}"] = f"The levels of {name} are {typed!r}: give at least two different ones."
        concepts.append({"name": name, "levels": sorted(levels), **_beside(concept)})
    return tuple(concepts)


def _slots(draft: Draft, found: Problems) -> tuple[dict[str, object], ...]:
    items = None
    try:
        items = parse_yaml(draft["slots"], "The slots are no YAML")
    except FadedError as error:
        found["slots"] = f"{error} Give a list with a name and levels for each."
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        found.setdefault("slots", "The slots are no list: give a list with a name and levels for each.")
        return ()
    return tuple(items)


def asked(draft: Draft, task: str, kind: str) -> dict[str, Any] | None:
    """Return what an inquiry about the target, the data or the concepts is asked about; None where that lacks yet.

    Nothing else is in it, so that an answer stands until what it depends on changes.
    """
    target = locate(draft["target"], Path.cwd())
    if kind == TARGET:
        return {"target": target, "task": draft["task"]} if target else None
    if kind == CANDIDATE:
        candidate = locate(draft["candidate"], Path.cwd())
        return {"target": candidate, "task": task} if candidate else None
    data = locate(draft["data"], Path.cwd())
    if not data or task not in TASKS:
        return None
    about = {
        "task": task,
        "target": target,
        "data": data,
        "columns": {name: column for name, column in draft.columns.items() if column},
        "label_map": {name: meant or None for name, meant in draft.label_map.items()} if draft.labelled else {},
        "labelled": draft.labelled or task == DRAWING,
    }
    if kind == DATA:
        return about
    problems = Problems()
    concepts = _concepts(draft, task, problems)
    space = "" if draft["space"] == OWN else draft["space"]
    return None if problems else about | {"space": space, "concepts": concepts and list(concepts)}


def measured(config: CampaignConfig) -> dict[str, Any]:
    """Return what the inquiry about the measure is asked about: a campaign without what its answer does not hang on."""
    beside = {"name": "", "candidate": "", "threshold": 0.5, "bound": DEFAULT_BOUND, "queries": MOST_QUERIES}
    return config.to_json() | beside
