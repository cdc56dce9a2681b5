"""Uploads, to a hub that is made here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import huggingface_hub
import pytest
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.store.engine import Store
from faded.targets.load import load_classifier
from tests.publish.test_model import target_of
from tests.ui import believable

TOKEN = "hf_secretsecretsecret"  # noqa: S105 - none


@dataclass
class FakeHub:
    """Keeps what it is told; raises what it is to raise; `there` says which repositories are there, and if private."""

    there: dict[str, bool] = field(default_factory=dict)
    error: Exception | None = None
    uploaded: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def create_repo(self, repo_id: str, *, repo_type: str, private: bool, exist_ok: bool) -> None:
        assert exist_ok
        if self.error is not None:
            raise self.error
        self.there.setdefault(repo_id, private)

    def repo_info(self, repo_id: str, *, repo_type: str) -> Any:
        return SimpleNamespace(private=self.there[repo_id])

    def upload_folder(self, *, repo_id: str, repo_type: str, folder_path: Path, commit_message: str) -> None:
        self.uploaded.append((repo_id, repo_type, sorted(p.name for p in folder_path.iterdir())))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    fake = FakeHub()
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: fake)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    return fake


@pytest.fixture
def made(store: Store) -> believable.Believable:
    found = believable.explored(store)
    believable.labeled(store, found)
    believable.repaired(store, found)
    return found


def export(store: Store, to: Path, *extra: str, command: str = "export") -> int:
    return main([command, "--round", "signs-1", "--to", str(to), "--workspace", str(store.workspace), *extra])


@pytest.mark.usefixtures("made")
def test_a_dataset_is_private_unless_told_otherwise(
    store: Store, hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(store, tmp_path / "one", "--push", "us/verdicts") == OK
    assert export(store, tmp_path / "two", "--push", "us/open", "--public") == OK
    assert hub.there == {"us/verdicts": True, "us/open": False}
    files = ["README.md", "data", "jsonl"]
    assert hub.uploaded == [("us/verdicts", "dataset", files), ("us/open", "dataset", files)]
    said = capsys.readouterr().out
    assert "private dataset us/verdicts" in said and "public dataset us/open" in said


def test_a_model_is_uploaded_as_one(
    store: Store, made: believable.Believable, hub: FakeHub, classifier_folder: Path, tmp_path: Path
) -> None:
    load_classifier(str(classifier_folder)).save(target_of(store, made))
    assert export(store, tmp_path / "out", "--push", "us/repaired", command="export-model") == OK
    ((name, kind, files),) = hub.uploaded
    assert (name, kind) == ("us/repaired", "model") and {"README.md", "model.safetensors"} < set(files)
    assert hub.there == {"us/repaired": True}


@pytest.mark.usefixtures("made")
def test_nothing_private_goes_into_a_public_repository(
    store: Store, hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.there["us/verdicts"] = False
    assert export(store, tmp_path / "out", "--push", "us/verdicts") == BAD_INPUT
    assert "add --public" in capsys.readouterr().err
    assert hub.uploaded == [] and (tmp_path / "out" / "README.md").is_file()


def refused(status: int) -> HfHubHTTPError:
    request = httpx2.Request("POST", "https://example.org", headers={"authorization": f"Bearer {TOKEN}"})
    return HfHubHTTPError(f"no {TOKEN}", response=httpx2.Response(status, request=request))


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("error", "word"),
    [
        (refused(401), "hf auth login"),
        (refused(403), "may not write"),
        (refused(404), "no such organisation"),
        (refused(429), "Wait some minutes"),
        (refused(503), "status 503"),
        (LocalTokenNotFoundError("no token"), "hf auth login"),
        (OfflineModeIsEnabled("offline"), "cannot be reached"),
        (httpx2.ConnectError("no route"), "cannot be reached"),
        (ValueError(f"Illegal header value b'Bearer {TOKEN}'"), "cannot be reached"),
    ],
)
def test_what_the_hub_refuses_is_said_in_words_and_without_the_token(
    store: Store, hub: FakeHub, tmp_path: Path, error: Exception, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.error = error
    assert export(store, tmp_path / "out", "--push", "us/verdicts") == BAD_INPUT
    said = "".join(capsys.readouterr())
    assert word in said and TOKEN not in said
    assert f"hf upload us/verdicts {tmp_path / 'out'} --repo-type dataset" in said


@pytest.mark.parametrize(
    ("extra", "word"),
    [(("--push", "verdicts"), "give ORG/NAME"), (("--public",), "would change nothing without --push")],
)
def test_flags_that_do_not_fit_are_refused_before_anything_is_written(
    store: Store, tmp_path: Path, extra: tuple[str, ...], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    believable.explored(store)
    assert export(store, tmp_path / "out", *extra) == BAD_INPUT
    assert word in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
