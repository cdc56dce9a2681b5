"""A store with a round in it that looks like one the worker made, without a worker."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.domain import ModeKey, Proposal
from faded.store import blobs, campaigns, jobs, proposals, trials
from faded.store.engine import Store

STRATA = ("stop", "yield", "no entry", "turn left", "turn right", "crossing")
COLOURS = ("#b3202a", "#d8a71c", "#c4242c", "#1f57a8", "#2a6bc0", "#e4e4e4")
WORKER = "test-worker"
NOW = 1_760_000_000.0

SPACE = ConceptSpace.from_json(
    [
        {"name": "rotation", "kind": "ordinal", "levels": [-90, -60, -30, 0, 30, 60, 90], "neutral": 0,
         "phrase": "turned left by {distance:g} degrees", "phrase_below": "turned right by {distance:g} degrees"},
        {"name": "darkening", "kind": "ordinal", "levels": [0, 0.3, 0.6, 0.8], "neutral": 0,
         "phrase": "darkened by {value:.0%}", "phrase_below": ""},
        {"name": "saturation", "kind": "ordinal", "levels": [0, 0.5, 1], "neutral": 1,
         "phrase": "colours at {value:.0%}", "phrase_below": ""},
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Believable:
    """What was made."""

    campaign: int
    round: int
    explore: int
    proposals: tuple[str, ...]


def sign(seed: int, kind: int, values: tuple[float, ...] | None = None) -> bytes:
    """Draw a 64 px sign-like picture, edited where values are given; return it as PNG."""
    rng = np.random.default_rng(seed)
    sky = tuple(int(v) for v in rng.integers(110, 200, 3))
    picture = Image.new("RGB", (64, 64), sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 44, 64, 64), fill=tuple(int(v) for v in rng.integers(60, 120, 3)))
    draw.regular_polygon((32, 30, 21), (8, 3, 30, 30, 30, 4)[kind], rotation=22 if kind == 0 else 0, fill=COLOURS[kind])
    draw.rectangle((18, 27, 46, 33), fill="white")
    if values is not None:
        turned, dark, colour = values
        picture = picture.rotate(turned, resample=Image.Resampling.BILINEAR, fillcolor=sky)
        picture = ImageEnhance.Color(ImageEnhance.Brightness(picture).enhance(1 - dark)).enhance(colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def true_rate(stratum: int, values: np.ndarray[Any, Any]) -> float:
    """Return the failure rate behind the trials: worse when turned, dark and pale, differently by stratum."""
    logit = -3.2 + 0.035 * abs(values[0]) + 3.4 * values[1] + 0.9 * (1 - values[2]) + 0.5 * (stratum - 2.5) / 2.5
    return float(1 / (1 + np.exp(-logit)))


def summary(queries: int) -> dict[str, Any]:
    """Return a round's summary as the explore job writes it; all pictures at the darkest and palest are invalid."""
    hidden = (SPACE.grid[:, 1] == 0.8) & (SPACE.grid[:, 2] == 0)
    flat = [s * SPACE.n_cells + int(c) for s in range(len(STRATA)) for c in np.flatnonzero(hidden)]
    return {
        "space": SPACE.to_json(), "strata": list(STRATA), "known_invalid": flat, "bound": 0.5, "threshold": 0.0,
        "queries": queries, "target": "signs", "fingerprint": "0" * 16,
        "samples": {"explore": 600, "eligible": 590, "tune": 600, "verify": 600},
    }  # fmt: skip


def explored(store: Store, *, queries: int = 1500, modes: int = 4, per_mode: int = 5, done: bool = True) -> Believable:
    """Make a campaign with one round whose exploration is done, or half way, and proposals that wait."""
    rng = np.random.default_rng(0)
    config = CampaignConfig(demo="signs", queries=queries if done else 2 * queries, seed=0)
    with store.write() as db:
        campaign = campaigns.create_campaign(
            db, f"signs-{len(campaigns.list_campaigns(db)) + 1}", config.to_json(), NOW
        )
        made = campaigns.create_round(db, campaign.id, now=NOW, summary=summary(config.queries))
        job = jobs.enqueue(db, made.id, "explore", now=NOW)
        jobs.claim(db, WORKER, 30, NOW + 1)
        trials.add_many(db, made.id, [_trial(rng, q) for q in range(queries)])
        jobs.add_metric(db, job.id, 1, _figures(queries, modes * per_mode))
        ids = _propose(store, db, made.id, modes, per_mode)
        if done:
            jobs.finish(db, job.id, WORKER, {"queries": queries}, NOW + 120)
        else:
            jobs.heartbeat(db, job.id, WORKER, 0.5, f"{queries} queries", NOW + 60)
    return Believable(campaign.id, made.id, job.id, tuple(ids))


def _trial(rng: np.random.Generator, query: int) -> trials.TrialRow:
    stratum, cell = int(rng.integers(len(STRATA))), int(rng.integers(SPACE.n_cells))
    failed = bool(rng.random() < true_rate(stratum, SPACE.grid[cell]))
    return trials.TrialRow(
        query=query, batch=query // 50, sample_id=f"{query:016x}", stratum=STRATA[stratum], cell=cell, failed=failed,
        discrepancy=0.5 if failed else 0.0, answer="yield", control=query % 10 == 0, counted=True,
    )  # fmt: skip


def _figures(queries: int, n_proposals: int) -> dict[str, float]:
    agent, control = int(0.9 * queries), int(0.1 * queries)
    return {
        "queries": queries, "agent_queries": agent, "agent_failures": int(0.62 * agent), "control_queries": control,
        "control_failures": int(0.31 * control), "modes": 37, "proposals": n_proposals, "n_updates": 1840,
        "entropy": 3.12, "kl_from_uniform": 1.31,
    }  # fmt: skip


def _propose(store: Store, db: Any, round_id: int, modes: int, per_mode: int) -> list[str]:
    made, scores = [], {}
    for m in range(modes):
        stratum = m % len(STRATA)
        cell = ((0, 6, 1, 5)[m % 4], (2, 1, 3, 2)[m % 4], (1, 2, 1, 0)[m % 4])
        key = ModeKey(cell, STRATA[stratum])
        values = tuple(float(v) for v in SPACE.values([cell])[0])
        scores[key] = float(modes - m)
        for i in range(per_mode):
            seed = 100 * m + i
            made.append(
                Proposal(
                    id=f"p{m}-{i}-{round_id}",
                    sample_id=f"s{m}-{i}",
                    key=key,
                    answer=STRATA[(stratum + 2) % len(STRATA)],
                    reference=STRATA[stratum],
                    discrepancy=0.4,
                    setting=SPACE.describe(values),
                    original=blobs.put(store.workspace, sign(seed, stratum)),
                    edited=blobs.put(store.workspace, sign(seed, stratum, values)),
                    details={"confidence": 0.93},
                )
            )
    proposals.add_many(db, round_id, made, scores)
    return [p.id for p in made]


def fill(workspace: Path) -> Believable:
    """Open a workspace, fill it, close it: for tests that start the app on it."""
    from faded.store.engine import open_store

    store = open_store(workspace)
    try:
        return explored(store)
    finally:
        store.close()
