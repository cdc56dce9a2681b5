"""Somebody who labels through the app's own address, and knows to the last key what was acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

from benchmarks.app import App
from faded.domain import Verdict
from faded.store import proposals
from faded.store.engine import Store

SKIPPED = None
AGAIN_S = 0.2
"""After this long an event that was not acknowledged is sent again, with the same key."""


class Annotator:
    """Gives verdicts in a thread of its own: by the reference, unsure or skipped now and then, one in four undone.

    Args:
        app: The app; it may be killed and started again.
        store: Its store, to look up what a person would see.
        round_id: The round.
        seed: Of what is skipped, left unsure and undone.
    """

    def __init__(self, app: App, store: Store, round_id: int, seed: int) -> None:
        self._app, self._store, self._round_id = app, store, round_id
        self._rng = random.Random(seed)  # noqa: S311 - no secret
        self._card: int | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._lock = threading.Lock()
        self._events: list[tuple[str, str, str, Verdict | None]] = []
        self.undoes = True
        self.nothing_waits = False
        self.in_flight: str | None = None
        self.sent_again = 0
        self.trouble: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Stop after the event that is under way."""
        self._ending.set()
        self._thread.join()

    def settle(self, labels: int) -> None:
        """Undo nothing any more, and wait until so many verdicts stand or none waits."""
        self.undoes = False
        while self.trouble is None and len(self.standing()) < labels and not self.nothing_waits:
            time.sleep(0.1)

    def acknowledged(self) -> list[str]:
        """The keys of every event that was acknowledged."""
        with self._lock:
            return [key for key, *_ in self._events]

    def standing(self) -> dict[str, Verdict]:
        """What stands if exactly the acknowledged events were kept."""
        with self._lock:
            events = list(self._events)
        undone = {proposal for _, kind, proposal, _ in events if kind == "undo"}  # here the key that was voided
        said = [e for e in events if e[1] != "undo" and e[0] not in undone]
        return {proposal: verdict for _, _, proposal, verdict in said if verdict is not SKIPPED}

    def _work(self) -> None:
        try:
            while not self._ending.is_set():
                self._one()
                time.sleep(self._rng.uniform(0.0, 0.03))
        except BaseException as error:
            self.trouble = error
            raise

    def _one(self) -> None:
        last = self._latest()
        waiting = self._ask("label_next", {"round": self._round_id, "want": 1})["order"]
        self.nothing_waits = not waiting
        if last is not None and self.undoes and (not waiting or self._rng.random() < 0.25):
            self._send({"kind": "undo", "voids": last}, "undo", last, None)
        elif waiting:
            self._judge(waiting[0])

    def _judge(self, proposal_id: str) -> None:
        with self._store.read() as db:
            proposal = proposals.get(db, proposal_id)
        verdict: Verdict | None = Verdict.CONFIRM if proposal.answer != proposal.reference else Verdict.REJECT
        chance = self._rng.random()
        if chance < 0.05:
            verdict = Verdict.UNSURE
        elif chance < 0.1:
            verdict = SKIPPED
        event = {"kind": "skip"} if verdict is SKIPPED else {"kind": "verdict", "verdict": verdict.value}
        self._send({**event, "proposal": proposal_id}, event["kind"], proposal_id, verdict)

    def _latest(self) -> str | None:
        """The latest event that is not undone."""
        with self._lock:
            undone = {what for _, kind, what, _ in self._events if kind == "undo"}
            return next((k for k, kind, *_ in reversed(self._events) if kind != "undo" and k not in undone), None)

    def _send(self, event: dict[str, Any], kind: str, what: str, verdict: Verdict | None) -> None:
        key = self.in_flight = uuid.uuid4().hex
        sent = {**event, "key": key, "round": self._round_id}
        answer = self._ask("label_send", {"events": [sent], "round": self._round_id})
        assert answer["ok"] and answer["events"][0]["ok"], answer
        with self._lock:
            self._events.append((key, kind, what, verdict))
            self.in_flight = None

    def _ask(self, function: str, data: dict[str, Any]) -> dict[str, Any]:
        """Ask until there is an answer, as the page does."""
        while True:
            try:
                if self._card is None:
                    self._card = self._find_card()
                body = {"data": data, "fn_name": function, "component_id": self._card, "session_hash": "soak"}
                return self._request("/gradio_api/component_server", body)
            except urllib.error.HTTPError:
                raise
            except (OSError, http.client.HTTPException):  # nobody listens, or the answer broke off
                self.sent_again += function == "label_send"
                time.sleep(AGAIN_S)

    def _find_card(self) -> int:
        components = self._request("/config", None)["components"]
        return next(c["id"] for c in components if "label_send" in (c["props"].get("server_fns") or ()))

    def _request(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self._app.address + path, data, headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            return json.load(answer)
