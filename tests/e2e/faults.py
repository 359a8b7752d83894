"""What can go wrong between a client and a node, as a table."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
import gzip
import socket
from typing import Final

from aiohttp import web
import orjson

from custom_components.micro_studio.wire import codec
from custom_components.micro_studio.wire.messages import MAX_FRAME, Delta, Result, Snapshot
from tests.impostor import HOST, Impostor
from tests.patience import until

type Deed = Callable[[Impostor], Awaitable[None]]


async def _nothing(_: Impostor) -> None:
    """Leave everything as it is."""


async def _come_back(impostor: Impostor) -> None:
    """Be a good node again."""
    impostor.upgrade = impostor.greeting = None
    impostor.deaf, impostor.helpful = False, True
    impostor.api = "1.0"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    happen: Deed
    cuts: bool = True  # the connection ends; a new one is made
    resyncs: int = 0  # how often the client asks for a snapshot
    attempts: int = 0  # how often it has knocked before the fault ends
    end: Deed = _come_back

    def noticed(self, impostor: Impostor, reconnects: int) -> bool:
        """Tell whether the client has met the fault."""
        if self.attempts:
            return impostor.attempts > self.attempts
        if self.cuts:
            return reconnects > 0
        return impostor.resyncs >= self.resyncs


def _said(*frames: str | bytes) -> Deed:
    """Return a node that says something else."""

    async def say(impostor: Impostor) -> None:
        await impostor.say(*frames)

    return say


def _text(frame: str, **fields: object) -> str:
    return orjson.dumps({"frame": frame, **fields}).decode()


def _next(change: Callable[[Impostor], Iterator[Delta | str]]) -> Deed:
    """Return a node that says something that depends on where it is."""

    async def say(impostor: Impostor) -> None:
        await impostor.say(*change(impostor))

    return say


def _instead(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Deed:
    """Return a node that hangs up and answers the next calls like this."""

    async def happen(impostor: Impostor) -> None:
        impostor.upgrade = answer
        impostor.attempts = 0
        impostor.cut()

    return happen


def _status(status: int, **headers: str) -> Deed:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text="<html>no</html>")

    return _instead(answer)


def _greeted(*frames: str) -> Deed:
    """Return a node that hangs up and greets the next clients like this."""

    async def greet(opened: web.WebSocketResponse) -> None:
        for frame in frames:
            await opened.send_str(frame)

    async def happen(impostor: Impostor) -> None:
        impostor.greeting = greet
        impostor.attempts = 0
        impostor.cut()

    return happen


async def _cut(impostor: Impostor) -> None:
    impostor.cut()


async def _goodbye(impostor: Impostor) -> None:
    for guest in tuple(impostor.guests):
        await guest.socket.close(code=1001)


async def _go_deaf(impostor: Impostor) -> None:
    impostor.deaf = True


async def _half_open(impostor: Impostor) -> None:
    """Say by a bare FIN that nothing will come, and stay."""
    impostor.deaf = True
    for guest in impostor.guests:
        peer: socket.socket = guest.transport.get_extra_info("socket")
        peer.shutdown(socket.SHUT_WR)


async def _ping_and_reset(impostor: Impostor) -> None:
    """Ask for many answers that nobody can receive any more."""
    for guest in impostor.guests:
        for _ in range(200):
            await guest.socket.ping(b"x" * 125)
    impostor.cut()


async def _mute(impostor: Impostor, first: bytes = b"") -> None:
    """Let somebody listen who takes calls, and says nothing or nonsense."""
    open_: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.append(writer)
        writer.write(first)

    async with impostor.absent():
        server = await asyncio.start_server(take, HOST, impostor.port)
        try:
            await until(lambda: open_)
            if not first:
                # Longer than the patience of the connection.
                await asyncio.sleep(1)
        finally:
            server.close()
            for writer in open_:
                writer.close()
            await server.wait_closed()


async def _no_tls(impostor: Impostor) -> None:
    await _mute(impostor, b"HTTP/1.0 400 Bad Request\r\n\r\n")


async def _silence(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(1)
    return web.Response(status=500)


async def _bomb(request: web.Request) -> web.StreamResponse:
    """Answer with 64 MiB of zeros that are small on the wire."""
    packed = gzip.compress(bytes(64 * 1024 * 1024))
    return web.Response(body=packed, status=200, headers={"Content-Encoding": "gzip"})


async def _huge(impostor: Impostor) -> None:
    await impostor.say(" " * (MAX_FRAME + 1))


async def _other_major(impostor: Impostor) -> None:
    impostor.api, impostor.attempts = "2.0", 0
    await impostor.say(impostor.hello())


async def _ignored_resync(impostor: Impostor) -> None:
    """Leave a gap, and never send the snapshot that is asked for."""
    impostor.helpful = False
    impostor.seq += 5
    await impostor.say(impostor.next_delta("presence", occupied=False))


def _gap(impostor: Impostor) -> Iterator[Delta]:
    impostor.seq += 1
    for _ in range(50):
        yield impostor.next_delta("presence", occupied=False)


def _duplicates(impostor: Impostor) -> Iterator[Delta]:
    delta = impostor.next_delta("presence", occupied=False)
    yield from (delta,) * 10


def _backwards(impostor: Impostor) -> Iterator[Delta]:
    for _ in range(10):
        yield impostor.next_delta("presence", occupied=False)
    impostor.seq = 2
    yield impostor.next_delta("presence", occupied=False)


def _deltas(*changes: tuple[object, object, object]) -> Deed:
    """Return a node that reports things that this version does not know, correctly numbered."""

    def change(impostor: Impostor) -> Iterator[str]:
        for studio, part, fields in changes:
            impostor.seq += 1
            yield _text("delta", seq=impostor.seq, studio=studio, part=part, set=fields)

    return _next(change)


HELLO: Final = _text(
    "hello",
    api="1.0",
    node={"id": "impostor", "name": "x", "api": "1.0", "software": "0"},
    boot_id="b",
    seq=0,
    time="2026-11-23T12:00:00+00:00",
)
NAIVE: Final = HELLO.replace("+00:00", "")
SNAPSHOT: Final = codec.encode(Snapshot(seq=0))
EVENT: Final = _text(
    "event",
    seq=1,
    id="e",
    studio="a",
    part="door/main",
    type="denied",
    at="2026-11-23T12:00:00",
    data={"reason": [1]},
)

FAULTS: Final = (
    # the network
    Fault("socket cut with a reset", _cut),
    Fault("goodbye", _goodbye),
    Fault("stalled: no FIN, no data", _go_deaf),
    Fault("half-open: a FIN, and nobody goes", _half_open),
    Fault("pings, then a reset", _ping_and_reset),
    Fault("a TLS handshake that never comes", _mute),
    Fault("no TLS at all", _no_tls),
    # HTTP
    Fault("an upgrade that is never answered", _instead(_silence), attempts=1),
    Fault("HTTP 500", _status(500), attempts=2),
    Fault("HTTP 404", _status(404), attempts=2),
    Fault("HTTP 429", _status(429), attempts=2),
    Fault("HTTP 200", _status(200), attempts=2),
    Fault("a redirect to nowhere", _status(302, Location="http://127.0.0.1:9/"), attempts=2),
    Fault("a redirect in a circle", _status(302, Location="/v1/ws"), attempts=2),
    Fault("a gzip bomb", _instead(_bomb), attempts=2),
    # frames that are none
    Fault("garbage text", _said("garbage")),
    Fault("garbage bytes", _said(b"\x00\xff" * 100)),
    Fault("an empty text", _said("")),
    Fault("truncated JSON", _said('{"frame": "delta", "seq": 1, "stu')),
    Fault("a list", _said("[]")),
    Fault("deep nesting", _said("[" * 100_000)),
    Fault("deep nesting in a field", _said('{"frame":"delta","set":{"x":' + "[" * 100_000)),
    Fault("not a number", _said('{"frame": "delta", "seq": NaN}')),
    Fault("a huge frame", _huge),
    # frames out of place
    Fault("another major version", _other_major, attempts=1),
    Fault("no hello", _greeted(SNAPSHOT), attempts=2),
    Fault("no snapshot", _greeted(HELLO), attempts=1),
    Fault("deltas before the snapshot", _greeted(HELLO, *[_text("delta", seq=1)] * 3), attempts=1),
    Fault("a hello without a time zone", _greeted(NAIVE, SNAPSHOT), attempts=2),
    Fault("a hello of wrong types", _greeted(_text("hello", api=1, node=[], seq="x")), attempts=2),
    Fault(
        "studios that are none", _greeted(HELLO, _text("snapshot", seq=0, studios=[1])), attempts=2
    ),
    Fault(
        "parts that are none",
        _greeted(
            HELLO, _text("snapshot", seq=0, studios={"a": {"name": "A", "parts": {"host": 1}}})
        ),
        attempts=2,
    ),
    # numbers
    Fault("duplicates", _next(_duplicates), cuts=False),
    Fault("a gap", _next(_gap), cuts=False, resyncs=1),
    Fault("a gap that is never filled", _ignored_resync, resyncs=1),
    Fault("numbers that go backwards", _next(_backwards), cuts=False, resyncs=1, end=_nothing),
    Fault("a number that is none", _said(_text("delta", seq="7", studio="a", part="host"))),
    Fault("a delta without a part", _said(_text("delta", seq=7, studio="a", set={}))),
    # things from the future
    Fault("unknown frames", _said(_text("dance"), _text("hop", seq=1), "{}"), cuts=False),
    Fault("a frame whose name is none", _said(_text("", frames=1), '{"frame":[]}'), cuts=False),
    Fault("unknown parts", _deltas(("a", "sauna/main", {"heat": 90}), (None, "x", {})), cuts=False),
    Fault("unknown studios", _deltas(("z", "door/main", {"locked": True})), cuts=False),
    Fault("unknown fields", _deltas(("a", "door/main", {"colour": {"deep": [1]}})), cuts=False),
    Fault(
        "unknown words",
        _deltas(
            ("a", "door/main", {"motion": "spinning"}),
            ("a", "recorder", {"state": "dreaming"}),
            ("a", "recorder", {"state": "idle"}),
            ("a", "door/main", {"motion": "still"}),
        ),
        cuts=False,
    ),
    Fault(
        "fields of wrong types",
        _deltas(
            ("a", "door/main", {"battery": "full", "locked": 1, "credentials": {"a": 1}}),
            ("a", "bookings", {"items": [{"uid": 1}, 2]}),
            ("a", "bookings", {"items": "none"}),
            ("a", "light/sign", {"brightness": [], "color": 7, "supports": "all", "tally": 1}),
            ("a", "interface/main", {"xruns": 1e308, "peak": "loud", "status": {}}),
            (None, "host", {"cpu": {}, "boot_time": "yesterday"}),
            ("a", "bookings", {"items": []}),
        ),
        cuts=False,
    ),
    Fault("an event of wrong types", _said(_text("event", seq=[], id=1, at="now"))),
    Fault("an event without a time zone", _said(EVENT)),
    Fault(
        "answers that nobody asked for",
        _said(codec.encode(Result(id="nobody", ok=True)), codec.encode(Result(id="x", ok=False))),
        cuts=False,
    ),
    Fault("an answer of wrong types", _said(_text("result", id={}, ok="maybe", error=3))),
)
