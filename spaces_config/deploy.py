"""Builds the folder of a Hugging Face Space, and uploads it: `python -m spaces_config.deploy --to DIR`.

The folder holds what the app needs to run and nothing else, from the files that git tracks. Built twice it is the same
to the last byte.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faded import hub
from faded.campaign_file import read_campaign, write_campaign
from faded.domain import FadedError
from faded.publish.folders import check_free
from faded.settings import check_repository
from faded.ui.opening import CAMPAIGN
from faded.ui.places import barred

ROOT = Path(__file__).parents[1]
NEEDED = ("app.py", "faded", "agents", "requirements.txt", "LICENSE")
"""What the app needs to run."""
README = "README.md"
GRADIO = re.compile(r"^gradio==(\S+)$", re.MULTILINE)
MIRRORED = "Verdicts are copied to the private dataset {mirror}."
ON_ITS_DISK = "Verdicts lie on the disk of this Space only."


def build(folder: Path, campaign: Path | None = None, mirror: str = "") -> None:
    """Build the folder of a Space.

    Args:
        folder: Where; an empty folder, or none yet.
        campaign: File of a campaign that the Space begins by itself.
        mirror: Dataset that keeps the verdicts, as ORG/DATASET; empty for none.

    Raises:
        FadedError: something is there already, the campaign names files of this machine, or this is no git checkout.
    """
    begun = None if campaign is None else _campaign(campaign)
    check_free(folder)
    for name in _tracked():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    kept = MIRRORED.format(mirror=mirror) if mirror else ON_ITS_DISK
    (folder / README).write_text(readme(kept), encoding="utf-8")
    if begun is not None:
        (folder / CAMPAIGN).write_text(begun, encoding="utf-8")


def readme(kept: str) -> str:
    """Return the README of a Space, its front matter first; Gradio's version is that of the requirements.

    Args:
        kept: Where verdicts are kept, as a sentence.
    """
    found = GRADIO.search((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    if found is None:
        raise FadedError("requirements.txt has no line gradio==VERSION: pin it, the Space needs the same.")
    text = (Path(__file__).parent / README).read_text(encoding="utf-8")
    return text.replace("{sdk_version}", found[1]).replace("{kept}", kept)


def push(api: Any, folder: Path, name: str, public: bool, mirror: str) -> None:
    """Upload a built folder to a Space, which is created where there is none; what else is in it is deleted.

    Args:
        api: A `huggingface_hub.HfApi`.
        folder: The built folder.
        name: The Space, as ORG/NAME.
        public: Whether everybody may look at the Space's files, and at its visitors' page.
        mirror: Dataset that keeps the verdicts; empty for none.

    Raises:
        FadedError: the hub refuses or cannot be reached, or the Space is there, public, and was not to be.
    """
    with hub.in_words(f"The Space {name} was not written."):
        remedy = "add --public, or make it private in its settings first."
        hub.ensure(api, name, "space", public, remedy, space_sdk="gradio")
        if mirror:
            api.add_space_variable(name, "FADED_MIRROR", mirror)
        api.upload_folder(
            folder_path=str(folder),
            repo_id=name,
            repo_type="space",
            commit_message="Deploy Faded",
            delete_patterns="*",
        )


def main(argv: Sequence[str] | None = None, api: Any = None) -> int:
    """Build, and upload where that is asked for; return the exit code."""
    given = make_parser().parse_args(argv)
    try:
        if given.to is None and given.push is None:
            raise FadedError("Give --to DIR to build the folder, or --push ORG/NAME to upload it, or both.")
        if given.public and given.push is None:
            raise FadedError("--public would change nothing without --push ORG/NAME: add it, or leave --public out.")
        for name, flag in ((given.push, "--push"), (given.mirror, "--mirror")):
            if name:
                check_repository(name, flag)
        with tempfile.TemporaryDirectory() as scratch:
            folder = given.to or Path(scratch, "space")
            build(folder, given.campaign, given.mirror)
            print(f"The Space is built in {folder}." if given.to else "The Space is built.")
            if given.push:
                _push(api, folder, given)
    except FadedError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 2
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser."""
    parser = argparse.ArgumentParser(prog="python -m spaces_config.deploy", description=__doc__)
    parser.add_argument("--to", type=Path, metavar="DIR", help="build the folder here, and upload nothing")
    parser.add_argument("--push", metavar="ORG/NAME", help="upload it to this Space; signed in as huggingface_hub is")
    parser.add_argument("--public", action="store_true", help="the Space may be seen by all; else it is private")
    parser.add_argument("--campaign", type=Path, metavar="FILE", help="campaign's file that the Space begins by itself")
    parser.add_argument("--mirror", default="", metavar="ORG/DATASET", help="private dataset that keeps the verdicts")
    return parser


def _push(api: Any, folder: Path, given: argparse.Namespace) -> None:
    from huggingface_hub import HfApi

    push(api or HfApi(), folder, given.push, given.public, given.mirror)
    print(f"The Space is at https://huggingface.co/spaces/{given.push}. Name its managers in its settings:")
    print(
        "FADED_MANAGERS, user names with commas between." + (" Give it HF_TOKEN as a secret." if given.mirror else "")
    )


def _campaign(path: Path) -> str:
    """Return the text of a campaign that runs on a Space."""
    config = read_campaign(path)
    wrong = barred(config.to_json())
    if wrong:
        raise FadedError(f"The campaign {path} cannot run on a Space. {' '.join(wrong.values())}")
    return write_campaign(config)


def _tracked() -> list[str]:
    """Return the files that are needed, relative to the project, sorted."""
    command = ["git", "ls-files", "-z", "--", *NEEDED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise FadedError(f"{ROOT} is no git checkout, by which it is told what belongs to the project: clone it anew.")
    return sorted(name for name in done.stdout.decode().split("\0") if name)


if __name__ == "__main__":
    sys.exit(main())
