"""``studio-node pair``: a pairing code from the running node."""

import argparse

from studio_node.control import ask

from .options import Commands, add_config, say, state_dir


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("pair", help="show a pairing code for Home Assistant")
    add_config(parser)
    parser.set_defaults(run=pair)


async def pair(options: argparse.Namespace) -> None:
    """Open pairing on the running node and print the code."""
    answer = await ask(state_dir(options), {"do": "pair"})
    say(f"\n    {answer['code']}\n")
    say("Type this code into Home Assistant. It is valid for 5 minutes and for one client.")
