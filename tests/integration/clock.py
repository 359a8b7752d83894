"""
Time that stands still until a test lets it pass.

Only the calendar is frozen; the event loop goes on, for there are real sockets. So timers are
rung by hand, counted from the moment at which time was frozen.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed


@dataclass(slots=True)
class Clock:
    """Lets time pass for Home Assistant and for the node alike."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    frozen_at: datetime = field(default_factory=dt_util.utcnow)

    async def minutes(self, count: float) -> None:
        """Let minutes pass in one go."""
        self.freezer.tick(timedelta(minutes=count))
        now = dt_util.utcnow()
        async_fire_time_changed(self.hass, now + (now - self.frozen_at))
        await self.hass.async_block_till_done()
