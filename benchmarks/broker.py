"""A real mosquitto, and core's `mqtt` integration with an entity per topic behind it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
import os
from pathlib import Path
import shutil
import socket
import tempfile
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .home import add_entry
from .programs import ROOT
from .rooms import HOST

_SETTINGS: Final = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
set_tcp_nodelay true
log_type error
"""
_START: Final = 10.0  # s


class MissingBrokerError(Exception):
    """There is no mosquitto here."""


def mosquitto() -> str:
    """
    Return the broker's program: the one that is told, the unpacked one, the system's.

    Raises:
        MissingBrokerError: it is nowhere; the text says how to get it.

    """
    unpacked = ROOT / ".tools" / "counterparts" / "bin"
    path = os.pathsep.join((str(unpacked), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    told = os.environ.get("MICRO_STUDIO_MOSQUITTO")
    if found := shutil.which(told or "mosquitto", path=path):
        return found
    raise MissingBrokerError(
        "mosquitto is not here: run scripts/counterparts, or name it in MICRO_STUDIO_MOSQUITTO"
    )


@asynccontextmanager
async def broker() -> AsyncGenerator[int]:
    """Run a broker, and yield its port."""
    program = mosquitto()
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="micro-studio-mosquitto-") as folder:
        settings = Path(folder, "mosquitto.conf")
        settings.write_text(_SETTINGS.format(port=port), encoding="utf-8")  # noqa: ASYNC240
        process = await asyncio.create_subprocess_exec(program, "-c", str(settings))
        try:
            async with asyncio.timeout(_START):
                while not await _listens(port):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.02)
            yield port
        finally:
            process.terminate()
            await process.wait()


async def connect(hass: HomeAssistant, port: int) -> ConfigEntry:
    """Set up the integration."""
    entry = await add_entry(
        hass, "mqtt", "mosquitto", {"broker": HOST, "port": port, "protocol": "5"}
    )
    await hass.async_block_till_done()
    return entry


def discovery(device: int, entity: int) -> tuple[str, dict[str, Any]]:
    """Return topic and payload that announce a sensor like our telemetry."""
    name = f"d{device}_e{entity}"
    return f"homeassistant/sensor/{name}/config", {
        "name": f"Relay {entity}",
        "unique_id": name,
        "state_topic": topic(device, entity),
        "unit_of_measurement": "ms",
        "device_class": "duration",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        "device": {"identifiers": [f"d{device}"], "name": f"Studio {device}"},
    }


def announcements(devices: range, entities: int) -> list[tuple[str, str]]:
    """Return the announcements of many devices."""
    return [
        (where, json.dumps(what))
        for device in devices
        for where, what in (discovery(device, entity) for entity in range(entities))
    ]


def topic(device: int, entity: int) -> str:
    """Return where a sensor's values are published."""
    return f"studios/d{device}/e{entity}"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
