"""
The frames of the WebSocket and the bodies of the HTTP endpoints.

On the wire a frame carries its name under ``frame``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mashumaro import DataClassDictMixin, pass_through

from .moments import MAYBE_MOMENT, MOMENT
from .parts import Fields, Json
from .vocabulary import ErrorCode, EventType, PairingState

API_MAJOR: Final = 1
API_MINOR: Final = 0
API: Final = f"{API_MAJOR}.{API_MINOR}"
SERVICE_TYPE: Final = "_micro-studio._tcp.local."
DEFAULT_PORT: Final = 8765
PING_INTERVAL: Final = 5.0  # s; AMWA IS-07
DEAD_AFTER: Final = 12.0  # s; AMWA IS-07: two missed and two seconds
MAX_FRAME: Final = 4 * 1024 * 1024  # bytes; 400 studios with a week of bookings take about 2 MiB

type Parts = dict[str, Fields]


def _fields(value: Json) -> Fields:
    """Return a JSON object as it is: mashumaro would take recursive unions apart."""
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _parts(value: Json) -> Parts:
    """Return the parts of a snapshot as they are."""
    return {part: _fields(fields) for part, fields in _fields(value).items()}


_FIELDS: Final = {"serialize": pass_through, "deserialize": _fields}
_PARTS: Final = {"serialize": pass_through, "deserialize": _parts}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInfo(DataClassDictMixin):
    """Answer of ``GET /v1/info``, and who says hello: all that a stranger may know."""

    id: str
    name: str
    api: str
    software: str
    site: str = ""
    pairing: PairingState = PairingState.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio(DataClassDictMixin):
    """One studio in a snapshot; ``parts`` maps ``door/main`` to its fields."""

    name: str
    parts: Parts = field(default_factory=dict, metadata=_PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(DataClassDictMixin):
    """First frame of a connection; ``time`` is the node's clock."""

    api: str
    node: NodeInfo
    boot_id: str
    seq: int
    time: datetime = field(metadata=MOMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(DataClassDictMixin):
    """The whole state after delta ``seq``; the only frame that adds or removes a studio."""

    seq: int
    studios: dict[str, Studio] = field(default_factory=dict)
    parts: Parts = field(default_factory=dict, metadata=_PARTS)  # of the node itself


@dataclass(frozen=True, slots=True)
class Delta:
    """
    Changed fields of one part; decoded by hand, for it is the hot path.

    ``studio`` is None for what belongs to the node. With nothing set, an empty ``removed``
    says that the whole part is gone.
    """

    seq: int
    studio: str | None
    part: str
    set: Fields
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(DataClassDictMixin):
    """
    Something that happened; sent again until it is acknowledged.

    ``seq`` numbers the node's events for ever: a gap counts the events that were dropped.
    """

    seq: int
    id: str
    studio: str | None
    part: str
    type: EventType
    at: datetime = field(metadata=MOMENT)
    data: Fields = field(default_factory=dict, metadata=_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(DataClassDictMixin):
    """Why something was refused; ``message`` is for logs, ``code`` for programs."""

    code: ErrorCode
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(DataClassDictMixin):
    """Body of every HTTP answer that is not a success."""

    error: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(DataClassDictMixin):
    """Answer to a command: accepted or refused. Only a pushed state confirms it."""

    id: str
    ok: bool
    error: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(DataClassDictMixin):
    """
    A wish of the client, idempotent by ``id``; not carried out after ``deadline``.

    The arguments may hold an entry code: they are not part of the representation.
    """

    id: str
    studio: str | None
    part: str
    action: str
    args: Fields = field(default_factory=dict, repr=False, metadata=_FIELDS)
    deadline: datetime | None = field(default=None, metadata=MAYBE_MOMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack(DataClassDictMixin):
    """The client has stored these events."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync(DataClassDictMixin):
    """The client lost count and asks for a snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe(DataClassDictMixin):
    """The client wants fast meters of these parts (``studio/part``), in seconds; none ends it."""

    parts: tuple[str, ...] = ()
    interval: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairStart(DataClassDictMixin):
    """First body of ``POST /v1/pair``; ``name`` is shown in the node's list of tokens."""

    client_nonce: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChallenge(DataClassDictMixin):
    """Answer to the first body."""

    session: str
    node_nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairProof(DataClassDictMixin):
    """Second body of ``POST /v1/pair``."""

    session: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairResult(DataClassDictMixin):
    """The node's own proof, and the token that it keeps only as a hash."""

    proof: str
    token: str = field(repr=False)


type FromNode = Hello | Snapshot | Delta | Event | Result
type FromClient = Command | Ack | Resync | Subscribe
