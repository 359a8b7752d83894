"""A booking that is moved, among few studios and among many."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import gc
from itertools import count, cycle
from time import thread_time
from typing import Final

from custom_components.micro_studio.node import NodeCoordinator
from custom_components.micro_studio.wire.messages import Delta

from ..home import home, settle
from ..ours import nodes, pair
from ..rooms import studio_id

_PER_NODE: Final = 250
_EDITED: Final = 10  # studios; the same number, however many there are
_WARM: Final = 50


async def edit(studios: int, edits: int) -> dict[str, float]:
    """Return the CPU from the change of a booking to the written states."""
    each = min(studios, _PER_NODE)
    async with home() as hass, nodes(studios=each, relays=1) as publisher:
        entries = [await pair(hass, publisher, f"n{node}") for node in range(studios // each)]
        await settle(hass)
        coordinator: NodeCoordinator = entries[0].runtime_data
        changes = _changes("n0")
        for _ in range(_WARM):
            coordinator.on_delta(next(changes))
        gc.collect()
        begin = thread_time()
        for _ in range(edits):
            coordinator.on_delta(next(changes))
        spent = thread_time() - begin
        begin = thread_time()
        await coordinator.store.async_save()
        return {"us": spent / edits * 1e6, "save_ms": (thread_time() - begin) * 1e3}


def _changes(node: str) -> Iterator[Delta]:
    """Yield edits without end: in each, a studio's booking begins a minute later."""
    rooms = cycle([studio_id(node, number) for number in range(_EDITED)])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for number, room in zip(count(), rooms, strict=False):
        start = tomorrow + timedelta(minutes=number // _EDITED)
        yield Delta(
            number,
            room,
            "bookings",
            {
                "items": [
                    {
                        "uid": "b1",
                        "start": start.isoformat(),
                        "end": (start + timedelta(hours=1)).isoformat(),
                        "status": "confirmed",
                        "title": "Podcast",
                        "guest": "guest-1",
                    }
                ]
            },
        )
