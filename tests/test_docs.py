"""What stands in the README and in docs/: commands that the parser takes, files that are read, code that runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from faded.campaign_file import VERSION, read_campaign
from faded.cli import make_parser
from faded.concepts.prompt import check_template, prompt_slots
from faded.data.prompts import load_prompts

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^ {4,8}python -m (faded (?:.*\\\n)*.*)$", re.MULTILINE)
"""A command, which a backslash continues on the next line."""
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    return [
        (page.name, command.replace("\\\n", " ")) for page in PAGES for command in COMMAND.findall(page.read_text())
    ]


def blocks(page: Path, kind: str) -> list[str]:
    return [text for found, text in FENCED.findall(page.read_text()) if found == kind]


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_of_the_documents_is_one(page: str, command: str) -> None:
    arguments = shlex.split(command, comments=True)[1:]
    assert make_parser().parse_args(arguments).command


def test_commands_are_found_at_all() -> None:
    assert len(commands()) > 15


@pytest.mark.parametrize("text", blocks(ROOT / "docs" / "campaign-file.md", "yaml"))
def test_campaigns_of_the_documents_are_read(text: str, tmp_path: Path) -> None:
    assert VERSION in yaml.safe_load(text)
    (tmp_path / "campaign.yaml").write_text(text)
    assert read_campaign(tmp_path / "campaign.yaml").queries >= 1


def test_the_prompts_and_slots_of_the_tutorial_fit_each_other(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial-prompts.md").read_text()
    parts = {}
    for name in ("prompts.yaml", "slots.yaml"):
        block = re.search(rf"^ {{8}}# {name}\n((?: {{8}}.*\n)+)", text, re.MULTILINE)
        assert block is not None
        parts[name] = re.sub(r"^ {8}", "", block[1], flags=re.MULTILINE)
    (tmp_path / "prompts.yaml").write_text(parts["prompts.yaml"])
    prompts, slots = load_prompts(tmp_path / "prompts.yaml"), prompt_slots(yaml.safe_load(parts["slots.yaml"]))
    assert prompts.open is not None and prompts.open.attribute == "hair"
    for template in prompts.templates:
        check_template(template, slots)


@pytest.mark.slow
def test_the_notebook_of_the_documents_runs(tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a campaign of seconds in place of the demo's of minutes."""
    code = "\n".join(blocks(ROOT / "docs" / "notebook.md", "python"))
    demo = '{"demo": "signs", "queries": 600, "seed": 0}'
    concepts = [{"name": "darkening", "levels": [0, 0.4, 0.8]}, {"name": "saturation", "levels": [0.5, 1]}]
    fields = {"target": "tests.jobs.colours:target", "data": str(pictures), "concepts": concepts, "queries": 400}
    assert demo in code
    code = code.replace(demo, repr(fields | {"verify_folds": 1}))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, "notebook", "exec"), names)  # noqa: S102 - our own document
    assert names["repaired"].folder.is_dir() and len(names["verified"].reasons) >= 4


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    assert 'id="faded.api.explore"' in (tmp_path / "site" / "reference" / "index.html").read_text()


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text()))
    there = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        there |= set(re.findall(r"^def (test_\w+)", file.read_text(), flags=re.MULTILINE))
    assert len(named) > 20 and named <= there, sorted(named - there)
