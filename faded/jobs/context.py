"""From a campaign's configuration to the things a stage works with: the task, its samples, what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from faded import builtins, plugins  # noqa: F401 - the first registers what is asked for by name
from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.data.load import check_meant, check_pictures_there
from faded.data.load_texts import check_texts_there
from faded.data.prompts import check_prompts_there
from faded.data.splits import samples_hash
from faded.jobs.agents import explorers
from faded.jobs.drawings import Drawings
from faded.jobs.pictures import Pictures
from faded.jobs.task import AnyProbe, AnySample, AnyTarget, Data, Task
from faded.jobs.texts import Texts
from faded.labeling.oracle import Accepts, Truth
from faded.probe import KnownInvalid
from faded.targets.recognise import check_described, told_classes
from faded.tasks import DRAWING, IMAGE, TEXT


@dataclass(frozen=True)
class Context:
    """What the stages of one round work with.

    Attributes:
        config: The campaign's configuration.
        task: What is special about its kind of target.
        data: The round's samples.
        measured: What answers are made and measured with, see `Task.measured_with`.
        fingerprint: Of the target's weights.
    """

    config: CampaignConfig
    task: Task
    data: Data
    measured: Mapping[str, str]
    fingerprint: str

    @property
    def space(self) -> ConceptSpace:
        """The campaign's concepts."""
        return self.task.space

    @property
    def explore(self) -> list[AnySample]:
        """Samples to look for failures in."""
        return self.data.explore

    @property
    def tune(self) -> list[AnySample]:
        """Samples that repair trains on."""
        return self.data.tune

    @property
    def verify(self) -> list[AnySample]:
        """The fold that this round may verify on, on which no other round has."""
        return self.data.verify

    @property
    def truth(self) -> Truth | None:
        """Knows the right answer after an edit; None where nobody does."""
        return self.data.truth

    @property
    def accepts(self) -> Accepts:
        """Says whether an answer is as good as the right one."""
        return self.data.accepts

    @property
    def known_invalid(self) -> KnownInvalid:
        """Settings left out of every rate."""
        return self.data.known_invalid

    @cached_property
    def by_id(self) -> dict[str, AnySample]:
        """The samples that exploring may propose, by id."""
        return {s.id: s for s in self.explore}

    def target(self, weights: Path | None) -> AnyTarget:
        """Load the target afresh, with its original weights (None) or with those of a folder that a repair wrote."""
        return self.task.load(weights)

    def probe(self, target: AnyTarget) -> AnyProbe:
        """Return the probe that asks this target."""
        return self.task.probe(target, self.known_invalid)

    def splits(self) -> dict[str, str]:
        """Return a hash per split."""
        parts = {"explore": self.explore, "tune": self.tune, "verify": self.verify}
        return {name: samples_hash(samples) for name, samples in parts.items()}


def task_of(config: CampaignConfig) -> Task:
    """Return the task of a campaign.

    Raises:
        FadedError: its concepts or its discrepancy cannot be used, or an installed plug-in cannot be loaded.
    """
    plugins.check()
    if config.task == IMAGE:
        return Pictures(config)
    return Texts(config) if config.task == TEXT else Drawings(config)


def check_there(config: CampaignConfig) -> None:
    """See that the data exist, before a target is loaded, which takes its time.

    Raises:
        FadedError: one of the paths leads nowhere.
    """
    check = {IMAGE: check_pictures_there, TEXT: check_texts_there, DRAWING: check_prompts_there}[config.task]
    for given in (config.data, config.tune_data, config.verify_data):
        if given:
            check(given)


def prepare(config: CampaignConfig, fold: int, say: Callable[[str], None]) -> Context:
    """Load and split the data of a round and check the target.

    Args:
        config: The campaign's configuration.
        fold: Number of the verify fold, from 1.
        say: Told in words what is being done.

    Raises:
        FadedError: something in the configuration cannot be used; the message says what and why.
    """
    task = task_of(config)
    explorers.get(config.agent)
    config.check_can_fail(task.most)
    check_there(config)
    for source in filter(None, (config.target, config.candidate)):
        check_described(source)
    if config.label_map and (told := told_classes(config.target)):
        check_meant(config.label_map, told)
    say("Loading the target")
    target = task.load(None)
    if config.candidate:
        say("Loading the candidate")
        task.candidate(target)  # now, for exploring takes long
    data = task.data(target, fold, say)
    return Context(config, task, data, task.measured_with(target), target.fingerprint())
