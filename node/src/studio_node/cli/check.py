"""``studio-node check``: a look at everything that a node needs."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import socket
import subprocess
from typing import Final

from zeroconf import InterfaceChoice
from zeroconf.asyncio import AsyncZeroconf

from studio_node.announce import announced_addresses
from studio_node.certificate import load_certificate
from studio_node.control import ask
from studio_node.drivers import fittings
from studio_node.errors import NotRunningError, StudioNodeError
from studio_node.settings import Settings

from .options import Commands, add_config, load, say, settings_path

# The year in which this was written: an earlier clock has lost its battery.
_EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC)
_MONTH: Final = timedelta(days=30)

type Check = Callable[[Settings], Awaitable[str]]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("check", help="check settings, port, certificate, clock, network")
    add_config(parser)
    parser.set_defaults(run=check)


async def check(options: argparse.Namespace) -> int:
    """Print a report and return 1 when something is wrong."""
    try:
        settings = load(options)
        fittings(settings)
    except StudioNodeError as error:
        say(f"wrong  settings     {error}")
        return 1
    say(f"ok     settings     {settings_path(options)}: {len(settings.studios)} studios")
    if options.state_dir is not None:
        settings = Settings(listen=settings.listen, port=settings.port, state_dir=options.state_dir)
    wrong = 0
    for name, look in _CHECKS:
        try:
            verdict, text = "ok", await look(settings)
        except (StudioNodeError, OSError) as error:
            verdict, text, wrong = "wrong", str(error), 1
        say(f"{verdict:7}{name:13}{text}")
    return wrong


async def _certificate(settings: Settings) -> str:
    certificate = await asyncio.to_thread(load_certificate, settings.state_dir)
    if certificate.not_after < datetime.now(UTC) + _MONTH:
        raise StudioNodeError(f"it ends on {certificate.not_after:%Y-%m-%d}")
    digits = certificate.fingerprint.hex()
    return f"SHA-256 {digits[:16]}..., valid until {certificate.not_after:%Y}"


async def _port(settings: Settings) -> str:
    with suppress(NotRunningError):
        await ask(settings.state_dir, {"do": "tokens"})
        return f"{settings.port}: this node runs already"
    try:
        server = await asyncio.start_server(
            lambda _, writer: writer.close(), settings.listen, settings.port
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioNodeError(f"{settings.listen}:{settings.port}: {reason}") from error
    server.close()
    await server.wait_closed()
    return f"{settings.listen}:{settings.port} is free"


async def _clock(_: Settings) -> str:
    if datetime.now(UTC) < _EARLIEST:
        raise StudioNodeError("it is in the past: entry codes would open at wrong times")
    said = await asyncio.to_thread(_synchronised)
    if said == "no":
        raise StudioNodeError("it is not synchronised with network time")
    return "synchronised with network time" if said == "yes" else "plausible"


def _synchronised() -> str:
    """Return what systemd says: yes, no, or nothing where there is no systemd."""
    try:
        done = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],  # noqa: S607 - the system's own
            capture_output=True,
            check=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


async def _network(settings: Settings) -> str:
    if not settings.announce:
        return "the node is not announced (announce = false)"
    addresses = announced_addresses(settings)
    if not addresses:
        raise StudioNodeError("this computer has no address in a network")
    zeroconf = AsyncZeroconf(interfaces=list(settings.interfaces) or InterfaceChoice.All)
    await zeroconf.async_close()
    return f"{socket.gethostname()} is announced as {', '.join(addresses)}"


_CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("certificate", _certificate),
    ("port", _port),
    ("clock", _clock),
    ("network", _network),
)
