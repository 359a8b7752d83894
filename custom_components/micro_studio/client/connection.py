"""One node's WebSocket for the life of its entry: connect, follow, notice, come back."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from socket import SHUT_RDWR
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
from .errors import BrokenListenerError, ConnectionLostError, NodeError, UnauthorizedError

_GOODBYE: Final = 2.0  # s for the other end to say goodbye, too
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
        self._asked_at: float | None = None  # since when a snapshot is owed
        self._last_seen = 0.0
        self._retry = asyncio.Event()

    async def open(self) -> None:
        """
        Connect and take the first snapshot.

        Raises:
            NodeError: not possible now, see its kind.

        """
        socket: ClientWebSocketResponse | None = None
        try:
            async with asyncio.timeout(self._timing.dead):
                socket = await self.client.connect()
                await self._greet(socket)
        except BaseException as error:
            if socket is not None:
                await _hang_up(socket)
            if isinstance(error, TimeoutError):
                raise ConnectionLostError("no snapshot came in time") from error
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
            except Exception as error:  # noqa: BLE001 - a bug of ours must not silence a node for ever
                broken = BrokenListenerError(repr(error))
                broken.__cause__ = error
                self._listener.on_lost(broken)

    def retry_now(self) -> None:
        """Do not wait any longer: the node was just seen, perhaps at another address."""
        self._retry.set()

    async def close(self) -> None:
        """Say goodbye, and fail what is still waiting for an answer."""
        self._commands.give_up()
        if self._socket is not None:
            await _hang_up(self._socket)
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
        try:
            await self._send(command)
            await self._commands.answer(command, patience)
        finally:
            self._commands.forget(command)

    async def ack(self, ids: tuple[str, ...]) -> None:
        """Tell the node that these events are stored here."""
        await self._send(Ack(ids=ids))

    async def _greet(self, socket: ClientWebSocketResponse) -> None:
        """Read from a fresh socket until the first snapshot has come."""
        self._hello = None
        self._seq = None
        self._asked_at = None
        while self._seq is None:
            if (answering := self._take(socket, await socket.receive())) is not None:
                await _sent(answering)

    async def _follow(self) -> None:
        """Read until the connection ends."""
        socket = self._socket
        if socket is None:
            raise ConnectionLostError("closed")
        loop = asyncio.get_running_loop()
        self._last_seen = loop.time()
        heart: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(None) as patience:
                heart = asyncio.create_task(self._beat(socket, patience))
                while True:
                    message = await socket.receive()
                    self._last_seen = loop.time()
                    if (answering := self._take(socket, message)) is not None:
                        await _sent(answering)
        except TimeoutError:
            raise ConnectionLostError("no sign of life") from None
        finally:
            self._socket = None
            if heart is not None:
                heart.cancel()
            await _hang_up(socket)

    async def _beat(self, socket: ClientWebSocketResponse, patience: asyncio.Timeout) -> None:
        """Ask for a sign of life; where there is none, or no snapshot, patience is over."""
        loop = asyncio.get_running_loop()
        while (left := self._alive_at() + self._timing.dead - loop.time()) > 0:
            with suppress(TimeoutError, ClientConnectionError):
                async with asyncio.timeout(self._timing.ping):
                    await socket.ping()
            await asyncio.sleep(min(self._timing.ping, left))
        patience.reschedule(loop.time())

    def _alive_at(self) -> float:
        """Return until when nothing was missing."""
        asked = self._asked_at
        return self._last_seen if asked is None else min(self._last_seen, asked)

    def _take(
        self, socket: ClientWebSocketResponse, message: WSMessage
    ) -> Coroutine[None, None, None] | None:
        """Sort one message of the WebSocket; return the sending of an answer, if it wants one."""
        if message.type is WSMsgType.TEXT:
            self.counters.frames += 1
            try:
                answer = self._take_frame(message.data)
            except BadFrameError as error:
                self.counters.bad_frames += 1
                raise ConnectionLostError(f"bad frame: {error.reason}") from error
            return None if answer is None else socket.send_str(codec.encode(answer))
        if message.type is WSMsgType.PING:
            return socket.pong(message.data)
        if message.type is not WSMsgType.PONG:
            # The socket's own code says 1006 where the node did not wait for our goodbye.
            code = message.data if message.type is WSMsgType.CLOSE else socket.close_code
            if code == _REVOKED:
                raise UnauthorizedError
            raise ConnectionLostError(f"closed with {code}")
        return None

    def _take_frame(self, text: str) -> FromClient | None:
        """Hand a frame to the listener, and return what the node must hear at once."""
        match codec.decode_from_node(text):
            case Delta() as delta:
                return self._take_delta(delta)
            case Event() as event:
                self._listener.on_event(event)
            case Result() as result:
                self._commands.resolve(result)
            case Hello() as hello:
                return self._take_hello(hello)
            case Snapshot() as snapshot:
                if self._hello is None:
                    raise BadFrameError("a snapshot before hello")
                self._seq = snapshot.seq
                self._asked_at = None
                self._listener.on_snapshot(self._hello, snapshot)
        return None

    def _take_hello(self, hello: Hello) -> Resync | None:
        """Learn who speaks; what another boot has numbered says nothing any more."""
        check_api(hello.api)
        before, self._hello = self._hello, hello
        if before is None or before.boot_id == hello.boot_id:
            return None
        return self._resync()

    def _take_delta(self, delta: Delta) -> Resync | None:
        """Pass the next delta on, and nothing past a gap; ask once for a snapshot then."""
        if self._seq is None:
            return None
        if delta.seq == self._seq + 1:
            self._seq = delta.seq
            self._listener.on_delta(delta)
        elif delta.seq == self._seq:
            self.counters.duplicates += 1
        else:
            self.counters.gaps += 1
            return self._resync()
        return None

    def _resync(self) -> Resync:
        """Ask for a snapshot; no delta counts before it has come."""
        self._seq = None
        self._asked_at = asyncio.get_running_loop().time()
        return Resync()

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


async def _sent(answering: Coroutine[None, None, None]) -> None:
    """Send an answer; where that cannot be done any more, the connection is over."""
    try:
        await answering
    except ClientConnectionError as error:
        raise ConnectionLostError(str(error)) from error


async def _hang_up(socket: ClientWebSocketResponse) -> None:
    """Close a socket; one that takes nothing any more is cut, not waited for."""
    peer = socket.get_extra_info("socket")
    with suppress(TimeoutError, ClientConnectionError):
        async with asyncio.timeout(_GOODBYE):
            await socket.close()
    if peer is not None:
        with suppress(OSError):  # it is closed already
            peer.shutdown(SHUT_RDWR)
