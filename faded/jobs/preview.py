"""Live previews: one sample under one setting, answered within a second beside whatever stage is running.

They run in a thread of the worker that claims nothing else. It shares the store with the stages and nothing more: the
picture is read from its blob, so no data need be prepared, and the target is a copy of its own, so that neither a stage
that trains one nor the hook that reads an embedding can get in the way.
"""

from __future__ import annotations

import base64
import itertools
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from faded.concepts.image import ImageEditor, Picture, check_setting
from faded.config import CampaignConfig
from faded.data.pictures import from_png, png, to_picture
from faded.discrepancies.classification import discrepancies
from faded.domain import FadedError, Sample
from faded.jobs.context import PictureProbe, PictureSample, build_space, target_source
from faded.probe import Measured, Probe
from faded.stages import PREVIEW
from faded.store import blobs, campaigns, jobs, proposals
from faded.store.engine import Db, Store
from faded.targets.classifier import ClassifierAnswers
from faded.targets.load import load_classifier

SAMPLES = 24
"""Samples that a round offers for previews: a strip of small pictures that one person looks over."""
POLL_SECONDS = 0.1
"""How often previews are looked for: a tenth of the second that they may take."""
STALE_SECONDS = 10.0
"""A preview claimed so long ago and not answered has lost its worker: it is taken over."""
TARGETS_KEPT = 2
"""Targets in memory: the present round's, and the one it is compared with."""
TROUBLE_SECONDS = 5.0
"""How long to wait after the store could not be used."""


def to_choose_from(samples: Sequence[PictureSample], workspace: Path) -> list[dict[str, str | None]]:
    """Return the samples that a round offers for previews, the strata in turn, for its summary."""
    by_stratum: dict[str, list[PictureSample]] = defaultdict(list)
    for sample in samples:
        by_stratum[sample.stratum].append(sample)
    turns = itertools.zip_longest(*(by_stratum[name] for name in sorted(by_stratum)))
    chosen = [s for turn in turns for s in turn if s is not None][:SAMPLES]
    return [
        {
            "sample": s.id,
            "stratum": s.stratum,
            "reference": s.reference,
            "clean_answer": s.clean_answer,
            "original": blobs.put(workspace, png(s.payload)),
        }
        for s in chosen
    ]


class Previewer:
    """Answers previews one after the other.

    Args:
        store: The open store.
        worker_id: Under which name they are claimed.
    """

    def __init__(self, store: Store, worker_id: str) -> None:
        self._store, self._worker_id = store, worker_id
        self._probe = lru_cache(TARGETS_KEPT)(self._load)

    def serve(self, ending: threading.Event) -> None:
        """Answer previews until told to end."""
        while not ending.is_set():
            try:
                if not self.run_next():
                    ending.wait(POLL_SECONDS)
            except FadedError:
                traceback.print_exc()
                ending.wait(TROUBLE_SECONDS)

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
        result, error = self._try(job)
        try:
            with self._store.write() as db:
                if result is None:
                    jobs.fail(db, job.id, self._worker_id, error, time.time())
                else:
                    jobs.finish(db, job.id, self._worker_id, result, time.time())
        except jobs.JobLost:
            pass  # deleted meanwhile: nobody waits for it any more
        return True

    def _try(self, job: jobs.Job) -> tuple[dict[str, Any] | None, str]:
        """Return the result, or None and what a person should read."""
        try:
            return self._answer(job), ""
        except FadedError as error:
            return None, str(error)
        except Exception as error:
            traceback.print_exc()
            return None, f"{type(error).__name__}: {error}. The worker's log has the details."

    def _answer(self, job: jobs.Job) -> dict[str, Any]:
        """Return the result. The edited picture is in it, as base64 of a PNG, so that it goes when the preview goes."""
        with self._store.read() as db:
            round_ = campaigns.get_round(db, job.round_id)
            sample, shown = _sample(db, self._store.workspace, round_, job.params["sample"])
        probe = self._probe(round_.campaign_id, round_.weights)
        values = check_setting(probe.space, job.params["values"])
        settings = np.stack([np.asarray(probe.space.control), values])
        edited = to_picture(probe.editor([sample.payload], settings[1:])[0])
        measured = probe.measure([sample] * 2, settings)
        return {
            "sample": sample.id,
            "reference": sample.reference,
            "values": values.tolist(),
            "setting": probe.space.describe(values.tolist()),
            "original": shown,
            "edited": base64.b64encode(png(edited)).decode(),
            "clean": _said(measured, 0),
            "under_setting": _said(measured, 1),
        }

    def _load(self, campaign_id: int, weights: str) -> PictureProbe:
        with self._store.read() as db:
            config = CampaignConfig.from_json(campaigns.get_campaign(db, campaign_id).config)
        space = build_space(config)
        target = load_classifier(target_source(config), self._store.workspace / weights if weights else None)
        return Probe(target, ImageEditor(space), discrepancies.get(config.discrepancy), space, config.threshold)


def _sample(db: Db, workspace: Path, round_: campaigns.Round, sample_id: str) -> tuple[Sample[Picture], str]:
    """Return a sample that the round has a picture of, and that picture's blob.

    Raises:
        FadedError: it has none.
    """
    for offered in round_.summary.get("previews", []):
        if offered["sample"] == sample_id:
            picture = from_png(blobs.get(workspace, offered["original"]))
            expected = offered["reference"], offered["stratum"], offered["clean_answer"]
            return Sample(sample_id, picture, *expected), offered["original"]
    proposal = proposals.of_sample(db, round_.id, sample_id)
    if proposal is None:
        raise FadedError(
            f"The sample {sample_id!r} cannot be shown: choose one that the round offers for previews, or one that is "
            "proposed for labeling. A round offers samples once it has begun to explore."
        )
    picture = from_png(blobs.get(workspace, proposal.original))
    expected = proposal.reference, proposal.key.stratum, proposal.clean_answer
    return Sample(sample_id, picture, *expected), proposal.original


def _said(measured: Measured[ClassifierAnswers], row: int) -> dict[str, Any]:
    return {
        "answer": measured.answers.texts[row],
        **measured.answers.details(row),
        "discrepancy": float(measured.discrepancy[row]),
        "failed": bool(measured.failed[row]),
    }
