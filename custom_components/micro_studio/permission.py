"""Who may do something to a studio: whoever may control its calendar."""

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .room import Room


async def async_may_control(hass: HomeAssistant, context: Context | None, room: Room) -> None:
    """
    Go on only for a person who may control the studio; automations may.

    Raises:
        Unauthorized: the person may not.
        UnknownUser: nobody knows the person.

    """
    await _async_check(hass, context, room, POLICY_CONTROL)


async def async_may_read(hass: HomeAssistant, context: Context | None, room: Room) -> None:
    """Go on only for a person who may see the studio; raises as `async_may_control`."""
    await _async_check(hass, context, room, POLICY_READ)


async def async_is_seen(hass: HomeAssistant, context: Context | None, room: Room) -> bool:
    """Tell whether the person may see the studio."""
    try:
        await async_may_read(hass, context, room)
    except Unauthorized:
        return False
    return True


async def _async_check(
    hass: HomeAssistant, context: Context | None, room: Room, policy: str
) -> None:
    if context is None or context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context, permission=policy)
    calendar = er.async_get(hass).async_get_entity_id(
        Platform.CALENDAR, DOMAIN, f"{room.key}_bookings"
    )
    if not user.is_admin and not (calendar and user.permissions.check_entity(calendar, policy)):
        raise Unauthorized(context=context, entity_id=calendar, permission=policy)
