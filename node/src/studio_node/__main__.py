"""The command ``studio-node``."""

import argparse
import asyncio
from collections.abc import Sequence
import sys

from . import VERSION
from .cli import check, pair, run, tokens
from .cli.options import CommandParser
from .errors import StudioNodeError

_COMMANDS = (run, pair, tokens, check)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    options = _parser(argv).parse_args(argv)
    try:
        code: int | None = asyncio.run(options.run(options))
    except StudioNodeError as error:
        print(f"studio-node: {error}", file=sys.stderr)  # noqa: T201 - a command line speaks
        return 1
    except KeyboardInterrupt:
        return 130
    return code or 0


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="studio-node", description="One room's doors, lights, capture and health."
    )
    parser.add_argument("--version", action="version", version=f"studio-node {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=CommandParser)
    for module in _COMMANDS:
        module.add(commands)
    simulate = commands.add_parser("simulate", help="run a room that exists only in this program")
    if "simulate" in argv:
        # Real rooms never load the simulation.
        from .simulation.cli import add_arguments, run as run_simulation  # noqa: PLC0415

        add_arguments(simulate)
        simulate.set_defaults(run=run_simulation)
    return parser


if __name__ == "__main__":
    sys.exit(main())
