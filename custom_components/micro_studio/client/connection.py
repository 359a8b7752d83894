"""One node's WebSocket for the life of its entry: connect, follow, notice, come back."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from aiohttp import ClientConnectionError, ClientWebSocketResponse, WSMessage, WSMsgType

from ..wire import codec
from ..wire.errors import BadFrameError
from ..wire.messages import (
    DEAD_AFTER,
    PING_INTERVAL,
    Ack,
    Delta,
    Event,
    FromClient,
    Hello,
    Result,
    Resync,
    Snapshot,
)
from ..wire.parts import Fields
from .backoff import delays
from .client import NodeClient, check_api
from .commands import PendingCommands
from .errors import ConnectionLostError, NodeError, UnauthorizedError

_REVOKED: Final = 4401  # close code of a token that was revoked meanwhile


class Listener(Protocol):
    """Who hears what the node says; called in the event loop, must not block."""

    def on_snapshot(self, hello: Hello, snapshot: Snapshot) -> None:
        """Take the whole state; the node is there (again)."""

    def on_delta(self, delta: Delta) -> None:
        """Take a change, the next one after what was seen before."""

    def on_event(self, event: Event) -> None:
        """Take something that happened; `NodeConnection.ack` it when it is stored."""

    def on_lost(self, loss: NodeError) -> None:
        """Learn that the node is gone, or that an attempt to come back failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds between signs of life; the defaults are those of the protocol."""

    ping: float = PING_INTERVAL
    dead: float = DEAD_AFTER
    steady: float = 30.0  # a connection that lived this long starts the back-off anew


@dataclass(slots=True)
class Counters:
    """What a connection has seen, for diagnostics."""

    connects: int = 0
    frames: int = 0
    duplicates: int = 0
    gaps: int = 0
    bad_frames: int = 0


class NodeConnection:
    """Keep one WebSocket open and tell the listener what comes."""

    def __init__(
        self, client: NodeClient, listener: Listener, timing: Timing | None = None
    ) -> None:
        self.client = client
        self.counters = Counters()
        self._listener = listener
        self._timing = timing or Timing()
        self._commands = PendingCommands()
        self._socket: ClientWebSocketResponse | None = None
        self._hello: Hello | None = None
        self._seq: int | None = None  # None: a snapshot must come before the next delta
        self._last_seen = 0.0
        self._retry = asyncio.Event()

    async def open(self) -> None:
        """
        Connect and take the first snapshot.

        Raises:
            NodeError: not possible now, see its kind.

        """
        socket = await self.client.connect()
        try:
            async with asyncio.timeout(self._timing.dead):
                await self._greet(socket)
        except BaseException as error:
            await socket.close()
            if isinstance(error, TimeoutError):
                raise ConnectionLostError("no snapshot came") from error
            raise
        self._socket = socket
        self.counters.connects += 1
        for command in self._commands:
            await self._send(command)

    async def run(self) -> None:
        """Follow the node and come back to it until cancelled; a refused token ends it."""
        loop = asyncio.get_running_loop()
        waits = delays()
        while True:
            try:
                if self._socket is None:
                    await self._pause(next(waits))
                    await self.open()
                since = loop.time()
                try:
                    await self._follow()
                finally:
                    if loop.time() - since > self._timing.steady:
                        waits = delays()
            except NodeError as loss:
                self._listener.on_lost(loss)
                if isinstance(loss, UnauthorizedError):
                    return

    def retry_now(self) -> None:
        """Do not wait any longer: the node was just seen, perhaps at another address."""
        self._retry.set()

    async def close(self) -> None:
        """Say goodbye, and fail what is still waiting for an answer."""
        self._commands.give_up()
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def command(
        self, studio: str | None, part: str, action: str, args: Fields, patience: timedelta
    ) -> None:
        """
        Send a command and wait until the node accepts it.

        Raises:
            CommandRefusedError: the node says no.
            CommandUnansweredError: no answer came in time.

        """
        command = self._commands.add(studio, part, action, args, patience)
        await self._send(command)
        await self._commands.answer(command, patience)

    async def ack(self, ids: tuple[str, ...]) -> None:
        """Tell the node that these events are stored here."""
        await self._send(Ack(ids=ids))

    async def _greet(self, socket: ClientWebSocketResponse) -> None:
        """Read from a fresh socket until the first snapshot has come."""
        self._hello = None
        self._seq = None
        while self._seq is None:
            await self._take(socket, await socket.receive())

    async def _follow(self) -> None:
        """Read until the connection ends."""
        socket = self._socket
        if socket is None:
            raise ConnectionLostError("closed")
        loop = asyncio.get_running_loop()
        self._last_seen = loop.time()
        heart = asyncio.create_task(self._beat(socket))
        try:
            while True:
                message = await socket.receive()
                self._last_seen = loop.time()
                await self._take(socket, message)
        finally:
            self._socket = None
            heart.cancel()
            with suppress(ClientConnectionError):
                await socket.close()

    async def _beat(self, socket: ClientWebSocketResponse) -> None:
        """Ask for a sign of life, and end a connection that gives none."""
        loop = asyncio.get_running_loop()
        while (left := self._last_seen + self._timing.dead - loop.time()) > 0:
            with suppress(TimeoutError, ClientConnectionError):
                async with asyncio.timeout(self._timing.ping):
                    await socket.ping()
            await asyncio.sleep(min(self._timing.ping, left))
        await socket.close()

    async def _take(self, socket: ClientWebSocketResponse, message: WSMessage) -> None:
        """Sort one message of the WebSocket."""
        if message.type is WSMsgType.TEXT:
            self.counters.frames += 1
            try:
                await self._take_frame(socket, message.data)
            except BadFrameError as error:
                self.counters.bad_frames += 1
                raise ConnectionLostError(f"bad frame: {error.reason}") from error
        elif message.type is WSMsgType.PING:
            await socket.pong(message.data)
        elif message.type is not WSMsgType.PONG:
            # The socket's own code says 1006 where the node did not wait for our goodbye.
            code = message.data if message.type is WSMsgType.CLOSE else socket.close_code
            if code == _REVOKED:
                raise UnauthorizedError
            raise ConnectionLostError(f"closed with {code}")

    async def _take_frame(self, socket: ClientWebSocketResponse, text: str) -> None:
        """Hand a frame to the listener; nothing goes past a gap."""
        match codec.decode_from_node(text):
            case Delta() as delta:
                await self._take_delta(socket, delta)
            case Event() as event:
                self._listener.on_event(event)
            case Result() as result:
                self._commands.resolve(result)
            case Hello() as hello:
                check_api(hello.api)
                self._hello = hello
            case Snapshot() as snapshot:
                if self._hello is None:
                    raise BadFrameError("a snapshot before hello")
                self._seq = snapshot.seq
                self._listener.on_snapshot(self._hello, snapshot)

    async def _take_delta(self, socket: ClientWebSocketResponse, delta: Delta) -> None:
        """Pass the next delta on; ask once for a snapshot when one is missing."""
        if self._seq is None:
            return
        if delta.seq == self._seq + 1:
            self._seq = delta.seq
            self._listener.on_delta(delta)
        elif delta.seq <= self._seq:
            self.counters.duplicates += 1
        else:
            self.counters.gaps += 1
            self._seq = None
            await socket.send_str(codec.encode(Resync()))

    async def _send(self, frame: FromClient) -> None:
        """Send a frame; what cannot be sent now goes out after the next snapshot."""
        if self._socket is not None:
            with suppress(ClientConnectionError):
                await self._socket.send_str(codec.encode(frame))

    async def _pause(self, seconds: float) -> None:
        """Wait, or less when somebody has seen the node, be it during the last attempt."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._retry.wait()
        self._retry.clear()
