"""What a headless run says on standard error: its progress, and where the repaired model is. Loads nothing heavy."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from faded.saved import Saved, saved_as


def say_where(folder: str | None, workspace: Path, source: str) -> None:
    """Tell where the repaired model is and how it is loaded.

    Args:
        folder: Its folder in the workspace; None where nothing was repaired.
        workspace: The workspace.
        source: What the original was loaded from.
    """
    if folder is None:
        return
    path = workspace / folder
    print(f"The repaired model is in {path}\n{_loading(path, source)}", file=sys.stderr)


def _loading(path: Path, source: str) -> str:
    """Say how a repaired model is loaded from its folder."""
    saved = saved_as(path)
    if saved is Saved.PIPELINE:
        return f"Load it with diffusers' DiffusionPipeline.from_pretrained({str(path)!r})"
    if saved is Saved.LORA:
        return (
            "It is an adapter (LoRA): load the original pipeline with diffusers, then "
            f"pipeline.load_lora_weights({str(path)!r})"
        )
    if saved is Saved.MODEL:
        return f"Load it as any transformers folder; to test it again: --target {path}"
    if saved is Saved.PEFT:
        return (
            "It is an adapter in peft's format: load the original with transformers, then "
            f"model.load_adapter({str(path)!r}); to test it again: --task text --target {path}"
        )
    return (
        f"Load it with module.load_state_dict(safetensors.torch.load_file({str(path / saved.value)!r})), "
        f"where module is what {source} returns."
    )


def say_who_labels(called: str, proposals: int, workspace: Path, default: Path) -> None:
    """Tell how people come to label what was found.

    Args:
        called: The round, as `stages.round_called` names it.
        proposals: How many it has.
        workspace: Its workspace.
        default: The workspace that a command takes by itself.
    """
    if not proposals:
        print(f"Nothing in {called} failed often enough to be proposed.", file=sys.stderr)
        return
    where = "" if workspace == default else f" --workspace {shlex.quote(str(workspace))}"
    print(f"Proposals wait in {called}: label them with python -m faded serve{where}", file=sys.stderr)


def say_stopped(repaired: Mapping[str, Any]) -> None:
    """Tell that somebody stopped the repair, such as on a page, where that is so.

    Args:
        repaired: The record's part on the repair.
    """
    if repaired["stopped"]:
        steps, best = repaired["steps"], repaired["best_step"]
        print(
            f"The repair was stopped after {steps} steps; its best weights, of step {best}, are kept", file=sys.stderr
        )


LINE_SHARE, LINE_S = 0.1, 30.0
"""Where nobody looks at a terminal, progress is a line of its own after so much of a stage, or so many seconds."""


class Bars:
    """One progress bar per stage, on standard error; lines where that is no terminal, such as in a file."""

    def __init__(self) -> None:
        self._lines = not sys.stderr.isatty()
        self._line_at, self._line_of = 0.0, 0.0
        self._bar: tqdm[Any] | None = None
        self._kind = ""

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def say(self, kind: str, progress: float, message: str) -> None:
        """Show how far a stage is."""
        if self._lines:
            self._say_line(kind, min(progress, 1.0), message)
            return
        if kind != self._kind or self._bar is None:
            if self._bar is not None:
                self._bar.close()
            form = "{desc:8}{percentage:3.0f}%|{bar:30}| {elapsed} {postfix}"
            self._bar = tqdm(total=1.0, desc=kind, bar_format=form, file=sys.stderr)
            self._kind = kind
        self._bar.n = min(progress, 1.0)
        self._bar.set_postfix_str(message)

    def _say_line(self, kind: str, progress: float, message: str) -> None:
        now = time.monotonic()
        due = progress >= self._line_of + LINE_SHARE or now >= self._line_at + LINE_S or progress == 1 != self._line_of
        if kind == self._kind and not due:
            return
        self._kind, self._line_at, self._line_of = kind, now, progress
        print(f"{kind}: {progress:.0%}{', ' if message else ''}{message}", file=sys.stderr, flush=True)
