"""What the commands that export share: where to, and whether the hub is to have it."""

from __future__ import annotations

import argparse
from pathlib import Path

from faded.domain import FadedError
from faded.hub import Kind
from faded.publish.push import push
from faded.settings import check_repository


def add_destination(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="folder to write; nothing is overwritten")
    parser.add_argument(
        "--push", default="", metavar="ORG/NAME", help="upload the folder to the Hugging Face hub as well, private"
    )
    parser.add_argument("--public", action="store_true", help="with --push: let everybody see it")


def destination(arguments: argparse.Namespace) -> Path:
    """Return the folder to write, before any work is done.

    Raises:
        FadedError: the flags do not fit together.
    """
    if arguments.public and not arguments.push:
        raise FadedError("--public would change nothing without --push: add it, or leave it out.")
    if arguments.push:
        check_repository(arguments.push, "--push")
    to: Path = arguments.to.expanduser().absolute()
    return to


def pushed(arguments: argparse.Namespace, folder: Path, kind: Kind, what: str) -> None:
    """Upload the folder where that was asked for, and say where it is.

    Args:
        arguments: The command's.
        folder: What was written.
        kind: Of repository.
        what: What it is, in words.

    Raises:
        FadedError: the hub refuses, or cannot be reached.
    """
    if not arguments.push:
        return
    from huggingface_hub import HfApi

    private = push(HfApi(), folder, arguments.push, kind, arguments.public, f"Export of {what}")
    print(f"It is on the hub as the {'private' if private else 'public'} {kind} {arguments.push}")
