"""The state of all parts, and who is told when it changes."""

import asyncio
from collections.abc import Sequence, Set as AbstractSet
from datetime import UTC, datetime
import logging
import secrets
from typing import Final, Protocol
from uuid import uuid4

from .deltas import delta_tail
from .meters import Meter, Place
from .post import Post
from .room import Board
from .soundness import Soundness, plain
from .telemetry import Telemetry
from .wire.messages import Event, Parts, Snapshot, Studio
from .wire.parts import Fields, part_kind
from .wire.vocabulary import EventType

_LOGGER: Final = logging.getLogger(__name__)


class Listener(Protocol):
    """A connected client."""

    def on_delta(self, tail: bytes) -> None:
        """Take a delta; see `deltas`."""

    def on_studios(self) -> None:
        """Take note that a studio came or went: only a snapshot tells that."""


class Hub:
    """Holds the fields of every part and sends on what really changed."""

    def __init__(self, post: Post) -> None:
        self.boot_id: Final = secrets.token_hex(8)
        self.changes = 0
        self._post = post
        self._names: dict[str, str] = {}
        self._parts: dict[str | None, Parts] = {None: {}}
        self._listeners: set[Listener] = set()
        self._meters: dict[Place, set[Meter]] = {}

    def add_studio(self, studio: str, name: str) -> None:
        """Open a studio; its parts come with what they publish."""
        self._names[studio] = name
        self._parts.setdefault(studio, {})
        self._announce_studios()

    def remove_studio(self, studio: str) -> None:
        """Close a studio for good."""
        if self._names.pop(studio, None) is not None:
            del self._parts[studio]
            self._announce_studios()

    @property
    def studios(self) -> AbstractSet[str]:
        """Return the ids of the studios."""
        return self._names.keys()

    def board(self, studio: str | None, part: str) -> "PartBoard":
        """Return the place where one part reports."""
        return PartBoard(self, studio, part)

    def join(self, listener: Listener) -> None:
        """Tell a client of every change from now on."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Tell a client no more."""
        self._listeners.discard(listener)

    def attach(self, meters: Sequence[Meter]) -> None:
        """Feed meters with raw values."""
        for meter in meters:
            self._meters.setdefault(meter.place, set()).add(meter)

    def detach(self, meters: Sequence[Meter]) -> None:
        """Feed meters no more."""
        for meter in meters:
            meter.close()
            if (fed := self._meters.get(meter.place)) is not None:
                fed.discard(meter)
                if not fed:
                    del self._meters[meter.place]

    def snapshot(self, seq: int) -> Snapshot:
        """Return the whole state; it is the hub's own and must be written out at once."""
        studios = {
            studio: Studio(name=name, parts=self._parts[studio])
            for studio, name in self._names.items()
        }
        return Snapshot(seq=seq, studios=studios, parts=self._parts[None])

    def fields(self, studio: str | None, part: str) -> Fields | None:
        """Return the fields of a part; None when it is absent."""
        return self._parts.get(studio, {}).get(part)

    def change(self, studio: str | None, part: str, fields: Fields) -> Fields:
        """Set fields and return the ones that are new."""
        if (parts := self._parts.get(studio)) is None:
            return {}  # the studio was removed while its device still spoke
        known = parts.get(part)
        changed = (
            dict(fields)
            if known is None
            else {
                name: value
                for name, value in fields.items()
                if name not in known or known[name] != value
            }
        )
        if changed:
            parts.setdefault(part, {}).update(changed)
            for meter in tuple(self._meters.get((studio, part), ())):
                meter.take(changed)
        return changed

    def withdraw(self, studio: str | None, part: str, names: tuple[str, ...]) -> None:
        """Take fields, or with no name the whole part, out of the state and tell so."""
        parts = self._parts.get(studio, {})
        if (known := parts.get(part)) is None:
            return
        gone = tuple(name for name in names if name in known)
        if names and not gone:
            return
        for name in gone:
            del known[name]
        if not names:
            del parts[part]
        for meter in self._meters.get((studio, part), ()):
            meter.drop(gone)
        self.tell(delta_tail(studio, part, {}, gone))

    def tell(self, tail: bytes) -> None:
        """Give a delta to all clients."""
        self.changes += 1
        for listener in tuple(self._listeners):
            listener.on_delta(tail)

    def emit(self, studio: str | None, part: str, kind: EventType, data: Fields) -> None:
        """Post an event."""
        self._post.submit(
            Event(
                seq=0,
                id=uuid4().hex,
                studio=studio,
                part=part,
                type=EventType(kind),
                at=datetime.now(UTC),
                data=plain(data),
            )
        )

    def _announce_studios(self) -> None:
        for listener in tuple(self._listeners):
            listener.on_studios()


class PartBoard(Board):
    """Where one part reports: checks, compares, and holds back what is not urgent."""

    def __init__(self, hub: Hub, studio: str | None, part: str) -> None:
        self._hub = hub
        self._studio = studio
        self._part = part
        self._soundness = Soundness(f"{studio or 'node'}/{part}", part)
        self._telemetry = Telemetry(part_kind(part))
        self._timer: asyncio.TimerHandle | None = None

    def publish(self, fields: Fields) -> None:
        """Set fields; the ones that are not named stay."""
        changed = self._hub.change(self._studio, self._part, dict(self._soundness.check(fields)))
        if changed:
            now = asyncio.get_running_loop().time()
            self._send(self._telemetry.sift(changed, now))

    def withdraw(self, *names: str) -> None:
        """Take fields or the whole part away."""
        for name in names or tuple(self._hub.fields(self._studio, self._part) or ()):
            self._telemetry.forget(name)
        self._hub.withdraw(self._studio, self._part, names)

    def emit(self, kind: EventType, data: Fields | None = None) -> None:
        """Tell that something happened."""
        self._hub.emit(self._studio, self._part, kind, data or {})

    def blank(self) -> None:
        """Say that nothing is known any more."""
        known = self._hub.fields(self._studio, self._part) or {}
        self.publish(dict.fromkeys(known))

    def close(self) -> None:
        """Hold nothing back any longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self, fields: Fields) -> None:
        if fields:
            self._hub.tell(delta_tail(self._studio, self._part, fields))
        self._set_timer()

    def _set_timer(self) -> None:
        self.close()
        if (due := self._telemetry.next_due()) is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self._release)

    def _release(self) -> None:
        self._timer = None
        # The loop's clock may wake us a tick early.
        now = asyncio.get_running_loop().time() + 0.001
        self._send(self._telemetry.release(now))
