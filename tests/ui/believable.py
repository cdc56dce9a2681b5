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
from faded.domain import NO_RATINGS, ModeKey, Proposal, Ratings, Verdict
from faded.labeling.decided import confirmed_modes
from faded.landscape.calibration import CALIBRATION, Calibration
from faded.landscape.main_effects import main_effects
from faded.store import blobs, campaigns, jobs, proposals, series, trials, verdicts
from faded.store.engine import Store

STRATA = ("stop", "yield", "no entry", "turn left", "turn right", "crossroads")
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

FIRST_CELLS = ((0, 2, 1), (6, 1, 2), (1, 3, 1), (5, 2, 0))
"""Of the first proposals, which tests know; those of any more modes go through the space."""


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


def summary(queries: int, labelled: bool = True) -> dict[str, Any]:
    """Return a round's summary as the explore job writes it; all pictures at the darkest and palest are invalid."""
    hidden = (SPACE.grid[:, 1] == 0.8) & (SPACE.grid[:, 2] == 0)
    flat = [s * SPACE.n_cells + int(c) for s in range(len(STRATA)) for c in np.flatnonzero(hidden)]
    return {
        "space": SPACE.to_json(), "strata": list(STRATA), "known_invalid": flat, "bound": 0.5, "threshold": 0.0,
        "queries": queries, "target": "signs", "fingerprint": "0" * 16, "labelled": labelled, "labels": list(STRATA),
        "samples": {"explore": 600, "eligible": 590, "tune": 600, "verify": 600},
        "eligible": [98, 98, 99, 99, 98, 98],
    }  # fmt: skip


def explored(
    store: Store,
    *,
    queries: int = 1500,
    modes: int = 4,
    per_mode: int = 5,
    done: bool = True,
    now: float = NOW,
    labelled: bool = True,
) -> Believable:
    """Make a campaign with one round whose exploration is done, or half way, and proposals that wait.

    With a worker beside it, a half-way one needs the real time as `now`: else the worker takes it over.
    """
    rng = np.random.default_rng(0)
    config = CampaignConfig(demo="signs", queries=queries if done else 2 * queries, seed=0, labelled=labelled)
    with store.write() as db:
        campaign = campaigns.create_campaign(
            db, f"signs-{len(campaigns.list_campaigns(db)) + 1}", config.to_json(), now
        )
        made = campaigns.create_round(db, campaign.id, now=now, summary=summary(config.queries, labelled))
        job = jobs.enqueue(db, made.id, "explore", now=now, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, now + 1, round_id=made.id)
        trials.add_many(db, made.id, [_trial(rng, q) for q in range(queries)])
        series.add(db, job.id, 1, _figures(queries, modes * per_mode))
        shown = {"previews": previews(store, labelled), CALIBRATION: calibration(queries // 10)}
        campaigns.update_round(db, made.id, summary=shown)
        ids = _propose(store, db, made.id, modes, per_mode, labelled)
        if done:
            jobs.finish(db, job.id, WORKER, {"queries": queries}, now + 120)
        else:
            jobs.heartbeat(db, job.id, WORKER, 0.5, f"{queries} queries", now + 60, 60)
    return Believable(campaign.id, made.id, job.id, tuple(ids))


def calibration(queries: int) -> dict[str, Any]:
    """Return what a map predicted of so many control queries, and what they did: nearly what it said."""
    rng = np.random.default_rng(1)
    given = rng.beta(0.7, 1.2, queries)
    found = Calibration()
    found.load_state_dict({"predicted": given, "failed": rng.random(queries) < 0.05 + 0.85 * given})
    return found.figures()


def screening() -> dict[str, Any]:
    """Return what a screening says of three concepts: one that matters, an inert one, and one without trials."""
    trials = np.full((4, len(STRATA), 3, 2), 20)
    failures = np.tile([[1, 15], [0, 0], [0, 0]], (4, len(STRATA), 1, 1))
    failures[:2, :, 0, 1] = [[16], [14]]
    trials[:, :, 2] = 0
    names = {"rotation": ("unchanged", "turned <far>"), "stop_words": ("none", "all"), "saturation": ("a", "b")}
    words = [{"concept": name, "low": low, "high": high} for name, (low, high) in names.items()]
    effects = [one | effect for one, effect in zip(words, main_effects(trials, failures), strict=True)]
    return {"queries": 512, "budget": 6000, "trials": 480, "runs": 32, "full": False, "concepts": effects}


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


def previews(store: Store, labelled: bool = True) -> list[dict[str, Any]]:
    """Return the samples that a round offers for previews, two of each stratum, as the explore job writes them."""
    return [
        {"sample": f"offered-{i}", "stratum": STRATA[i % 6], "reference": STRATA[i % 6] if labelled else None,
         "clean_answer": None if labelled else STRATA[i % 6],
         "original": blobs.put(store.workspace, sign(500 + i, i % 6))}
        for i in range(12)
    ]  # fmt: skip


def _propose(store: Store, db: Any, round_id: int, modes: int, per_mode: int, labelled: bool) -> list[str]:
    made, scores = [], {}
    for m in range(modes):
        stratum = m % len(STRATA)
        cell = FIRST_CELLS[m] if m < len(FIRST_CELLS) else SPACE.cell(m // len(STRATA))
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
                    reference=STRATA[stratum] if labelled else None,
                    clean_answer=None if labelled else STRATA[stratum],
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


def labeled(store: Store, made: Believable, modes: int = 3, per_mode: int = 3, ratings: Ratings = NO_RATINGS) -> None:
    """Confirm the first proposals of the first modes; ratings are for sets of pictures."""
    with store.write() as db:
        for proposal in made.proposals:
            mode, item = proposal.removeprefix("p").split("-")[:2]
            if int(mode) < modes and int(item) < per_mode:
                key, now = f"key-{proposal}", NOW + 200
                verdicts.submit(db, proposal, "local", key, now=now, verdict=Verdict.CONFIRM, ratings=ratings)


def repaired(store: Store, made: Believable, passed: bool = True) -> None:
    """Add a repair and its verification, both done."""
    with store.write() as db:
        repair = jobs.enqueue(db, made.round, "repair", now=NOW + 300, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 301)
        for step in range(0, 401, 20):
            series.add(db, repair.id, step, _repair_figures(step))
        jobs.checkpoint(db, repair.id, WORKER, {"modes": learned(db, made.round), "pairs": [], "file": None})
        folder = {"folder": f"targets/round-{made.round}"}
        jobs.finish(db, repair.id, WORKER, repair_result() | folder, NOW + 500)
        campaigns.update_round(db, made.round, repaired=f"targets/round-{made.round}")
        verify = jobs.enqueue(db, made.round, "verify", now=NOW + 501, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 502)
        jobs.finish(db, verify.id, WORKER, verification(passed) | {"examples": examples(store, passed)}, NOW + 560)


def repairing(store: Store, made: Believable, now: float = NOW + 300) -> int:
    """Add a repair that is at step 180 of 400; return its job. With a worker beside it, give the real time as `now`."""
    with store.write() as db:
        repair = jobs.enqueue(db, made.round, "repair", now=now, priority=jobs.INTERACTIVE, params={"steps": 400})
        jobs.claim(db, WORKER, 30, now + 1, round_id=made.round)
        for step in range(0, 181, 4):
            series.add(db, repair.id, step, _repair_figures(step))
        jobs.checkpoint(db, repair.id, WORKER, {"modes": learned(db, made.round), "pairs": [], "file": None})
        jobs.heartbeat(db, repair.id, WORKER, 0.45, "step 180 of at most 400, induced rate 34.2%", now + 80, 92)
    return repair.id


def learned(db: Any, round_id: int) -> list[Any]:
    """Return the confirmed modes as a repair's checkpoint keeps them."""
    return [[list(key.cell), key.stratum] for key in confirmed_modes(verdicts.standing(db, round_id))]


def repair_result() -> dict[str, Any]:
    """Return what a repair job writes."""
    return {
        "modes": 3, "pairs": {"verdicts": 9, "reapplied": 312}, "steps": 400, "best_step": 350, "stopped": False,
        "config": {"steps": 400}, "seconds": 196.4,
    }  # fmt: skip


def examples(store: Store, passed: bool = True) -> list[dict[str, Any]]:
    """Return pictures with answers as the verify job keeps them."""
    kinds = [("fixed", "mended")] * 6 + [("fixed", "still failing")] * 4 + [("unchanged", "still failing")] * 3
    kinds += [("cannot tell", "mended")] * 3 + [("clean", "broken")] * 4
    kinds += [] if passed else [("newly broken", "broken")] * 5
    made = []
    for i, (why, outcome) in enumerate(kinds):
        kind = i % len(STRATA)
        cell = ((0, 2, 1), (6, 1, 2), (1, 3, 1), (5, 2, 0))[i % 4]
        values = tuple(float(v) for v in SPACE.values([cell])[0])
        clean, other = why == "clean", STRATA[(kind + 2) % len(STRATA)]
        edited = sign(300 + i, kind) if clean else sign(300 + i, kind, values)
        made.append(
            {
                "shown_for": why, "outcome": outcome, "confirmed": why == "fixed", "sample_id": f"{i:016x}",
                "stratum": STRATA[kind], "reference": STRATA[kind],
                "setting": "Unchanged." if clean else SPACE.describe(values),
                "original": blobs.put(store.workspace, sign(300 + i, kind)),
                "edited": blobs.put(store.workspace, edited),
                "before": STRATA[kind] if outcome == "broken" else other,
                "after": STRATA[kind] if outcome == "mended" else other,
            }
        )  # fmt: skip
    return made


def established(count: int) -> list[dict[str, Any]]:
    """Return established modes that nobody confirmed, as verification writes them: most mended in part."""
    rng = np.random.default_rng(4)
    cells = [c for c in range(SPACE.n_cells) if SPACE.grid[c, 1] > 0 or abs(SPACE.grid[c, 0]) > 30]
    found = []
    for i in range(count):
        cell = SPACE.cell(cells[int(rng.integers(len(cells)))])
        before = float(rng.uniform(0.5, 0.95))
        after = before * float(rng.uniform(0.25, 1.0))
        change = "fixed" if after < 0.8 * before else "unchanged" if after < 0.93 * before else "cannot tell"
        found.append(_mode(STRATA[i % len(STRATA)], cell, ["established"], 90, before, after, change))
    return found


def _mode(
    stratum: str, cell: tuple[int, ...], roles: list[str], n: int, before: float, after: float, change: str
) -> dict[str, Any]:
    values = SPACE.values([cell])[0].tolist()
    return {
        "stratum": stratum, "cell": list(cell), "values": values, "roles": roles, "n": n, "before": before,
        "after": after, "difference": after - before, "low": after - before - 0.06, "high": after - before + 0.06,
        "change": change, "setting": SPACE.describe(values),
    }  # fmt: skip


def flow() -> dict[str, Any]:
    """Return where the failures went, as verification writes it."""
    moves = [
        ("no entry", "stop", "no entry", 61), ("stop", "no entry", "stop", 52), ("yield", "turn left", "yield", 44),
        ("no entry", "stop", "stop", 21), ("stop", "no entry", "no entry", 13), ("yield", "turn left", "crossroads", 9),
        ("yield", "turn left", "turn left", 6), ("stop", "crossroads", "yield", 3),
    ]  # fmt: skip
    return {
        "failed": 209, "followed": 209, "mended": 157, "same": 40, "other": 12, "unlisted": 0, "broken": 3,
        "moves": [list(move) for move in moves],
    }  # fmt: skip


def _repair_figures(step: int) -> dict[str, float]:
    done = step - step % 50
    gone, seen = 1 - np.exp(-step / 110), 1 - np.exp(-done / 110)
    return {
        "step": step, "steps": 400, "loss": float(2.1 - 1.6 * gone + 0.12 * np.sin(step)),
        "anchor": float(0.006 * gone + 0.0007 * np.sin(step / 3)), "evaluated": done, "best": min(done, 350),
        "clean": float(1 - 0.011 * seen + 0.004 * (done > 300)), "step_seconds": 0.42,
        "mode_rate": float(0.78 - 0.55 * seen + 0.02 * np.sin(done / 25)),
    }  # fmt: skip


def verification(passed: bool) -> dict[str, Any]:
    """Return what the verify job writes, with a gate that passed or did not."""
    rows = [
        ("stop", (0, 2, 1), ["confirmed", "established"], 92, 0.79, 0.21, "fixed"),
        ("yield", (6, 1, 2), ["confirmed", "established"], 88, 0.71, 0.18, "fixed"),
        ("no entry", (1, 3, 1), ["confirmed", "established"], 90, 0.83, 0.31, "fixed"),
        ("turn left", (5, 2, 0), ["established"], 94, 0.62, 0.49, "cannot tell"),
        ("crossroads", (3, 3, 2), ["established"], 85, 0.55, 0.54, "unchanged"),
    ]
    if not passed:
        rows.append(("turn right", (4, 1, 2), ["watch"], 91, 0.08, 0.27, "newly broken"))
    modes = [_mode(*row) for row in rows] + established(100)
    reasons = [
        "Passed: the induced rate over 3 confirmed modes fell by 69.9%, 90% interval 64.2% to 75.1% (its lower end "
        "must be above 0.0%).",
        "Passed: the share of clean inputs answered as expected went from 98.10% to 97.80% (it may lose 1.0 points).",
        "Passed: 0.90% of the clean inputs were answered as expected and are not now (at most 3.00%).",
        f"{'Passed' if passed else 'Failed'}: of the settings tested for a rise above 10.0 points, 305 in all, "
        f"{'0 are' if passed else '1 is'} newly broken (at most 0); of 31 nothing can be said.",
    ]
    return {
        "inputs": 600, "induced_rate_before": 0.777, "induced_rate_after": 0.234, "relative_drop": 0.699,
        "interval90": [0.642, 0.751], "all_modes_interval90": [0.498, 0.563], "unlabelled_relative_drop": 0.488,
        "unlabelled_interval90": [0.441, 0.532], "interpolated_interval90": [0.521, 0.649],
        "clean_change_interval90": [-0.011, 0.005], "negative_flip_interval90": [0.004, 0.018], "margin": 0.1,
        "watched": 200, "cannot_tell": 31, "modes_confirmed": 3, "modes_established": 105, "frozen": 589, "notes": [],
        "flow": flow(), "all_modes_relative_drop": 0.531, "interpolated_relative_drop": 0.588,
        "clean_before": 0.981, "clean_after": 0.978, "negative_flip_rate": 0.009, "newly_broken": 0 if passed else 1,
        "smallest_detectable_change": 0.17, "modes": modes, "gate": {"passed": passed, "reasons": reasons},
    }  # fmt: skip
