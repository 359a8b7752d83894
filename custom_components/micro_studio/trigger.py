"""What automations wait for: bookings, sessions, takes and incidents of the studios they target."""

from asyncio import Task
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast, override

from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_OFFSET,
    CONF_OPTIONS,
    STATE_OFF,
    STATE_ON,
    Platform,
)
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR,
    EntityTargetStateTriggerBase,
    NotTriggeredInfo,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .core.effects import BookingEvent, BookingEventKind as Kind, IncidentChange, IncidentEvent
from .core.leads import Due, Edge, Lead
from .core.policy import MINUTE
from .network import Told, network
from .room import Room
from .targets import TARGET, Aim, on_air_sensors, studio_of
from .variables import Variables, of_due, of_event, of_incident, of_room

type Fire = Callable[[Room, Variables], None]


class StudioTrigger(Trigger):
    """Something that is told in the studios of a target, whether they run yet or not."""

    _schema = vol.Schema({**TARGET, vol.Required(CONF_OPTIONS, default=dict): {}})

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Refuse a target that names nothing, and options that are none."""
        return cast("ConfigType", cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Aim at the target."""
        super().__init__(hass, config)
        if TYPE_CHECKING:
            assert config.target is not None
        self._aim = Aim(hass, config.target)
        self._words = config.key.partition(".")[2].replace("_", " ")
        self._options = config.options or {}

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Listen in all studios; which of them are meant is asked when something happens."""

        @callback
        def fire(room: Room, variables: Variables) -> None:
            if room.device_id in self._aim.studios:
                run_action({**of_room(room), **variables}, f"{self._words} in {room.name}")
            elif did_not_trigger is not None and not self._aim.studios:
                did_not_trigger(NotTriggeredInfo("no_studio_targeted", of_room(room)))

        unfollow = self._aim.follow()
        end = self._listen(fire)

        @callback
        def detach() -> None:
            end()
            unfollow()

        return detach

    @callback
    def _listen(self, fire: Fire) -> CALLBACK_TYPE:
        """Call ``fire`` for what the trigger is about; return what ends it."""
        raise NotImplementedError


class BookingTrigger(StudioTrigger):
    """Something happened to a booking."""

    _kind: Kind

    @override
    @callback
    def _listen(self, fire: Fire) -> CALLBACK_TYPE:
        @callback
        def on_told(room: Room, told: Told) -> None:
            if isinstance(told, BookingEvent) and told.kind is self._kind:
                fire(room, of_event(told))

        return network(self._hass).listen(on_told)


class LeadTrigger(StudioTrigger):
    """A booking starts or ends in a while."""

    _edge: Edge

    @override
    @callback
    def _listen(self, fire: Fire) -> CALLBACK_TYPE:
        @callback
        def on_due(room: Room, due: Due) -> None:
            fire(room, of_due(room, due))

        lead = Lead(edge=self._edge, before=self._options[CONF_OFFSET])
        return network(self._hass).listen_due(lead, on_due)


class IncidentTrigger(StudioTrigger):
    """An incident began or is over."""

    _change: IncidentChange

    @override
    @callback
    def _listen(self, fire: Fire) -> CALLBACK_TYPE:
        @callback
        def on_told(room: Room, told: Told) -> None:
            if isinstance(told, IncidentEvent) and told.change is self._change:
                fire(room, of_incident(told))

        return network(self._hass).listen(on_told)


class RecordingTrigger(EntityTargetStateTriggerBase):
    """A studio went on air or off it; one that was away before did neither."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.BINARY_SENSOR: DomainSpec()}
    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR.extend(TARGET)

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Watch the studios that are meant, by whatever of theirs was targeted."""
        return on_air_sensors(self._hass, self._target)

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Say also which studio it is."""

        @callback
        def run_in_studio(
            extra_trigger_payload: dict[str, Any],
            description: str,
            context: Context | None = None,
        ) -> Task[Any]:
            device_id = studio_of(self._hass, extra_trigger_payload[ATTR_ENTITY_ID])
            room = network(self._hass).room(device_id or "")
            studio = {} if room is None else of_room(room)
            return run_action({**studio, **extra_trigger_payload}, description, context)

        return await super().async_attach_runner(run_in_studio, did_not_trigger)


def _on_booking(kind: Kind) -> type[Trigger]:
    class Happened(BookingTrigger):
        _kind = kind

    return Happened


def _before(edge: Edge, offset: timedelta) -> type[Trigger]:
    class Near(LeadTrigger):
        _edge = edge
        _schema = vol.Schema(
            {
                **TARGET,
                vol.Required(CONF_OPTIONS, default=dict): {
                    vol.Required(CONF_OFFSET, default=offset): cv.positive_time_period
                },
            }
        )

    return Near


def _on_incident(change: IncidentChange) -> type[Trigger]:
    class Changed(IncidentTrigger):
        _change = change

    return Changed


def _on_recording(state: str) -> type[Trigger]:
    class Changed(RecordingTrigger):
        _to_states = {state}  # noqa: RUF012 - as the base class says it

    return Changed


TRIGGERS: Final[Mapping[str, type[Trigger]]] = {
    "booking_cancelled": _on_booking(Kind.CANCELLED),
    "booking_changed": _on_booking(Kind.CHANGED),
    "booking_created": _on_booking(Kind.CREATED),
    "booking_ended": _on_booking(Kind.ENDED),
    "booking_ending": _before(Edge.END, 10 * MINUTE),
    "booking_extended": _on_booking(Kind.EXTENDED),
    "booking_rerouted": _on_booking(Kind.REROUTED),
    "booking_started": _on_booking(Kind.STARTED),
    "booking_starting": _before(Edge.START, 15 * MINUTE),
    "guest_arrived": _on_booking(Kind.ARRIVED),
    "incident_opened": _on_incident(IncidentChange.OPENED),
    "incident_resolved": _on_incident(IncidentChange.RESOLVED),
    "no_show": _on_booking(Kind.NO_SHOW),
    "overrun": _on_booking(Kind.OVERRUN),
    "recording_started": _on_recording(STATE_ON),
    "recording_stopped": _on_recording(STATE_OFF),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return dict(TRIGGERS)
