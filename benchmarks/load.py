"""Many annotators at once: `python -m benchmarks.load --annotators 50 --verdicts 100 --json -`.

The real app with its worker, which explores the demo all the while, and a round of 2,880 proposals with their pictures,
each to be judged by three people. The annotators sign in with accounts of their own and speak HTTP as the page does:
each click sends one event and asks for four items. They think for two seconds on average, exponentially, sometimes skip
and undo, and send one event in fifty twice, as a browser does whose answer was lost. First 20 of them, then all.

Measured is, at the server's door, how long a click takes until its verdict is committed and the next item is in hand.
Afterwards all go on until nothing is left to judge, for each has some items in hand that others wait for, and the store
is compared with what was acknowledged.
"""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.app import App
from benchmarks.common import emit, say
from faded.config import CampaignConfig
from faded.domain import Role, Verdict
from faded.stages import EXPLORE
from faded.store import accounts, derived, jobs, labeling_rules, signing_in
from faded.store.engine import Store, open_store
from faded.store.labeling_rules import Rules
from faded.store.rounds import begin_campaign
from faded.tasks import SIGNS
from faded.ui.accounts_door import COOKIE
from tests.ui import believable

FEW = 20
OPINIONS = 3
MODES, PER_MODE = 480, 6
QUERIES = 1_000_000
"""Enough that exploring goes on until the last verdict."""
WANT = 4
THINK_S = 2.0
LAST_TURNS = 4
SKIPS, UNDOES, TWICE = 0.03, 0.02, 0.02
LIKELY = (0.45, 0.35, 0.05, 0.15)
"""How often each verdict is given, in the order of `Verdict`."""
PASSWORD = "correct horse battery"  # noqa: S105 - of this benchmark's accounts


@dataclass
class Annotator:
    """Somebody who labels over HTTP.

    Attributes:
        app: The app.
        name: Their account.
        round_id: The round that they label.
        part: Number of the page's component that is asked.
        rng: What they choose by.
        clicks: Milliseconds of each click.
        acknowledged: Keys of the events that the server says it has, with what they were.
        errors: What went wrong.
    """

    app: App
    name: str
    round_id: int
    part: int
    rng: np.random.Generator
    clicks: list[float] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=60)
        self._cookie = sign_in(self._connection, self.name)

    def work(self, verdicts: int, think_s: float, is_over: Callable[[], bool] = lambda: False) -> None:
        """Give so many verdicts, or fewer if nothing is left or it is over."""
        queue = self._call("label_next", {"round": self.round_id, "want": WANT})["order"]
        given = 0
        while given < verdicts and queue and not is_over():
            time.sleep(self.rng.exponential(think_s))
            kind = self.rng.choice(["skip", "undo", "verdict"], p=[SKIPS, UNDOES, 1 - SKIPS - UNDOES])
            event: dict[str, Any] = {"kind": str(kind), "key": uuid.uuid4().hex, "visible_ms": 900}
            if kind == "undo":
                event["round"] = self.round_id
            else:
                event["proposal"] = queue[0]
            if kind == "verdict":
                event["verdict"] = str(self.rng.choice([v.value for v in Verdict], p=LIKELY))
            queue = self._click(event, queue)
            given += kind == "verdict"
        self._connection.close()

    def _click(self, event: dict[str, Any], have: list[str]) -> list[str]:
        """Send an event, now and then twice, and what is in hand; return what lies before the person then."""
        asked = {"events": [event], "round": self.round_id, "want": WANT, "have": have}
        began = time.perf_counter()
        answer = self._call("label_send", asked)
        self.clicks.append(1000 * (time.perf_counter() - began))
        if self.rng.random() < TWICE:
            answer = self._call("label_send", asked)
        (said,) = answer["events"]
        if said["ok"]:
            self.acknowledged[event["key"]] = event["kind"]
        else:
            self.errors.append(said["message"])
        return [str(one) for one in answer.get("order", ())]

    def _call(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"session_hash": self.name, "component_id": self.part, "fn_name": name, "data": asked})
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        for attempt in range(2):
            try:
                self._connection.request("POST", "/gradio_api/component_server", body, headers)
                answer = self._connection.getresponse()
                text = answer.read()
                break
            except (ConnectionError, http.client.HTTPException):  # the server ends a connection that was idle for 5 s
                self._connection.close()
                if attempt:
                    raise
        if answer.status != 200:
            self.errors.append(f"{answer.status}: {text[:200]!r}")
            return {"order": [], "events": [{"ok": False, "message": "refused"}]}
        found: dict[str, Any] = json.loads(text)
        if not found.get("ok"):
            self.errors.append(str(found.get("message")))
        return {"order": [], "events": [{"ok": False, "message": "refused"}]} | found


def sign_in(connection: http.client.HTTPConnection, name: str) -> str:
    """Sign in and return the cookie."""
    body = urlencode({"name": name, "password": PASSWORD})
    connection.request("POST", "/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    if not cookie.startswith(f"{COOKIE}="):
        raise SystemExit(f"{name} cannot sign in: {answer.status}")
    return cookie


def fill(workspace: Path, annotators: int, explored: CampaignConfig) -> tuple[int, int]:
    """Make the round that is labelled, one that is explored meanwhile, and the accounts; return the two rounds."""
    store = open_store(workspace)
    try:
        made = believable.explored(store, modes=MODES, per_mode=PER_MODE)
        with store.write() as db:
            labeling_rules.save(db, made.campaign, Rules(OPINIONS), "benchmark", time.time())
            _, begun = begin_campaign(db, explored, time.time())
            for name in ("admin", *names(annotators)):
                role = Role.ADMIN if name == "admin" else Role.ANNOTATOR
                accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "benchmark", time.time())
    finally:
        store.close()
    return made.round, begun.id


def names(count: int) -> list[str]:
    """Return the names of so many accounts."""
    return [f"person{i:03d}" for i in range(count)]


def component(app: App) -> int:
    """Return the number of the component that the page Label asks."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    connection.request("GET", "/config", headers={"Cookie": sign_in(connection, "admin")})
    parts = json.loads(connection.getresponse().read())["components"]
    connection.close()
    return next(int(p["id"]) for p in parts if "label_send" in (p["props"].get("server_fns") or ()))


def phase(app: App, round_id: int, part: int, count: int, verdicts: int, seed: int) -> list[Annotator]:
    """Let so many people label at the same time."""
    people = [
        Annotator(app, name, round_id, part, np.random.default_rng([seed, i])) for i, name in enumerate(names(count))
    ]
    threads = [threading.Thread(target=one.work, args=(verdicts, THINK_S)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clicks = [ms for one in people for ms in one.clicks]
    if not clicks:
        return people
    median, p95 = np.quantile(clicks, [0.5, 0.95])
    say(f"{count} people, {len(clicks)} clicks: median {median:.1f} ms, p95 {p95:.1f} ms")
    return people


def half_judged(store: Store, round_id: int) -> int:
    """Return how many items some have judged, and fewer than were asked for."""
    query = "SELECT count(*) FROM proposals WHERE round_id = ? AND opinions BETWEEN 1 AND ?"
    with store.read() as db:
        return int(db.exec_driver_sql(query, (round_id, OPINIONS - 1)).scalar_one())


def compare(store: Store, round_id: int, people: Sequence[Annotator]) -> dict[str, float]:
    """Compare the store with what was acknowledged."""
    with store.read() as db:
        query = "SELECT key, kind FROM verdict_events WHERE round_id = ?"
        written: dict[str, str] = {key: kind for key, kind in db.exec_driver_sql(query, (round_id,))}
        query = "SELECT proposal_id, annotator FROM opinions WHERE round_id = ?"
        opinions: list[tuple[str, str]] = [(item, who) for item, who in db.exec_driver_sql(query, (round_id,))]
        wrong = len(derived.wrong_proposals(db)) + len(derived.wrong_modes(db))
    acknowledged = {key: kind for one in people for key, kind in one.acknowledged.items() if kind != "undo"}
    per_item = Counter(proposal for proposal, _ in opinions)
    return {
        "lost": sum(written.get(key) != kind for key, kind in acknowledged.items()),
        "doubled": sum(n > OPINIONS for n in per_item.values()) + len(opinions) - len(set(opinions)),
        "unfinished": sum(n < OPINIONS for n in per_item.values()),
        "items": len(per_item),
        "columns_wrong": wrong,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Label and print the figures."""
    parser = argparse.ArgumentParser(description="How long a click takes, and whether anything is lost.")
    parser.add_argument("--annotators", type=int, default=50, help="people at once (default: 50)")
    parser.add_argument("--verdicts", type=int, default=100, help="verdicts of each (default: 100)")
    parser.add_argument("--json", default="-", help="file for the result, - for standard output (default)")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        app = App(Path(folder) / "faded")
        round_id, explored = fill(app.workspace, given.annotators, CampaignConfig(demo=SIGNS, queries=QUERIES))
        app.start()
        try:
            part = component(app)
            store = open_store(app.workspace)
            few = phase(app, round_id, part, min(FEW, given.annotators), given.verdicts, 0)
            many = phase(app, round_id, part, given.annotators, given.verdicts, 1)
            with store.read() as db:
                progress = next(job for job in jobs.list_for_round(db, explored) if job.kind == EXPLORE)
            rest: list[Annotator] = []
            for turn in range(LAST_TURNS):  # what somebody skips comes to others, who may have gone
                if half_judged(store, round_id):
                    rest += phase(app, round_id, part, given.annotators, PER_MODE * MODES, 2 + turn)
            found = compare(store, round_id, [*few, *many, *rest])
            store.close()
        finally:
            app.end()
        errors = [error for one in (*few, *many, *rest) for error in one.errors]
        for error, count in Counter(errors).most_common(5):
            say(f"{count} times: {error}")
    figures = {"errors": len(errors), **found}
    for people, name in ((few, f"at_{min(FEW, given.annotators)}"), (many, f"at_{given.annotators}")):
        clicks = [ms for one in people for ms in one.clicks]
        figures[f"p95_ms_{name}"] = round(float(np.quantile(clicks, 0.95)), 1)
        figures[f"median_ms_{name}"] = round(float(np.median(clicks)), 1)
    about = {"explored_meanwhile": progress.message, "opinions": OPINIONS, "think_s": THINK_S}
    emit({"benchmark": "load", "figures": figures, **about}, given.json)


if __name__ == "__main__":
    main()
