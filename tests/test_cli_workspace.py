"""What the command line says of workspaces that cannot be used or are not there, and how it calls rounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT
from faded.stages import round_called
from faded.store.engine import open_store
from tests.store.helpers import new_round

READING = (
    ("map", "--round", "1"),
    ("smallest", "--round", "1"),
    ("report", "--round", "1", "--to", "out"),
    ("export", "--round", "1", "--to", "out"),
    ("export-model", "--round", "1", "--to", "out"),
    ("import-verdicts", "verdicts.csv", "--round", "1"),
    ("campaign", "signs"),
    ("mirror", "pull", "--mirror", "org/name"),
    ("backup", "out.zip"),
    ("doctor",),
)
OPENING = (("restore", "absent.zip"), ("run", "--demo", "signs", "--queries", "10"), ("serve",), ("worker",))


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_a_command_that_needs_a_workspace_creates_none(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    absent = tmp_path / "absent"
    assert main([*command, "--workspace", str(absent)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert f"There is no workspace at {absent}" in said and "Name one that is there with --workspace, or run" in said
    monkeypatch.setenv("FADED_WORKSPACE", str(absent))
    assert main(list(command)) == BAD_INPUT
    assert "with --workspace or FADED_WORKSPACE" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", (*READING, *OPENING), ids=lambda command: command[0])
def test_a_workspace_that_is_a_file_is_said_to_be_one(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main([*command, "--workspace", str(file)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert f"The workspace {file} cannot be used: it is a file, not a folder. Name a folder with --workspace." in said
    assert "FADED_WORKSPACE" not in said and "disk" not in said
    assert main([*command, "--workspace", str(file / "below")]) == BAD_INPUT
    assert f"{file / 'below'} cannot be used: {file} is a file, not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", READING[:5], ids=lambda command: command[0])
def test_a_round_goes_by_both_its_numbers(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store(tmp_path)
    new_round(store)
    called = round_called(new_round(store, "other-1"), 1, "other-1")
    assert called == "round 2 (round 1 of campaign other-1)"
    given = [word if word != "1" else "2" for word in command]
    assert main([*given, "--workspace", str(tmp_path)]) == BAD_INPUT
    assert called in capsys.readouterr().err
    given = [word if word != "1" else "9" for word in command]
    assert main([*given, "--workspace", str(tmp_path)]) == BAD_INPUT
    assert called in capsys.readouterr().err
