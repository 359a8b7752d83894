"""
Frames to and from text.

The only place that sees raw JSON. Unknown fields and unknown types of frames are ignored,
unknown words become ``unknown``; anything else that does not fit is a `BadFrameError`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mashumaro import DataClassDictMixin
import orjson

from .errors import ApiMismatchError, BadFrameError
from .messages import (
    API,
    API_MAJOR,
    Ack,
    Command,
    Delta,
    Event,
    FromClient,
    FromNode,
    Hello,
    Result,
    Resync,
    Snapshot,
    Subscribe,
)
from .parts import Fields, Json

_FROM_NODE: Final[Mapping[str, type[Hello | Snapshot | Event | Result]]] = MappingProxyType(
    {"hello": Hello, "snapshot": Snapshot, "event": Event, "result": Result}
)
_FROM_CLIENT: Final[Mapping[str, type[Command | Ack | Resync | Subscribe]]] = MappingProxyType(
    {"command": Command, "ack": Ack, "resync": Resync, "subscribe": Subscribe}
)
_NAMES: Final[Mapping[type, str]] = MappingProxyType(
    {cls: name for name, cls in (*_FROM_NODE.items(), *_FROM_CLIENT.items())}
)


def decode_from_node(text: str | bytes) -> FromNode | None:
    """Return the frame that a node sent; None for a type of a later version."""
    raw = decode_object(text)
    kind = raw.get("frame")
    if kind == "delta":
        return _delta(raw)
    cls = _FROM_NODE.get(kind) if isinstance(kind, str) else None
    return None if cls is None else _read(cls, raw)


def decode_from_client(text: str | bytes) -> FromClient | None:
    """Return the frame that a client sent; None for a type of a later version."""
    raw = decode_object(text)
    kind = raw.get("frame")
    cls = _FROM_CLIENT.get(kind) if isinstance(kind, str) else None
    return None if cls is None else _read(cls, raw)


def encode(frame: FromNode | FromClient) -> str:
    """Return a frame as text."""
    if isinstance(frame, Delta):
        return orjson.dumps(
            {
                "frame": "delta",
                "seq": frame.seq,
                "studio": frame.studio,
                "part": frame.part,
                "set": frame.set,
                "removed": frame.removed,
            }
        ).decode()
    return orjson.dumps({"frame": _NAMES[type(frame)], **frame.to_dict()}).decode()


def decode_body[T: DataClassDictMixin](cls: type[T], body: str | bytes) -> T:
    """Return the body of a request or of an answer."""
    return _read(cls, decode_object(body))


def encode_body(body: DataClassDictMixin) -> str:
    """Return a body as text."""
    return orjson.dumps(body.to_dict()).decode()


def check_api(theirs: str) -> None:
    """Refuse another major version of the protocol."""
    if theirs.partition(".")[0] != str(API_MAJOR):
        raise ApiMismatchError(API, theirs)


def decode_object(text: str | bytes) -> Fields:
    """Return the JSON object in a text."""
    try:
        raw: Json = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadFrameError("not JSON") from error
    if not isinstance(raw, dict):
        raise BadFrameError("not an object")
    return raw


def _read[T: DataClassDictMixin](cls: type[T], raw: Fields) -> T:
    """Return a message; mashumaro raises ValueError, LookupError and TypeError by turns."""
    try:
        return cls.from_dict(raw)
    except (ValueError, LookupError, TypeError, AttributeError):
        # The chained error would quote the value, which may be a secret.
        raise BadFrameError(f"not a valid {cls.__name__}") from None


def _delta(raw: Fields) -> Delta:
    """Return a delta, checked inline: several times faster than the general way."""
    seq, studio, part = raw.get("seq"), raw.get("studio"), raw.get("part")
    fields, removed = raw.get("set", {}), raw.get("removed", [])
    if (
        type(seq) is not int
        or not (studio is None or type(studio) is str)
        or type(part) is not str
        or type(fields) is not dict
        or type(removed) is not list
    ):
        raise BadFrameError("not a valid Delta")
    if not removed:
        return Delta(seq, studio, part, fields)
    names = tuple(name for name in removed if type(name) is str)
    if len(names) != len(removed):
        raise BadFrameError("not a valid Delta")
    return Delta(seq, studio, part, fields, names)
