"""
``scripts/demo``: three sites with four studios in a real Home Assistant.

    scripts/demo                            run until Ctrl-C
    scripts/demo --check                    start, verify every promised entity, stop
    scripts/demo act studio-1 xruns count=25   make something happen in the running demo
    scripts/demo acts                       list what may happen
"""

import argparse
import asyncio
from contextlib import suppress
import signal
import sys
from typing import Final

from .check import check
from .dashboard import PATH
from .errors import DemoError
from .home_assistant import PASSWORD, USER
from .nodes import command, state_dir
from .progress import say
from .sites import WITH_NODE, site_of
from .stage import FOLDER, Stage, stage

_MISTAKE: Final = 2
_TRY: Final = """
  {url}/{path}
  user  {user}      password  {password}

  Three studios play a story: guests arrive, unlock the door, record, and leave.
  Make something happen from another terminal:

    scripts/demo act studio-1 unplug interface/main      the interface vanishes
    scripts/demo act studio-1 replug interface/main
    scripts/demo act studio-2 jam door/main              the bolt gets stuck
    scripts/demo act studio-3 battery door/main level=8
    scripts/demo acts                                    everything that may happen

  The fourth has no node: it is made of a lock, a lamp, two switches and a calendar that Home
  Assistant has. Its guest is due; on its page, you let the guest in and record.

  Ctrl-C ends everything.
"""


def main() -> int:
    """Run the demo and return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Run the demo.")
    parser.add_argument("--check", action="store_true", help="verify the demo and stop")
    deeds = parser.add_subparsers(dest="deed", metavar="act | acts", required=False)
    act = deeds.add_parser("act", help="make something happen in the running demo")
    act.add_argument(
        "studio", help=", ".join(room.id for site in WITH_NODE for room in site.studios)
    )
    act.add_argument("words", nargs="+", help="act, part and arguments: see 'acts'")
    deeds.add_parser("acts", help="list what may happen")
    args = parser.parse_args()
    try:
        if args.deed is not None:
            return asyncio.run(_deed(args))
        return asyncio.run(_run(verify=args.check))
    except DemoError as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1


async def _run(*, verify: bool) -> int:
    """Run the demo until it is verified or ended."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    body = asyncio.create_task(_play(ended, verify=verify))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _end, ended, body)
    with suppress(asyncio.CancelledError):
        await body
    return 0


def _end(ended: asyncio.Event, body: asyncio.Task[None]) -> None:
    """End the demo, also one that is still starting."""
    if ended.is_set():
        return
    ended.set()
    say("stopping")
    body.cancel()


async def _play(ended: asyncio.Event, *, verify: bool) -> None:
    async with stage() as running:
        if verify:
            async for line in check(running.home, running.entities):
                say(line)
            return
        say("ready")
        sys.stdout.write(_TRY.format(url=running.home.url, path=PATH, user=USER, password=PASSWORD))
        sys.stdout.flush()
        await _watch(running, ended)


async def _watch(running: Stage, ended: asyncio.Event) -> None:
    """Wait for the end; a program that ends by itself ends the demo with its reason."""
    while not ended.is_set():
        for process in (running.home.process, *(node.process for node in running.nodes)):
            if process is not None:
                process.check()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await ended.wait()


async def _deed(args: argparse.Namespace) -> int:
    """Hand a wish to the simulation."""
    if args.deed == "acts":
        arguments = ["simulate", "acts"]
    elif (site := site_of(args.studio)) is None:
        sys.stderr.write(f"demo: there is no {args.studio}\n")
        return _MISTAKE
    else:
        folder = str(state_dir(FOLDER, site))
        arguments = ["simulate", "act", args.studio, *args.words, "--state-dir", folder]
    child = await asyncio.create_subprocess_exec(*command(*arguments))
    return await child.wait()


if __name__ == "__main__":
    sys.exit(main())
