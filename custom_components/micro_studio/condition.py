"""What automations ask: is a studio free, booked, in session, on air, in trouble."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Unpack, cast, override

from homeassistant.const import CONF_OPTIONS, STATE_ON, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
    EntityStateConditionBase,
)
from homeassistant.helpers.typing import ConfigType, VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .core.booking import Phase
from .core.schedule import free_from
from .core.snapshot import RoomState
from .network import network
from .room import Room
from .targets import TARGET, on_air_sensors, studios

CONF_FOR_NEXT: Final = "for_next"

_IN_SESSION: Final = frozenset({Phase.IN_SESSION, Phase.ENDING, Phase.OVERRUN})
_BEHAVIOR: Final[VolDictType] = {
    vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In([BEHAVIOR_ANY, BEHAVIOR_ALL])
}


class StudioCondition(Condition):
    """Something about the studios of a target; one that is unavailable does not count."""

    _schema = vol.Schema({**TARGET, vol.Required(CONF_OPTIONS, default=dict): _BEHAVIOR})

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Refuse a target that names nothing, and options that are none."""
        return cast("ConfigType", cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Aim at the target."""
        super().__init__(hass, config)
        if TYPE_CHECKING:
            assert config.target is not None
            assert config.options is not None
        self._target = config.target
        self._options = config.options

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Ask the studios that are meant now."""
        rooms = map(network(self._hass).room, studios(self._hass, self._target))
        answers = [self.is_so(room) for room in rooms if room is not None and room.available]
        # Of studios that nobody knows anything about, nothing is true of all.
        every = self._options[ATTR_BEHAVIOR] == BEHAVIOR_ALL
        return bool(answers) and (all(answers) if every else any(answers))

    def is_so(self, room: Room) -> bool:
        """Tell whether it is so in a studio."""
        raise NotImplementedError


class AvailableCondition(StudioCondition):
    """A guest could have the studio from now on, for so long, with the buffers kept."""

    _schema = vol.Schema(
        {
            **TARGET,
            vol.Required(CONF_OPTIONS, default=dict): {
                **_BEHAVIOR,
                vol.Required(CONF_FOR_NEXT, default=timedelta()): cv.positive_time_period,
            },
        }
    )

    @override
    def is_so(self, room: Room) -> bool:
        if room.snapshot.state is not RoomState.AVAILABLE or not room.policy.accepting_bookings:
            return False
        now = dt_util.utcnow()
        until = free_from(room.memory, now)
        return until is None or now + self._options[CONF_FOR_NEXT] <= until


class BookedCondition(StudioCondition):
    """A booking has the studio now; a hold only where holds block."""

    @override
    def is_so(self, room: Room) -> bool:
        snapshot = room.snapshot
        held = snapshot.phase is not Phase.TENTATIVE or room.policy.holds_block
        return snapshot.current is not None and held


class InSessionCondition(StudioCondition):
    """The guest of a booking that has begun is there."""

    @override
    def is_so(self, room: Room) -> bool:
        return room.snapshot.phase in _IN_SESSION


class IncidentCondition(StudioCondition):
    """Something is wrong."""

    @override
    def is_so(self, room: Room) -> bool:
        return bool(room.snapshot.conflicts)


class OnAirCondition(EntityStateConditionBase):
    """Studios record; for how long is known from their entities."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.BINARY_SENSOR: DomainSpec()}
    _states = {STATE_ON}  # noqa: RUF012 - as the base class says it
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(TARGET)

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Look at the studios that are meant, by whatever of theirs was targeted."""
        return on_air_sensors(self._hass, self._target)

    @override
    def _check_all_match_state(self, states: list[State]) -> bool:
        """Of studios that nobody knows anything about, nothing is true of all."""
        return bool(states) and super()._check_all_match_state(states)


CONDITIONS: Final[Mapping[str, type[Condition]]] = {
    "has_open_incident": IncidentCondition,
    "is_available": AvailableCondition,
    "is_booked": BookedCondition,
    "is_in_session": InSessionCondition,
    "is_on_air": OnAirCondition,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return dict(CONDITIONS)
