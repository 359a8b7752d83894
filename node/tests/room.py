"""A small room for the node's tests: real devices of few words, and a client of our own."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from aiohttp import ClientSession, ClientWebSocketResponse, Fingerprint, WSMessage, WSMsgType

from studio_node.app import Node
from studio_node.devices.base import Device
from studio_node.probes.base import Probe
from studio_node.room import Board
from studio_node.wire import codec
from studio_node.wire.messages import (
    Command,
    Delta,
    Event,
    FromClient,
    FromNode,
    Hello,
    Result,
    Snapshot,
)
from studio_node.wire.parts import Fields

PATIENCE = 5.0  # s


async def until(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - any condition, not only ours to signal
            await asyncio.sleep(0.005)


class Part:
    """A part that says what a test wants, and remembers what it was told."""

    def __init__(self, part: str, first: Fields) -> None:
        self.part = part
        self.first = first
        self.runs = 0
        self.performed: list[tuple[str, Fields]] = []
        self.perform_hook: Callable[[str, Fields], object] = lambda _action, _args: None
        self.gate: asyncio.Event | None = None
        self.failure = asyncio.get_running_loop().create_future()
        self._board: Board | None = None

    @property
    def board(self) -> Board:
        """Where the part reports."""
        assert self._board is not None
        return self._board

    async def run(self, board: Board) -> None:
        """Report once, then wait to be told to fail."""
        self._board = board
        self.runs += 1
        board.publish(self.first)
        failure, self.failure = self.failure, asyncio.get_running_loop().create_future()
        if failure.done():
            failure = self.failure
        self.failure = failure
        raise await failure

    async def perform(self, action: str, args: Fields) -> None:
        """Remember the command."""
        self.performed.append((action, args))
        self.perform_hook(action, args)
        if self.gate is not None:
            await self.gate.wait()


@dataclass
class Parts:
    """A rig."""

    devices: Sequence[Device] = ()
    probes: Sequence[Probe] = ()


@dataclass
class Client:
    """One WebSocket to a node; keeps every frame, and the deltas' effect."""

    socket: ClientWebSocketResponse
    frames: list[FromNode | None] = field(default_factory=list)
    control: list[WSMessage] = field(default_factory=list)
    pongs: bool = True

    @classmethod
    async def connect(cls, session: ClientSession, node: Node, token: str) -> Self:
        """Connect without reading anything."""
        return cls(
            await session.ws_connect(
                url(node, "/v1/ws"),
                ssl=Fingerprint(node.fingerprint),
                headers=bearer(token),
                autoping=False,
                max_msg_size=0,
            )
        )

    async def send(self, frame: FromClient | str) -> None:
        """Send a frame, or any text."""
        await self.socket.send_str(frame if isinstance(frame, str) else codec.encode(frame))

    async def next[T: (Hello, Snapshot, Delta, Event, Result)](self, cls: type[T]) -> T:
        """Return the next frame of a type; others before it are kept in `frames`."""
        while True:
            message = await self.receive()
            assert message.type is WSMsgType.TEXT, message
            frame = codec.decode_from_node(message.data)
            self.frames.append(frame)
            if isinstance(frame, cls):
                return frame

    async def receive(self) -> WSMessage:
        """Return the next message that is no ping."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.socket.receive()
                if message.type is WSMsgType.PING:
                    self.control.append(message)
                    if self.pongs:
                        await self.socket.pong(message.data)
                elif message.type is not WSMsgType.PONG:
                    return message

    async def greet(self) -> Snapshot:
        """Read hello and the first snapshot."""
        await self.next(Hello)
        return await self.next(Snapshot)

    async def closed(self) -> int | None:
        """Wait for the end and return its code."""
        while True:
            message = await self.receive()
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return message.data if message.type is WSMsgType.CLOSE else self.socket.close_code
            assert message.type is WSMsgType.TEXT, message

    async def do(self, command: Command) -> Result:
        """Send a command and return its result."""
        await self.send(command)
        return await self.next(Result)


def url(node: Node, path: str) -> str:
    """Return the address of an endpoint."""
    return f"https://127.0.0.1:{node.port}{path}"


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
