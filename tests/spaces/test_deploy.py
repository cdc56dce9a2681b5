"""The folder of a Space: what is in it, and that it is the same whenever it is built."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import yaml

from faded.campaign_file import read_campaign
from faded.domain import FadedError
from faded.store import campaigns, jobs
from faded.store.engine import Store
from faded.ui import opening
from spaces_config import deploy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spaces") / "one"
    assert deploy.main(["--to", str(folder)]) == 0
    return folder


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_built_twice_it_is_the_same_to_the_last_byte(built: Path, tmp_path: Path) -> None:
    assert deploy.main(["--to", str(tmp_path / "two")]) == 0
    assert digests(built) == digests(tmp_path / "two")


def test_it_holds_what_runs_and_nothing_else(built: Path) -> None:
    names = digests(built)
    assert {name.split("/")[0] for name in names} == {*deploy.NEEDED, "README.md"}
    assert not any(name.endswith(".pyc") or "tests" in name or name.startswith("docs") for name in names)
    assert "faded/demo/weights/signs/model.safetensors" in names
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    assert set(names) <= set(tracked)


def test_the_front_matter_is_what_a_space_needs(built: Path) -> None:
    _, front, text = (built / "README.md").read_text().split("---\n", 2)
    said = yaml.safe_load(front)
    pinned = re.search(r"^gradio==(.+)$", (built / "requirements.txt").read_text(), re.MULTILINE)
    assert pinned is not None and said["sdk_version"] == pinned[1]
    assert (said["sdk"], said["app_file"], said["hf_oauth"]) == ("gradio", "app.py", True)
    assert said["python_version"] == "3.11" and said["suggested_hardware"] == "cpu-basic"
    assert len(said["short_description"]) <= 60  # what the hub takes
    assert "{" not in text


def test_what_was_built_starts(built: Path, tmp_path: Path) -> None:
    """All that the app loads is in the folder: nothing comes from the project that it was built from."""
    copy = shutil.copytree(built, tmp_path / "copy")
    code = (
        "import app, faded.ui.launch, faded.worker, faded.builtins, agents.ppo; print(faded.ui.launch.__file__);"
        "from pathlib import Path; from faded.demo import signs; print(Path(signs.__file__))"
    )
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(copy)!r})\n{code}"]
    libraries = [p for p in sys.path if "site-packages" in p or not Path(p).is_relative_to(ROOT)]
    clean = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(libraries)}
    done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(line.startswith(str(copy)) for line in done.stdout.splitlines())


def test_what_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for place, said in ((tmp_path, "a folder that is not empty"), (tmp_path / "mine.txt", "a file")):
        assert deploy.main(["--to", str(place)]) == 2
        assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_campaign_goes_along_and_is_begun_once(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("faded: 1\ndemo: signs\nqueries: 400\n")
    deploy.build(tmp_path / "space", file)
    assert read_campaign(tmp_path / "space" / "campaign.yaml") == read_campaign(file)
    for _ in range(2):
        opening.begin(store, tmp_path / "space")
    with store.read() as db:
        (campaign,) = campaigns.list_campaigns(db)
        (found,) = campaigns.list_rounds(db, campaign.id)
        assert campaign.config["queries"] == 400
        assert [job.kind for job in jobs.list_for_round(db, found.id)] == ["explore"]


def test_a_campaign_on_files_of_this_machine_is_refused(
    tmp_path: Path, picture_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"faded: 1\ntarget: org/model\ndata: {picture_folder}\n")
    assert deploy.main(["--to", str(tmp_path / "space"), "--campaign", str(file)]) == 2
    said = capsys.readouterr().err
    assert "cannot run on a Space" in said and "Data is" in said and "ORG/NAME:SPLIT" in said
    assert not (tmp_path / "space").exists()


class Api:
    """A hub that writes down what it is told."""

    def __init__(self, private: bool = True) -> None:
        self.private, self.told = private, []  # type: ignore[var-annotated]

    def create_repo(self, repo_id: str, **options: Any) -> None:
        self.told.append(("create", repo_id, options["private"], options["repo_type"]))

    def repo_info(self, _repo_id: str, **_options: Any) -> Any:
        return SimpleNamespace(private=self.private)

    def upload_folder(self, **options: Any) -> None:
        self.told.append(("upload", options["repo_id"], len(digests(Path(options["folder_path"]))) > 100))

    def add_space_variable(self, _repo_id: str, key: str, value: str) -> None:
        self.told.append(("variable", key, value))


def test_it_is_uploaded_privately_unless_all_may_see_it(capsys: pytest.CaptureFixture[str]) -> None:
    api = Api()
    assert deploy.main(["--push", "people/faded", "--mirror", "people/verdicts"], api) == 0
    assert api.told == [
        ("create", "people/faded", True, "space"),
        ("variable", "FADED_MIRROR", "people/verdicts"),
        ("upload", "people/faded", True),
    ]
    assert "FADED_MANAGERS" in capsys.readouterr().out
    public = Api(private=False)
    assert deploy.main(["--push", "people/faded"], public) == 2
    assert "is public: add --public" in capsys.readouterr().err
    assert [told[0] for told in public.told] == ["create"]
    assert deploy.main(["--push", "people/faded", "--public"], public) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "Give --to DIR"),
        (["--to", "x", "--public"], "--public would change nothing"),
        (["--push", "faded"], "--push is 'faded': give"),
        (["--to", "x", "--mirror", "verdicts"], "--mirror is 'verdicts'"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(given) == 2
    assert said in capsys.readouterr().err


def test_without_a_connection_the_remedy_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    class Cut(Api):
        def create_repo(self, repo_id: str, **options: Any) -> None:
            raise httpx2.ConnectError("no route to host, Bearer hf_secret")

    assert deploy.main(["--push", "people/faded"], Cut()) == 2
    said = capsys.readouterr().err
    assert "people/faded was not written" in said and "machine is online" in said and "hf_secret" not in said


def test_requirements_that_do_not_pin_gradio_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("gradio\n")
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    with pytest.raises(FadedError, match="pin it"):
        deploy.readme("")
