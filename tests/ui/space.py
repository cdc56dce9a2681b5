"""The app as on a Space: its environment, and people who are signed in there."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import itsdangerous

from benchmarks.app import ROOT, free_port

HOST = "faded-people-faded.hf.space"
SECRET = "not much of a secret"  # noqa: S105 - of this test's Space
ENVIRONMENT = {
    "SYSTEM": "spaces",
    "SPACE_ID": "faded-people/faded",
    "SPACE_HOST": HOST,
    "OAUTH_CLIENT_ID": "test",
    "OAUTH_CLIENT_SECRET": SECRET,
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "https://huggingface.co",
    "FADED_MANAGERS": "mira",
    "FADED_ANNOTATORS": "ann, org:labellers",
}
START_S = 90.0


def session(name: str, orgs: Sequence[str] = (), seconds: float = 86_400) -> dict[str, Any]:
    """What Gradio writes of somebody who has signed in."""
    person = {"preferred_username": name, "name": name, "orgs": [{"preferred_username": org} for org in orgs]}
    return {"oauth_info": {"access_token": "t", "expires_at": time.time() + seconds, "userinfo": person}}


def cookie(held: dict[str, Any], secret: str = SECRET) -> str:
    """The session as Gradio's middleware signs it."""
    key = hashlib.sha256(f"{secret}-v4".encode()).hexdigest()
    return itsdangerous.TimestampSigner(key).sign(b64encode(json.dumps(held).encode())).decode()


@dataclass
class Space:
    """The app in a process of its own.

    Attributes:
        workspace: Its disk.
        command: What starts it.
        more: More of its environment.
    """

    workspace: Path
    command: Sequence[str] = ("app.py",)
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.log = self.workspace.parent / f"{self.workspace.name}.log"

    def start(self) -> None:
        """Start it and wait until it answers."""
        given = {"FADED_WORKSPACE": str(self.workspace), "GRADIO_SERVER_PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env={**os.environ, **ENVIRONMENT, **given, **self.more},
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + START_S
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.get("/")
                return
            time.sleep(0.1)
        raise AssertionError(f"The Space did not start:\n{self.log.read_text()}")

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def kill(self) -> None:
        """End it as a machine that goes away; its worker ends by itself."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def get(self, path: str, who: dict[str, Any] | None = None, **headers: str) -> tuple[int, str]:
        return self.ask("GET", path, who, None, headers)

    def post(self, path: str, body: object, who: dict[str, Any] | None = None, origin: str = "") -> tuple[int, str]:
        headers = {"Content-Type": "application/json", "Origin": origin or f"https://{HOST}"}
        return self.ask("POST", path, who, json.dumps(body), headers)

    def ask(
        self, method: str, path: str, who: dict[str, Any] | None, body: str | None, headers: dict[str, str]
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        signed = {} if who is None else {"Cookie": f"session={cookie(who)}"}
        connection.request(method, path, body, {"Host": HOST, **signed, **headers})
        answer = connection.getresponse()
        try:
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def headers(self, path: str, who: dict[str, Any] | None) -> dict[str, str]:
        """Return the headers of an answer by lower-case name."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        signed = {} if who is None else {"Cookie": f"session={cookie(who)}"}
        connection.request("GET", path, headers={"Host": HOST, **signed})
        try:
            return {name.lower(): value for name, value in connection.getresponse().getheaders()}
        finally:
            connection.close()

    def config(self, who: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(self.get("/config", who)[1]))

    def call(self, name: str, asked: dict[str, Any], who: dict[str, Any] | None) -> tuple[int, str]:
        """Call a server function of a card."""
        part = next(
            c for c in self.config(session("mira"))["components"] if name in (c["props"].get("server_fns") or ())
        )
        body = {"session_hash": "test", "component_id": part["id"], "fn_name": name, "data": asked}
        return self.post("/gradio_api/component_server", body, who)


@contextlib.contextmanager
def running(space: Space) -> Iterator[Space]:
    try:
        space.start()
        yield space
    finally:
        space.end()
