"""The command line: `python -m faded run | worker | serve`.

Exit codes: 0 all is well, 2 bad input, 3 the gate failed, 1 anything else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from faded import config as defaults
from faded.config import CampaignConfig, read_yaml, settings
from faded.domain import FadedError, Stopped
from faded.flags import Help, add_run, add_serve_arguments, add_workspace
from faded.jobs.terminal import Bars, say_stopped, say_where, say_who_labels

OK, OTHER, BAD_INPUT, GATE_FAILED = 0, 1, 2, 3
OF_OWN_DATA = {"--task", "--target", "--data", "--tune-data", "--verify-data", "--verify-folds", "--reader"}
"""Flags that a demo leaves nothing to say."""
OF_THE_ORACLE = {"--labels", "--oracle-noise", "--oracle-cares", "--steps"}
"""Flags that speak of the simulated annotator and of what follows it alone."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = make_parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except FadedError as error:
        print(f"faded: {error}", file=sys.stderr)
        return BAD_INPUT
    except Stopped as stopped:
        print(f"faded: {stopped}", file=sys.stderr)
        return OTHER
    except KeyboardInterrupt:
        print("faded: stopped; give the same command again to go on.", file=sys.stderr)
        return OTHER


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m faded", description="Find how a model fails, say which failures matter, make them fade."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run one round", formatter_class=Help)
    add_run(run)
    run.set_defaults(command=_run)
    worker = commands.add_parser(
        "worker", help="run the jobs of a workspace", description="Run jobs until told to end."
    )
    worker.add_argument("--parent", type=int, metavar="PID", help="end when this process, the parent, is gone")
    worker.add_argument("--ready", type=int, metavar="FD", help="file descriptor to write to once it looks for work")
    add_workspace(worker)
    worker.set_defaults(command=_worker)
    serve = commands.add_parser(
        "serve", help="start the web app and a worker", description="The same as python app.py."
    )
    add_serve_arguments(serve)
    serve.set_defaults(command=_serve)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    _refuse_idle(arguments)
    config = _config(arguments)
    if arguments.labels < 1:
        raise FadedError(f"--labels is {arguments.labels}: give a whole number above 0.")
    from faded import runtime
    from faded.jobs.headless import explore_only, run_round
    from faded.jobs.oracles import oracle
    from faded.store import proposals
    from faded.store.engine import open_store

    runtime.start(config.seed, settings().threads)
    store = open_store(_workspace(arguments))
    with Bars() as bars:
        if arguments.oracle:
            make, name = oracle(arguments.oracle_noise, arguments.oracle_cares, config.seed)
            done = run_round(store, config, make, arguments.labels, name, bars.say, arguments.steps)
        else:
            done = explore_only(store, config, bars.say)
    _print(done.record, arguments.json)
    if not arguments.oracle:
        with store.read() as db:
            found = proposals.count(db, done.round_id)
        say_who_labels(done.campaign, found, store.workspace, settings().workspace)
        return OK
    say_stopped(done.record["repair"])
    say_where(done.record["repair"]["folder"], store.workspace, config.target)
    gate = done.record["verify"]["gate"]
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
    idle = given & OF_THE_ORACLE
    if idle and not arguments.oracle:
        raise FadedError(f"{_listed(idle)} would change nothing without --oracle: add it, or leave them out.")


def _listed(flags: set[str]) -> str:
    return " and ".join(sorted(flags))


def _is_file(space: str) -> bool:
    return space.endswith((".yaml", ".yml"))


def _config(arguments: argparse.Namespace) -> CampaignConfig:
    space, concepts = arguments.space, None
    if _is_file(space):
        concepts = _space_file(Path(space), defaults.task_of(arguments.demo, arguments.task))
        space = ""
    folds = arguments.verify_folds
    if folds is None:
        folds = 1 if arguments.verify_data else defaults.DEFAULT_VERIFY_FOLDS
    return CampaignConfig(
        demo=arguments.demo,
        task=arguments.task,
        target=_there(arguments.target),
        data=_absolute(arguments.data),
        tune_data=_absolute(arguments.tune_data),
        verify_data=_absolute(arguments.verify_data),
        verify_folds=folds,
        space=space,
        concepts=concepts,
        discrepancy=arguments.discrepancy,
        encoder=_there(arguments.encoder),
        reader=_there(arguments.reader),
        threshold=arguments.threshold,
        bound=arguments.bound,
        queries=_queries(arguments),
        agent=arguments.agent,
        seed=arguments.seed,
        labelled=arguments.labelled,
    )


def _queries(arguments: argparse.Namespace) -> int:
    usual = defaults.usual_queries(defaults.task_of(arguments.demo, arguments.task))
    return usual if arguments.queries is None else int(arguments.queries)


def _absolute(path: str) -> str:
    """Return the path from the root, so that it names the same wherever a command or a worker is started."""
    return str(Path(path).expanduser().resolve()) if path else ""


def _there(source: str) -> str:
    """Return the path from the root where there is something, else what was given: it may be a hub id."""
    return _absolute(source) if source and Path(source).expanduser().exists() else source


def _space_file(path: Path, task: str) -> tuple[dict[str, object], ...]:
    what, where = ("slots", "text-to-image") if task == defaults.DRAWING else ("concepts", "command-line")
    if not path.is_file():
        raise FadedError(
            f"There is no file {path}. Give --space a YAML file of {what}, see docs/{where}.md, or a preset."
        )
    items = read_yaml(path)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FadedError(f"{path} must hold a list of {what}, each with name and levels.")
    if task == defaults.DRAWING:
        from faded.concepts.prompt import prompt_slots

        try:
            prompt_slots(items)
        except FadedError as error:
            raise FadedError(f"The space {path} cannot be used: {error}") from error
    return tuple(items)


def _print(record: dict[str, Any], where: str | None) -> None:
    text = json.dumps(record, allow_nan=False)
    if where == "-":
        print(text)
    elif where is not None:
        try:
            Path(where).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise FadedError(f"The record cannot be written to {where}: {error}. It was: {text}") from error


def _worker(arguments: argparse.Namespace) -> int:
    from faded.worker import work

    work(_workspace(arguments), arguments.parent, arguments.ready)
    return OK


def _serve(arguments: argparse.Namespace) -> int:
    from faded.ui.address import check_address

    check_address(arguments.host, arguments.port)  # before what takes seconds to load
    from faded.ui.launch import serve

    serve(_workspace(arguments), arguments.host, arguments.port)
    return OK


def _workspace(arguments: argparse.Namespace) -> Path:
    given: Path | None = arguments.workspace
    return given.expanduser().resolve() if given is not None else settings().workspace


if __name__ == "__main__":
    sys.exit(main())
