"""A store with a summarizer's round in it that looks like one the worker made, without a worker and without torch."""

from __future__ import annotations

import base64
import random
from typing import Any

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.demo import bulletins
from faded.domain import ModeKey, Proposal
from faded.store import blobs, campaigns, jobs, proposals, series, trials
from faded.store.engine import Db, Store
from tests.ui import believable
from tests.ui.believable import NOW, WORKER, Believable

STRATA = tuple(bulletins.KINDS)
THRESHOLD = 0.3

SPACE = ConceptSpace.from_json(
    [
        {"name": "lowercase", "kind": "ordinal", "levels": [0, 0.5, 1], "neutral": 0,
         "phrase": "{value:.0%} of the words with capitals written without them", "phrase_below": ""},
        {"name": "stop_words", "kind": "ordinal", "levels": [0, 0.5, 1], "neutral": 0,
         "phrase": "{value:.0%} of the stop words dropped", "phrase_below": ""},
        {"name": "letter_swap", "kind": "ordinal", "levels": [0, 0.1, 0.2, 0.4], "neutral": 0,
         "phrase": "two letters swapped in {value:.0%} of the words", "phrase_below": ""},
    ]
)  # fmt: skip

STOP_WORDS = {"a", "an", "the", "was", "were", "of", "in", "on", "at", "to", "for", "and", "from", "by", "with", "is"}
CELLS = ((2, 0, 3), (1, 2, 3), (0, 1, 2), (2, 2, 1))
"""Of the modes that are proposed."""

HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>"
"""What an article, or a summary, may hold."""


def written(text: str, values: tuple[float, ...], seed: int = 0) -> str:
    """Return an article as edited; enough of the three edits for the eye."""
    draw, said = random.Random(seed), []  # noqa: S311 - no secret
    small, dropped, swapped = values
    for word in text.split(" "):
        if word.lower() in STOP_WORDS and draw.random() < dropped:
            continue
        if word[:1].isupper() and draw.random() < small:
            word = word.lower()
        if len(word) > 4 and draw.random() < swapped:
            word = f"{word[0]}{word[2]}{word[1]}{word[3:]}"
        said.append(word)
    return " ".join(said)


def wrong(reference: str, seed: int) -> str:
    """Return a summary with wrong facts in it: another road, and nothing of what else came of it."""
    road = f"{('Mill', 'Station', 'Harbour', 'Chapel')[seed % 4]} Road"
    words = reference.removesuffix(".").split(" on ")
    return f"{words[0]} on {road}{f' on {words[-1]}' if len(words) > 2 else ''}."


def explored(
    store: Store, *, queries: int = 900, modes: int = 4, per_mode: int = 4, labelled: bool = True, now: float = NOW
) -> Believable:
    """Make a campaign with one explored round on a summarizer, and proposals that wait."""
    rng = np.random.default_rng(0)
    config = CampaignConfig(demo="bulletins", queries=queries, seed=0, labelled=labelled)
    with store.write() as db:
        name = f"bulletins-{len(campaigns.list_campaigns(db)) + 1}"
        campaign = campaigns.create_campaign(db, name, config.to_json(), now)
        made = campaigns.create_round(db, campaign.id, now=now, summary=summary(queries, labelled))
        job = jobs.enqueue(db, made.id, "explore", now=now, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, now + 1)
        trials.add_many(db, made.id, [_trial(rng, q) for q in range(queries)])
        for at in range(100, queries + 1, 100):
            series.add(db, job.id, at, _figures(at, modes * per_mode))
        campaigns.update_round(db, made.id, summary={"previews": previews(store, labelled)})
        ids = _propose(store, db, made.id, modes, per_mode, labelled)
        jobs.finish(db, job.id, WORKER, {"queries": queries, "clean_queries": 400, "seconds": 1500.0}, now + 1500)
    return Believable(campaign.id, made.id, job.id, tuple(ids))


def summary(queries: int, labelled: bool = True) -> dict[str, Any]:
    """Return a round's summary as the explore job writes it."""
    return {
        "evidence": "text", "space": SPACE.to_json(), "strata": list(STRATA), "known_invalid": [], "bound": 0.5,
        "threshold": THRESHOLD, "queries": queries, "target": "bulletins", "fingerprint": "0" * 16,
        "labelled": labelled, "labels": [], "discrepancy": "rouge_l",
        "samples": {"explore": 400, "eligible": 380, "tune": 400, "verify": 400}, "eligible": [38] * len(STRATA),
    }  # fmt: skip


def _trial(rng: np.random.Generator, query: int) -> trials.TrialRow:
    stratum, cell = int(rng.integers(len(STRATA))), int(rng.integers(SPACE.n_cells))
    small, dropped, swapped = SPACE.grid[cell]
    logit = -3.0 + 1.3 * small + 0.3 * dropped + 9.0 * swapped + 0.9 * (stratum - 4.5) / 4.5
    failed = bool(rng.random() < 1 / (1 + np.exp(-logit)))
    return trials.TrialRow(
        query=query, batch=query // 50, sample_id=f"{query:016x}", stratum=STRATA[stratum], cell=cell, failed=failed,
        discrepancy=0.5 if failed else 0.1, answer="A summary.", control=query % 10 == 0, counted=True,
    )  # fmt: skip


def _figures(queries: int, n_proposals: int) -> dict[str, float]:
    agent, control = int(0.9 * queries), int(0.1 * queries)
    return {
        "queries": queries, "agent_queries": agent, "agent_failures": int(0.58 * agent), "control_queries": control,
        "control_failures": int(0.29 * control), "modes": queries // 60, "proposals": n_proposals, "n_updates": 600,
        "agent_modes": queries // 70, "control_modes": queries // 400, "entropy": 3.02, "kl_from_uniform": 0.94,
    }  # fmt: skip


def previews(store: Store, labelled: bool = True) -> list[dict[str, Any]]:
    """Return the articles that a round offers for previews, one of each stratum and more."""
    drawn = bulletins.draw(7, bulletins.ROUND_STREAM, 14)
    return [
        {"sample": b.sample.id, "stratum": b.sample.stratum, "reference": b.sample.reference if labelled else None,
         "clean_answer": b.sample.reference, "original": blobs.put(store.workspace, b.sample.payload.encode())}
        for b in drawn
    ]  # fmt: skip


def _propose(store: Store, db: Db, round_id: int, modes: int, per_mode: int, labelled: bool) -> list[str]:
    drawn = bulletins.draw(3, bulletins.ROUND_STREAM, len(STRATA) * per_mode)
    made, scores = [], {}
    for m in range(modes):
        stratum, cell = STRATA[m % len(STRATA)], CELLS[m % len(CELLS)]
        key, values = ModeKey(cell, stratum), tuple(float(v) for v in SPACE.values([cell])[0])
        scores[key] = float(modes - m)
        of_stratum = [b.sample for b in drawn if b.sample.stratum == stratum]
        for i, sample in enumerate(of_stratum[:per_mode]):
            reference = str(sample.reference)
            made.append(
                Proposal(
                    id=f"p{m}-{i}-{round_id}",
                    sample_id=sample.id,
                    key=key,
                    answer=wrong(reference, m + i),
                    reference=reference if labelled else None,
                    clean_answer=reference,
                    discrepancy=0.46,
                    setting=SPACE.describe(values),
                    original=blobs.put(store.workspace, sample.payload.encode()),
                    edited=blobs.put(store.workspace, written(sample.payload, values, i).encode()),
                    details={"confidence": 0.81, "content_kept": 0.72, "changes_meaning": None},
                )
            )
    proposals.add_many(db, round_id, made, scores)
    return [p.id for p in made]


def hostile(store: Store, made: Believable) -> Proposal:
    """Add a proposal whose article, stratum, setting and summaries hold HTML."""
    key = ModeKey(CELLS[0], HOSTILE)
    article = f"Before {HOSTILE} the road was closed. {HOSTILE}"
    proposal = Proposal(
        "hostile",
        "hostile",
        key,
        HOSTILE,
        f"{HOSTILE} and more",
        0.5,
        HOSTILE,
        blobs.put(store.workspace, article.encode()),
        blobs.put(store.workspace, article.replace("road", f"raod {HOSTILE}").encode()),
        {},
        HOSTILE,
    )
    with store.write() as db:
        proposals.add_many(db, made.round, [proposal], {key: 9.0})
    return proposal


def repaired(store: Store, made: Believable, passed: bool = True) -> None:
    """Add a repair and its verification, both done."""
    with store.write() as db:
        repair = jobs.enqueue(db, made.round, "repair", now=NOW + 2000, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 2001)
        for step in range(0, 301, 10):
            series.add(db, repair.id, step, _repair_figures(step))
        pointer = {"modes": believable.learned(db, made.round), "pairs": [], "file": None}
        jobs.checkpoint(db, repair.id, WORKER, pointer)
        jobs.finish(db, repair.id, WORKER, believable.repair_result(), NOW + 2900)
        campaigns.update_round(db, made.round, repaired=f"targets/round-{made.round}")
        verify = jobs.enqueue(db, made.round, "verify", now=NOW + 2901, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 2902)
        jobs.finish(db, verify.id, WORKER, verification(store, passed), NOW + 3100)


def _repair_figures(step: int) -> dict[str, float]:
    done = step - step % 50
    gone, seen = 1 - np.exp(-step / 90), 1 - np.exp(-done / 90)
    return {
        "step": step, "steps": 300, "loss": float(1.9 - 1.3 * gone + 0.1 * np.sin(step)),
        "anchor": float(0.011 * gone + 0.001 * np.sin(step / 3)), "evaluated": done, "best": min(done, 250),
        "clean": float(1 - 0.02 * seen), "step_seconds": 2.9, "mode_rate": float(0.74 - 0.4 * seen),
    }  # fmt: skip


def verification(store: Store, passed: bool = True) -> dict[str, Any]:
    """Return what the verify job writes of a summarizer."""
    rows = [(STRATA[m], CELLS[m], ["confirmed", "established"], 38, 0.74, 0.32, "fixed") for m in range(3)]
    rows += [(STRATA[5], CELLS[3], ["established"], 40, 0.61, 0.55, "unchanged")]
    rows += [(STRATA[8], CELLS[1], ["established"], 36, 0.58, 0.44, "cannot tell")]
    if not passed:
        rows.append((STRATA[9], CELLS[2], ["watch"], 39, 0.1, 0.36, "newly broken"))
    reasons = [
        "Passed: the induced rate over 3 confirmed modes fell by 56.8%, 90% interval 44.0% to 67.1% (its lower end "
        "must be above 0.0%).",
        "Passed: the clean score went from 0.901 to 0.894 (it may lose 0.010).",
    ]
    return believable.verification(passed) | {
        "inputs": 400, "modes": [_mode(*row) for row in rows], "examples": examples(store), "clean_before": 0.9012,
        "clean_after": 0.8941, "clean_is": "score", "clean_change_interval90": [-0.0142, 0.0003],
        "negative_flip_rate": 0.0125, "gate": {"passed": passed, "reasons": reasons},
        "flow": believable.flow() | {"moves": [["crash", "One summary.", "Another summary.", 1]]},
        "modes_established": 5,
    }  # fmt: skip


def _mode(
    stratum: str, cell: tuple[int, ...], roles: list[str], n: int, before: float, after: float, change: str
) -> dict[str, Any]:
    values = SPACE.values([cell])[0].tolist()
    return {
        "stratum": stratum, "cell": list(cell), "values": values, "roles": roles, "n": n, "before": before,
        "after": after, "difference": after - before, "low": after - before - 0.12, "high": after - before + 0.12,
        "change": change, "setting": SPACE.describe(values),
    }  # fmt: skip


def examples(store: Store) -> list[dict[str, Any]]:
    """Return articles with summaries as verification keeps them; what is mended is a word off the reference."""
    kinds = [("fixed", "mended")] * 4 + [("fixed", "still failing")] * 2 + [("clean", "broken")] * 3
    kinds += [("unchanged", "still failing")] * 2
    drawn = bulletins.draw(11, bulletins.ROUND_STREAM, len(kinds))
    made = []
    for i, ((why, outcome), bulletin) in enumerate(zip(kinds, drawn, strict=True)):
        sample, clean = bulletin.sample, why == "clean"
        values = tuple(float(v) for v in SPACE.values([CELLS[i % 4]])[0])
        text, reference = sample.payload, str(sample.reference)
        near = reference.replace("caused", "led to")
        made.append(
            {
                "shown_for": why, "outcome": outcome, "confirmed": why == "fixed", "sample_id": sample.id,
                "stratum": sample.stratum, "reference": reference,
                "setting": "Unchanged." if clean else SPACE.describe(values),
                "original": blobs.put(store.workspace, text.encode()),
                "edited": blobs.put(store.workspace, (text if clean else written(text, values, i)).encode()),
                "before": near if outcome == "broken" else wrong(reference, i),
                "after": near if outcome == "mended" else wrong(reference, i + 1),
                "before_failed": outcome != "broken", "after_failed": outcome != "mended",
            }
        )  # fmt: skip
    return made


def preview(store: Store, job: jobs.Job, *, failed: bool = True, clean_failed: bool = False) -> dict[str, Any]:
    """Return what a worker writes when it has answered a preview."""
    with store.read() as db:
        offered = campaigns.get_round(db, job.round_id).summary["previews"]
    item = next(o for o in offered if o["sample"] == job.params["sample"])
    text, values = blobs.get(store.workspace, item["original"]).decode(), tuple(job.params["values"])
    unedited = str(item["clean_answer"])
    return {
        "sample": item["sample"], "reference": item["reference"], "values": list(values),
        "setting": SPACE.describe(values), "original": item["original"],
        "edited": base64.b64encode(written(text, values).encode()).decode(),
        "clean": {"answer": unedited, "confidence": 0.93, "discrepancy": 0.42 if clean_failed else 0.05,
                  "failed": clean_failed},
        "under_setting": {"answer": wrong(unedited, 1) if failed else unedited, "confidence": 0.78,
                          "discrepancy": 0.46 if failed else 0.05, "failed": failed},
    }  # fmt: skip


def with_article(store: Store, made: Believable, text: str) -> None:
    """Let the round offer one article alone."""
    digest = blobs.put(store.workspace, text.encode())
    with store.write() as db:
        first = campaigns.get_round(db, made.round).summary["previews"][0]
        campaigns.update_round(db, made.round, summary={"previews": [first | {"original": digest}]})
