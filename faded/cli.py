"""The command line: `python -m faded COMMAND`, one module of `faded.commands` for each.

Exit codes: 0 all is well, 2 bad input, 3 the gate failed, 1 anything else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from faded.commands import (
    account,
    backup,
    campaign,
    doctor,
    export,
    export_model,
    import_verdicts,
    lineage,
    mirror,
    read_map,
    replay,
    report,
    run,
    serve,
    smallest,
)
from faded.commands.common import BAD_INPUT, OTHER
from faded.domain import FadedError, Stopped


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = make_parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        code = command(arguments)
        sys.stdout.flush()
        return code
    except FadedError as error:
        print(f"faded: {error}", file=sys.stderr)
        return BAD_INPUT
    except Stopped as stopped:
        print(f"faded: {stopped}", file=sys.stderr)
        return OTHER
    except BrokenPipeError:  # whoever reads has read enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end
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
    run.add(commands)
    campaign.add(commands)
    serve.add(commands)
    report.add(commands)
    replay.add(commands)
    read_map.add(commands)
    smallest.add(commands)
    export.add(commands)
    export_model.add(commands)
    import_verdicts.add(commands)
    lineage.add(commands)
    mirror.add(commands)
    account.add(commands)
    backup.add(commands)
    doctor.add(commands)
    return parser
