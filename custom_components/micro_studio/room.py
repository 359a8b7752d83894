"""One studio at run time: facts go into the engine, what it decides comes out."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import CONF_POLICY, DOMAIN, LOGGER
from .core import engine
from .core.booking import Booking
from .core.effects import BookingEvent, Effect
from .core.errors import BookingError
from .core.facts import Arrived, CheckIn, Command, Fact, PolicyChanged, Tick
from .core.happenings import Happening, HappeningKind
from .core.policy import Override, Policy
from .core.progress import Arrival
from .core.requests import SetLight
from .core.snapshot import Snapshot
from .core.studio import PartKind, Tally
from .place import Place
from .sources.base import RequestError, Source
from .sources.facts import BOOKING_FIELDS, SIGNAL_FIELDS, bookings_seen, signals_seen
from .store import RoomStore

CHECK_IN_BUTTON: Final = "check_in"
_UNHEARD: Final = 64  # events of a kind kept until somebody listens
_LIT: Final = frozenset({Tally.STARTING, Tally.RECORDING, Tally.PAUSED, Tally.FAULT})

type BookingListener = Callable[[BookingEvent], None]
type HappeningListener = Callable[[Happening], None]


class Room(Place):
    """Keep the engine's memory of one studio, and wake it when something is due."""

    snapshot: Snapshot

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        source: Source,
        store: RoomStore,
        policy: Policy,
        *,
        key: str,
        studio: str,
        device: dr.DeviceEntry,
        subentry: ConfigSubentry,
    ) -> None:
        super().__init__(hass, source, key=key, device=device, subentry_id=subentry.subentry_id)
        self.subentry = subentry
        self._entry = entry
        self.studio = studio
        self.policy = policy
        self._store = store
        self._memory = store.recall(studio, policy)
        self._alarm: CALLBACK_TYPE | None = None
        self._watchers: dict[CALLBACK_TYPE, None] = {}
        self._minute_watchers: dict[CALLBACK_TYPE, None] = {}
        self._booking_listeners: dict[BookingListener, None] = {}
        self._happening_listeners: dict[HappeningListener, None] = {}
        self._unheard: deque[BookingEvent] = deque(maxlen=_UNHEARD)
        self._unheard_happenings: deque[Happening] = deque(maxlen=_UNHEARD)
        self._ends = [
            *(self.board.watch(part, names, self._on_signals) for part, names in SIGNAL_FIELDS),
            *(self.board.watch(part, names, self._on_bookings) for part, names in BOOKING_FIELDS),
            self.board.watch_availability(self._on_availability),
        ]
        self.feed(PolicyChanged(policy=policy))
        self._on_bookings()
        self._on_signals()

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Return the bookings that stand, of all sources, by start."""
        memory = self._memory
        return tuple(booking for booking in memory.agenda if not memory.progress_of(booking).gone)

    @callback
    def close(self) -> None:
        """Stop: no alarm rings and no fact is taken any more."""
        for end in self._ends:
            end()
        self._ends.clear()
        if self._alarm is not None:
            self._alarm()
            self._alarm = None

    @callback
    def watch(self, change: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``change`` after every step of the engine."""
        self._watchers[change] = None
        return lambda: self._watchers.pop(change, None)

    @callback
    def watch_minutes(self, change: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``change`` also by the minute before the end of a session."""
        self._minute_watchers[change] = None
        end = self.watch(change)
        self.feed(Tick())

        def stop() -> None:
            self._minute_watchers.pop(change, None)
            end()

        return stop

    @callback
    def listen_bookings(self, listener: BookingListener) -> CALLBACK_TYPE:
        """Call ``listener`` for each booking event, those included that nobody heard so far."""
        self._booking_listeners[listener] = None
        while self._unheard:
            listener(self._unheard.popleft())
        return lambda: self._booking_listeners.pop(listener, None)

    @callback
    def listen_happenings(self, listener: HappeningListener) -> CALLBACK_TYPE:
        """Call ``listener`` for each happening, those included that nobody heard so far."""
        self._happening_listeners[listener] = None
        while self._unheard_happenings:
            listener(self._unheard_happenings.popleft())
        return lambda: self._happening_listeners.pop(listener, None)

    @callback
    def change_policy(self, policy: Policy) -> None:
        """Run the room by other rules from now on."""
        if policy != self.policy:
            self.policy = policy
            self.feed(PolicyChanged(policy=policy))

    @callback
    def override_policy(self, name: str, value: Override) -> None:
        """Give the studio a value of its own; the entry's listener applies it."""
        policy = {**self.subentry.data.get(CONF_POLICY, {}), name: value}
        self.hass.config_entries.async_update_subentry(
            self._entry, self.subentry, data={**self.subentry.data, CONF_POLICY: policy}
        )

    @callback
    def command(self, command: Command) -> None:
        """Do what a person asks for, or say why it cannot be done."""
        try:
            self.feed(command)
        except BookingError as error:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=f"booking_{error.reason.value}"
            ) from None

    @callback
    def happened(self, happening: Happening) -> None:
        """Take something that happened in the room."""
        match happening:
            case Happening(kind=HappeningKind.CODE_USED):
                self.feed(
                    Arrived(at=happening.at, how=Arrival.DOOR, booking=happening.detail or None)
                )
            case Happening(kind=HappeningKind.BUTTON_PRESSED, detail=button) if (
                button == CHECK_IN_BUTTON
            ):
                self._check_in_at_panel()
        if not self._happening_listeners:
            self._unheard_happenings.append(happening)
        for listener in tuple(self._happening_listeners):
            listener(happening)

    @callback
    def feed(self, fact: Fact) -> None:
        """Give the engine a fact and carry out what it decides."""
        step = engine.step(
            self._memory, fact, dt_util.utcnow(), minute_marks=bool(self._minute_watchers)
        )
        self._memory = step.state
        self.snapshot = step.snapshot
        self._set_alarm(step.wake_at)
        self._store.remember(self.studio, step.state)
        for effect in step.effects:
            self._carry_out(effect)
        for change in tuple(self._watchers):
            change()

    @callback
    def _carry_out(self, effect: Effect) -> None:
        """Tell what happened to a booking; make the lights show a tally."""
        if not isinstance(effect, BookingEvent):
            self._show(effect.tally)
        elif self._booking_listeners:
            for listener in tuple(self._booking_listeners):
                listener(effect)
        else:
            self._unheard.append(effect)

    @callback
    def _show(self, tally: Tally) -> None:
        """Bring every recording light of the room to a tally."""
        if not self.board.available:
            return
        for part in self.board:
            if part.partition("/")[0] == PartKind.LIGHT:
                if self.board.has(part, "tally"):
                    command = SetLight(part=part, tally=tally)
                else:
                    command = SetLight(part=part, on=tally in _LIT)
                self._entry.async_create_background_task(
                    self.hass, self._async_light(command), f"{DOMAIN} tally", eager_start=False
                )

    async def _async_light(self, command: SetLight) -> None:
        """Set a light, after it is written down that it was wanted."""
        await self._store.async_save()
        try:
            await self._source.perform(command)
        except RequestError as error:
            LOGGER.info("%s of studio %s did not follow: %s", command.part, self.studio, error)

    @callback
    def _check_in_at_panel(self) -> None:
        try:
            self.feed(CheckIn(how=Arrival.BUTTON))
        except BookingError as error:
            LOGGER.debug("check-in at the panel of studio %s: %s", self.studio, error)

    @callback
    def _on_signals(self) -> None:
        self.feed(signals_seen(self.board))

    @callback
    def _on_bookings(self) -> None:
        if (fact := bookings_seen(self.board)) is not None:
            self.feed(fact)

    @callback
    def _on_availability(self) -> None:
        """Take the loss of all signals; when they are back, repeat what the lights missed."""
        self._on_signals()
        if self.board.available and (tally := self.snapshot.tally) is not None:
            self._show(tally)

    @callback
    def _set_alarm(self, when: datetime | None) -> None:
        """Keep exactly one timer, at the engine's next wake-up."""
        if self._alarm is not None:
            self._alarm()
        self._alarm = (
            None if when is None else async_track_point_in_utc_time(self.hass, self._on_alarm, when)
        )

    @callback
    def _on_alarm(self, _: datetime) -> None:
        self._alarm = None
        self.feed(Tick())
