"""A large store: `python -m benchmarks.scale --json -`.

A round of 100,000 proposals in 5,000 modes, five verdicts on each by ten people, all but the last 400 proposals judged.
Measured are, in the store, how long the next items take after a verdict and how long a verdict takes, for one person
after the other; and with the real app and headless Chromium, how long the managers' page takes to be drawn, right after
the start and after a verdict, and how much memory the web process has needed by then. What goes through all verdicts is
counted apart on it: how long that takes the first time is measured too; later the page shows what was counted before.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from benchmarks.app import App, browsing
from benchmarks.common import arguments, emit, say
from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.domain import ModeKey, Proposal, Verdict
from faded.labeling import queue
from faded.labeling.standings import StandingsCache
from faded.store import blobs, campaigns, jobs, labeling_rules, proposals, settling, verdicts
from faded.store.engine import Store, open_store
from faded.store.labeling_rules import Rules
from faded.tasks import SIGNS
from tests.ui import believable

MODES, PER_MODE, OPINIONS, PEOPLE = 5_000, 20, 5, 10
LEFT = 400
"""Proposals, the last of all, that nobody has judged."""
CLICKS = 200
PORTION = 500
ALIKE = 0.85
"""How often somebody says what most say of a proposal."""
SAID_FROM = 1_790_000_000.0
SAID_EVERY_S = 4.0
SPACE = ConceptSpace.from_json(
    [
        {"name": "rotation", "kind": "ordinal", "levels": [*range(-90, 91, 15)], "neutral": 0,
         "phrase": "turned by {value:g} degrees", "phrase_below": ""},
        {"name": "darkening", "kind": "ordinal", "levels": [i / 10 for i in range(9)], "neutral": 0,
         "phrase": "darkened by {value:.0%}", "phrase_below": ""},
        {"name": "saturation", "kind": "ordinal", "levels": [i / 7 for i in range(8)], "neutral": 1,
         "phrase": "colours at {value:.0%}", "phrase_below": ""},
    ]
)  # fmt: skip
PAGES = ("run", "label", "landscape", "repair", "verify", "team")
DRAWN = "#team-confirmation table"
"""Comes with all of the page but what is counted apart."""
COUNTED = ("#team-agreement table", "#team-over_time svg")


def main() -> None:
    """Make the store, label in it, look at it, and print the figures."""
    given = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        app = App(Path(folder) / "faded")
        store = open_store(app.workspace)
        round_id, said = fill(store)
        with store.read() as db:
            n = proposals.count(db, round_id)
        say(f"{n} proposals, {said} verdicts")
        laid, judged = clicks(store, round_id)
        app.start()
        try:
            assert app.process is not None  # noqa: S101 - just started
            idle = memory_mb(app.process.pid)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            first, counted = drawn(page, app, round_id)
            later = []
            for i in range(3):
                judge(store, round_id, f"p{i}", StandingsCache())
                later.append(drawn(page, app, round_id)[0])
            for name in PAGES:
                page.goto(f"{app.address}/?round={round_id}#{name}")
                page.wait_for_timeout(5_000)
            most = memory_mb(app.process.pid)
        finally:
            app.end()
            store.close()
    figures = {
        "proposals": n,
        "verdicts": said,
        "next_item_ms": round(float(np.median(laid)), 2),
        "next_item_ms_p95": round(float(np.quantile(laid, 0.95)), 2),
        "verdict_ms": round(float(np.median(judged)), 2),
        "verdict_ms_p95": round(float(np.quantile(judged, 0.95)), 2),
        "team_page_first_s": round(first, 2),
        "team_counted_first_s": round(counted, 2),
        "team_page_s": round(float(np.median(later)), 2),
        "web_mb": round(most, 1),
        "web_mb_idle": round(idle, 1),
    }
    emit({"benchmark": "scale", "figures": figures}, given.json)


def fill(store: Store) -> tuple[int, int]:
    """Make the round; return its number and how many verdicts were given."""
    rng = np.random.default_rng(0)
    strata, now = believable.STRATA, SAID_FROM
    with store.write() as db:
        config = CampaignConfig(demo=SIGNS, queries=1_000)
        campaign = campaigns.create_campaign(db, "large", config.to_json(), now)
        summary = believable.summary(config.queries) | {"space": SPACE.to_json(), "known_invalid": []}
        made = campaigns.create_round(db, campaign.id, now=now, summary=summary)
        job = jobs.enqueue(db, made.id, "explore", now=now)
        jobs.claim(db, believable.WORKER, 30, now + 1)
        jobs.finish(db, job.id, believable.WORKER, {"queries": config.queries}, now + 120)
        labeling_rules.save(db, campaign.id, Rules(OPINIONS), "benchmark", now)
    keys = [ModeKey(SPACE.cell(i // len(strata)), strata[i % len(strata)]) for i in range(MODES)]
    pictures = [blobs.put(store.workspace, believable.sign(i, i % len(strata))) for i in range(12)]
    for start in range(0, MODES * PER_MODE, 20 * PORTION):
        numbers = range(start, start + 20 * PORTION)
        with store.write() as db:
            items = [_proposal(i, keys[i % MODES], pictures) for i in numbers]
            proposals.add_many(db, made.id, items, {key: float(MODES - i) for i, key in enumerate(keys)})
    said = _say(store, made.id, rng)
    with store.read() as db:
        wrong = list(settling.wrong(db, made.id))
    for start in range(0, len(wrong), PORTION):
        part = wrong[start : start + PORTION]
        with store.write() as db:
            settling.write(db, settling.wrong(db, made.id, part))
    return made.id, said


def _proposal(number: int, key: ModeKey, pictures: list[str]) -> Proposal:
    values = tuple(float(v) for v in SPACE.values([key.cell])[0])
    return Proposal(
        id=f"{number:016x}",
        sample_id=f"s{number}",
        key=key,
        answer=believable.STRATA[number % 5],
        reference=key.stratum,
        clean_answer=None,
        discrepancy=0.4,
        setting=SPACE.describe(values),
        original=pictures[number % 12],
        edited=pictures[(number + 5) % 12],
        details={"confidence": 0.93},
    )


def _say(store: Store, round_id: int, rng: np.random.Generator) -> int:
    """Let five of ten people judge each proposal but the last ones, mostly alike."""
    kinds = [kind.value for kind in Verdict]
    events: list[tuple[str | int | float, ...]] = []
    for number in range(MODES * PER_MODE - LEFT):
        usual = int(rng.choice(len(kinds), p=(0.5, 0.3, 0.1, 0.1)))
        for person in rng.choice(PEOPLE, OPINIONS, replace=False):
            verdict = usual if rng.random() < ALIKE else int(rng.integers(len(kinds)))
            at = SAID_FROM + SAID_EVERY_S * len(events)
            look = int(rng.lognormal(7.5, 0.6))
            events.append(
                (uuid.UUID(int=len(events)).hex, round_id, f"{number:016x}", f"p{person}", kinds[verdict], look, at)
            )
    columns = "key, round_id, proposal_id, annotator, kind, verdict, visible_ms, created_at"
    with store.write() as db:
        db.exec_driver_sql(f"INSERT INTO verdict_events ({columns}) VALUES (?, ?, ?, ?, 'verdict', ?, ?, ?)", events)  # noqa: S608 - our own names
    return len(events)


def clicks(store: Store, round_id: int) -> tuple[list[float], list[float]]:
    """Let people label by turns; return the milliseconds of the next items and of a verdict, commits included."""
    cache, both = StandingsCache(), []
    for i in range(PEOPLE + CLICKS):
        both.append(judge(store, round_id, f"p{i % PEOPLE}", cache))
    laid, judged = zip(*both[PEOPLE:], strict=True)
    return list(laid), list(judged)


def judge(store: Store, round_id: int, who: str, cache: StandingsCache) -> tuple[float, float]:
    """Ask for four items and judge the first; return the milliseconds that each took."""
    began = time.perf_counter()
    with store.write() as db:
        leased, _ = queue.lay(db, round_id, who, 4, time.time(), cache)
    laid = time.perf_counter()
    with store.write() as db:
        item = leased[0].proposal.id
        verdicts.submit(db, item, who, uuid.uuid4().hex, now=time.time(), verdict=Verdict.CONFIRM, visible_ms=900)
    return 1000 * (laid - began), 1000 * (time.perf_counter() - laid)


def drawn(page: Page, app: App, round_id: int) -> tuple[float, float]:
    """Open the managers' page anew; return the seconds until it is drawn, and until what is counted apart is there."""
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(f"{app.address}/?round={round_id}#team")
    page.locator(DRAWN).first.wait_for(timeout=120_000)
    first = time.perf_counter() - began
    for part in COUNTED:
        page.locator(part).first.wait_for(timeout=120_000)
    return first, time.perf_counter() - began


def memory_mb(pid: int) -> float:
    """Return the most memory that a process has needed so far, MB (VmHWM of Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"process {pid} does not say how much memory it needs")


if __name__ == "__main__":
    main()
