"""What a report tells of: a round as the store has it, read in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.domain import FadedError, ModeKey, Proposal
from faded.labeling.decided import ModeTally, tallies
from faded.landscape.posterior import Landscape, Posterior
from faded.landscape.rebuild import rebuild
from faded.stages import EXPLORE, REPAIR, VERIFY, round_called
from faded.store import campaigns, events, jobs, labeling_rules, proposals, remarks, trials, verdicts
from faded.store.campaigns import Campaign, Round
from faded.store.engine import Db, Store
from faded.store.events import Event
from faded.store.jobs import Job, JobState
from faded.store.proposals import ModeRow
from faded.store.remarks import Flag
from faded.store.trials import CellTally, CountedTrial, TrialCounts
from faded.store.verdicts import VerdictCounts

SHOWN = 24
"""Modes that are shown with inputs: more would be a catalogue."""

EXAMPLES = 3
"""Inputs shown of a mode."""


@dataclass(frozen=True)
class Found:
    """A round.

    Attributes:
        workspace: Where its evidence is.
        campaign: Its campaign.
        round: The round.
        explore: Its exploration, which has ended.
        repair: Its last repair, where it has ended.
        verify: The verification of that repair, where it is done.
        counts: Numbers of queries.
        tallies: Counted trials by stratum and cell, of earlier rounds on the same weights too.
        trials: The same trials one by one.
        events: Everything that annotators did in this round.
        verdicts: Numbers of the verdicts that stand in this round.
        rules: By which rules they stand.
        of_annotator: The same by annotator.
        flags: The flags that stand.
        judged: The verdicts that stand on the round's weights, by mode; of earlier rounds too.
        modes: The modes that have proposals.
        examples: Proposals of modes, confirmed ones first.
    """

    workspace: Path
    campaign: Campaign
    round: Round
    explore: Job
    repair: Job | None
    verify: Job | None
    counts: TrialCounts
    tallies: Sequence[CellTally]
    trials: Sequence[CountedTrial]
    events: Sequence[Event]
    verdicts: VerdictCounts
    rules: labeling_rules.Rules
    of_annotator: Mapping[str, VerdictCounts]
    flags: Sequence[Flag]
    judged: Mapping[ModeKey, ModeTally]
    modes: Sequence[ModeRow]
    examples: Mapping[ModeKey, Sequence[Proposal]]

    @property
    def summary(self) -> Mapping[str, Any]:
        """What the stages wrote of the round."""
        return self.round.summary

    @cached_property
    def config(self) -> CampaignConfig:
        """The campaign's configuration."""
        return CampaignConfig.from_json(self.campaign.config)

    @cached_property
    def space(self) -> ConceptSpace:
        """The campaign's concepts."""
        return ConceptSpace.from_json(self.summary["space"])

    @cached_property
    def landscape(self) -> Landscape:
        """What is known of every stratum and cell, those with verdicts or proposals among them."""
        found = rebuild(self.summary, self.trials)
        found.consider([self.space.index(key.cell) for key in (*self.judged, *(row.key for row in self.modes))])
        return found

    @cached_property
    def posterior(self) -> Posterior:
        """What follows from it."""
        return self.landscape.posterior()

    @property
    def compares(self) -> bool:
        """Whether the campaign compares its target with a candidate, and repairs nothing."""
        return bool(self.campaign.config.get("candidate"))

    @property
    def result(self) -> Mapping[str, Any] | None:
        """What verification found; None before."""
        return None if self.verify is None else self.verify.result

    @property
    def learned(self) -> Mapping[str, Any]:
        """What the repair pinned before its first step; empty without a repair."""
        return {} if self.repair is None else self.repair.checkpoint or {}


def read(store: Store, round_id: int) -> Found:
    """Read a round.

    Raises:
        FadedError: there is no such round, or its exploration has not ended.
    """
    with store.read() as db:
        round_ = campaigns.get_round(db, round_id)
        campaign = campaigns.get_campaign(db, round_.campaign_id)
        explore, repair, verify = _stages(db, round_, campaign)
        on_weights = [r.id for r in campaigns.on_same_weights(db, round_id)]
        of_round = events.of_round(db, round_id)
        rows = proposals.mode_rows(db, round_id)
        judged = tallies(verdicts.standing(db, *on_weights))
        cells = {key.cell for key in judged} | {row.key.cell for row in rows}
        return Found(
            workspace=store.workspace,
            campaign=campaign,
            round=round_,
            explore=explore,
            repair=repair,
            verify=verify,
            counts=trials.counts(db, round_id),
            tallies=trials.tally(db, round_id),
            trials=trials.counted(db, round_id),
            events=of_round,
            verdicts=verdicts.counts(db, round_id),
            rules=labeling_rules.of_round(db, round_id),
            of_annotator={e.annotator: verdicts.counts(db, round_id, e.annotator) for e in of_round},
            flags=remarks.flags(db, round_id),
            judged=judged,
            modes=rows,
            examples=proposals.examples(db, on_weights, cells, EXAMPLES),
        )


def _stages(db: Db, round_: Round, campaign: Campaign) -> tuple[Job, Job | None, Job | None]:
    """Return the exploration, the last repair that has ended, and its verification, or the comparison, once done."""
    of_round = jobs.list_for_round(db, round_.id)

    def last(kind: str, *states: JobState) -> Job | None:
        return next((j for j in reversed(of_round) if j.kind == kind and j.state in states), None)

    explore = last(EXPLORE, JobState.DONE, JobState.STOPPED)
    if explore is None or "space" not in round_.summary:
        raise FadedError(
            f"There is nothing to report: {round_called(round_.id, round_.number, campaign.name)} has not explored to "
            "its end. Let it, or stop it, first."
        )
    repair, verify = last(REPAIR, JobState.DONE), last(VERIFY, JobState.DONE)
    outdated = verify is not None and (repair is None or verify.id < repair.id)
    if outdated and not campaign.config.get("candidate"):
        verify = None
    return explore, repair, verify
