"""A store with a round of articles in it that looks like one the worker made, without a worker."""

from __future__ import annotations

from typing import Any

from faded.concepts.text import TextEditor, content_kept, meaning_changed, text_space
from faded.config import CampaignConfig
from faded.demo import bulletins
from faded.domain import Details, ModeKey, Proposal
from faded.store import blobs, campaigns, jobs, proposals, trials
from faded.store.engine import Store
from tests.ui.believable import NOW, WORKER, Believable

SPACE = text_space(
    [
        {"name": "letter_swap", "levels": [0, 0.2, 0.4]},
        {"name": "stop_words", "levels": [0, 0.5, 1]},
        {"name": "negation", "levels": [0, 0.5]},
    ]
)
CELLS = ((1, 0, 0), (1, 2, 0), (0, 1, 1))
"""Letters swapped; that and stop words dropped; negations, which change what an article says."""


def explored(
    store: Store, *, per_mode: int = 4, labelled: bool = True, length: int = 1, unread: int = 0, now: float = NOW
) -> Believable:
    """Make a campaign with one round of bulletins that is explored, and proposals that wait.

    Args:
        store: The store.
        per_mode: Proposals of each of the three modes.
        labelled: Whether there are references.
        length: How many bulletins make an article.
        unread: Tokens that did not fit the target's window.
        now: Seconds since 1970.
    """
    config = CampaignConfig(task="text", target="./summarizer", data="./articles", queries=300, labelled=labelled)
    with store.write() as db:
        name = f"bulletins-{len(campaigns.list_campaigns(db)) + 1}"
        campaign = campaigns.create_campaign(db, name, config.to_json(), now)
        made = campaigns.create_round(db, campaign.id, now=now, summary=summary(labelled))
        job = jobs.enqueue(db, made.id, "explore", now=now, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, now + 1)
        items = _proposals(store, made.id, per_mode, labelled, length, unread)
        trials.add_many(db, made.id, [_trial(q, item) for q, item in enumerate(items)])
        proposals.add_many(db, made.id, items, {item.key: 3.0 - CELLS.index(item.key.cell) for item in items})
        jobs.finish(db, job.id, WORKER, {"queries": 300}, now + 120)
    return Believable(campaign.id, made.id, job.id, tuple(item.id for item in items))


def summary(labelled: bool) -> dict[str, Any]:
    """Return a round's summary as the explore job writes it."""
    strata = list(bulletins.KINDS)
    return {
        "evidence": "text", "space": SPACE.to_json(), "strata": strata, "known_invalid": [], "bound": 0.5,
        "threshold": 0.3, "queries": 300, "target": "bulletins", "fingerprint": "0" * 16, "labelled": labelled,
        "labels": [], "samples": {"explore": 600, "eligible": 590, "tune": 600, "verify": 600},
        "eligible": [59] * len(strata), "previews": [],
    }  # fmt: skip


def _trial(query: int, item: Proposal) -> trials.TrialRow:
    return trials.TrialRow(
        query=query, batch=0, sample_id=item.sample_id, stratum=item.key.stratum, cell=SPACE.index(item.key.cell),
        failed=True, discrepancy=item.discrepancy, answer=item.answer, control=False, counted=True,
    )  # fmt: skip


def _proposals(store: Store, round_id: int, per_mode: int, labelled: bool, length: int, unread: int) -> list[Proposal]:
    values = SPACE.values(CELLS)
    drawn = [
        b
        for b in bulletins.draw(5, bulletins.ROUND_STREAM, 10 * length * per_mode * len(CELLS))
        if b.sample.stratum == "crash"
    ]
    found = []
    for i in range(per_mode * len(CELLS)):
        cell, part = CELLS[i % len(CELLS)], drawn[i * length : (i + 1) * length]
        setting = values[i % len(CELLS)]
        article = "\n\n".join(b.sample.payload for b in part)
        edited = TextEditor(SPACE)([article], setting[None])[0]
        reference = " ".join(str(b.sample.reference) for b in part)
        details: Details = {"confidence": 0.71, "content_kept": content_kept(article, edited)}
        details |= {"changes_meaning": "negation"} if meaning_changed(SPACE, setting[None])[0] else {}
        details |= {"unread_tokens": unread} if unread else {}
        found.append(
            Proposal(
                id=f"t{i % len(CELLS)}-{i // len(CELLS)}-{round_id}",
                sample_id=part[0].sample.id,
                key=ModeKey(cell, "crash"),
                answer=wrong(reference, part[0]),
                reference=reference if labelled else None,
                clean_answer=reference.replace(", and", ";"),
                discrepancy=0.5,
                setting=SPACE.describe(setting.tolist()),
                original=blobs.put(store.workspace, article.encode()),
                edited=blobs.put(store.workspace, edited.encode()),
                details=details,
            )
        )
    return found


def wrong(reference: str, bulletin: bulletins.Bulletin) -> str:
    """Return a summary with another place and another day."""
    _, place, day, *_ = bulletin.facts
    return reference.replace(place, "Otwick").replace(day, "Thursday" if day != "Thursday" else "Friday")
