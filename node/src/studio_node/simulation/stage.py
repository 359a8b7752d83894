"""A place of the model on stage: moved by a clock, reporting to the hub's boards."""

from datetime import timedelta
from typing import Final

from studio_node.room import Board
from studio_node.wire.parts import Fields, part_kind
from studio_node.wire.vocabulary import PartKind

from .clock import Bell, Clock
from .model.place import Place

_METERS: Final = timedelta(seconds=0.25)
_PACES: Final = {
    PartKind.INTERFACE: _METERS,
    PartKind.RECORDER: timedelta(seconds=1),
    PartKind.RELAY: timedelta(seconds=2),
    PartKind.HOST: timedelta(seconds=5),
}
_SELDOM: Final = timedelta(seconds=60)


class Stage:
    """Keeps a place at the clock's moment and wakes its parts when something changes."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self.place = place
        self.clock = clock
        self._bell = Bell(clock)

    def catch_up(self) -> None:
        """Bring the model to this moment."""
        self.place.advance(self.clock.now())

    def changed(self) -> None:
        """Let all parts see, and report, what somebody changed."""
        self.place.settle(self.place.now)
        self._bell.ring()

    def perform(self, part: str, action: str, args: Fields) -> None:
        """Pass a command to the model."""
        self.catch_up()
        self.place.perform(part, action, args)
        self._bell.ring()

    async def rest(self, pace: timedelta) -> None:
        """Sleep until something changes, or for so long."""
        until = self.clock.now() + pace
        due = self.place.due()
        await self._bell.wait(until if due is None else min(until, due))


class SimulatedPart:
    """A device or probe of the hub around one part of a model."""

    def __init__(self, stage: Stage, part: str) -> None:
        self.part = part
        self._stage = stage
        self._pace = _PACES.get(part_kind(part), _SELDOM)

    async def run(self, board: Board) -> None:
        """Report what has changed, until cancelled."""
        place = self._stage.place
        known: Fields = {}
        while True:
            self._stage.catch_up()
            fields = place.fields(self.part)
            if fresh := {k: v for k, v in fields.items() if k not in known or known[k] != v}:
                board.publish(fresh)
            known = fields
            for happening in place.collect(self.part):
                board.emit(happening.type, happening.data)
            await self._stage.rest(self._pace)

    async def perform(self, action: str, args: Fields) -> None:
        """Begin what a command asks for."""
        self._stage.perform(self.part, action, args)
