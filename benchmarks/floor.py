"""The least that any push integration does: receive a frame, set a state."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count, cycle

from aiohttp import ClientWebSocketResponse, Fingerprint, WSMsgType
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .ours import nodes
from .programs import Program
from .rooms import HOST, STUDIOS, TELEMETRY


@asynccontextmanager
async def floor(hass: HomeAssistant) -> AsyncGenerator[Program]:
    """Connect to the same nodes and look into no frame."""
    async with nodes() as publisher:
        url = f"https://{HOST}:{publisher.told['port']}/v1/ws"
        trust = Fingerprint(bytes.fromhex(publisher.told["fingerprint"]))
        readers = []
        for node in range(STUDIOS):
            socket = await async_get_clientsession(hass).ws_connect(
                url, ssl=trust, headers={"Authorization": f"Bearer n{node}"}
            )
            await socket.receive()
            await socket.receive()  # hello and snapshot
            entities = [f"sensor.d{node}_e{entity}" for entity in range(TELEMETRY)]
            readers.append(asyncio.create_task(_read(hass, socket, entities)))
        yield publisher
        for reader in readers:
            reader.cancel()


async def _read(hass: HomeAssistant, socket: ClientWebSocketResponse, entities: list[str]) -> None:
    """Set the next entity to the next number for each frame."""
    values, ids = count(), cycle(entities)
    while (await socket.receive()).type is WSMsgType.TEXT:
        hass.states.async_set(next(ids), str(next(values)))
