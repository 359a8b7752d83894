"""
The form of a studio: what it is made of, and where it differs from its site.

A form names entities by entity id, a studio's data by registry id, so that renames are followed.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import available_timezones

from homeassistant.components.binary_sensor import (
    DOMAIN as BINARY_SENSOR,
    BinarySensorDeviceClass as Signal,
)
from homeassistant.components.calendar import DOMAIN as CALENDARS
from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN
from homeassistant.components.light import DOMAIN as LIGHT
from homeassistant.components.lock import DOMAIN as LOCK
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER
from homeassistant.components.sensor import DOMAIN as SENSOR, SensorDeviceClass
from homeassistant.components.switch import DOMAIN as SWITCH
from homeassistant.const import CONF_NAME, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    AreaSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from .const import (
    CONF_ALIASES,
    CONF_KIT,
    CONF_OPENING_HOURS,
    CONF_PATTERNS,
    CONF_POLICY,
    CONF_TIME_ZONE,
    DOMAIN,
)
from .core.errors import PolicyError
from .core.guest_fields import PatternError, Patterns
from .core.opening_hours import OpeningHours, OpeningHoursError
from .core.policy import SWITCHES, WARNINGS, Policy
from .core.ranking import KitError, parse_kit
from .options_flow import SECTIONS as POLICY_SECTIONS, policy_selector
from .sources.bindings import (
    BATTERIES,
    CALENDAR,
    DOOR_SENSORS,
    DOORS,
    INTERFACES,
    LIGHTS,
    PRESENCE,
    RECORDING,
    ROLES,
    Bindings,
)

CONF_AREA: Final = "area"
ROOM: Final = "room"

# Section of the form: its fields.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        ROOM: (CONF_NAME, CONF_AREA, CONF_TIME_ZONE),
        DOORS: (DOORS, DOOR_SENSORS, BATTERIES),
        "light_and_recording": (LIGHTS, RECORDING, PRESENCE),
        "bookings": (CALENDAR, CONF_PATTERNS, CONF_ALIASES),
        "equipment": (INTERFACES, CONF_KIT, CONF_OPENING_HOURS),
        CONF_POLICY: tuple(field for fields in POLICY_SECTIONS.values() for field in fields),
    }
)
# A node brings the parts of its studios itself; a site's studios are made of what is bound.
_OPEN_AT_A_NODE: Final = (ROOM,)
_OPEN_AT_A_SITE: Final = (ROOM, DOORS, "light_and_recording", "bookings")

_LISTS: Final = (CONF_ALIASES, CONF_KIT)

type _Domains = Mapping[str, tuple[str, ...]]  # domain: its device classes, none for all of them

_ENTITIES: Final[Mapping[str, _Domains]] = MappingProxyType(
    {
        DOORS: {LOCK: ()},
        DOOR_SENSORS: {BINARY_SENSOR: (Signal.DOOR, Signal.OPENING, Signal.GARAGE_DOOR)},
        BATTERIES: {SENSOR: (SensorDeviceClass.BATTERY,)},
        LIGHTS: {LIGHT: (), SWITCH: ()},
        RECORDING: {BINARY_SENSOR: (), SWITCH: (), MEDIA_PLAYER: (), INPUT_BOOLEAN: ()},
        PRESENCE: {
            BINARY_SENSOR: (Signal.OCCUPANCY, Signal.PRESENCE, Signal.MOTION, Signal.SOUND),
            INPUT_BOOLEAN: (),
        },
        CALENDAR: {CALENDARS: ()},
        INTERFACES: {
            BINARY_SENSOR: (Signal.CONNECTIVITY, Signal.PROBLEM),
            SENSOR: (SensorDeviceClass.ENUM,),
        },
    }
)


class FormError(Exception):
    """
    A filled form cannot be taken.

    A section shows no error of a field, so the text at the top of the form names the field.
    """

    def __init__(self, error: str, **placeholders: str) -> None:
        super().__init__(error)
        self.errors: Mapping[str, str] = {"base": error}
        self.placeholders: Mapping[str, str] = placeholders


async def async_time_zones(hass: HomeAssistant) -> SelectSelector:
    """Return a choice of all time zones; looking them up reads files."""
    zones = await hass.async_add_executor_job(available_timezones)
    return SelectSelector(
        SelectSelectorConfig(options=sorted(zones), mode=SelectSelectorMode.DROPDOWN)
    )


async def async_schema(hass: HomeAssistant, *, site: bool) -> vol.Schema:
    """Return the form; a site's shows at once what its studios are made of."""
    zones = await async_time_zones(hass)
    opened = _OPEN_AT_A_SITE if site else _OPEN_AT_A_NODE
    return vol.Schema(
        {
            vol.Required(name): section(
                vol.Schema(
                    {
                        _marker(field): zones if field == CONF_TIME_ZONE else _selector(hass, field)
                        for field in fields
                    }
                ),
                {"collapsed": name not in opened},
            )
            for name, fields in SECTIONS.items()
        }
    )


@callback
def selector_of(hass: HomeAssistant, role: str, *, multiple: bool = False) -> EntitySelector:
    """Return a choice of what can stand in a role; our own entities cannot stand for themselves."""
    domains = _ENTITIES[role]
    config = EntitySelectorConfig(
        filter=[
            EntityWithDeviceFilterSelectorConfig(domain=domain, device_class=[*classes])
            if classes
            else EntityWithDeviceFilterSelectorConfig(domain=domain)
            for domain, classes in domains.items()
        ],
        exclude_entities=[
            entry.entity_id
            for entry in er.async_get(hass).entities.values()
            if entry.platform == DOMAIN and entry.domain in domains
        ],
        multiple=multiple,
        reorder=multiple and role in {DOORS, DOOR_SENSORS, BATTERIES},
    )
    return EntitySelector(config)


@callback
def to_form(hass: HomeAssistant, title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows of a studio; what was never set is left out."""
    values = {CONF_NAME: title, **data, **_shown_policy(data.get(CONF_POLICY, {}))}
    registry = er.async_get(hass)
    for role in ROLES:
        if role == CALENDAR:
            if value := values.get(role):
                values[role] = _entity_id(registry, value)
        elif role in values:
            values[role] = [_entity_id(registry, each) for each in values[role]]
    if CONF_PATTERNS in values:
        values[CONF_PATTERNS] = "\n".join(values[CONF_PATTERNS])
    return {
        name: {field: values[field] for field in fields if field in values}
        for name, fields in SECTIONS.items()
    }


@callback
def from_form(
    hass: HomeAssistant, user_input: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, Any]]:
    """
    Return name and data of a studio; ``before`` is its data, of which the rest is kept.

    Raises:
        FormError: something that was typed cannot be used.

    """
    typed = {
        field: user_input[name][field]
        for name, fields in SECTIONS.items()
        if name != CONF_POLICY
        for field in fields
        if field in user_input.get(name, {})
    }
    title = typed.pop(CONF_NAME, "").strip()
    if not title:
        raise FormError("name_missing")
    values = {
        **_entities(er.async_get(hass), typed),
        **{field: _listed(typed.get(field, ())) for field in _LISTS},
        **{field: typed.get(field, "").strip() for field in (CONF_AREA, CONF_TIME_ZONE)},
        CONF_PATTERNS: typed.get(CONF_PATTERNS, "").splitlines(),
        CONF_OPENING_HOURS: typed.get(CONF_OPENING_HOURS, "").strip(),
    }
    _check(values)
    values[CONF_PATTERNS] = _listed(values[CONF_PATTERNS])
    _check_pairs(hass, values)
    known = before or {}
    values[CONF_POLICY] = _policy(user_input.get(CONF_POLICY, {}), known.get(CONF_POLICY, {}))
    asked = {field for fields in SECTIONS.values() for field in fields} | {CONF_POLICY}
    kept = {name: value for name, value in known.items() if name not in asked}
    return title, kept | {name: value for name, value in values.items() if value}


def _marker(field: str) -> vol.Marker:
    return vol.Required(field) if field == CONF_NAME else vol.Optional(field)


def _selector(hass: HomeAssistant, field: str) -> Selector[Any]:
    """Return how a field is asked for."""
    if field in _ENTITIES:
        return selector_of(hass, field, multiple=field != CALENDAR)
    if field == CONF_AREA:
        return AreaSelector()
    if field in SWITCHES:
        # A box that is not ticked could not be told from one that nobody touched.
        return SelectSelector(
            SelectSelectorConfig(options=[STATE_ON, STATE_OFF], translation_key="override")
        )
    if field in SECTIONS[CONF_POLICY]:
        return policy_selector(field)
    return TextSelector(
        TextSelectorConfig(multiline=field == CONF_PATTERNS, multiple=field in _LISTS)
    )


def _entity_id(registry: er.EntityRegistry, binding: str) -> str:
    """Return where a bound entity is; one that is gone shows as what it was bound by."""
    entry = registry.async_get(binding)
    return binding if entry is None else entry.entity_id


def _entities(registry: er.EntityRegistry, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is bound in each role, by registry id where there is one."""
    bound: dict[str, Any] = {}
    for role in ROLES:
        named: str | list[str] = typed.get(role) or []
        entities = [
            each if (entry := registry.async_get(each)) is None else entry.id
            for each in ([named] if isinstance(named, str) else named)
        ]
        bound[role] = next(iter(entities), "") if role == CALENDAR else _listed(entities)
    return bound


def _listed(texts: Iterable[str]) -> list[str]:
    """Return the texts that are not empty, each once."""
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _check(values: Mapping[str, Any]) -> None:
    """Refuse what its reader would refuse later."""
    try:
        OpeningHours.parse(values[CONF_OPENING_HOURS])
        Patterns.compile(values[CONF_PATTERNS])
        parse_kit(values[CONF_KIT])
    except OpeningHoursError as error:
        raise FormError(f"hours_{error.reason}", part=error.part) from error
    except PatternError as error:
        raise FormError(
            f"pattern_{error.reason}", line=str(error.line), detail=error.detail
        ) from error
    except KitError as error:
        raise FormError("kit_item", item=error.item) from error


def _check_pairs(hass: HomeAssistant, values: Mapping[str, Any]) -> None:
    """Refuse sensors that belong to no door."""
    registry = er.async_get(hass)

    def device_of(binding: str) -> str | None:
        entry = registry.async_get(binding)
        return None if entry is None else entry.device_id

    if unpaired := Bindings.from_data(values, device_of).unpaired:
        names = ", ".join(_entity_id(registry, each) for each in unpaired)
        raise FormError("sensor_without_door", entities=names)


def _shown_policy(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the form shows where a studio differs from its site."""
    shown = dict(overrides)
    for name, value in overrides.items():
        if name in SWITCHES:
            shown[name] = STATE_ON if value else STATE_OFF
        elif name == WARNINGS.name:
            shown[name] = [f"{minutes:g}" for minutes in value]
    return shown


def _policy(typed: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a studio differs; what is empty is as the site has it."""
    asked = SECTIONS[CONF_POLICY]
    policy = {name: value for name, value in before.items() if name not in asked}
    try:
        for name, value in typed.items():
            if value in ("", [], None):
                continue
            if name in SWITCHES:
                policy[name] = value == STATE_ON
            elif name == WARNINGS.name:
                policy[name] = [float(minutes) for minutes in value]
            else:
                policy[name] = value
        Policy().with_overrides(policy)
    except (PolicyError, ValueError) as error:
        raise FormError("invalid_policy") from error
    return policy
