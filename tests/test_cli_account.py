"""Accounts on the command line: who may come in, and the links that are sent to people."""

import io
import json
import sys
import time
from pathlib import Path

import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.domain import Role
from faded.store import accounts, invites, signing_in
from faded.store.engine import open_store

WORDS = "correct horse battery"


@pytest.fixture
def workspace(tmp_path: Path) -> list[str]:
    """The flags that name a workspace with an admin and an annotator, made by the commands themselves."""
    flags = ["--workspace", str(tmp_path / "work")]
    for name, role in (("mira", "admin"), ("ann", "annotator")):
        assert typed("account", "add", name, "--role", role, "--password-stdin", *flags) == OK
    return flags


def typed(*command: str, line: str = WORDS) -> int:
    """Give a command whose password comes on standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{line}\n"))
        return main(list(command))


def signed_in(flags: list[str], name: str, words: str = WORDS) -> str:
    store = open_store(Path(flags[1]))
    try:
        return signing_in.sign_in(store, name, words, "10.0.0.1", time.time())
    finally:
        store.close()


def test_the_first_account_locks_the_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--password-stdin", "--workspace", str(tmp_path)]
    assert typed("account", "add", "ann", *flags) == BAD_INPUT
    assert "add an admin first" in capsys.readouterr().err
    assert typed("account", "add", "mira", "--role", "admin", *flags) == OK
    assert "From now on everybody has to sign in" in capsys.readouterr().err
    assert typed("account", "add", "ann", *flags) == OK
    assert "From now on" not in capsys.readouterr().err


def test_who_was_added_is_listed_and_can_sign_in(workspace: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["account", "list", "--json", "-", *workspace]) == OK
    found = json.loads(capsys.readouterr().out)["accounts"]
    assert [(one["name"], one["role"], one["disabled_at"]) for one in found] == [
        ("ann", "annotator", None),
        ("mira", "admin", None),
    ]
    assert signed_in(workspace, "ann")


def test_accounts_change_and_end(workspace: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    token = signed_in(workspace, "ann")
    assert main(["account", "role", "ann", "manager", *workspace]) == OK
    assert main(["account", "sign-out", "ann", *workspace]) == OK
    assert "1 sessions of ann have ended" in capsys.readouterr().err
    assert main(["account", "disable", "ann", *workspace]) == OK
    store = open_store(Path(workspace[1]))
    with store.read() as db:
        assert signing_in.who(db, token, time.time()) is None
        ann = accounts.get(db, "ann")
        assert ann.role is Role.MANAGER and ann.disabled_at is not None
    store.close()
    assert main(["account", "enable", "ann", *workspace]) == OK
    assert typed("account", "password", "ann", "--password-stdin", *workspace, line="another horse battery") == OK
    assert signed_in(workspace, "ann", "another horse battery")


def test_a_link_is_for_a_new_account_or_a_new_password(
    workspace: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["account", "invite", "--role", "manager", "--address", "https://faded.example/", *workspace]) == OK
    assert main(["account", "invite", "--name", "ann", *workspace]) == OK
    first, second = capsys.readouterr().out.split()
    assert first.startswith("https://faded.example/join/") and second.startswith("http://127.0.0.1:7860/join/")
    store = open_store(Path(workspace[1]))
    with store.read() as db:
        assert invites.read(db, first.rpartition("/")[2], time.time()).role is Role.MANAGER
        assert invites.read(db, second.rpartition("/")[2], time.time()).name == "ann"
    store.close()


@pytest.mark.parametrize(
    "address",
    [
        *(
            "faded.example",
            "ftp://faded.example",
            "https://",
            "http://[1",
            "https://a/?b=c",
            "https://a/#",
            "https://a b",
        ),
        *("http://a\n/x", "https://faded.example:99999", "https://me:word@a"),
    ],
)
def test_an_address_that_no_browser_opens_makes_no_link(
    workspace: list[str], capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert main(["account", "invite", "--address", address, *workspace]) == BAD_INPUT
    assert f"--address is {address!r}: give what people type" in capsys.readouterr().err
    store = open_store(Path(workspace[1]))
    with store.read() as db:
        assert invites.open_ones(db, time.time()) == []
    store.close()


def test_what_cannot_be_is_said(workspace: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for command, said in (
        (["role", "mira", "annotator"], "last admin"),
        (["disable", "nobody"], "no account named"),
        (["invite", "--name", "nobody"], "no account named"),
    ):
        assert main(["account", *command, *workspace]) == BAD_INPUT
        assert said in capsys.readouterr().err
    assert typed("account", "add", "pia", "--password-stdin", *workspace, line="short") == BAD_INPUT
    assert "give 12 or more" in capsys.readouterr().err
