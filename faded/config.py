"""The configuration of a campaign."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from faded.domain import FadedError
from faded.tasks import (
    BIAS,
    BULLETINS,
    BULLETINS_THRESHOLD,
    CLIP,
    COLUMNS,
    DEFAULT_DISCREPANCY,
    DEFAULT_QUERIES,
    DEFAULT_SPACE,
    DEFAULT_THRESHOLD,
    DEMOS,
    DRAWING,
    EMBEDDING,
    IMAGE,
    MISMATCH,
    OTHERS,
    TASKS,
    WITH_THRESHOLD,
    task_of,
)

DEFAULT_LABELS = 100
MOST_QUERIES = 10_000_000
"""A bound against slips of the hand."""
DEFAULT_BOUND = 0.5
DEFAULT_VERIFY_FOLDS = 3
DEFAULT_AGENT = "greedy"
SEEDS = 2**63
"""Seeds are below it: what torch's generators and whole numbers in a database can hold."""

NAME = re.compile(r"[^\W_][\w .-]{0,59}")
"""A campaign's."""
LATER = {
    "labelled": True,
    "task": IMAGE,
    "encoder": "",
    "reader": "",
    "name": "",
    "columns": {},
    "label_map": {},
    "candidate": "",
}
"""Fields that the first campaigns did not have, with what they stand for where they are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignConfig:
    """One target with its concepts, data, measure and budget; registered before exploring.

    Attributes:
        name: What people call it; empty for the demo's name, or "campaign".
        demo: Name of a demo, which brings target, data and concepts; else None.
        task: What the target does, one of `TASKS`; a demo has its own.
        target: Folder or hub id of a transformers image classifier; folder, hub id or GGUF file of a summarizer; folder
            or hub id of a text-to-image pipeline of diffusers; or a function, as `package.module:function` or by the
            name that a plug-in registered it under.
        candidate: Another checkpoint of the same kind, to compare the target with in place of a repair; else empty.
        data: Folder of pictures, Parquet, JSONL or CSV file of pictures or articles, dataset on the hub as
            `ORG/NAME:SPLIT`, or YAML file of prompts; split by hash unless the two below are given. Paths are made
            absolute where a configuration is read, since the worker may run in another folder.
        tune_data: Separate data to tune on.
        verify_data: Separate data to verify on.
        columns: Names of the data's columns where they are not the usual ones: of `image` and `label`, or of `article`,
            `reference` and `stratum`.
        label_map: The target's labels by the data's, where they differ; null leaves such pictures out.
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

    __pydantic_config__: ClassVar[Mapping[str, str]] = MappingProxyType({"extra": "forbid"})

    name: str = ""
    demo: str | None = None
    task: str = IMAGE
    target: str = ""
    candidate: str = ""
    data: str = ""
    tune_data: str = ""
    verify_data: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    label_map: Mapping[str, str | None] = field(default_factory=dict)
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
        self._check_reading()
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

    def _check_reading(self) -> None:
        """See that what is said of the data can be meant."""
        if self.name and not NAME.fullmatch(self.name):
            raise FadedError(
                f"The name is {self.name!r}: give at most 60 letters, digits, spaces, dots, hyphens and underscores, "
                "a letter or digit first."
            )
        known = COLUMNS[self.task]
        for name in self.columns:
            if name not in known:
                raise FadedError(
                    f"columns names {name!r}: for the task {self.task} it may name "
                    f"{', '.join(known) or 'nothing, since the data are no table'}."
                )
        if self.label_map and (self.task != IMAGE or not self.labelled):
            raise FadedError(
                f"label_map says what labels of pictures mean: leave it out for the task {self.task}"
                f"{'' if self.labelled else ' without labels'}."
            )

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

    @property
    def stem(self) -> str:
        """What the name of the campaign begins with in a workspace."""
        return self.name.strip().replace(" ", "-") or self.demo or "campaign"

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
        for name, usual in LATER.items():
            if values[name] == usual:
                del values[name]
        text = json.dumps([values, *map(str, beside)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]
