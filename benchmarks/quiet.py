"""A real studio node with simulated, idle rooms, in a process of its own."""

import asyncio
import json
from pathlib import Path
import sys
import tempfile

from studio_node.app import Node
from studio_node.settings import Settings, StudioSettings
from studio_node.simulation.clock import WallClock
from studio_node.simulation.model.room import RoomOptions
from studio_node.simulation.setup import fittings
from studio_node.simulation.world import World

from .orders import orders
from .rooms import HOST


async def main(studios: int) -> None:
    """Run until standard input ends."""
    names = {f"studio-{number}": f"Studio {number}" for number in range(studios)}
    world = World([RoomOptions(id=key, name=name) for key, name in names.items()], WallClock())
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            name="Quiet",
            listen=HOST,
            port=0,
            announce=False,
            state_dir=Path(folder),
            studios=tuple(StudioSettings(id=key, name=name) for key, name in names.items()),
        )
        node = Node(settings, fittings(world))
        await node.start()
        told = {
            "port": node.port,
            "fingerprint": node.fingerprint.hex(),
            "token": await node.issue_token("benchmark"),
        }
        print(json.dumps(told), flush=True)
        async for _ in orders():
            pass
        await node.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
