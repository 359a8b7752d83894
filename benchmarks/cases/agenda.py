"""A year of hourly bookings: taking them in, one edit, one minute of running; the rules alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import gc
from time import thread_time
from typing import Final

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.facts import BookingsSeen, Tick
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.origin import LOCAL
from custom_components.micro_studio.core.policy import Policy

_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_LENGTH: Final = timedelta(minutes=40)  # the usual buffer fits in between


async def year(studios: int, bookings: int, edits: int) -> dict[str, float]:
    """Return the CPU of each, per studio, edit and studio's minute."""
    agenda = tuple(
        Booking(
            source=LOCAL,
            uid=f"b{number}",
            start=_BEGIN + number * _HOUR,
            end=_BEGIN + number * _HOUR + _LENGTH,
        )
        for number in range(1, bookings + 1)
    )
    empty = step(RoomMemory(policy=Policy()), Tick(), _BEGIN).state
    gc.collect()
    begin = thread_time()
    rooms = [
        step(empty, BookingsSeen(source=LOCAL, bookings=agenda), _BEGIN).state
        for _ in range(studios)
    ]
    taken = thread_time() - begin
    return {
        "setup_ms": taken / studios * 1e3,
        "edit_ms": _edit(rooms, agenda, edits) / edits * 1e3,
        "minute_us": _minute(rooms) / studios * 1e6,
    }


def _edit(rooms: list[RoomMemory], agenda: tuple[Booking, ...], edits: int) -> float:
    """Move one booking again and again, each time in the next studio."""
    middle = len(agenda) // 2
    begin = thread_time()
    for number in range(edits):
        moved = replace(agenda[middle], end=agenda[middle].end + timedelta(seconds=number + 1))
        edited = (*agenda[:middle], moved, *agenda[middle + 1 :])
        room = number % len(rooms)
        rooms[room] = step(rooms[room], BookingsSeen(source=LOCAL, bookings=edited), _BEGIN).state
    return thread_time() - begin


def _minute(rooms: list[RoomMemory]) -> float:
    """Let the minute pass in which every studio's window opens: the busiest one."""
    opens = _BEGIN + _HOUR - Policy().early_access
    begin = thread_time()
    for number, room in enumerate(rooms):
        rooms[number] = step(room, Tick(), opens).state
    return thread_time() - begin
