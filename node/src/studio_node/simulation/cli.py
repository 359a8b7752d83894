"""``studio-node simulate``: a node full of simulated studios, and acts in a running one."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
import signal
import sys
from typing import Final

import orjson

from studio_node.app import Node
from studio_node.cli.options import say
from studio_node.cli.run import log_to_stderr
from studio_node.errors import StudioNodeError
from studio_node.secrecy import Secrecy

from .act import ActError
from .acts import ACTS, find_act
from .clock import WallClock
from .control import Control, ask
from .scenario import Scenario, shipped_scenarios
from .server import NodeServer
from .setup import Setup, fittings, make_setup, make_state_dir, state_dir
from .story import play
from .vault import write_private
from .world import NODE, World

_MISTAKE: Final = 2  # what argparse returns, too
_EXAMPLE: Final = "studio-node simulate act studio-1 unplug interface/main"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.set_defaults(deed=None)
    what = parser.add_argument_group("what is simulated")
    what.add_argument("--studios", type=_count, default=2, metavar="N", help="how many (2)")
    what.add_argument("--config", type=Path, metavar="FILE", help="a node's settings file")
    what.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="[STUDIO=]NAME|FILE",
        help=f"play a story, in one studio or in all: {', '.join(shipped_scenarios())}",
    )
    what.add_argument("--programme", metavar="EVERY/LASTS", help="bookings all day: 12m/6m")
    what.add_argument("--quiet", metavar="TIME", help="no update so long before a booking (30m)")
    what.add_argument(
        "--speed",
        type=_speed,
        help="how fast the story's clock runs; other than 1, it is not the client's clock",
    )
    node = parser.add_argument_group("the node")
    node.add_argument("--state-dir", type=Path, metavar="DIR", help="where state is kept")
    node.add_argument("--port", type=int, help="where to listen; 0 takes a free one")
    node.add_argument("--listen", metavar="ADDRESS", help="address to listen on")
    node.add_argument("--name", help="the node's name")
    node.add_argument("--site", help="the node's site")
    node.add_argument("--no-announce", dest="announce", action="store_false", help="no zeroconf")
    node.add_argument("--pair", action="store_true", help="show a pairing code")
    node.add_argument(
        "--issue-token",
        type=Path,
        metavar="FILE",
        help="write port, fingerprint and a token for a paired client to a private file",
    )
    node.add_argument("--verbose", action="store_true", help="log more")
    _add_deeds(parser)


async def run(args: argparse.Namespace) -> int:
    """Do what the command line asks for, and return the exit code."""
    try:
        match args.deed:
            case "acts":
                return _list_acts()
            case "act":
                return await _act(args)
            case "show":
                return await _show(args)
            case _:
                return await _simulate(make_setup(args), args)
    except (ActError, StudioNodeError) as error:
        sys.stderr.write(f"{error}\n")
        return _MISTAKE


def _add_deeds(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="act | show | acts", required=False)
    act = deeds.add_parser("act", help=f"make something happen: {_EXAMPLE}")
    act.add_argument("studio", metavar="STUDIO", help="a studio's id, or 'node'")
    act.add_argument("act", metavar="ACT", help="see 'acts'")
    act.add_argument("words", nargs="*", metavar="PART|KEY=VALUE", help="arguments")
    show = deeds.add_parser("show", help="print all fields of a studio as JSON")
    show.add_argument("studio", metavar="STUDIO", help="a studio's id, or 'node'")
    deeds.add_parser("acts", help="list what may happen")
    for deed in (act, show):
        deed.add_argument("--state-dir", type=Path, default=argparse.SUPPRESS, metavar="DIR")


async def _simulate(setup: Setup, args: argparse.Namespace) -> int:
    settings = setup.settings
    make_state_dir(settings.state_dir)
    world = setup.world(WallClock(setup.speed))
    secrecy = Secrecy()
    log_to_stderr(secrecy, verbose=args.verbose)
    node = Node(settings, fittings(world), secrecy=secrecy)
    async with AsyncExitStack() as stack:
        await node.start()
        stack.push_async_callback(node.stop)
        world.server = NodeServer(node)
        control = Control(world, settings.state_dir)
        await control.start()
        stack.push_async_callback(control.stop)
        say(f"{settings.name} listens on port {node.port}")
        say(f"certificate {node.fingerprint.hex()}")
        say(f"studios {', '.join(world.studios)}; state in {settings.state_dir}")
        if args.issue_token is not None:
            await _issue_token(node, args.issue_token)
        if args.pair:
            say(f"pairing code {node.open_pairing()}, for five minutes")
        await _live(world, setup.stories)
    return 0


async def _live(world: World, stories: Sequence[tuple[str, Scenario]]) -> None:
    """Play all stories, then go on until somebody ends it."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(play(scenario, world, at)) for at, scenario in stories]
            await ended.wait()
            for task in tasks:
                task.cancel()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _issue_token(node: Node, path: Path) -> None:
    token = await node.issue_token("simulation")
    content = {
        "id": node.id,
        "port": node.port,
        "fingerprint": node.fingerprint.hex(),
        "token": token,
    }
    await asyncio.to_thread(write_private, path, orjson.dumps(content))
    say(f"a token is in {path}")


async def _act(args: argparse.Namespace) -> int:
    given = find_act(args.act).words(args.words)
    answer = await ask(state_dir(args), {**given, "studio": _studio(args), "act": args.act})
    if answer.get("ok") is True:
        return 0
    sys.stderr.write(f"{answer.get('error', 'no answer')}\n")
    return 1


async def _show(args: argparse.Namespace) -> int:
    answer = await ask(state_dir(args), {"studio": _studio(args), "act": "show"})
    say(orjson.dumps(answer.get("parts", answer), option=orjson.OPT_INDENT_2).decode())
    return 0 if answer.get("ok") is True else 1


def _list_acts() -> int:
    for act in ACTS.values():
        part = [f"[{act.kind}/…]"] if act.kind is not None else []
        words = [f"{arg.name}={'|'.join(arg.words) or arg.sort}" for arg in act.args]
        say(f"{' '.join([act.name, *part, *words])}\n    {act.doc}")
    return 0


def _studio(args: argparse.Namespace) -> str | None:
    return None if args.studio == NODE else str(args.studio)


def _count(text: str) -> int:
    if not 1 <= (count := int(text)) <= 400:  # noqa: PLR2004 - what an entry of Home Assistant holds
        raise argparse.ArgumentTypeError("from 1 to 400")
    return count


def _speed(text: str) -> float:
    if not 0 < (speed := float(text)) <= 1000:  # noqa: PLR2004 - the loop cannot follow faster
        raise argparse.ArgumentTypeError("from 0 to 1000")
    return speed
