"""How fast labeling is as a person sees it: `python -m benchmarks.labeling --json -`.

The real app with its worker, which explores the demo all the while, and headless Chromium. 300 verdicts by key, each
given as soon as the next item shows. From the key press to the next picture painted, and to the acknowledgement that
the verdict is committed; both measured in the page. Afterwards the store is compared with the keys that were pressed.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from benchmarks.app import browsing, running
from benchmarks.common import arguments, emit, say
from faded.config import CampaignConfig
from faded.stages import EXPLORE
from faded.store import campaigns, jobs, proposals, verdicts
from faded.store.engine import Store, open_store
from faded.tasks import SIGNS

VERDICTS = 300
QUERIES = 60_000
"""Enough that exploring goes on until the last verdict: minutes on two cores."""
LEAST_PROPOSALS = 120
"""Proposals that wait before labeling begins."""
KEYS = ("a", "x", "i", " ")
WAIT_S = 900.0

WATCH = """
() => {
  const item = document.querySelector("[data-f=item]");
  const saved = document.querySelector("[data-f=saved]");
  const seen = { shown: [], committed: [], pending: [], open: null, waiting: 0 };
  window.seen = seen;
  document.addEventListener("keydown", () => {
    seen.open = performance.now();
    seen.pending.push(seen.open);
  }, true);
  new MutationObserver(() => {
    const pressed = seen.open;
    if (pressed === null) return;
    seen.open = null;
    requestAnimationFrame(() => requestAnimationFrame(() => seen.shown.push(performance.now() - pressed)));
  }).observe(item, { attributes: true, attributeFilter: ["data-proposal"] });
  new MutationObserver(() => {
    const waiting = Number(saved.dataset.waiting);
    for (let i = waiting; i < seen.waiting; i += 1) seen.committed.push(performance.now() - seen.pending.shift());
    seen.waiting = waiting;
  }).observe(saved, { attributes: true, attributeFilter: ["data-waiting"] });
}
"""


def main() -> None:
    """Label, and print the figures."""
    given = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        store = open_store(Path(folder) / "faded")
        round_id = _begin(store)
        with running(store.workspace) as app:
            _wait(store, round_id)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            pressed, seen = _label(page, f"{app.address}/?round={round_id}#label")
            exploring = _exploring(store, round_id)
        emit({"benchmark": "labeling", "figures": _figures(store, round_id, pressed, seen), **exploring}, given.json)


def _begin(store: Store) -> int:
    with store.write() as db:
        now = time.time()
        campaign = campaigns.create_campaign(db, SIGNS, CampaignConfig(demo=SIGNS, queries=QUERIES).to_json(), now)
        found = campaigns.create_round(db, campaign.id, now=now)
        jobs.enqueue(db, found.id, EXPLORE, now=now)
    return found.id


def _wait(store: Store, round_id: int) -> None:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        with store.read() as db:
            waiting = proposals.count(db, round_id)
        if waiting >= LEAST_PROPOSALS:
            return
        say(f"exploring: {waiting} proposals")
        time.sleep(3)
    raise SystemExit(f"No {LEAST_PROPOSALS} proposals within {WAIT_S:.0f} s.")


def _label(page: Page, address: str) -> tuple[list[str], dict[str, Any]]:
    """Give the verdicts; return the proposals in the order they were judged, and what the page measured."""
    page.goto(address)
    item = page.locator("[data-f=item]:not(.bare)")
    item.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    pressed: list[str] = []
    for number in range(VERDICTS):
        item.wait_for(timeout=120_000)
        pressed.append(str(item.get_attribute("data-proposal")))
        page.keyboard.press(KEYS[number % len(KEYS)])
        page.wait_for_function(f"window.seen.shown.length > {number}", timeout=120_000)
        if number % 50 == 49:
            say(f"{number + 1} verdicts")
    page.wait_for_function(f"window.seen.committed.length >= {VERDICTS}", timeout=120_000)
    seen: dict[str, Any] = page.evaluate("window.seen")
    return pressed, seen


def _exploring(store: Store, round_id: int) -> dict[str, Any]:
    with store.read() as db:
        job = jobs.list_for_round(db, round_id)[0]
    return {"exploring_at_the_end": job.state.value, "progress": round(job.progress, 3)}


def _figures(store: Store, round_id: int, pressed: list[str], seen: dict[str, Any]) -> dict[str, float]:
    """Return the figures; what was pressed is compared with what stands."""
    with store.read() as db:
        standing = [j.proposal_id for j in verdicts.standing(db, round_id)]
    shown, committed = np.array(seen["shown"]), np.array(seen["committed"])
    return {
        "key_to_next_ms_median": round(float(np.median(shown)), 1),
        "key_to_next_ms_p95": round(float(np.quantile(shown, 0.95)), 1),
        "key_to_commit_ms_median": round(float(np.median(committed)), 1),
        "key_to_commit_ms_p95": round(float(np.quantile(committed, 0.95)), 1),
        "lost": len(set(pressed) - set(standing)),
        "doubled": len(standing) - len(set(standing)) + len(pressed) - len(set(pressed)),
        "verdicts": len(standing),
    }


if __name__ == "__main__":
    main()
