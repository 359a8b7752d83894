"""``studio-node run``: the node itself."""

import argparse
import asyncio
import logging
import signal

from studio_node.app import Node
from studio_node.drivers import fittings
from studio_node.secrecy import Secrecy, SecretiveFormatter

from .options import Commands, add_config, load, say


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("run", help="run the node")
    add_config(parser)
    parser.add_argument("--pair", action="store_true", help="show a pairing code at the start")
    parser.add_argument("--verbose", action="store_true", help="log more")
    parser.set_defaults(run=run)


async def run(options: argparse.Namespace) -> None:
    """Run the node until it is told to stop."""
    settings = load(options)
    secrecy = Secrecy()
    log_to_stderr(secrecy, verbose=options.verbose)
    node = Node(settings, fittings(settings), state_dir=options.state_dir, secrecy=secrecy)
    await serve(node, pair=options.pair)


async def serve(node: Node, *, pair: bool = False) -> None:
    """Start a node, wait for SIGTERM or SIGINT, stop it."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await node.start()
        try:
            if pair:
                say(f"Pairing code: {node.open_pairing()} (valid for 5 minutes)")
            await stop.wait()
        finally:
            await node.stop()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def log_to_stderr(secrecy: Secrecy, *, verbose: bool = False) -> None:
    """Log to stderr, without secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter(SecretiveFormatter(secrecy))
    logging.basicConfig(handlers=[handler], level=logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
