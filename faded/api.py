"""Faded in a notebook: explore, label, repair and verify, each one call on what the call before returned.

    from faded import api

    explored = api.explore("campaign.yaml")
    api.label(explored, lambda proposal: "confirm" if proposal.answer != proposal.reference else "reject")
    repaired = api.repair(explored)
    verified = api.verify(repaired)

Everything is kept in the workspace as the app and the command line keep it: a call that was interrupted goes on where
it was when it is made again, and the app shows the round meanwhile. What is returned shows itself in a notebook.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from faded import runtime
from faded.campaign_file import located, parse_campaign, read_campaign
from faded.concepts.spec import ConceptSpace
from faded.config import DEFAULT_LABELS, CampaignConfig
from faded.domain import FadedError, Mode, Proposal, Said, Verdict
from faded.jobs.context import prepare
from faded.jobs.headless import identity, open_round, run_stage, runner_for
from faded.jobs.run import Runner
from faded.labeling.oracle import label_all
from faded.landscape.modes import modes
from faded.landscape.posterior import Landscape
from faded.landscape.rebuild import rebuild
from faded.repair import budget
from faded.settings import settings
from faded.stages import EXPLORE, REPAIR, STEPS, VERIFY
from faded.store import campaigns, proposals, trials, verdicts
from faded.store.engine import Store, open_store
from faded.store.verdicts import VerdictCounts

ANNOTATOR = "notebook"
"""Name that the verdicts of a function are given under."""
SHOWN = 10
"""Modes that are shown."""

Campaign = CampaignConfig | Mapping[str, Any] | str | Path
"""A configuration, the fields of one, or the path of a campaign's file."""
Judge = Callable[[Proposal], "Verdict | str | Said"]
"""Says of a proposal what a person would: "confirm", "reject", "invalid" or "unsure"."""
Say = Callable[[str, float, str], None]
"""Told the stage, its progress from 0 to 1, and what is being done."""


@dataclass(frozen=True)
class Explored:
    """A round that was explored.

    Attributes:
        campaign: Name of the campaign in the workspace.
        round_id: Its number in the store.
        store: The open store.
        record: The figures of the exploration, see docs/command-line.md.
        runner: What runs the later stages, with the data in memory.
    """

    campaign: str
    round_id: int
    store: Store
    record: Mapping[str, Any]
    runner: Runner = field(repr=False)

    @property
    def landscape(self) -> Landscape:
        """Trials and failures of every stratum and cell, and the posterior over their rates."""
        with self.store.read() as db:
            summary = campaigns.get_round(db, self.round_id).summary
            return rebuild(summary, trials.counted(db, self.round_id))

    def __repr__(self) -> str:
        """Return the round's name and what was found, not the store and every figure."""
        figures = f"{self.record['queries']:,} queries, {self.record['modes']:,} established modes"
        return f"<Explored {self.campaign}, round {self.round_id} of {self.store.workspace}: {figures}>"

    def words(self, mode: Mode) -> str:
        """Return a mode in words: its stratum, its setting, and how often it fails."""
        rate = (
            f"{mode.rate:.0%} fail ({mode.low:.0%} to {mode.high:.0%}), {mode.failures} of {mode.trials} asked failed."
        )
        return f"{mode.key.stratum}: {self._setting()(mode)} {rate}"

    def _setting(self) -> Callable[[Mode], str]:
        with self.store.read() as db:
            space = ConceptSpace.from_json(campaigns.get_round(db, self.round_id).summary["space"])
        return lambda mode: space.describe(space.values([mode.key.cell])[0].tolist())

    def modes(self, suspected: bool = True) -> list[Mode]:
        """Return the modes, the most frequent failures first.

        Args:
            suspected: Whether to return those as well that only the posterior says are modes.
        """
        return sorted(modes(self.landscape, suspected=suspected), key=lambda mode: -mode.rate)

    def proposals(self, count: int = 20) -> list[Proposal]:
        """Return the newest candidate failures."""
        with self.store.read() as db:
            return proposals.newest(db, self.round_id, count)

    def _repr_html_(self) -> str:
        """Return the figures and the first modes as HTML."""
        found, setting = self.modes(), self._setting()
        rows = [
            (
                setting(mode),
                mode.key.stratum,
                f"{mode.rate:.0%} ({mode.low:.0%} to {mode.high:.0%})",
                f"{mode.failures} of {mode.trials}",
                "yes" if mode.established else "",
            )
            for mode in found[:SHOWN]
        ]
        head = f"{len(found)} modes after {self.record['queries']:,} queries"
        return _table(head, ("setting", "stratum", "induced rate", "failed", "established"), rows)


@dataclass(frozen=True)
class Repaired:
    """A round whose target was repaired.

    Attributes:
        explored: The round.
        record: The figures of the repair.
        folder: Where the repaired weights are.
    """

    explored: Explored
    record: Mapping[str, Any] = field(repr=False)
    folder: Path

    def _repr_html_(self) -> str:
        """Return the figures as HTML."""
        pairs = self.record["pairs"]
        rows = [(name, str(value)) for name, value in (("steps", self.record["steps"]), *pairs.items())]
        return _table("Repair", ("figure", "value"), rows)


@dataclass(frozen=True)
class Verified:
    """What a repair changed, on inputs that no stage before has used.

    Attributes:
        repaired: The repair.
        record: The figures, see docs/verification.md.
    """

    repaired: Repaired
    record: Mapping[str, Any] = field(repr=False)

    @property
    def passed(self) -> bool:
        """Whether the gate lets the repair through."""
        return bool(self.record["gate"]["passed"])

    @property
    def reasons(self) -> list[str]:
        """The gate's rules, each with its figure."""
        return list(self.record["gate"]["reasons"])

    def _repr_html_(self) -> str:
        """Return the gate's rules as HTML."""
        head = "The gate passed" if self.passed else "The gate did not pass"
        return _table(head, ("rule",), [(reason,) for reason in self.reasons])


def explore(
    campaign: CampaignConfig | Mapping[str, Any] | str | Path,
    workspace: Path | str | None = None,
    say: Say | None = None,
) -> Explored:
    """Explore a campaign: find where the target fails.

    Args:
        campaign: What is tested on what.
        workspace: Where everything is kept; None for FADED_WORKSPACE, else `faded` in your data folder.
        say: Told of progress; None for nobody.

    Raises:
        FadedError: the campaign cannot be used, or the stage failed.
        Stopped: somebody stopped the stage, such as in the app.
    """
    config, told = _config(campaign), say or _silent
    given = settings()
    runtime.start(config.seed, given.threads)
    store = open_store(given.workspace if workspace is None else Path(workspace).expanduser())
    context = prepare(config, 1, lambda message: told(EXPLORE, 0.0, message))
    name, round_id = open_round(store, config, identity(context))
    runner = runner_for(store, round_id, context, told)
    return Explored(name, round_id, store, run_stage(store, runner, round_id, EXPLORE), runner)


def label(explored: Explored, judge: Judge, most: int = DEFAULT_LABELS, name: str = ANNOTATOR) -> VerdictCounts:
    """Let a function judge proposals in the order in which people would be asked; people may label beside it.

    Args:
        explored: The round.
        judge: Says of a proposal "confirm", "reject", "invalid" or "unsure".
        most: Verdicts of this name at most.
        name: Under which name the verdicts are given.

    Returns:
        The standing verdicts of the round, of all names.

    Raises:
        FadedError: the function said something else.
    """

    def annotate(items: Sequence[Proposal], /) -> list[Said]:
        return [_said(judge(proposal)) for proposal in items]

    label_all(explored.store, explored.round_id, annotate, name, most, time.time)
    with explored.store.read() as db:
        return verdicts.counts(db, explored.round_id)


def repair(explored: Explored, steps: int = budget.STEPS) -> Repaired:
    """Tune the target on what was confirmed.

    Args:
        explored: The round, with verdicts.
        steps: Optimiser steps at most, from 50 to 10,000.

    Raises:
        FadedError: no mode is confirmed, or the stage failed.
        Stopped: somebody stopped the stage before any weights were better.
    """
    params = {STEPS: budget.check_steps(steps)}
    record = run_stage(explored.store, explored.runner, explored.round_id, REPAIR, params)
    return Repaired(explored, record, explored.store.workspace / record["folder"])


def verify(repaired: Repaired) -> Verified:
    """Ask both targets the same questions on inputs that no stage before has used.

    Raises:
        FadedError: the stage failed, such as on weights that have changed.
        Stopped: somebody stopped the stage.
    """
    explored = repaired.explored
    return Verified(repaired, run_stage(explored.store, explored.runner, explored.round_id, VERIFY))


def _config(campaign: Campaign) -> CampaignConfig:
    if isinstance(campaign, CampaignConfig):
        return located(campaign, Path.cwd())
    if isinstance(campaign, Mapping):
        return parse_campaign({"faded": 1, **campaign}, "The campaign", Path.cwd())
    return read_campaign(Path(campaign).expanduser())


def _said(given: Verdict | str | Said) -> Said:
    if isinstance(given, Said):
        return given
    try:
        return Said(Verdict(given))
    except ValueError:
        known = ", ".join(repr(verdict.value) for verdict in Verdict)
        raise FadedError(f"The judge said {given!r} of a proposal: say one of {known}.") from None


def _table(head: str, names: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    first = "".join(f"<th>{escape(name)}</th>" for name in names)
    rest = "".join("<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<p><b>{escape(head)}</b></p><table><thead><tr>{first}</tr></thead><tbody>{rest}</tbody></table>"


def _silent(_stage: str, _progress: float, _message: str) -> None:
    """Say nothing."""
