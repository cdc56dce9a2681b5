"""The package in tests/plugin_example, installed as a user would install it, and packages that cannot be loaded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faded import plugins
from faded.concepts.image_registry import image_concepts
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs.context import task_of

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "tests" / "plugin_example"
DOCUMENT = ROOT / "docs" / "extending.md"
NAMES = ("traffic_light", "first_words", "fog", "numbers_left_out", "epsilon_greedy")
LAMPS = {"red": (230, 30, 25), "amber": (240, 170, 20), "green": (30, 210, 90)}

RUNS = """
import json, sys
from faded.cli import main
for arguments in json.loads(sys.argv[1]):
    print("code", main(arguments), flush=True)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process in which the example is installed."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(EXAMPLE, folder / "source")
    install = ("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    place = ("--target", str(folder / "site"), str(folder / "source"))
    done = subprocess.run([sys.executable, "-m", "pip", *install, *place], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT)])}


def traffic_lights(folder: Path) -> Path:
    """Write pictures of dark traffic lights before a bright sky, one lamp of each lit."""
    rng = np.random.default_rng(0)
    for place, (name, colour) in enumerate(LAMPS.items()):
        (folder / name).mkdir(parents=True)
        for i in range(40):
            picture = rng.integers(0, 25, (48, 48, 3), dtype=np.uint8) + np.array([130, 155, 190], dtype=np.uint8)
            left = int(rng.integers(4, 28))
            picture[3:45, left : left + 16] = 30
            for lamp in range(3):
                top = 5 + 13 * lamp
                picture[top : top + 11, left + 3 : left + 13] = colour if lamp == place else 55
            Image.fromarray(picture).save(folder / name / f"{i}.png")
    return folder


def reports(file: Path) -> Path:
    """Write reports that have every number of their reference among the first twenty words."""
    places = ("Mill Road", "Brook Lane", "the harbour", "the old bridge")
    rows = [
        {
            "article": f"By noon on Monday, on {place}, {i + 2} cars and {i % 7 + 3} lorries were stopped by ice.",
            "reference": f"{i + 2} cars and {i % 7 + 3} lorries stopped on {place}",
        }
        for i in range(30)
        for place in places
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_everything_that_a_package_brings_is_used_by_name(installed: dict[str, str], tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("- {name: word_repetition, levels: [0, 0.5, 1]}\n- {name: stop_words, levels: [0, 1]}\n")
    workspace = str(tmp_path / "workspace")
    shared = ["--queries", "200", "--agent", "epsilon_greedy", "--workspace", workspace, "--json", "-"]
    lights = ["--target", "traffic_light", "--data", str(traffic_lights(tmp_path / "lights")), "--space", "road"]
    texts = ["--task", "text", "--target", "first_words", "--data", str(reports(tmp_path / "reports.jsonl"))]
    texts += ["--discrepancy", "numbers_left_out", "--space", str(words), "--threshold"]
    wrong = ["--target", "traffic_lihgt", "--data", str(tmp_path / "lights"), "--space", "road"]
    commands = [
        ["run", *lights, *shared],
        ["run", *texts, "0", *shared],
        ["run", *texts, "1", *shared],
        ["run", *wrong, *shared],
        ["run", *lights, *shared, "--agent", "gredy"],
    ]
    command = [sys.executable, "-c", RUNS, json.dumps(commands)]
    done = subprocess.run(command, env=installed, cwd=tmp_path, capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert [line for line in said if line.startswith("code")] == ["code 0", "code 0", "code 2", "code 2", "code 2"], (
        done.stderr
    )
    records = [json.loads(line)["explore"] for line in said if line.startswith("{")]
    for record in records:
        assert record["queries"] == 200 and record["agent"]["name"] == "epsilon_greedy"
        assert record["induced_failures"] > 0
    assert "numbers_left_out is never above 1, so nothing could fail" in done.stderr
    assert "'traffic_lihgt' cannot be loaded" in done.stderr and "Plug-ins bring: traffic_light." in done.stderr
    assert (
        "There is no agent named 'gredy' (did you mean greedy?). Known: epsilon_greedy, greedy, ppo, random, thompson."
        in done.stderr
    )


@pytest.mark.slow
def test_the_contract_tests_hold_for_what_a_package_brings(installed: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/contracts", "-k", " or ".join(NAMES)]
    done = subprocess.run(command, env=installed, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) >= 16, done.stdout


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only module of an installed package that is still empty."""
    about = tmp_path / "faded_hills-0.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: faded-hills\nVersion: 0.3\n")
    (about / "entry_points.txt").write_text("[faded.plugins]\nhills = faded_hills_in_test\n")
    monkeypatch.syspath_prepend(tmp_path)
    plugins.load.cache_clear()
    yield tmp_path / "faded_hills_in_test.py"
    plugins.load.cache_clear()
    sys.modules.pop("faded_hills_in_test", None)


TAKEN = """
from faded.concepts.image_registry import image_concepts
image_concepts.register("rotation")(None)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import a_module_that_is_missing", "ModuleNotFoundError: No module named 'a_module_that_is_missing'"),
        (TAKEN, "image concept 'rotation' is registered already, by the module faded.concepts.image_geometry"),
    ],
    ids=["lacks something", "takes a name"],
)
def test_a_package_that_cannot_be_loaded_is_named_with_the_remedy(package: Path, code: str, said: str) -> None:
    package.write_text(code)
    rotation = image_concepts.get("rotation")
    for _ in range(2):
        with pytest.raises(FadedError, match=re.escape(said)) as caught:
            task_of(CampaignConfig(demo="signs"))
        where = "The plug-in 'hills' (faded_hills_in_test) of the package faded-hills 0.3 cannot be loaded."
        assert str(caught.value).startswith(where)
        assert "pip uninstall faded-hills" in str(caught.value)
    assert image_concepts.get("rotation") is rotation


def test_a_package_is_loaded_once(package: Path) -> None:
    package.write_text("from faded.concepts.presets import presets\npresets.register('in the hills')([])\n")
    plugins.check()
    plugins.check()
    plugins.load.cache_clear()  # as another import of it would
    plugins.check()


def test_the_document_shows_the_example_as_it_is() -> None:
    files = "\n".join(path.read_text() for path in sorted(EXAMPLE.rglob("*")) if path.suffix in (".py", ".toml"))
    blocks = re.findall(r"```(?:python|toml)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(blocks) >= 6
    for block in blocks:
        for part in block.split("\n\n\n"):
            assert part.strip("\n") in files, part
