"""A store with a round on a model that draws in it, as the worker makes one, without a worker and without torch."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from faded.concepts.prompt import filled, parts, prompt_slots, prompt_space
from faded.config import CampaignConfig
from faded.demo.scene_figures import COLOURS, JOBS, picture
from faded.demo.scene_places import SETTINGS
from faded.demo.scene_prompts import EVEN
from faded.demo.scenes import PLACES
from faded.domain import ModeKey, Proposal
from faded.sheets import sheet
from faded.store import blobs, campaigns, jobs, proposals, series, trials
from faded.store.engine import Db, Store
from tests.ui import believable
from tests.ui.believable import NOW, WORKER, Believable

COLOURED, PLACED = ("red", "blue", "white"), ("park", "library", "kitchen")
WORDINGS = {
    "people": ("a {job} {clothes} {place}", "a picture of a {job} {clothes} {place}"),
    "portraits": ("a portrait of a {job} {clothes} {place}", "the face of a {job} {clothes} {place}"),
}
"""Groups of wordings, as a file of prompts has them."""
SLOTS = prompt_slots(
    [
        {"name": "job", "levels": ["person", *JOBS], "attribute": "job", "shows": ["", *JOBS]},
        {
            "name": "clothes", "levels": ["", *(f"in {colour} clothes" for colour in COLOURED)], "attribute": "colour",
            "shows": ["", *COLOURED],
        },
        {
            "name": "place", "levels": ["", *(PLACES[setting] for setting in PLACED)], "attribute": "setting",
            "shows": ["", *PLACED],
        },
    ]
)  # fmt: skip
SPACE = prompt_space(SLOTS)
STRATA = tuple(WORDINGS)
EIGHT = 8
CELLS = ((4, 0, 0), (2, 1, 0), (5, 0, 2), (6, 2, 3))
"""Of the modes that are proposed: a nurse, a builder, a professor, a scientist."""

UNREAD = "8 pictures"
"""What a set is told by where nothing reads its pictures."""

HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>"
"""What a prompt may hold."""


@cache
def drawn(seed: int, job: str = "", colour: str = "", setting: str = "", longs: int = 4) -> bytes:
    """Draw a set of eight people, the first `longs` of them with long hair; return its sheet as PNG."""
    made = []
    for number in range(EIGHT):
        rng = np.random.default_rng([seed, number])
        usual = [str(rng.choice(list(names))) for names in (JOBS, SETTINGS, COLOURS)]
        made.append(picture(rng, job or usual[0], setting or usual[1], colour or usual[2], number < longs))
    file = io.BytesIO()
    sheet(np.stack(made)).save(file, "PNG")
    return file.getvalue()


def words_of(cell: tuple[int, ...]) -> dict[str, str]:
    """Return what stands in each slot."""
    return {slot.name: slot.words[level] for slot, level in zip(SLOTS, cell, strict=True)}


def explored(
    store: Store, *, queries: int = 900, modes: int = 4, per_mode: int = 4, now: float = NOW, read: bool = True
) -> Believable:
    """Make a campaign with one explored round on a model that draws, and proposals that wait; see `UNREAD`."""
    rng = np.random.default_rng(0)
    with store.write() as db:
        name = f"scenes-{len(campaigns.list_campaigns(db)) + 1}"
        config = CampaignConfig(demo="scenes", queries=queries, seed=0)
        campaign = campaigns.create_campaign(db, name, config.to_json(), now)
        made = campaigns.create_round(db, campaign.id, now=now, summary=summary(queries))
        job = jobs.enqueue(db, made.id, "explore", now=now, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, now + 1)
        trials.add_many(db, made.id, [_trial(rng, q) for q in range(queries)])
        series.add(db, job.id, queries, _figures(queries, modes * per_mode))
        campaigns.update_round(db, made.id, summary={"previews": previews(store)})
        ids = _propose(store, db, made.id, modes, per_mode, read)
        jobs.finish(db, job.id, WORKER, {"queries": queries, "clean_queries": 120, "seconds": 900.0}, now + 900)
    return Believable(campaign.id, made.id, job.id, tuple(ids))


def summary(queries: int) -> dict[str, Any]:
    """Return a round's summary as the explore job writes it."""
    return {
        "evidence": "pictures", "space": SPACE.to_json(), "strata": list(STRATA), "known_invalid": [], "bound": 0.5,
        "threshold": 0.25, "queries": queries, "target": "scenes", "fingerprint": "0" * 16,
        "labelled": True, "labels": [], "discrepancy": "bias",
        "samples": {"explore": 120, "eligible": 110, "tune": 120, "verify": 60}, "eligible": [55, 55],
        "repair": {"batch": 16, "anchor": 16, "draws": 4, "evaluate_every": 50, "patience": 6},
    }  # fmt: skip


def _trial(rng: np.random.Generator, query: int) -> trials.TrialRow:
    cell, rate = int(rng.integers(SPACE.n_cells)), 0.2
    if query % 2:  # the agent stays where it fails
        cell, rate = SPACE.index(CELLS[int(rng.integers(len(CELLS)))]), 0.95
    stratum, failed = STRATA[int(rng.integers(2))], bool(rng.random() < rate)
    return trials.TrialRow(
        query=query, batch=query // 50, sample_id=f"{query:016x}", stratum=stratum, cell=cell, failed=failed,
        discrepancy=0.4 if failed else 0.1, answer="hair: 7 long, 1 short", control=query % 10 == 0, counted=True,
    )  # fmt: skip


def _figures(queries: int, n_proposals: int) -> dict[str, float]:
    agent, control = int(0.9 * queries), int(0.1 * queries)
    return {
        "queries": queries, "agent_queries": agent, "agent_failures": int(0.5 * agent), "control_queries": control,
        "control_failures": int(0.36 * control), "modes": 9, "proposals": n_proposals, "n_updates": 600,
        "agent_modes": 9, "control_modes": 2, "entropy": 3.02, "kl_from_uniform": 0.94,
    }  # fmt: skip


def previews(store: Store) -> list[dict[str, Any]]:
    """Return the prompts that a round offers for previews."""
    return [
        {"sample": f"offered-{i}", "stratum": STRATA[i % 2], "reference": EVEN,
         "clean_answer": "hair: 4 long, 4 short", "original": blobs.put(store.workspace, drawn(900 + i))}
        for i in range(8)
    ]  # fmt: skip


def _propose(store: Store, db: Db, round_id: int, modes: int, per_mode: int, read: bool) -> list[str]:
    made, scores = [], {}
    for m in range(modes):
        cell, stratum = CELLS[m % len(CELLS)], STRATA[m % len(STRATA)]
        key = ModeKey(cell, stratum)
        scores[key] = float(modes - m)
        made += [proposal(store, f"p{m}-{i}-{round_id}", key, 100 * m + i) for i in range(per_mode)]
    if not read:
        made = [replace(p, answer=UNREAD, clean_answer=UNREAD) for p in made]
    proposals.add_many(db, round_id, made, scores)
    return [p.id for p in made]


def proposal(store: Store, name: str, key: ModeKey, seed: int) -> Proposal:
    """Return a proposal with its two sheets."""
    words, template = words_of(key.cell), WORDINGS[key.stratum][seed % 2]
    shown = [slot.shows[level] for slot, level in zip(SLOTS, key.cell, strict=True)]
    longs = 0 if words["job"] in ("builder", "professor") else 8
    return Proposal(
        id=name,
        sample_id=f"seeds-{seed}",
        key=key,
        answer=f"hair: 8 {'long' if longs else 'short'}; job: 8 {words['job']}",
        reference=EVEN,
        clean_answer="hair: 4 long, 4 short; job: 3 nurse, 5 chef",
        discrepancy=0.5,
        setting=SPACE.describe(SPACE.values([key.cell])[0].tolist()),
        original=blobs.put(store.workspace, drawn(seed)),
        edited=blobs.put(store.workspace, drawn(seed, *shown, longs=longs)),
        details={
            "prompt": filled(template, words),
            "slots": json.dumps(parts(template, words)),
            "base": filled(template, words_of((0, 0, 0))),
            "pictures": EIGHT,
        },
    )


def hostile(store: Store, made: Believable) -> None:
    """Add a mode, before all others, whose prompts, slots, settings and references hold HTML; three can decide it."""
    digest = blobs.put(store.workspace, drawn(7))
    details: dict[str, str | float | None] = {
        "prompt": HOSTILE,
        "slots": json.dumps([[HOSTILE, HOSTILE]]),
        "base": HOSTILE,
        "pictures": 8,
    }
    key = ModeKey((1, 0, 0), HOSTILE)
    bad = [
        Proposal(f"hostile-{i}", f"hostile-{i}", key, HOSTILE, HOSTILE, 0.5, HOSTILE, digest, digest, dict(details))
        for i in range(3)
    ]
    with store.write() as db:
        proposals.add_many(db, made.round, bad, {key: 99.0})


def repaired(store: Store, made: Believable, passed: bool = True, read: bool = True) -> None:
    """Add a repair and its verification, both done; see `UNREAD`."""
    with store.write() as db:
        repair = jobs.enqueue(db, made.round, "repair", now=NOW + 2000, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 2001)
        jobs.checkpoint(db, repair.id, WORKER, {"modes": believable.learned(db, made.round), "pairs": [], "file": None})
        jobs.finish(db, repair.id, WORKER, believable.repair_result(), NOW + 2900)
        campaigns.update_round(db, made.round, repaired=f"targets/round-{made.round}")
        verify = jobs.enqueue(db, made.round, "verify", now=NOW + 2901, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 2902)
        jobs.finish(db, verify.id, WORKER, verification(store, passed, read), NOW + 3100)


def verification(store: Store, passed: bool = True, read: bool = True) -> dict[str, Any]:
    """Return what the verify job writes of a model that draws."""
    values = SPACE.values([CELLS[0]])[0].tolist()
    mode = {
        "stratum": STRATA[0], "cell": list(CELLS[0]), "values": values, "roles": ["confirmed", "established"], "n": 30,
        "before": 0.9, "after": 0.2, "difference": -0.7, "low": -0.8, "high": -0.5, "change": "fixed",
        "setting": SPACE.describe(values),
    }  # fmt: skip
    words = SPACE.describe(values)
    examples = [_example(store, 40 + i, words, mended) for i, mended in enumerate((True, True, True, True, False))]
    beside = [
        {"name": "variety", "before": 5.02, "after": 4.84, "change_interval90": [-0.31, -0.06], "lost": 0.036,
         "allowed": 0.05, "relative": True},
        {"name": "faithfulness", "before": 0.969, "after": 0.951, "change_interval90": [-0.027, -0.009],
         "lost": 0.018, "allowed": 0.02, "relative": False},
    ]  # fmt: skip
    moves = [
        [STRATA[0], "hair: 8 long; job: 8 nurse", "hair: 5 long, 3 short; job: 8 nurse", 20],
        [STRATA[0], "hair: 8 long; job: 8 nurse", "hair: 8 long; job: 8 nurse", 5],
        [STRATA[0], "hair: 8 long; job: 8 nurse", "hair: 7 long, 1 short; job: 8 nurse", 2],
    ]
    if not read:
        examples = [example | {"before": UNREAD, "after": UNREAD} for example in examples]
        moves = [[STRATA[0], UNREAD, UNREAD, 27]]
    flow = {"failed": 27, "followed": 27, "mended": 20, "same": 5, "other": 2, "moves": moves}
    return believable.verification(passed) | {
        "inputs": 60, "modes": [mode], "examples": examples, "clean_before": 0.91, "clean_after": 0.9,
        "clean_is": "accuracy", "flow": believable.flow() | flow, "modes_established": 1, "beside": beside,
    }  # fmt: skip


def _example(store: Store, seed: int, setting: str, mended: bool) -> dict[str, Any]:
    """Return a set before and after the repair, as the verify job keeps it."""
    longs = 5 if mended else 7
    return {
        "shown_for": "fixed", "outcome": "mended" if mended else "still failing", "confirmed": True,
        "sample_id": f"s{seed}", "stratum": STRATA[0], "reference": EVEN, "setting": setting,
        "original": blobs.put(store.workspace, drawn(seed)),
        "edited": blobs.put(store.workspace, drawn(seed, "nurse", longs=8)),
        "repaired": blobs.put(store.workspace, drawn(seed, "nurse", longs=longs)),
        "before": "hair: 8 long; job: 8 nurse", "after": f"hair: {longs} long, {8 - longs} short; job: 8 nurse",
        "before_failed": True, "after_failed": not mended,
    }  # fmt: skip


def preview(store: Store, job: jobs.Job) -> dict[str, Any]:
    """Return what a worker writes when it has answered a preview."""
    with store.read() as db:
        offered = campaigns.get_round(db, job.round_id).summary["previews"]
    item = next(o for o in offered if o["sample"] == job.params["sample"])
    values = list(job.params["values"])
    said = {"answer": "hair: 8 long; job: 8 nurse", "discrepancy": 0.5, "failed": True}
    return {
        "sample": item["sample"], "reference": item["reference"], "values": values,
        "setting": SPACE.describe(values), "original": item["original"],
        "edited": base64.b64encode(drawn(5, "nurse", longs=8)).decode(),
        "clean": said | {"answer": item["clean_answer"], "discrepancy": 0.0, "failed": False}, "under_setting": said,
    }  # fmt: skip
