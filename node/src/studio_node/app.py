"""The node: everything that runs in one process."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
import logging
from pathlib import Path
from typing import Final

from . import VERSION
from .announce import Announcer, Properties
from .certificate import Certificate, load_certificate
from .commands import Commands
from .connection import Counters, Desk, Timing
from .control import Control
from .database import Database
from .devices.base import Device
from .diagnostics import Report
from .drivers import Fitting, Rig
from .errors import SettingsError, StudioNodeError
from .hub import Hub
from .identity import load_id
from .outbox import Outbox
from .pairing import LIFETIME, Pairing
from .post import Post
from .probes.base import Probe
from .results import Results
from .secrecy import Secrecy
from .server import Server
from .settings import Settings
from .supervision import supervise
from .tokens import Tokens
from .wire.messages import API, Hello, NodeInfo
from .wire.parts import Fields

_SETTLE: Final = 5.0  # s for the last events to reach the disk
_LOGGER: Final = logging.getLogger(__name__)


class Node:
    """A studio node; also made to be embedded: ``port`` and the rest are there after `start`."""

    id: str
    port: int
    fingerprint: bytes
    certificate: Certificate
    hub: Hub
    tokens: Tokens
    pairing: Pairing
    server: Server

    def __init__(
        self,
        settings: Settings,
        rigs: Sequence[Fitting] = (),
        *,
        state_dir: Path | None = None,
        timing: Timing | None = None,
        secrecy: Secrecy | None = None,
    ) -> None:
        self.settings = settings
        self.state_dir = state_dir or settings.state_dir
        self._rigs = rigs
        self._timing = timing or Timing()
        self._secrecy = secrecy or Secrecy()
        self._devices: dict[tuple[str | None, str], Device] = {}
        self._tasks: dict[tuple[str | None, str], asyncio.Task[None]] = {}
        self._counters = Counters()
        self._announcer: Announcer | None = None
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """
        Start everything; when something fails, nothing is left running.

        Raises:
            StudioNodeError: why the node cannot run, for its owner.

        """
        async with AsyncExitStack() as stack:
            self.certificate = await asyncio.to_thread(load_certificate, self.state_dir)
            self.fingerprint = self.certificate.fingerprint
            control = Control(self.state_dir, self._obey)
            stack.push_async_callback(control.stop)
            control.take()
            database = await Database.open(self.state_dir)
            stack.push_async_callback(database.close)
            await self._start_room(stack, database)
            await self._start_network(stack)
            await control.start()
            self._stack = stack.pop_all()
        _LOGGER.info("studio node %s listens on port %d", VERSION, self.port)

    async def stop(self) -> None:
        """Stop everything; all tasks are done afterwards."""
        await self._stack.aclose()

    def open_pairing(self) -> str:
        """Return a pairing code for the next five minutes."""
        code = self.pairing.open()
        self._refresh()
        return code

    async def issue_token(self, name: str) -> str:
        """Return a token for a client that needs no pairing: a test, or the simulation."""
        return await self.tokens.issue(name)

    def info(self) -> NodeInfo:
        """Return what a stranger may know."""
        return NodeInfo(
            id=self.id,
            name=self.settings.name,
            api=API,
            software=VERSION,
            site=self.settings.site,
            pairing=self.pairing.state,
        )

    def add_studio(self, studio: str, name: str, rigs: Sequence[Rig]) -> None:
        """Open a studio while the node runs."""
        self.hub.add_studio(studio, name)
        for rig in rigs:
            self._fit(studio, rig)

    async def remove_studio(self, studio: str) -> None:
        """Close a studio while the node runs."""
        gone = [place for place in self._tasks if place[0] == studio]
        for place in gone:
            self._devices.pop(place, None)
        await _cancel([self._tasks.pop(place) for place in gone])
        self.hub.remove_studio(studio)

    async def _start_room(self, stack: AsyncExitStack, database: Database) -> None:
        """Load what is stored, and start devices and probes."""
        self.id = await load_id(database)
        self.tokens = await Tokens.load(database)
        self.pairing = Pairing(self.tokens, self.fingerprint, self._secrecy)
        post = Post(Outbox(database))
        self.hub = Hub(post)
        commands = Commands(self._devices, self.settings.commands, Results(database), self._secrecy)
        self._desk = Desk(self.hub, post, commands, self._counters, self._hello, self._timing)
        self._report = Report(self._desk, self.settings, self.info, lambda: self.server)
        self._run(stack, post.run(), "post")
        stack.push_async_callback(_settle, post)
        stack.push_async_callback(self._stop_room)
        stack.push_async_callback(commands.close)
        for studio in self.settings.studios:
            self.hub.add_studio(studio.id, studio.name)
        for fitting in self._rigs:
            self._fit(fitting.studio, fitting.rig)
        # Devices report at once: their first words belong into the first snapshot.
        await asyncio.sleep(0)

    async def _start_network(self, stack: AsyncExitStack) -> None:
        """Listen and announce."""
        self.server = Server(
            self._desk, self.tokens, self.pairing, self.info, self._report.make, self._refresh
        )
        stack.push_async_callback(self.server.stop)
        self.port = await self.server.start(
            self.settings.listen, self.settings.port, self.certificate.context()
        )
        if self.settings.announce:
            self._announcer = Announcer(self.settings, self.id, self.port, self._properties)
            self._run(stack, self._announcer.run(), "announcer")

    def _fit(self, studio: str | None, rig: Rig) -> None:
        """Start the devices and probes of a rig."""
        for device in rig.devices:
            self._supervise(studio, device)
            self._devices[studio, device.part] = device
        for probe in rig.probes:
            self._supervise(studio, probe)

    def _supervise(self, studio: str | None, reporter: Device | Probe) -> None:
        place = (studio, reporter.part)
        name = f"{studio or 'node'}/{reporter.part}"
        if place in self._tasks:
            raise SettingsError(f"{name} is driven twice")
        if studio is not None and studio not in self.hub.studios:
            raise SettingsError(f"{name} belongs to a studio that is not in the settings")
        board = self.hub.board(studio, reporter.part)
        self._tasks[place] = asyncio.create_task(supervise(name, reporter.run, board), name=name)

    async def _stop_room(self) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        await _cancel(tasks)

    def _run(self, stack: AsyncExitStack, work: Coroutine[object, object, None], name: str) -> None:
        """Run something beside until the node stops."""
        task = asyncio.create_task(work, name=name)
        stack.push_async_callback(_cancel, [task])

    def _hello(self) -> Hello:
        return Hello(
            api=API, node=self.info(), boot_id=self.hub.boot_id, seq=0, time=datetime.now(UTC)
        )

    def _properties(self) -> Properties:
        """Return the TXT record."""
        return {
            "id": self.id,
            "api": API,
            "name": self.settings.name,
            "site": self.settings.site,
            "fp": self.fingerprint.hex()[:16],
            "pairing": self.pairing.state,
        }

    def _refresh(self) -> None:
        if self._announcer is not None:
            self._announcer.refresh()

    async def _obey(self, request: Fields) -> Fields:
        """Do what the owner asks at the terminal."""
        match request:
            case {"do": "pair"}:
                return {"code": self.open_pairing(), "seconds": LIFETIME}
            case {"do": "tokens"}:
                return {"tokens": [token.describe() for token in self.tokens]}
            case {"do": "revoke", "id": str(token)}:
                return {"revoked": await self.tokens.revoke(token)}
            case _:
                raise StudioNodeError("the running node does not know this command")


async def _settle(post: Post) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE):
            await post.settle()


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            _LOGGER.error("a task ended badly", exc_info=outcome)
