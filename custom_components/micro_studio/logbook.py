"""What happened to bookings and rooms, as the logbook tells it: in sentences, without names."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .herald import EVENT_TOLD

_SENTENCES: Final = f"component.{DOMAIN}.selector.logbook.options"
_ICONS: Final = {
    "booking_cancelled": "mdi:calendar-remove",
    "booking_no_show": "mdi:account-off",
    "booking_overrun": "mdi:clock-alert",
    "guest_arrived": "mdi:account-check",
    "incident_opened": "mdi:alert-octagon",
}

type Describe = Callable[[str, str, Callable[[Event], dict[str, str]]], None]


@callback
def async_describe_events(hass: HomeAssistant, async_describe_event: Describe) -> None:
    """Tell the logbook how to read our events."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        texts = async_get_cached_translations(hass, hass.config.language, "selector", DOMAIN)
        kind = str(event.data["kind"])
        sentence = texts.get(f"{_SENTENCES}.{kind}", kind)
        return {
            LOGBOOK_ENTRY_NAME: str(event.data["studio"]),
            LOGBOOK_ENTRY_MESSAGE: sentence.format(
                starts=_clock(event.data["starts"]), ends=_clock(event.data["ends"])
            ),
            LOGBOOK_ENTRY_ICON: _ICONS.get(kind, "mdi:calendar"),
            LOGBOOK_ENTRY_ENTITY_ID: str(event.data["entity_id"]),
        }

    async_describe_event(DOMAIN, EVENT_TOLD, describe)


def _clock(moment: str) -> str:
    """Show a time on Home Assistant's wall clock, with the day if it is not today."""
    parsed = dt_util.parse_datetime(moment)
    if parsed is None:
        return moment
    local = dt_util.as_local(parsed)
    return f"{local:%H:%M}" if local.date() == dt_util.now().date() else f"{local:%Y-%m-%d %H:%M}"
