"""One studio at run time: facts go into the engine, what it decides comes out."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final, override
from uuid import uuid4

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import CONF_ALIASES, CONF_POLICY, DOMAIN, LOGGER
from .core import engine
from .core.booking import Booking, Phase
from .core.commands import walk_up_end
from .core.effects import BookingEvent, Effect, IncidentEvent, SetTally
from .core.errors import BookingError, Reason
from .core.facts import Arrived, BookingsSeen, CheckIn, Command, Fact, PolicyChanged, Tick
from .core.happenings import Happening, HappeningKind
from .core.leads import Due, Lead, Lookout, next_lead
from .core.memory import RoomMemory
from .core.origin import LOCAL, agenda_of, is_agenda, origin_of
from .core.policy import Override, Policy
from .core.progress import Arrival, Progress
from .core.requests import CreateBooking, SetLight
from .core.snapshot import Snapshot
from .core.studio import PartKind, Tally
from .entrance import Entrance
from .place import Place
from .sources.base import RequestError, Source
from .sources.facts import BOOKING_FIELDS, SIGNAL_FIELDS, bookings_seen, signals_seen
from .sources.following import follow
from .store import RoomStore

CHECK_IN_BUTTON: Final = "check_in"
BOOK_NOW_BUTTON: Final = "book_now"
_UNHEARD: Final = 64  # events of a kind kept until somebody listens
_LIT: Final = frozenset({Tally.STARTING, Tally.RECORDING, Tally.PAUSED, Tally.FAULT})

type BookingListener = Callable[[BookingEvent], None]
type IncidentListener = Callable[[IncidentEvent], None]
type HappeningListener = Callable[[Happening], None]
type DueListener = Callable[[Lead, Due], None]
type ToldListener = Callable[[BookingEvent | IncidentEvent], None]


class Room(Place):
    """Keep the engine's memory of one studio, and wake it when something is due."""

    snapshot: Snapshot

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        store: RoomStore,
        policy: Policy,
        *,
        key: str,
        studio: str,
        device: dr.DeviceEntry,
        subentry: ConfigSubentry,
    ) -> None:
        super().__init__(hass, key=key, device=device, subentry_id=subentry.subentry_id)
        self.subentry = subentry
        self.studio = studio
        self.policy = policy
        self.zone: tzinfo = dt_util.get_default_time_zone()
        self._entry = entry
        self._store = store
        self._memory = store.recall(studio, policy)
        # Up to here everything had been told before we began.
        self.told_until = self._memory.now or dt_util.utcnow()
        self._alarm: CALLBACK_TYPE | None = None
        self._watchers: dict[CALLBACK_TYPE, None] = {}
        self._minute_watchers: dict[CALLBACK_TYPE, None] = {}
        self._booking_listeners: dict[BookingListener, None] = {}
        self._incident_listeners: dict[IncidentListener, None] = {}
        self._happening_listeners: dict[HappeningListener, None] = {}
        self._unheard: deque[BookingEvent] = deque(maxlen=_UNHEARD)
        self._unheard_incidents: deque[IncidentEvent] = deque(maxlen=_UNHEARD)
        self._unheard_happenings: deque[Happening] = deque(maxlen=_UNHEARD)
        self._lookouts: dict[Lead, Lookout] = {}
        self._on_due: DueListener | None = None
        self._on_told: ToldListener | None = None
        self._ends: dict[Source, list[CALLBACK_TYPE]] = {}
        self._entrance = Entrance(self._on_door)

    @property
    def name(self) -> str:
        """Return what people call the studio."""
        return self.subentry.title

    @property
    def site(self) -> str:
        """Return what people call the site."""
        return self._entry.title

    @property
    def entry(self) -> ConfigEntry:
        """Return the entry that the studio belongs to."""
        return self._entry

    @property
    def memory(self) -> RoomMemory:
        """Return all that the engine remembers, to be asked and never changed."""
        return self._memory

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Return the bookings that stand, of all sources, by start."""
        return tuple(booking for booking, _ in self._memory.standing())

    @property
    def agenda(self) -> Iterator[tuple[Booking, Progress]]:
        """Yield the bookings that stand or were moved to another studio, by start."""
        memory = self._memory
        for booking in memory.agenda:
            progress = memory.progress_of(booking)
            moved = progress.phase is Phase.REROUTED
            if booking.key not in memory.twins and (moved or not progress.gone):
                yield booking, progress

    @property
    def names(self) -> frozenset[str]:
        """Return what the studio is called here and in booking systems, case folded."""
        aliases = self.subentry.data.get(CONF_ALIASES, ())
        return frozenset(name.casefold() for name in (self.studio, self.name, *aliases))

    @override
    def source_of(self, part: str) -> Source | None:
        """Return the source of a part; what is booked here first, the ledger keeps."""
        found = super().source_of(part)
        return super().source_of(agenda_of(LOCAL)) if found is None and is_agenda(part) else found

    @callback
    def open(self) -> None:
        """Begin: catch up with what happened since the room was last told anything."""
        self.feed(PolicyChanged(policy=self.policy))

    @callback
    @override
    def attach(self, source: Source) -> None:
        """Take facts from a source, too."""
        super().attach(source)
        board = source.board
        self._ends[source] = [
            *(board.watch(part, names, self._on_signals) for part, names in SIGNAL_FIELDS),
            board.watch_availability(self._on_availability),
            follow(board, PartKind.BOOKINGS, BOOKING_FIELDS, partial(self._on_agenda, source)),
            self._entrance.follow(board),
        ]
        shown = self._memory.tallies
        self._on_signals()
        if self._memory.tallies == shown:
            self.show_again(source)

    @callback
    def show_again(self, source: Source) -> None:
        """Bring the lights of a source to what the others show."""
        if self.snapshot.tally is not None:
            self._show(self.snapshot.tally, (source,))

    @callback
    @override
    def detach(self, source: Source, *, forget: bool = True) -> None:
        """Take no more facts from a source; what it has booked is gone with it, if so wanted."""
        for end in self._ends.pop(source):
            end()
        super().detach(source)
        for part in source.board:
            if forget and is_agenda(part):
                self.feed(BookingsSeen(source=origin_of(part), bookings=()))
        self._on_signals()

    @callback
    def close(self) -> None:
        """Stop: no alarm rings and no fact is taken any more."""
        for ends in self._ends.values():
            for end in ends:
                end()
        self._ends.clear()
        self._on_due = self._on_told = None
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
        return _listen(listener, self._booking_listeners, self._unheard)

    @callback
    def listen_incidents(self, listener: IncidentListener) -> CALLBACK_TYPE:
        """Call ``listener`` for each incident, those included that nobody heard so far."""
        return _listen(listener, self._incident_listeners, self._unheard_incidents)

    @callback
    def listen_happenings(self, listener: HappeningListener) -> CALLBACK_TYPE:
        """Call ``listener`` for each happening, those included that nobody heard so far."""
        return _listen(listener, self._happening_listeners, self._unheard_happenings)

    @callback
    def listen_told(self, listener: ToldListener) -> None:
        """Call ``listener`` for whatever is told from now on."""
        self._on_told = listener

    @callback
    def listen_due(self, listener: DueListener) -> None:
        """Call ``listener`` for what `look_out` looks out for."""
        self._on_due = listener

    @callback
    def look_out(self, lead: Lead, since: datetime) -> None:
        """Tell from a moment on when this lead is due."""
        self._lookouts[lead] = Lookout.begin(lead, self._memory, since)
        self.feed(Tick())

    @callback
    def look_away(self, lead: Lead) -> None:
        """Look out for a lead no more."""
        self._lookouts.pop(lead, None)

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
            raise booking_refused(error.reason) from None

    async def async_walk_up(self, length: timedelta | None = None) -> Booking:
        """Book the studio from now on for whoever is here, and check them in."""
        if (refused := self.snapshot.walk_up_refused) is not None:
            raise booking_refused(refused)
        start = dt_util.utcnow().replace(second=0, microsecond=0)
        booking = Booking(
            source=LOCAL,
            uid=uuid4().hex,
            start=start,
            end=walk_up_end(self._memory, start, length),
            title=await async_walk_up_title(self.hass),
        )
        await self.async_perform(CreateBooking(part=agenda_of(LOCAL), booking=booking))
        self.command(CheckIn(booking=booking.key, how=Arrival.STAFF))
        return booking

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
            case Happening(kind=HappeningKind.BUTTON_PRESSED, detail=button) if (
                button == BOOK_NOW_BUTTON
            ):
                self._entry.async_create_background_task(
                    self.hass, self._async_walk_up_at_panel(), f"{DOMAIN} walk-up"
                )
        _tell(happening, self._happening_listeners, self._unheard_happenings)

    @callback
    def feed(self, fact: Fact) -> None:
        """Give the engine a fact and carry out what it decides."""
        now = dt_util.utcnow()
        step = engine.step(self._memory, fact, now, minute_marks=bool(self._minute_watchers))
        self._memory = step.state
        self.snapshot = step.snapshot
        self._store.remember(self.studio, step.state)
        self._set_alarm(
            min([at for at in (step.wake_at, self._next_lead(now)) if at], default=None)
        )
        for effect in step.effects:
            self._carry_out(effect)
        self._look(now)
        for change in tuple(self._watchers):
            change()

    @callback
    def _look(self, now: datetime) -> None:
        """Tell which leads are due."""
        for lead, lookout in tuple(self._lookouts.items()):
            self._lookouts[lead], dues = lookout.look(self._memory, now)
            for due in dues:
                if self._on_due is not None:
                    self._on_due(lead, due)

    def _next_lead(self, now: datetime) -> datetime | None:
        nexts = [next_lead(lead, self._memory, now) for lead in self._lookouts]
        return min([at for at in nexts if at is not None], default=None)

    @callback
    def _carry_out(self, effect: Effect) -> None:
        """Tell what happened; make the lights show a tally."""
        match effect:
            case SetTally(tally=tally):
                self._show(tally)
                return
            case BookingEvent():
                _tell(effect, self._booking_listeners, self._unheard)
            case IncidentEvent():
                _tell(effect, self._incident_listeners, self._unheard_incidents)
        if self._on_told is not None:
            self._on_told(effect)

    @callback
    def _show(self, tally: Tally, sources: Iterable[Source] | None = None) -> None:
        """Bring every recording light of the room, or of some sources, to a tally."""
        for source in self.sources if sources is None else sources:
            board = source.board
            for part in board if board.available else ():
                if part.partition("/")[0] != PartKind.LIGHT:
                    continue
                if board.has(part, "tally"):
                    command = SetLight(part=part, tally=tally)
                else:
                    command = SetLight(part=part, on=tally in _LIT)
                self._entry.async_create_background_task(
                    self.hass,
                    self._async_light(source, command),
                    f"{DOMAIN} tally",
                    eager_start=False,
                )

    async def _async_light(self, source: Source, command: SetLight) -> None:
        """Set a light, after it is written down that it was wanted."""
        await self._store.async_save()
        try:
            await source.perform(command)
        except RequestError as error:
            LOGGER.info("%s of studio %s did not follow: %s", command.part, self.studio, error)

    @callback
    def _check_in_at_panel(self) -> None:
        try:
            self.feed(CheckIn(how=Arrival.BUTTON))
        except BookingError as error:
            LOGGER.debug("check-in at the panel of studio %s: %s", self.studio, error)

    async def _async_walk_up_at_panel(self) -> None:
        try:
            await self.async_walk_up()
        except HomeAssistantError as error:
            LOGGER.debug("walk-up at the panel of studio %s: %s", self.studio, error)

    @callback
    def _on_signals(self) -> None:
        self.feed(signals_seen(self.boards))

    @callback
    def _on_agenda(self, source: Source, part: str) -> None:
        if (fact := bookings_seen(source.board, part, source.patience)) is not None:
            self.feed(fact)

    @callback
    def _on_door(self) -> None:
        """Take whoever opens a door for the guest who is expected, if that is the rule."""
        if self.policy.door_checks_in and self.snapshot.can_check_in:
            self.feed(Arrived(at=dt_util.utcnow(), how=Arrival.DOOR))

    @callback
    def _on_availability(self) -> None:
        """Take the loss of all signals; when they are back, repeat what the lights missed."""
        self._on_signals()
        if self.available and (tally := self.snapshot.tally) is not None:
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


def booking_refused(reason: Reason) -> ServiceValidationError:
    """Return the error that tells a person why something cannot be done."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=f"booking_{reason.value}"
    )


async def async_walk_up_title(hass: HomeAssistant) -> str:
    """Return what a booking without a name is called, in Home Assistant's language."""
    key = f"component.{DOMAIN}.entity.button.book_now.name"
    texts = await async_get_translations(hass, hass.config.language, "entity", [DOMAIN])
    return texts.get(key, "")


def _listen[Told](
    listener: Callable[[Told], None],
    listeners: dict[Callable[[Told], None], None],
    unheard: deque[Told],
) -> CALLBACK_TYPE:
    """Add a listener and let it hear what nobody has heard."""
    listeners[listener] = None
    while unheard:
        listener(unheard.popleft())
    return lambda: listeners.pop(listener, None)


def _tell[Told](
    what: Told, listeners: dict[Callable[[Told], None], None], unheard: deque[Told]
) -> None:
    """Tell all listeners, or keep it until there is one."""
    if not listeners:
        unheard.append(what)
    for listener in tuple(listeners):
        listener(what)
