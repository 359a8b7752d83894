"""Tell on the bus what happened in a room, for the logbook; who comes is nobody's business."""

from typing import Final

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .core.effects import BookingEvent
from .network import Told, network
from .room import Room

EVENT_TOLD: Final = f"{DOMAIN}_told"


@callback
def async_herald(hass: HomeAssistant) -> None:
    """Tell whatever is told in any room, for as long as Home Assistant runs."""

    @callback
    def tell(room: Room, told: Told) -> None:
        if isinstance(told, BookingEvent):
            what, starts, ends = told.kind.value, told.booking.start, told.ends
        else:
            what, starts, ends = told.change.value, told.conflict.at, told.conflict.at
        calendar = er.async_get(hass).async_get_entity_id(
            Platform.CALENDAR, DOMAIN, f"{room.key}_bookings"
        )
        hass.bus.async_fire(
            EVENT_TOLD,
            {
                ATTR_DEVICE_ID: room.device_id,
                ATTR_ENTITY_ID: calendar,
                "studio": room.name,
                "kind": what,
                "starts": starts.isoformat(),
                "ends": ends.isoformat(),
                "late": told.late,
            },
        )

    network(hass).listen(tell)
