"""Home Assistant as a source: its own entities stand for the parts of a studio without a node."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.components.light import ATTR_BRIGHTNESS, ATTR_RGB_COLOR
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_FRIENDLY_NAME,
    SERVICE_LOCK,
    SERVICE_OPEN,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    SERVICE_UNLOCK,
    STATE_UNAVAILABLE,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    valid_entity_id,
)
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.start import async_at_started
from homeassistant.util.color import rgb_hex_to_rgb_list, value_to_brightness

from ..core.requests import Lock, OpenDoor, PartRequest, SetLight, Unlock
from ..core.studio import PartKind
from ..wire.parts import PARTS, part_kind
from .base import RequestError
from .bindings import Bindings
from .board import Board, Change, Values
from .confirmation import confirmed, failure
from .states import (
    PERCENT,
    Seen,
    read_door,
    read_interface,
    read_light,
    read_presence,
    read_recorder,
)

RECORDER: Final = f"{PartKind.RECORDER}/home"
PRESENCE: Final = f"{PartKind.PRESENCE}/home"

_ANSWER: Final = timedelta(seconds=20)  # a radio that gives up says so after some ten
_CONFIRMATION: Final = timedelta(seconds=15)
_NO_CODE: Final = "add_default_code"  # how Home Assistant refuses to move a lock without a code

type Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A bound entity that was removed or disabled."""

    role: str  # where the studio's data names it
    entity_id: str  # the last known one
    name: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part is read from."""

    entities: tuple[str, ...]  # first the one that carries out requests
    read: Callable[[Seen], Values]


class HomeSource:
    """The parts of one studio that Home Assistant already has."""

    patience: int = 1
    live: bool = True

    def __init__(self, hass: HomeAssistant, bindings: Bindings) -> None:
        self.board = Board()
        self.board.available = True
        self.bindings = bindings
        self.missing: Mapping[str, Missing] = {}
        self._hass = hass
        self._parts = dict(_parts(bindings))
        self._entity_ids: dict[str, str] = {}  # of each binding, where it is known
        self._bound: dict[str, str] = {}  # the other way round
        self._seen: dict[str, State] = {}
        self._missing_watchers: dict[Change, None] = {}
        self._end_states: CALLBACK_TYPE | None = None
        self._ends = [
            hass.bus.async_listen(
                er.EVENT_ENTITY_REGISTRY_UPDATED, self._on_registry, self._concerns
            )
        ]
        self._follow()
        if hass.state is not CoreState.running:
            # Until then, an entity that is in no registry may still come.
            self._ends.append(async_at_started(hass, self._on_started))

    @callback
    def bind(self, bindings: Bindings) -> None:
        """Take other entities from now on; parts that stay keep what they show."""
        if bindings == self.bindings:
            return
        self.bindings = bindings
        self._parts = dict(_parts(bindings))
        self._seen = {each: self._seen[each] for each in bindings.roles if each in self._seen}
        for part in [part for part in self.board if part not in self._parts]:
            self.board.withdraw(part)
        self._follow()

    @callback
    def close(self) -> None:
        """Stop listening."""
        for end in self._ends:
            end()
        self._ends.clear()
        if self._end_states is not None:
            self._end_states()
            self._end_states = None

    @callback
    def watch_missing(self, change: Change) -> Change:
        """Call ``change`` when an entity goes missing or comes back."""
        self._missing_watchers[change] = None
        return lambda: self._missing_watchers.pop(change, None)

    async def perform(self, request: PartRequest) -> None:
        """
        Carry a request out and wait until the part reports that it did.

        Raises:
            RequestError: it was refused, or nothing confirmed it in time.

        """
        action, data = call(request)
        entity_id = self._carrier(request)
        outcome = _Outcome(self.board, request)
        try:
            await self._send(entity_id, action, data)
            await outcome.wait()
        finally:
            outcome.close()

    def _carrier(self, request: PartRequest) -> str:
        """Return who carries a request out; Home Assistant passes over who is unavailable."""
        report = self.board.part(request.part)
        if not report:
            raise RequestError("not_found")
        if report["reachable"] is not True:
            raise RequestError("unreachable", str(report.get("label") or ""))
        if isinstance(request, SetLight):
            for field in ("brightness", "color"):
                if getattr(request, field) is not None and field not in report:
                    raise RequestError("not_supported")
        return self._entity_ids[self._parts[request.part].entities[0]]

    async def _send(self, entity_id: str, action: str, data: dict[str, Any]) -> None:
        """Call an action of an entity, without a code: those never go over the bus."""
        domain = entity_id.partition(".")[0]
        try:
            async with asyncio.timeout(_ANSWER.total_seconds()):
                await self._hass.services.async_call(
                    domain, action, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True
                )
        except TimeoutError:
            raise RequestError("unanswered") from None
        except ServiceNotSupported as error:
            raise RequestError("not_supported") from error
        except HomeAssistantError as error:
            if isinstance(error, ServiceValidationError) and error.translation_key == _NO_CODE:
                raise RequestError("needs_code") from error
            raise RequestError("action_failed", str(error) or type(error).__name__) from error
        except Exception as error:
            # An integration lets through whatever its library raises.
            raise RequestError("action_failed", type(error).__name__) from error

    @callback
    def _follow(self) -> None:
        """Look up where the bound entities are now, and follow them there."""
        if self._end_states is not None:
            self._end_states()
        registry = er.async_get(self._hass)
        missing: dict[str, Missing] = {}
        self._entity_ids.clear()
        for binding, role in self.bindings.roles.items():
            entry = registry.async_get(binding)
            if entry is not None:
                self._entity_ids[binding] = entry.entity_id
            elif valid_entity_id(binding):
                self._entity_ids[binding] = binding
            if self._is_missing(binding, entry):
                missing[binding] = self._describe(binding, role, entry)
        self._bound = {entity_id: binding for binding, entity_id in self._entity_ids.items()}
        self._end_states = async_track_state_change_event(self._hass, self._bound, self._on_state)
        before, self.missing = self.missing, missing
        for binding in self.bindings.roles:
            self._look(binding)
        for part in self._parts:
            self._publish(part)
        if missing != before:
            for change in tuple(self._missing_watchers):
                change()

    def _is_missing(self, binding: str, entry: er.RegistryEntry | None) -> bool:
        """Tell whether somebody has to repair a binding; what only has no state yet is not."""
        if entry is not None:
            return entry.disabled
        if not valid_entity_id(binding):
            return True
        return self._hass.state is CoreState.running and self._hass.states.get(binding) is None

    def _describe(self, binding: str, role: str, entry: er.RegistryEntry | None) -> Missing:
        """Return what a person needs to recognise an entity that is gone."""
        if entry is not None:
            name = er.async_get_full_entity_name(self._hass, entry)
            return Missing(role=role, entity_id=entry.entity_id, name=name, disabled=True)
        if (state := self._seen.get(binding)) is not None:
            return Missing(role=role, entity_id=state.entity_id, name=state.name)
        for deleted in er.async_get(self._hass).deleted_entities.values():
            if deleted.id == binding:
                name = deleted.name or deleted.entity_id
                return Missing(role=role, entity_id=deleted.entity_id, name=name)
        return Missing(role=role, entity_id=binding, name=binding)

    @callback
    def _look(self, binding: str) -> None:
        """
        Take over how a bound entity is now.

        One that is missing is as good as unavailable. One that only has no state is being
        renamed, or has not come yet: what was seen of it stands.
        """
        state = self._hass.states.get(self._entity_ids.get(binding, ""))
        if (gone := self.missing.get(binding)) is None:
            if state is not None:
                self._seen[binding] = state
        elif valid_entity_id(gone.entity_id):
            last = self._seen.get(binding)
            attributes = {ATTR_FRIENDLY_NAME: gone.name} if last is None else last.attributes
            self._seen[binding] = State(gone.entity_id, STATE_UNAVAILABLE, attributes)

    @callback
    def _publish(self, part: str) -> None:
        """Put on the board what has changed of a part."""
        values = self._parts[part].read(self._seen)
        if gone := [name for name in self.board.part(part) if name not in values]:
            self.board.withdraw(part, gone)
        self.board.update(part, values)

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        if event.data["old_state"] is None or event.data["new_state"] is None:
            self._follow()
            return
        binding = self._bound.get(event.data["entity_id"])
        if binding is None:
            return  # who heard of the same change before has bound something else
        self._look(binding)
        for name, part in self._parts.items():
            if binding in part.entities:
                self._publish(name)

    @callback
    def _concerns(self, data: er.EventEntityRegistryUpdatedData) -> bool:
        """Tell whether a change of the registry may be about a bound entity."""
        if data["action"] == "create":
            return bool(self.missing)
        return data["entity_id"] in self._bound or data.get("old_entity_id") in self._bound

    @callback
    def _on_registry(self, _: Event[er.EventEntityRegistryUpdatedData]) -> None:
        self._follow()

    @callback
    def _on_started(self, _: HomeAssistant) -> None:
        self._follow()


class _Outcome:
    """What the reports since a request say about it; a door that locks itself again is told."""

    def __init__(self, board: Board, request: PartRequest) -> None:
        # A lamp mixes a colour as well as it can, and reads back what became of it.
        self._request = replace(request, color=None) if isinstance(request, SetLight) else request
        self._report = board.part(request.part)
        self._done = False
        self._error: RequestError | None = None
        self._reported = asyncio.Event()
        self.close = board.watch(
            request.part, PARTS[part_kind(request.part)].fields, self._on_report
        )

    async def wait(self) -> None:
        """Wait for a report that shows the end; an older one may tell of an earlier failure."""
        try:
            async with asyncio.timeout(_CONFIRMATION.total_seconds()):
                while not (self._done or confirmed(self._request, self._report)):
                    await self._reported.wait()
                    self._reported.clear()
                    if self._error is not None:
                        raise self._error
        except TimeoutError:
            error = failure(self._request, self._report) or RequestError("unconfirmed")
            raise error from None

    @callback
    def _on_report(self) -> None:
        self._done = self._done or confirmed(self._request, self._report)
        self._error = None if self._done else failure(self._request, self._report)
        self._reported.set()


def call(request: PartRequest) -> Call:
    """Return the action that carries out a request, and its data."""
    match request:
        case Lock():
            return SERVICE_LOCK, {}
        case Unlock():
            return SERVICE_UNLOCK, {}
        case OpenDoor():
            return SERVICE_OPEN, {}
        case SetLight(tally=None, on=False):
            return SERVICE_TURN_OFF, {}
        case SetLight(tally=None):
            return SERVICE_TURN_ON, _shine(request)
        case _:
            raise RequestError("not_supported")


def _shine(request: SetLight) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if request.brightness is not None:
        data[ATTR_BRIGHTNESS] = value_to_brightness(PERCENT, request.brightness)
    if request.color is not None:
        data[ATTR_RGB_COLOR] = rgb_hex_to_rgb_list(request.color.removeprefix("#"))
    return data


def _parts(bindings: Bindings) -> Iterator[tuple[str, _Part]]:
    """Yield the parts that a studio has, and how each is read."""
    for door in bindings.doors:
        entities = tuple(filter(None, (door.lock, door.sensor, door.battery)))
        yield f"{PartKind.DOOR}/{door.lock}", _Part(entities, partial(read_door, door))
    for light in bindings.lights:
        yield f"{PartKind.LIGHT}/{light}", _Part((light,), partial(read_light, light))
    for interface in bindings.interfaces:
        name = f"{PartKind.INTERFACE}/{interface}"
        yield name, _Part((interface,), partial(read_interface, interface))
    if witnesses := bindings.recording:
        yield RECORDER, _Part(witnesses, partial(read_recorder, witnesses))
    if witnesses := bindings.presence:
        yield PRESENCE, _Part(witnesses, partial(read_presence, witnesses))
