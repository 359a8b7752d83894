"""One client's WebSocket."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import logging
import sqlite3
from typing import Final

from aiohttp import ClientConnectionError, WSCloseCode, WSMessage, WSMsgType, web

from .commands import Commands
from .deltas import numbered
from .hub import Hub
from .meters import Meter, parse_place
from .post import Post
from .tokens import Token
from .wire import codec
from .wire.errors import BadFrameError
from .wire.messages import (
    DEAD_AFTER,
    MAX_FRAME,
    PING_INTERVAL,
    Ack,
    Command,
    Hello,
    Problem,
    Result,
    Resync,
    Subscribe,
)
from .wire.vocabulary import ErrorCode

BAD_FRAME: Final = 4400
REVOKED: Final = 4401
_DELTAS: Final = 256  # in the queue; more, and a snapshot is cheaper
_COMMANDS: Final = 64  # at once
_METERS: Final = 256
_GOODBYE: Final = 1.0  # s
_LOGGER: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """When to ask for a sign of life, and when to give up; seconds."""

    ping: float = PING_INTERVAL
    dead: float = DEAD_AFTER


@dataclass(slots=True)
class Counters:
    """What all connections have seen, for diagnostics."""

    connections: int = 0
    frames_in: int = 0
    frames_out: int = 0
    bad_frames: int = 0
    dropped_deltas: int = 0
    snapshots: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What every connection works with."""

    hub: Hub
    post: Post
    commands: Commands
    counters: Counters
    hello: Callable[[], Hello]
    timing: Timing


class Connection:
    """
    Sends the state and its changes, and answers commands.

    What waits to be sent is bounded: deltas give way to a snapshot, events stay in the outbox,
    commands are counted. Deltas get their numbers when they are sent, so that none is missing
    after others were dropped.
    """

    def __init__(self, desk: Desk, token: Token, socket: web.WebSocketResponse) -> None:
        self.token = token
        self._desk = desk
        self._socket = socket
        self._seq = 0
        self._deltas: deque[bytes] = deque()
        self._answers: deque[bytes] = deque()
        self._snapshot_due = True
        self._events_due = True
        self._last_event = 0
        self._wake = asyncio.Event()
        self._meters: list[Meter] = []
        self._commands: set[asyncio.Task[None]] = set()
        self._last_seen = 0.0
        self._sending_since: float | None = None
        self._transport: asyncio.Transport | None = None

    async def run(self, transport: asyncio.Transport | None) -> None:
        """Serve the client until one of us goes."""
        self._transport = transport
        self._last_seen = asyncio.get_running_loop().time()
        self._desk.counters.connections += 1
        self._desk.hub.join(self)
        self._desk.post.subscribe(self._on_post)
        tasks = [
            asyncio.create_task(self._write(), name="connection-writer"),
            asyncio.create_task(self._beat(), name="connection-heart"),
        ]
        try:
            await self._read()
        finally:
            self._desk.post.unsubscribe(self._on_post)
            self._desk.hub.leave(self)
            self._desk.hub.detach(self._meters)
            for task in (*tasks, *self._commands):
                task.cancel()
            await asyncio.gather(*tasks, *self._commands, return_exceptions=True)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; a client that does not listen is cut off."""
        with suppress(TimeoutError, ClientConnectionError):
            async with asyncio.timeout(_GOODBYE):
                await self._socket.close(code=code, message=reason.encode(), drain=False)
                return
        self.abort()

    def abort(self) -> None:
        """Cut the client off."""
        if self._transport is not None:
            self._transport.abort()

    def on_delta(self, tail: bytes) -> None:
        """Queue a delta, or give up on deltas when the client is too slow."""
        if self._snapshot_due:
            return  # the snapshot will hold it
        if len(self._deltas) >= _DELTAS:
            self._desk.counters.dropped_deltas += len(self._deltas) + 1
            self.on_studios()
            return
        self._deltas.append(tail)
        self._wake.set()

    def on_studios(self) -> None:
        """Send the whole state next."""
        self._deltas.clear()
        self._snapshot_due = True
        self._wake.set()

    def _on_post(self) -> None:
        self._events_due = True
        self._wake.set()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = await self._socket.receive()
            self._last_seen = loop.time()
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
                return
            if message.type is WSMsgType.ERROR:
                return  # too large, or no WebSocket: aiohttp has closed with a code
            try:
                await self._take(message)
            except BadFrameError as error:
                self._desk.counters.bad_frames += 1
                _LOGGER.warning("%s sent a bad frame: %s", self.token.name, error.reason)
                code = WSCloseCode.INVALID_TEXT if error.reason == "not JSON" else BAD_FRAME
                await self.close(code, error.reason)
                return

    async def _take(self, message: WSMessage) -> None:
        """Sort one message."""
        if message.type is WSMsgType.PING:
            await self._socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._desk.counters.frames_in += 1
            await self._take_frame(message.data)
        elif message.type is WSMsgType.BINARY:
            raise BadFrameError("not a text")

    async def _take_frame(self, text: str) -> None:
        match codec.decode_from_client(text):
            case Command() as command:
                self._begin(command)
            case Ack() as ack:
                await self._acknowledge(ack)
            case Resync():
                self.on_studios()
            case Subscribe() as wish:
                self._subscribe(wish)

    async def _acknowledge(self, ack: Ack) -> None:
        try:
            await self._desk.post.outbox.acknowledge(self.token.id, ack.ids)
        except sqlite3.Error:
            # The events come again after the next reconnect, and the client knows their ids.
            _LOGGER.exception("an acknowledgement could not be stored")

    def _begin(self, command: Command) -> None:
        if len(self._commands) >= _COMMANDS:
            problem = Problem(code=ErrorCode.BUSY, message="too many commands at once")
            self._answer(Result(id=command.id, ok=False, error=problem))
            return
        task = asyncio.create_task(self._carry_out(command), name="command-of-client")
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _carry_out(self, command: Command) -> None:
        try:
            result = await self._desk.commands.answer(self.token.id, command)
        except Exception:
            _LOGGER.exception("a command could not be answered")
            problem = Problem(code=ErrorCode.FAILED, message="the node could not store it")
            result = Result(id=command.id, ok=False, error=problem)
        self._answer(result)

    def _answer(self, result: Result) -> None:
        if len(self._answers) >= 2 * _COMMANDS:
            self.abort()  # it commands and does not listen
            return
        self._answers.append(codec.encode(result).encode())
        self._wake.set()

    def _subscribe(self, wish: Subscribe) -> None:
        """Replace the client's subscription."""
        self._desk.hub.detach(self._meters)
        places = dict.fromkeys(parse_place(part) for part in wish.parts[:_METERS])
        self._meters = [Meter(place, wish.interval, self.on_delta) for place in places]
        self._desk.hub.attach(self._meters)

    async def _write(self) -> None:
        """Send what is due: answers first, then the state, then events."""
        try:
            await self._send(codec.encode(self._desk.hello()).encode())
            while True:
                if self._answers and not self._snapshot_due:
                    await self._send(self._answers.popleft())
                elif self._snapshot_due:
                    await self._send(self._snapshot())
                elif self._deltas:
                    self._seq += 1
                    await self._send(numbered(self._seq, self._deltas.popleft()))
                elif self._events_due:
                    await self._send_events()
                else:
                    self._wake.clear()
                    await self._wake.wait()
        except (ClientConnectionError, ConnectionError):
            pass  # the reader notices too
        except Exception:
            _LOGGER.exception("cannot write to %s", self.token.name)
            self.abort()  # it comes back and asks again

    def _snapshot(self) -> bytes:
        self._snapshot_due = False
        self._desk.counters.snapshots += 1
        text = codec.encode(self._desk.hub.snapshot(self._seq)).encode()
        if len(text) > MAX_FRAME:
            _LOGGER.error("the state has %d bytes, clients take %d", len(text), MAX_FRAME)
        return text

    async def _send_events(self) -> None:
        """Send the next events of the outbox, and more when there are more."""
        self._events_due = False
        letters = await self._desk.post.outbox.waiting(self.token.id, self._last_event)
        for letter in letters:
            await self._send(letter.frame.encode())
            self._last_event = letter.seq
        self._events_due = self._events_due or bool(letters)

    async def _send(self, frame: bytes) -> None:
        self._desk.counters.frames_out += 1
        self._sending_since = asyncio.get_running_loop().time()
        await self._socket.send_frame(frame, WSMsgType.TEXT)
        self._sending_since = None

    async def _beat(self) -> None:
        """Ask for a sign of life; cut off who gives none or takes nothing."""
        timing = self._desk.timing
        while True:
            await asyncio.sleep(max(0.0, min(timing.ping, self._patience(timing.dead))))
            if self._patience(timing.dead) <= 0:
                self._desk.counters.dead += 1
                _LOGGER.warning("%s gives no sign of life", self.token.name)
                self.abort()
                return
            # A ping behind a full buffer would only wait with the rest.
            if self._sending_since is None:
                with suppress(ClientConnectionError, ConnectionError):
                    await self._socket.ping()

    def _patience(self, dead: float) -> float:
        """Return how long the client may still be silent, or take nothing; seconds."""
        now = asyncio.get_running_loop().time()
        since = self._last_seen if self._sending_since is None else self._sending_since
        return min(self._last_seen, since) + dead - now
