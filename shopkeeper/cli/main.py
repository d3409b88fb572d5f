"""The way in: runs a command, prints its error if it has one, and returns the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.main import get_command

from shopkeeper.cli import asking, data, demo, doctor, people, upkeep, work  # noqa: F401  (they register their commands)
from shopkeeper.cli.app import app
from shopkeeper.cli.customers import segments  # noqa: F401
from shopkeeper.cli.terminal.problems import UsageError, from_usage, stopped, tell
from shopkeeper.core.errors import ShopkeeperError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of ``shopkeeper`` with these arguments (those of the process if None)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        code = get_command(app).main(given, prog_name="shopkeeper", standalone_mode=False)
    except ShopkeeperError as error:
        tell(error, as_json=as_json)
        return error.exit_code
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return 2  # the help is on the screen already
        problem = from_usage(error, given)
        tell(problem, as_json=as_json)
        return problem.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        tell(stopped("what was written before is kept, nothing half-done", "run it again"), as_json=as_json)
    return code if isinstance(code, int) else 0
