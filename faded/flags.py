"""The flags of the command line, and what is said of each."""

from __future__ import annotations

import argparse
from pathlib import Path

from faded import config as defaults
from faded import log, tasks
from faded.repair.budget import STEPS

DEFAULT_PORT = 7860


class _Noted(argparse.Action):
    """Stores a flag's value, and notes that the flag was given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, values)
        namespace.given = {*namespace.given, self.option_strings[0]}


class Help(argparse.ArgumentDefaultsHelpFormatter):
    """Shows a default where there is one; 0 is one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if has_default(action) else action.help


def has_default(action: argparse.Action) -> bool:
    """Return whether a flag that is left out stands for a value of its own."""
    return not isinstance(action.default, bool) and action.default not in (None, "", argparse.SUPPRESS)


def add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that `serve` and `app.py` share."""
    parser.add_argument(
        "--host",
        help="address to listen on: 127.0.0.1; where there are accounts (see `account`) any; on a Space "
        "0.0.0.0, the only one there",
    )
    parser.add_argument(
        "--port", type=int, help=f"port to listen on: {DEFAULT_PORT}, on a Space GRADIO_SERVER_PORT if that is set"
    )
    add_log(parser)
    add_workspace(parser)


def add_log(parser: argparse.ArgumentParser) -> None:
    """Add the flag of the processes that go on for long."""
    parser.add_argument(
        "--log", choices=log.STYLES, help="how events are written on standard error (default: FADED_LOG, else plain)"
    )


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Add the flag that every command has."""
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="where everything is kept (default: FADED_WORKSPACE)"
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the flags of `run`; which of them were given is noted in `given`."""
    parser.register("action", None, _Noted)
    parser.set_defaults(given=frozenset())
    parser.add_argument(
        "campaign",
        action="store",
        nargs="?",
        type=Path,
        metavar="FILE.yaml",
        help="a campaign's file, instead of flags",
    )
    what = parser.add_argument_group("what is tested")
    what.add_argument("--demo", choices=tasks.DEMOS, help="a demo, which brings target, data and concepts")
    what.add_argument(
        "--task",
        choices=tasks.TASKS,
        default=tasks.IMAGE,
        help="what the target does: name a picture's class, summarize an article, or draw pictures for a prompt",
    )
    what.add_argument(
        "--target",
        default="",
        help="transformers folder or hub id, or GGUF file (text); diffusers folder or hub id (text-to-image); or "
        "a function: PACKAGE.MODULE:FUNCTION, or the name of a plug-in's",
    )
    what.add_argument(
        "--candidate",
        default="",
        metavar="TARGET",
        help="another checkpoint of the same kind, to compare the target with: nobody labels, nothing is repaired, and "
        "the gate says whether it may take the target's place",
    )
    what.add_argument(
        "--data",
        default="",
        metavar="EXPLORE",
        help="folder of pictures by class; Parquet, JSONL or CSV file of pictures, or of articles and references; "
        "dataset on the hub as ORG/NAME:SPLIT; a YAML file of prompts",
    )
    what.add_argument(
        "--no-labels",
        dest="labelled",
        action="store_false",
        help="the data have no labels or references, or they are not to be read: an answer is expected to stay what it "
        "is unedited, and people say which is right",
    )
    what.add_argument("--tune-data", default="", metavar="TUNE", help="separate data to tune on (else split by hash)")
    what.add_argument("--verify-data", default="", metavar="VERIFY", help="separate data to verify on")
    what.add_argument(
        "--verify-folds", type=int, metavar="N", help="folds of the verify data: 1 where given separately, else 3"
    )
    what.add_argument(
        "--space",
        default="",
        metavar="NAME|FILE.yaml",
        help="the concepts: paper, wide (image and text), street (image only), a plug-in's, or a YAML list with name, "
        "levels and optionally kind and neutral; of prompts paper, for those with the slots description, profession "
        "and setting, or a YAML file of slots; a demo has its own, which only a file with the same concepts replaces",
    )
    budget = parser.add_argument_group("measure and budget")
    budget.add_argument("--bound", type=float, default=defaults.DEFAULT_BOUND, help="a mode's induced rate is above it")
    budget.add_argument(
        "--discrepancy",
        default="",
        metavar="NAME",
        help="image: margin (the default) or log_odds; text: bleu (the default), rouge_l, unsupported, or embedding; "
        "text-to-image: bias (the default), mismatch or clip; or a plug-in's, with --threshold",
    )
    budget.add_argument(
        "--encoder",
        default="",
        help="folder or hub id of a sentence encoder, for embedding, or of a CLIP model, for clip",
    )
    budget.add_argument(
        "--reader",
        default="",
        help='text-to-image: folder or hub id of a classifier with labels like "hair: long", or of a CLIP model where '
        "the prompts' file has phrases",
    )
    budget.add_argument(
        "--threshold",
        type=float,
        help="a discrepancy above it is a failure; without it 0 for image, 0.8 for text with bleu, 0.25 for "
        "text-to-image with bias; a demo has its own",
    )
    budget.add_argument(
        "--queries",
        type=int,
        help=f"control queries included; without it {tasks.DEFAULT_QUERIES}, for text-to-image, where each is a set "
        f"of pictures, {tasks.DRAWING_QUERIES}",
    )
    budget.add_argument("--agent", default=defaults.DEFAULT_AGENT, help="greedy, ppo, thompson, random or a plug-in's")
    budget.add_argument("--seed", type=int, default=0, help="seed of everything that is drawn")
    label = parser.add_argument_group("labeling")
    label.add_argument("--oracle", action="store_true", help="label by simulation; without it people label in the app")
    label.add_argument("--labels", type=int, default=defaults.DEFAULT_LABELS, help="verdicts of the simulation")
    label.add_argument("--oracle-noise", type=float, default=0.0, metavar="P", help="share of verdicts replaced")
    label.add_argument("--oracle-cares", metavar="FILE", help="YAML with classes and concepts; the rest is rejected")
    label.add_argument(
        "--steps", type=int, default=STEPS, help="optimiser steps of the repair at most, from 50 to 10,000"
    )
    parser.add_argument("--json", metavar="FILE|-", help="write the record of the round; - for the last line of output")
    add_workspace(parser)
