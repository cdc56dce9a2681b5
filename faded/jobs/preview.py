"""Live previews: one sample under one setting, answered within a second beside whatever stage is running.

They run in a thread of the worker that claims nothing else. It shares the store with the stages and nothing more: the
input is read from its blob, so no data need be prepared, and the target is a copy of its own, so that neither a stage
that trains one nor the hook that reads an embedding can get in the way.
"""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from faded import log
from faded.config import CampaignConfig
from faded.domain import FadedError, Sample
from faded.jobs.context import task_of
from faded.jobs.heart import beating
from faded.jobs.serving import serve, tried
from faded.jobs.task import AnyProbe, AnySample, Task
from faded.probe import Measured
from faded.stages import PREVIEW
from faded.store import blobs, campaigns, jobs, proposals
from faded.store.engine import Db, Store

SAMPLES = 24
"""Samples that a round offers for previews: as many as one person looks over."""
STALE_SECONDS = 10.0
"""A preview whose heart has not beaten for so long has lost its worker: it is taken over."""
TARGETS_KEPT = 2
"""Targets in memory: the present round's, and the one it is compared with."""


def to_choose_from(
    samples: Sequence[AnySample], task: Task, probe: AnyProbe, workspace: Path
) -> list[dict[str, str | None]]:
    """Return the samples that a round offers for previews, the strata in turn, for its summary."""
    by_stratum: dict[str, list[AnySample]] = defaultdict(list)
    for sample in samples:
        by_stratum[sample.stratum].append(sample)
    turns = itertools.zip_longest(*(by_stratum[name] for name in sorted(by_stratum)))
    chosen = [s for turn in turns for s in turn if s is not None][:SAMPLES]
    originals = task.edited(probe, [s.payload for s in chosen], probe.controls(len(chosen)))
    return [
        {
            "sample": s.id,
            "stratum": s.stratum,
            "reference": s.reference,
            "clean_answer": s.clean_answer,
            "original": blobs.put(workspace, task.write(original)),
        }
        for s, original in zip(chosen, originals, strict=True)
    ]


class Previewer:
    """Answers previews one after the other.

    Args:
        store: The open store.
        worker_id: Under which name they are claimed.
    """

    def __init__(self, store: Store, worker_id: str) -> None:
        self._store, self._worker_id = store, worker_id
        self._asked = lru_cache(TARGETS_KEPT)(self._load)

    def serve(self, ending: threading.Event) -> None:
        """Answer previews until told to end."""
        serve(self.run_next, ending)

    def run_next(self) -> bool:
        """Claim and answer the next preview; return whether there was one.

        Raises:
            FadedError: the store cannot be used.
        """
        with self._store.read() as db:
            if not jobs.waiting(db, [PREVIEW], STALE_SECONDS, time.time()):
                return False
        with self._store.write() as db:
            job = jobs.claim(db, self._worker_id, STALE_SECONDS, time.time(), kinds=[PREVIEW])
        if job is None:
            return False
        with log.about(job=job.id, round=job.round_id), beating(self._store, job.id, self._worker_id):
            result, error = tried(lambda: self._answer(job))
        try:
            with self._store.write() as db:
                if result is None:
                    jobs.fail(db, job.id, self._worker_id, error, time.time())
                else:
                    jobs.finish(db, job.id, self._worker_id, result, time.time())
        except jobs.JobLost:
            pass  # deleted meanwhile: nobody waits for it any more
        return True

    def _answer(self, job: jobs.Job) -> dict[str, Any]:
        """Return the result. The edited input is in it, as base64, so that it goes when the preview goes."""
        with self._store.read() as db:
            round_ = campaigns.get_round(db, job.round_id)
            task, probe = self._asked(round_.campaign_id, round_.weights)
            sample, shown = _sample(db, self._store.workspace, round_, task, job.params["sample"])
        values = task.setting(job.params["values"])
        settings = np.stack([np.asarray(probe.space.control), values])
        (edited,) = task.edited(probe, [sample.payload], settings[1:])
        measured = probe.measure([sample] * 2, settings)
        return {
            "sample": sample.id,
            "reference": sample.reference,
            "values": values.tolist(),
            "setting": probe.space.describe(values.tolist()),
            "original": shown,
            "edited": base64.b64encode(task.write(edited)).decode(),
            "clean": _said(measured, 0),
            "under_setting": _said(measured, 1),
        }

    def _load(self, campaign_id: int, weights: str) -> tuple[Task, AnyProbe]:
        with self._store.read() as db:
            task = task_of(CampaignConfig.from_json(campaigns.get_campaign(db, campaign_id).config))
        return task, task.probe(task.load(self._store.workspace / weights if weights else None))


def _sample(db: Db, workspace: Path, round_: campaigns.Round, task: Task, sample_id: str) -> tuple[AnySample, str]:
    """Return a sample that the round has the evidence of, and its blob.

    Raises:
        FadedError: it has none.
    """
    for offered in round_.summary.get("previews", []):
        if offered["sample"] == sample_id:
            payload = task.read(blobs.get(workspace, offered["original"]))
            expected = offered["reference"], offered["stratum"], offered["clean_answer"]
            return Sample(sample_id, payload, *expected), offered["original"]
    proposal = proposals.of_sample(db, round_.id, sample_id)
    if proposal is None:
        raise FadedError(
            f"The sample {sample_id!r} cannot be shown: choose one that the round offers for previews, or one that is "
            "proposed for labeling. A round offers samples once it has begun to explore."
        )
    payload = task.read(blobs.get(workspace, proposal.original))
    expected = proposal.reference, proposal.key.stratum, proposal.clean_answer
    return Sample(sample_id, payload, *expected), proposal.original


def _said(measured: Measured[Any], row: int) -> dict[str, Any]:
    return {
        "answer": measured.answers.texts[row],
        **measured.answers.details(row),
        "discrepancy": float(measured.discrepancy[row]),
        "failed": bool(measured.failed[row]),
    }
