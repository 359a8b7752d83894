"""A node that speaks the protocol over TLS until a test tells it to misbehave."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
import socket
import ssl
import struct
from typing import Final

from aiohttp import WSMsgType, web

from custom_components.micro_studio.wire import codec
from custom_components.micro_studio.wire.messages import (
    MAX_FRAME,
    Ack,
    Command,
    Delta,
    Event,
    FromClient,
    FromNode,
    Hello,
    NodeInfo,
    Result,
    Resync,
    Snapshot,
    Studio,
)
from custom_components.micro_studio.wire.parts import Fields
from custom_components.micro_studio.wire.vocabulary import EventType
from studio_node.certificate import load_certificate
from tests.puppets import NODE_PARTS, STUDIO_PARTS

HOST: Final = "127.0.0.1"
ID: Final = "impostor"
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST, not FIN

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Greeting = Callable[[web.WebSocketResponse], Awaitable[None]]


@dataclass(slots=True)
class Guest:
    """One client that is connected."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport


@dataclass(slots=True)
class Impostor:
    """One studio, ``a``, with the parts of the puppets."""

    fingerprint: bytes
    context: ssl.SSLContext
    port: int = 0
    token: str = "token-of-the-impostor"
    api: str = "1.0"
    boot_id: str = "boot-1"
    seq: int = 0
    last_event: int = 0
    events: list[Event] = field(default_factory=list)
    parts: dict[str, Fields] = field(default_factory=lambda: _copy(STUDIO_PARTS))
    node_parts: dict[str, Fields] = field(default_factory=lambda: _copy(NODE_PARTS))
    guests: list[Guest] = field(default_factory=list)
    heard: list[FromClient] = field(default_factory=list)
    attempts: int = 0
    upgrade: Answer | None = None  # in place of the WebSocket
    info: Answer | None = None  # in place of the answer to a stranger
    greeting: Greeting | None = None  # in place of hello and snapshot
    deaf: bool = False  # reads no more, and answers no ping
    helpful: bool = True  # sends a snapshot when it is asked for one
    _runner: web.AppRunner | None = None

    @classmethod
    @asynccontextmanager
    async def acting(cls, folder: Path) -> AsyncGenerator[Impostor]:
        """Listen until the block ends."""
        certificate = await asyncio.to_thread(load_certificate, folder)
        self = cls(certificate.fingerprint, certificate.context())
        await self.listen()
        try:
            yield self
        finally:
            await self.leave()

    @property
    def resyncs(self) -> int:
        """Return how often a client has asked for a snapshot."""
        return sum(isinstance(frame, Resync) for frame in self.heard)

    @property
    def acknowledged(self) -> set[str]:
        """Return the ids of the events that a client has stored."""
        return {id_ for frame in self.heard if isinstance(frame, Ack) for id_ in frame.ids}

    async def listen(self) -> None:
        """Open the port; the same one as before."""
        app = web.Application()
        app.router.add_get("/v1/info", self._get_info)
        app.router.add_get("/v1/ws", self._get_ws)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, lingering_time=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port, ssl_context=self.context).start()
        self.port = self._runner.addresses[0][1]

    async def leave(self) -> None:
        """Close the port and every connection."""
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @asynccontextmanager
    async def absent(self) -> AsyncGenerator[None]:
        """Give the port to somebody else for a while."""
        await self.leave()
        try:
            yield
        finally:
            await self.listen()

    def cut(self) -> None:
        """Cut every connection with a reset."""
        for guest in self.guests:
            if guest.transport.is_closing():
                continue
            peer: socket.socket = guest.transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            guest.transport.abort()

    async def say(self, *frames: FromNode | str | bytes) -> None:
        """Send frames, or whatever else, to all who are connected."""
        for guest in tuple(self.guests):
            with suppress(ConnectionError):  # one that has just gone
                for frame in frames:
                    if isinstance(frame, bytes):
                        await guest.socket.send_bytes(frame)
                    else:
                        text = frame if isinstance(frame, str) else codec.encode(frame)
                        await guest.socket.send_str(text)

    async def change(self, part: str, **fields: object) -> None:
        """Report a change, correctly; who is not connected finds it in the next snapshot."""
        self.parts[part].update(fields)  # type: ignore[arg-type]
        await self.say(self.next_delta(part, **fields))

    def next_delta(self, part: str, **fields: object) -> Delta:
        """Return the delta whose turn it is."""
        self.seq += 1
        return Delta(self.seq, "a", part, fields)  # type: ignore[arg-type]

    def next_event(self, **data: str) -> Event:
        """Return the event whose turn it is; it is sent until it is acknowledged."""
        self.last_event += 1
        event = Event(
            seq=self.last_event,
            id=f"event-{self.last_event}",
            studio="a",
            part="door/main",
            type=EventType.DENIED,
            at=datetime.now(UTC),
            data={**data},
        )
        self.events.append(event)
        return event

    def hello(self) -> Hello:
        """Return a correct first frame."""
        return Hello(
            api=self.api,
            node=NodeInfo(id=ID, name="Impostor", api=self.api, software="0.0.0"),
            boot_id=self.boot_id,
            seq=self.seq,
            time=datetime.now(UTC),
        )

    def snapshot(self) -> Snapshot:
        """Return the whole state."""
        studios = {"a": Studio(name="Studio A", parts=self.parts)}
        return Snapshot(seq=self.seq, studios=studios, parts=self.node_parts)

    async def _get_info(self, request: web.Request) -> web.StreamResponse:
        if self.info is not None:
            return await self.info(request)
        return web.Response(text=codec.encode_body(self.hello().node))

    async def _get_ws(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        if self.upgrade is not None:
            answer = await self.upgrade(request)
            answer.force_close()  # a kept connection would look like a leak
            return answer
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        opened = web.WebSocketResponse(autoping=False, max_msg_size=MAX_FRAME, timeout=0.1)
        await opened.prepare(request)
        assert request.transport is not None
        guest = Guest(opened, request.transport)
        self.guests.append(guest)
        try:
            await self._serve(opened)
        except ConnectionError, asyncio.CancelledError:
            pass
        finally:
            self.guests.remove(guest)
        return opened

    async def _serve(self, opened: web.WebSocketResponse) -> None:
        if self.greeting is not None:
            await self.greeting(opened)
        else:
            await opened.send_str(codec.encode(self.hello()))
            await opened.send_str(codec.encode(self.snapshot()))
            for event in self.events:
                if event.id not in self.acknowledged:
                    await opened.send_str(codec.encode(event))
        while True:
            message = await opened.receive()
            while self.deaf and opened in [guest.socket for guest in self.guests]:  # noqa: ASYNC110 - a test sets it
                await asyncio.sleep(0.01)
            match message.type:
                case WSMsgType.PING:
                    await opened.pong(message.data)
                case WSMsgType.TEXT:
                    await self._take(opened, message.data)
                case WSMsgType.PONG:
                    pass
                case _:
                    return

    async def _take(self, opened: web.WebSocketResponse, text: str) -> None:
        frame = codec.decode_from_client(text)
        assert frame is not None
        self.heard.append(frame)
        if isinstance(frame, Resync) and self.helpful:
            await opened.send_str(codec.encode(self.snapshot()))
        elif isinstance(frame, Command):
            await opened.send_str(codec.encode(Result(id=frame.id, ok=True)))
            await self.change(frame.part, **frame.args)


def _copy[T](parts: T) -> dict[str, Fields]:
    return deepcopy(dict(parts))  # type: ignore[call-overload]
