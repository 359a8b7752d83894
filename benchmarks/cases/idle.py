"""What idle studios make the recorder write: real nodes, real recorder, a while of nothing."""

import asyncio
import time
from typing import Final

from homeassistant.components.recorder.db_schema import States
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope
from sqlalchemy import func, select

from ..home import home
from ..ours import pair
from ..programs import program

_SETTLE: Final = 12.0  # s; every held back level goes out once
_FLEET: Final = 1_000  # studios that are extrapolated to


async def recorded(studios: int, seconds: float) -> dict[str, float]:
    """Return what 1,000 such studios would write each second, and the recorder's CPU."""
    async with home(recorder=True) as hass, program("quiet", studios) as node:
        await pair(hass, node, node.told["token"])
        await asyncio.sleep(_SETTLE)
        rows, begin, cpu = await _rows(hass), time.monotonic(), _recorder_cpu(hass)
        await asyncio.sleep(seconds)
        written, spent = await _rows(hass) - rows, _recorder_cpu(hass) - cpu
        passed = time.monotonic() - begin
        scale = _FLEET / studios / passed
        return {"per_s": written * scale, "core": spent * scale, "rows": written}


async def _rows(hass: HomeAssistant) -> int:
    """Return how many states the database holds when all is written."""
    instance = get_instance(hass)
    await instance.async_block_till_done()

    def count() -> int:
        with session_scope(hass=hass, read_only=True) as session:
            found = session.scalar(select(func.count(States.state_id)))
        return found or 0

    return await instance.async_add_executor_job(count)


def _recorder_cpu(hass: HomeAssistant) -> float:
    """Return the CPU that the recorder's thread has spent; Linux only."""
    identity = get_instance(hass).ident
    assert identity is not None
    return time.clock_gettime(time.pthread_getcpuclockid(identity))
