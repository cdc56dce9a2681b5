"""Settings of a process and the configuration of a campaign. The only reader of the environment."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from faded.domain import FadedError

DEFAULT_QUERIES = 6000
DRAWING_QUERIES = 400
"""Of a model that draws: a query is a set of pictures, each of many passes through the network."""
DEFAULT_LABELS = 100
MOST_QUERIES = 10_000_000
"""A bound against slips of the hand."""
DEFAULT_BOUND = 0.5
DEFAULT_VERIFY_FOLDS = 3
DEFAULT_AGENT = "ppo"
SEEDS = 2**63
"""Seeds are below it: what torch's generators and whole numbers in a database can hold."""

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


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process takes from its environment.

    Attributes:
        workspace: Where everything is kept; FADED_WORKSPACE, else `faded` in the user's data folder.
        threads: Threads of torch; FADED_THREADS, else 1.
    """

    workspace: Path
    threads: int


def settings() -> Settings:
    """Read the environment.

    Raises:
        FadedError: FADED_THREADS is no whole number above 0.
    """
    data_home = os.environ.get("XDG_DATA_HOME", "") or str(Path.home() / ".local" / "share")
    workspace = os.environ.get("FADED_WORKSPACE", "") or str(Path(data_home) / "faded")
    threads = os.environ.get("FADED_THREADS", "1")
    if not threads.isdecimal() or int(threads) < 1:
        raise FadedError(f"FADED_THREADS is {threads!r}: set it to a whole number above 0, or unset it.")
    return Settings(Path(workspace).expanduser().resolve(), int(threads))


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignConfig:
    """One target with its concepts, data, measure and budget; registered before exploring.

    Attributes:
        demo: Name of a demo, which brings target, data and concepts; else None.
        task: What the target does, one of `TASKS`; a demo has its own.
        target: Folder or hub id of a transformers image classifier; folder, hub id or GGUF file of a summarizer; folder
            or hub id of a text-to-image pipeline of diffusers; or a function, as `package.module:function` or by the
            name that a plug-in registered it under.
        data: Folder or Parquet file of pictures, Parquet, JSONL or CSV file of articles, or YAML file of prompts; split
            by hash unless the two below are given. The command line makes paths absolute, since the worker may run in
            another folder.
        tune_data: Separate data to tune on.
        verify_data: Separate data to verify on.
        verify_folds: Folds that the verify data are split into, one for each round that verifies.
        space: Name of a preset; empty for the task's default.
        concepts: The concepts themselves, as in a space file; None takes the preset.
        discrepancy: Name of the discrepancy; empty for the task's default.
        encoder: Folder or hub id of a sentence encoder, for the discrepancy `embedding`, or of a CLIP model, for
            `clip`.
        reader: Folder or hub id of what reads drawn pictures: an image classifier with labels "attribute: value", or
            a CLIP model where the prompts' file has phrases.
        threshold: A discrepancy above it is a failure; None for the default of the task and its
            own discrepancy.
        bound: A mode is a cell and stratum whose induced rate is above it.
        queries: Budget of exploring, control queries included, clean ones not.
        agent: Name of the explorer.
        seed: Seed of everything that is drawn.
        labelled: Whether the data have labels or references. Without them an answer is expected to stay what it is
            unedited.
    """

    demo: str | None = None
    task: str = IMAGE
    target: str = ""
    data: str = ""
    tune_data: str = ""
    verify_data: str = ""
    verify_folds: int = DEFAULT_VERIFY_FOLDS
    space: str = ""
    concepts: tuple[Mapping[str, object], ...] | None = None
    discrepancy: str = ""
    encoder: str = ""
    reader: str = ""
    threshold: float | None = None
    bound: float = DEFAULT_BOUND
    queries: int = DEFAULT_QUERIES
    agent: str = DEFAULT_AGENT
    seed: int = 0
    labelled: bool = True

    def __post_init__(self) -> None:
        if self.demo is not None and self.demo not in DEMOS:
            raise FadedError(f"There is no demo named {self.demo!r}. Known: {', '.join(DEMOS)}.")
        if self.task not in TASKS:
            raise FadedError(f"There is no task named {self.task!r}. Known: {', '.join(TASKS)}.")
        self._fill_in()
        if self.demo is None and not (self.target and self.data):
            raise FadedError("Give a demo, or a target and data.")
        if bool(self.tune_data) != bool(self.verify_data):
            raise FadedError("Give tune data and verify data both, or neither: then the data are split by hash.")
        if not 0 < self.bound < 1:
            raise FadedError(f"The bound is {self.bound:g}: give a rate between 0 and 1, both excluded.")
        encoded = CLIP if self.task == DRAWING else EMBEDDING
        if (self.discrepancy == encoded) != bool(self.encoder):
            raise FadedError(
                f"Give an encoder and the discrepancy {encoded} both, or neither: it is {self.discrepancy!r} now."
            )
        if self.task == DRAWING:
            self._check_drawing()
        elif self.reader:
            raise FadedError(f"A reader reads drawn pictures: give it with the task {DRAWING}, not {self.task}.")
        if not (math.isfinite(self.limit) and self.limit >= 0):
            raise FadedError(
                f"The threshold is {self.limit:g}: discrepancies are finite and never below 0, so give 0 or more."
            )
        for name in ("queries", "verify_folds"):
            if getattr(self, name) < 1:
                raise FadedError(f"{name} is {getattr(self, name)}: give a whole number above 0.")
        if self.queries > MOST_QUERIES:
            raise FadedError(f"queries is {self.queries}: give at most {MOST_QUERIES:,}.")
        if not 0 <= self.seed < SEEDS:
            raise FadedError(f"The seed is {self.seed}: give a whole number from 0 to {SEEDS - 1}.")

    def _check_drawing(self) -> None:
        if self.discrepancy not in (BIAS, MISMATCH, CLIP):
            raise FadedError(
                f"There is no discrepancy of drawn pictures named {self.discrepancy!r}. Known: {BIAS}, {MISMATCH}, "
                f"{CLIP}."
            )
        if self.demo is None and self.discrepancy != CLIP and not self.reader:
            raise FadedError(
                f"The discrepancy {self.discrepancy} needs a reader: give a folder or hub id of an image classifier "
                'with labels like "hair: long", or of a CLIP model with phrases in the file of prompts.'
            )
        if not self.labelled:
            raise FadedError("Prompts have no labels to leave out: leave out --no-labels (labelled false) here.")

    @property
    def limit(self) -> float:
        """The threshold as a number, which every configuration has once it is made."""
        assert self.threshold is not None  # noqa: S101 - filled in
        return self.threshold

    def check_can_fail(self, most: float) -> None:
        """See that an answer can be a failure; asked before exploring, not of campaigns that are read again.

        Args:
            most: What the discrepancy is at most.

        Raises:
            FadedError: the threshold is not below it.
        """
        if self.limit >= most:
            raise FadedError(
                f"The threshold is {self.limit:g}, but {self.discrepancy} is never above {most:g}, so nothing could "
                f"fail: give less than {most:g}."
            )

    def _fill_in(self) -> None:
        """Put the task's own values where none were given."""
        task = task_of(self.demo, self.task)
        usual = BULLETINS_THRESHOLD if self.demo == BULLETINS else DEFAULT_THRESHOLD[task]
        object.__setattr__(self, "task", task)
        object.__setattr__(self, "space", self.space or DEFAULT_SPACE[task])
        object.__setattr__(self, "discrepancy", self.discrepancy or DEFAULT_DISCREPANCY[task])
        of, known = WITH_THRESHOLD[task]
        if self.threshold is None and self.discrepancy not in known:
            have = f"{' and '.join(known)} {'has a usual one' if len(known) == 1 else 'have one'}"
            raise FadedError(
                f"Give a threshold for the discrepancy {self.discrepancy!r}: of {of} only {have}. "
                f"See that the name is right, too: the others are {OTHERS[task]}."
            )
        object.__setattr__(self, "threshold", usual if self.threshold is None else self.threshold)

    def to_json(self) -> dict[str, object]:
        """Return the configuration as JSON values."""
        values = dataclasses.asdict(self)
        values["concepts"] = None if self.concepts is None else [dict(c) for c in self.concepts]
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> CampaignConfig:
        """Rebuild a configuration from `to_json`'s values.

        Raises:
            FadedError: a field is unknown or a value out of range.
        """
        known = {f.name for f in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise FadedError(
                f"The campaign has unknown fields: {', '.join(unknown)}. Known: {', '.join(sorted(known))}."
            )
        fields = dict(values)
        concepts = fields.get("concepts")
        if isinstance(concepts, list):
            fields["concepts"] = tuple(concepts)
        return cls(**fields)  # type: ignore[arg-type]

    def digest(self, *beside: object) -> str:
        """Return a hash of the configuration and of what is given beside it, 8 hexadecimal digits.

        What was not known of earlier campaigns counts only where it is not the default: they keep their names.
        """
        values = self.to_json()
        for name, usual in (("labelled", True), ("task", IMAGE), ("encoder", ""), ("reader", "")):
            if values[name] == usual:
                del values[name]
        text = json.dumps([values, *map(str, beside)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        FadedError: there is none, or it is no YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FadedError(f"The file {path} cannot be read: {error}") from error
