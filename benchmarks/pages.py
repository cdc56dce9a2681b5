"""How soon the pages are there: `python -m benchmarks.pages --json -`.

The real app with its worker on a store with a whole round in it (10,000 trials, 2,000 proposals, a repair and its
verification), and headless Chromium. The first page: from starting `python app.py` until it is drawn, three fresh
starts. A switch: from the click on a page's name until that page is painted with the server's answer, ten times each,
the first visits included. Both are measured in the page.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.app import App, browsing
from benchmarks.common import arguments, emit, say
from faded.store.engine import open_store
from tests.ui import believable

TRIALS, MODES, PER_MODE = 10_000, 400, 5
STARTS = 3
ROUNDS = 10
VIEWPORT = {"width": 1440, "height": 900}

READY = {
    "run": "#run-finds img",
    "label": "[data-f=item]:not(.bare)",
    "landscape": "#map-heat .heat-cell",
    "repair": "#repair-modes img",
    "verify": "#verify-matrix .o-tile",
}
"""The pages, and what is there once one is drawn."""

SWITCH = """([name, ready]) => new Promise((resolve, reject) => {
  const answer = (entry) => entry.name.includes("/gradio_api/");
  let answered = name === "label", began = 0;  // that page asks for itself, and shows what it has fetched already
  const watch = new PerformanceObserver((list) => { answered ||= list.getEntries().some(answer); });
  watch.observe({ type: "resource" });
  const look = () => {
    const part = document.querySelector(ready);
    if (performance.now() - began > 30_000) return reject(new Error(`${name} is not drawn`));
    if (!answered || !part || !part.checkVisibility()) return requestAnimationFrame(look);
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  };
  began = performance.now();
  document.querySelector(`#f-nav a[href="#${name}"]`).click();
  requestAnimationFrame(look);
})"""
"""Waits for the first answer after the click, and for what shows that the page is drawn; then for the next frame."""


def main() -> None:
    """Start, switch, and print the figures."""
    given = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        app = App(Path(folder) / "faded")
        round_id = _fill(app.workspace)
        firsts = []
        for _ in range(STARTS):
            firsts.append(_first_page(browser, app))
            app.end()
            say(f"first page after {firsts[-1]:.2f} s")
        app.start()
        try:
            page = browser.new_page(viewport=VIEWPORT)  # type: ignore[arg-type]
            page.goto(f"{app.address}/?round={round_id}#verify")
            page.locator(READY["verify"]).first.wait_for(timeout=60_000)
            switches = dict(_switches(page))
        finally:
            app.end()
    every = [ms for of_page in switches.values() for ms in of_page]
    figures = {
        "first_page_s": round(float(np.median(firsts)), 2),
        "page_switch_ms_median": round(float(np.median(every)), 1),
        "page_switch_ms_p95": round(float(np.quantile(every, 0.95)), 1),
        "page_switch_ms_max": round(max(every), 1),
    }
    by_page = {
        name: {"first": round(found[0], 1), "median": round(float(np.median(found)), 1), "max": round(max(found), 1)}
        for name, found in switches.items()
    }
    emit({"benchmark": "pages", "figures": figures, "first_page_each_s": firsts, "by_page": by_page}, given.json)


def _fill(workspace: Path) -> int:
    """Make the round; return its number."""
    store = open_store(workspace)
    try:
        made = believable.explored(store, queries=TRIALS, modes=MODES, per_mode=PER_MODE)
        believable.labeled(store, made, modes=30)
        believable.repaired(store, made)
    finally:
        store.close()
    return made.round


def _first_page(browser: Browser, app: App) -> float:
    """Start the app and look at it as soon as it answers; return the seconds until the page is drawn."""
    page = browser.new_page(viewport=VIEWPORT)  # type: ignore[arg-type]
    began = time.monotonic()
    app.start()
    page.goto(app.address)
    page.locator(READY["run"]).first.wait_for(timeout=60_000)
    taken = time.monotonic() - began
    page.close()
    return round(taken, 2)


def _switches(page: Page) -> Iterator[tuple[str, list[float]]]:
    """Walk through the pages ten times; give the milliseconds of each page."""
    taken: dict[str, list[float]] = {name: [] for name in READY}
    for number in range(ROUNDS):
        for name, ready in READY.items():
            taken[name].append(float(page.evaluate(SWITCH, [name, ready])))
            page.wait_for_timeout(300)
        say(f"{number + 1} of {ROUNDS} times through the pages")
    yield from taken.items()


if __name__ == "__main__":
    main()
