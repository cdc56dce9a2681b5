"""`python -m faded run`: one round of a campaign, labelled by people or by simulation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faded import config as defaults
from faded import tasks
from faded.campaign_file import locate, read_campaign
from faded.commands.common import GATE_FAILED, OK, Commands, print_record, workspace_of
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.files import read_yaml
from faded.flags import Help, add_run
from faded.jobs.terminal import Bars, say_stopped, say_where, say_who_labels
from faded.settings import settings
from faded.stages import round_called

OF_OWN_DATA = {"--task", "--target", "--data", "--tune-data", "--verify-data", "--verify-folds", "--reader"}
"""Flags that a demo leaves nothing to say."""
OF_THE_ORACLE = {"--labels", "--oracle-noise", "--oracle-cares", "--steps"}
"""Flags that speak of the simulated annotator and of what follows it alone."""

BESIDE_A_FILE = {"--json", "--workspace"}
"""Flags that say nothing of a campaign."""


def add(commands: Commands) -> None:
    """Add the command."""
    run = commands.add_parser("run", help="run one round", formatter_class=Help)
    add_run(run)
    run.set_defaults(command=_run)


def _run(arguments: argparse.Namespace) -> int:
    config = _config(arguments) if arguments.campaign is None else _from_file(arguments)
    if arguments.labels < 1:
        raise FadedError(f"--labels is {arguments.labels}: give a whole number above 0.")
    from faded import runtime
    from faded.jobs.headless import compare, explore_only, run_round
    from faded.jobs.oracles import oracle
    from faded.store import campaigns, proposals
    from faded.store.engine import open_store

    if config.candidate and arguments.oracle:
        raise FadedError("A campaign with a candidate compares and repairs nothing: leave --oracle out, or candidate.")
    runtime.start(config.seed, settings().threads)
    store = open_store(workspace_of(arguments))
    with Bars() as bars:
        if config.candidate:
            done = compare(store, config, bars.say)
        elif arguments.oracle:
            make, name = oracle(arguments.oracle_noise, arguments.oracle_cares, config.seed)
            done = run_round(store, config, make, arguments.labels, name, bars.say, arguments.steps)
        else:
            done = explore_only(store, config, bars.say)
    print_record(done.record, arguments.json)
    if config.candidate:
        return _judged(done.record)
    if not arguments.oracle:
        with store.read() as db:
            found = proposals.count(db, done.round_id)
            number = campaigns.get_round(db, done.round_id).number
        say_who_labels(round_called(done.round_id, number, done.campaign), found, store.workspace, settings().workspace)
        return OK
    say_stopped(done.record["repair"])
    say_where(done.record["repair"]["folder"], store.workspace, config.target)
    return _judged(done.record)


def _judged(record: Mapping[str, Any]) -> int:
    """Say what the gate found; return the exit code."""
    gate = record["verify"]["gate"]
    for reason in gate["reasons"]:
        print(reason, file=sys.stderr)
    return OK if gate["passed"] else GATE_FAILED


def _refuse_idle(arguments: argparse.Namespace) -> None:
    """Refuse flags that would change nothing.

    Raises:
        FadedError: one was given.
    """
    given: set[str] = arguments.given
    if arguments.demo:
        idle = given & OF_OWN_DATA
        if not _is_file(arguments.space):
            idle |= given & {"--space"}
        if idle:
            raise FadedError(
                f"A demo brings its own target, data and concepts: give --demo or {_listed(idle)}, not both."
            )
    _refuse_without_oracle(arguments)


def _refuse_without_oracle(arguments: argparse.Namespace) -> None:
    idle = arguments.given & OF_THE_ORACLE
    if idle and not arguments.oracle:
        raise FadedError(f"{_listed(idle)} would change nothing without --oracle: add it, or leave them out.")


def _listed(flags: set[str]) -> str:
    return " and ".join(sorted(flags))


def _is_file(space: str) -> bool:
    return space.endswith((".yaml", ".yml"))


def _from_file(arguments: argparse.Namespace) -> CampaignConfig:
    """Return the campaign of a file.

    Raises:
        FadedError: it cannot be used, or a flag says something of the campaign beside it.
    """
    both = arguments.given - OF_THE_ORACLE - BESIDE_A_FILE
    if not arguments.labelled:
        both |= {"--no-labels"}
    if both:
        raise FadedError(f"{arguments.campaign} says all of the campaign: leave {_listed(both)} out, or the file.")
    _refuse_without_oracle(arguments)
    return read_campaign(arguments.campaign)


def _config(arguments: argparse.Namespace) -> CampaignConfig:
    _refuse_idle(arguments)
    space, concepts = arguments.space, None
    if _is_file(space):
        concepts = _space_file(Path(space), tasks.task_of(arguments.demo, arguments.task))
        space = ""
    folds = arguments.verify_folds
    if folds is None:
        folds = 1 if arguments.verify_data else defaults.DEFAULT_VERIFY_FOLDS
    return CampaignConfig(
        demo=arguments.demo,
        task=arguments.task,
        target=_locate(arguments.target),
        candidate=_locate(arguments.candidate),
        data=_locate(arguments.data),
        tune_data=_locate(arguments.tune_data),
        verify_data=_locate(arguments.verify_data),
        verify_folds=folds,
        space=space,
        concepts=concepts,
        discrepancy=arguments.discrepancy,
        encoder=_locate(arguments.encoder),
        reader=_locate(arguments.reader),
        threshold=arguments.threshold,
        bound=arguments.bound,
        queries=_queries(arguments),
        agent=arguments.agent,
        seed=arguments.seed,
        labelled=arguments.labelled,
    )


def _queries(arguments: argparse.Namespace) -> int:
    usual = tasks.usual_queries(tasks.task_of(arguments.demo, arguments.task))
    return usual if arguments.queries is None else int(arguments.queries)


def _locate(place: str) -> str:
    """Return a path from the root, so that it names the same wherever a command or a worker is started."""
    return locate(place, Path.cwd())


def _space_file(path: Path, task: str) -> tuple[dict[str, object], ...]:
    what, where = ("slots", "text-to-image") if task == tasks.DRAWING else ("concepts", "command-line")
    if not path.is_file():
        raise FadedError(
            f"There is no file {path}. Give --space a YAML file of {what}, see docs/{where}.md, or a preset."
        )
    items = read_yaml(path)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FadedError(f"{path} must hold a list of {what}, each with name and levels.")
    if task == tasks.DRAWING:
        from faded.concepts.prompt import prompt_slots

        try:
            prompt_slots(items)
        except FadedError as error:
            raise FadedError(f"The space {path} cannot be used: {error}") from error
    return tuple(items)
