"""What the node tells about itself; nothing in it is secret."""

from collections.abc import Callable
from dataclasses import asdict
import platform
import time
from typing import Final

import aiohttp

from . import VERSION
from .connection import Desk
from .server import Server
from .settings import Settings
from .wire.messages import API, NodeInfo, Parts
from .wire.parts import PARTS, Fields, Json, Kind, part_kind

# Who opened a door, and which piece of kit it is, is nobody's business in a bug report.
_PRIVATE: Final = frozenset({"changed_by", "serial"})


class Report:
    """Gathers the diagnostics."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        info: Callable[[], NodeInfo],
        server: Callable[[], Server],
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._info = info
        self._server = server
        self._started = time.monotonic()

    async def make(self) -> Fields:
        """Return versions, counters, and the parts without who and what."""
        depth = await self._desk.post.outbox.depth()
        snapshot = self._desk.hub.snapshot(0)
        counters: dict[str, Json] = {
            "clients": len(self._server().connections),
            "deltas": self._desk.hub.changes,
            **asdict(self._desk.counters),
            "events_waiting": depth.events,
            "events_dropped": depth.dropped,
            "events_lost": self._desk.post.lost,
        }
        return {
            "node": self._info().to_dict(),
            "versions": {
                "api": API,
                "studio_node": VERSION,
                "python": platform.python_version(),
                "aiohttp": aiohttp.__version__,
                "system": platform.system(),
            },
            "uptime": round(time.monotonic() - self._started),
            "commands": [str(group) for group in sorted(self._settings.commands)],
            "counters": counters,
            "parts": _plain(snapshot.parts),
            "studios": {key: _plain(studio.parts) for key, studio in snapshot.studios.items()},
        }


def _plain(parts: Parts) -> Fields:
    return {part: _without_people(part, fields) for part, fields in parts.items()}


def _without_people(part: str, fields: Fields) -> Fields:
    """Return fields with lists of people and things only counted."""
    table = PARTS[part_kind(part)].fields
    plain: Fields = {}
    for name, value in fields.items():
        if isinstance(value, list) and table[name].kind is Kind.RECORDS:
            plain[name] = len(value)
        else:
            plain[name] = "[hidden]" if name in _PRIVATE and value is not None else value
    return plain
