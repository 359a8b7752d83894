"""Deltas as text, written once for all clients; only the number is each connection's own."""

import orjson

from .wire.parts import Fields


def delta_tail(
    studio: str | None, part: str, fields: Fields, removed: tuple[str, ...] = ()
) -> bytes:
    """Return all of a delta that does not depend on who gets it."""
    body = {"studio": studio, "part": part, "set": fields, "removed": removed}
    return orjson.dumps(body)[1:]


def numbered(seq: int, tail: bytes) -> bytes:
    """Return the whole frame."""
    return b'{"frame":"delta","seq":%d,%b' % (seq, tail)
