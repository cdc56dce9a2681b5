"""From failures to proposals: which are due, their inputs as people will see them, and the records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faded.domain import Mode, ModeKey, Proposal, Trial
from faded.exploration.proposals import Proposer
from faded.jobs.context import Context
from faded.jobs.task import AnyProbe, AnySample
from faded.store import blobs, trials
from faded.store.engine import Store

DRAWN = 64
"""Proposals whose inputs are edited in one batch: 40 MB of pixels at 224 px."""


@dataclass(frozen=True)
class Due:
    """A failure that is to be proposed.

    Attributes:
        trial: The failure.
        sample: Its sample.
        original: The input under the clean control, as it is shown.
        edited: The same under the failure's setting.
    """

    trial: Trial
    sample: AnySample
    original: Any
    edited: Any


def proposal_id(round_id: int, sample_id: str, cell: int) -> str:
    """Return the id of a proposal: the same sample and cell give the same id within a round."""
    return f"{round_id}-{sample_id}-{cell}"


class Proposing:
    """Makes proposals for a round.

    Args:
        store: The open store.
        round_id: The round.
        context: Samples and concepts.
        probe: Edits the samples.
        clean: What the original target answers to each sample unedited, by id.
    """

    def __init__(
        self, store: Store, round_id: int, context: Context, probe: AnyProbe, clean: Mapping[str, str]
    ) -> None:
        self._store, self._round_id, self._context, self._probe = store, round_id, context, probe
        self._clean = clean
        self._proposer = Proposer()
        self._originals: dict[str, str] = {}

    def remember(self, rows: Sequence[trials.TrialRow]) -> None:
        """Let failures be proposed."""
        space = self._context.space
        self._proposer.add(
            Trial(
                r.sample_id,
                ModeKey(space.cell(r.cell), r.stratum),
                r.failed,
                r.discrepancy,
                r.answer,
                r.control,
                r.details or {},
            )
            for r in rows
            if r.counted and r.failed
        )

    def choose(
        self,
        found: Sequence[Mode],
        decided: Sequence[ModeKey],
        weights: Mapping[ModeKey, float],
        begun: Collection[ModeKey] | None,
    ) -> tuple[dict[ModeKey, float], list[Due]]:
        """Rank the modes, and edit the samples of the failures that are due; see `Proposer.next`."""
        scores, chosen = self._proposer.next(found, decided, weights, begun)
        return scores, [d for start in range(0, len(chosen), DRAWN) for d in self._drawn(chosen[start : start + DRAWN])]

    def _drawn(self, chosen: Sequence[Trial]) -> list[Due]:
        samples = [self._context.by_id[trial.sample_id] for trial in chosen]
        values = self._context.space.values([trial.key.cell for trial in chosen])
        payloads, task = [s.payload for s in samples], self._context.task
        originals = task.edited(self._probe, payloads, self._probe.controls(len(samples)))
        edited = task.edited(self._probe, payloads, values)
        return [Due(*row) for row in zip(chosen, samples, originals, edited, strict=True)]

    def keep(self, due: Sequence[Due]) -> list[Proposal]:
        """Keep the inputs and return the proposals. It asks no target, and may run in a thread of its own.

        Raises:
            FadedError: an input cannot be written.
        """
        new = {d.sample.id: d.original for d in due if d.sample.id not in self._originals}
        contents = [self._context.task.write(p) for p in (*new.values(), *(d.edited for d in due))]
        digests = blobs.put_many(self._store.workspace, contents)
        self._originals |= dict(zip(new, digests, strict=False))
        return [self._proposal(d, shown) for d, shown in zip(due, digests[len(new) :], strict=True)]

    def _proposal(self, due: Due, edited: str) -> Proposal:
        trial, sample, space = due.trial, due.sample, self._context.space
        values = space.values([trial.key.cell])[0].tolist()
        return Proposal(
            id=proposal_id(self._round_id, sample.id, space.index(trial.key.cell)),
            sample_id=sample.id,
            key=trial.key,
            answer=trial.answer,
            reference=sample.reference,
            discrepancy=trial.discrepancy,
            setting=space.describe(values),
            original=self._originals[sample.id],
            edited=edited,
            clean_answer=self._clean[sample.id],
            details=trial.details | self._context.task.notes(sample.payload, due.edited, values),
        )

    def state_dict(self) -> list[list[object]]:
        """Return how many failures of each mode were proposed, as JSON values."""
        return [[list(key.cell), key.stratum, n] for key, n in self._proposer.proposed.items()]

    def load_state_dict(self, state: Sequence[Sequence[object]]) -> None:
        """Go on from where `state_dict` was taken."""
        self._proposer.proposed = {ModeKey(tuple(cell), str(stratum)): n for cell, stratum, n in state}  # type: ignore[arg-type, misc]
