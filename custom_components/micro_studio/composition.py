"""What a studio is made of besides its node: bound entities, a bound calendar, our own ledger."""

from datetime import tzinfo

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import CONF_PATTERNS, DOMAIN, LOGGER
from .core.guest_fields import PatternError, Patterns
from .core.origin import CALENDAR, agenda_of
from .issues import Issues
from .room import Room
from .sources.bindings import Bindings
from .sources.calendar import CalendarSource
from .sources.home import HomeSource, Missing
from .sources.ledger import LedgerSource, LedgerStore

type _Bound = tuple[str, str, tzinfo, Patterns]


class Composition:
    """Keep the sources of one room in step with what a person has bound to it."""

    def __init__(
        self,
        hass: HomeAssistant,
        room: Room,
        ledger: LedgerStore,
        issues: Issues,
        *,
        always_home: bool,
    ) -> None:
        self._hass = hass
        self._room = room
        self._issues = issues
        self._always_home = always_home
        self._home: HomeSource | None = None
        self._calendar: CalendarSource | None = None
        self._bound: _Bound | None = None
        self._had_parts: set[str] = set()
        self._ledger = LedgerSource(hass, ledger, room.studio)
        room.attach(self._ledger)

    @callback
    def sync(self, zone: tzinfo) -> None:
        """Bind what the studio's data names now, and let go of the rest."""
        room, data = self._room, self._room.subentry.data
        room.zone = zone
        bindings = Bindings.from_data(data, self._device_of)
        parts = bindings.doors or bindings.lights or bindings.recording
        self._bind_home(
            bindings
            if self._always_home or parts or bindings.presence or bindings.interfaces
            else None
        )
        self._bind_calendar(bindings.calendar, zone)
        self._remove_stale()
        self._on_missing()

    @callback
    def close(self) -> None:
        """Stop listening to all of them."""
        self._ledger.close()
        for source in (self._home, self._calendar):
            if source is not None:
                source.close()

    def _bind_home(self, bindings: Bindings | None) -> None:
        if bindings is None:
            if self._home is not None:
                self._room.detach(self._home)
                self._home.close()
                self._home = None
        elif self._home is None:
            self._home = HomeSource(self._hass, bindings)
            self._home.watch_missing(self._on_missing)
            self._room.attach(self._home)
        else:
            lit = {*self._home.bindings.lights}
            self._home.bind(bindings)
            if not lit.issuperset(bindings.lights):
                self._room.show_again(self._home)

    def _bind_calendar(self, calendar: str, zone: tzinfo) -> None:
        """Read another calendar, or the same in another way; what stays is not read anew."""
        bound = (calendar, self._room.name, zone, self._patterns()) if calendar else None
        if bound == self._bound:
            return
        same_calendar = bound and self._bound and bound[0] == self._bound[0]
        self._bound = bound
        if self._calendar is not None:
            self._calendar.close()
            self._room.detach(self._calendar, forget=not same_calendar)
            self._calendar = None
            self._issues.calendar_empty(self._room.subentry, "", empty=False)
        if bound is not None:
            known = [each for each in self._room.bookings if each.source == CALENDAR]
            self._calendar = CalendarSource(
                self._hass,
                calendar,
                studio=self._room.name,
                zone=zone,
                patterns=bound[3],
                source=CALENDAR,
                remembered=known,
            )
            self._calendar.watch_missing(self._on_missing)
            self._room.attach(self._calendar)
            self._calendar.board.watch(agenda_of(CALENDAR), ("empty",), self._on_empty)

    def _patterns(self) -> Patterns:
        try:
            return Patterns.compile(self._room.subentry.data.get(CONF_PATTERNS, ()))
        except PatternError as error:  # edited by hand: the form refuses it
            LOGGER.warning("%s reads its calendar without own patterns: %s", self._room.name, error)
            return Patterns.compile(())

    @callback
    def _on_missing(self) -> None:
        """Raise and clear the repairs for what a person has to bind anew."""
        missing: dict[str, Missing] = {}
        for source in (self._home, self._calendar):
            if source is not None:
                missing.update(source.missing)
        self._issues.bindings_missing(self._room.subentry, missing)

    @callback
    def _on_empty(self) -> None:
        """Ask a person whether a calendar that lost everything at once is really empty."""
        if self._calendar is None:
            return
        part = self._calendar.board.part(agenda_of(CALENDAR))
        self._issues.calendar_empty(
            self._room.subentry, str(part.get("label")), empty=part.get("empty") is True
        )

    @callback
    def accept_empty(self) -> None:
        """Believe the calendar, because a person says so."""
        if self._calendar is not None:
            self._calendar.accept_empty()

    def _remove_stale(self) -> None:
        """Remove the entities and devices of parts that were bound and are not any more."""
        if self._home is None and self._bound is None and not self._had_parts:
            return
        room = self._room
        fitted = {f"{room.key}_{part}" for part in self._parts()}
        gone = {f"{room.key}_{part}" for part in self._had_parts} - fitted
        self._had_parts = set(self._parts())
        entities, devices = er.async_get(self._hass), dr.async_get(self._hass)
        for entity in er.async_entries_for_config_entry(entities, room.entry.entry_id):
            if any(entity.unique_id.startswith(f"{part}_") for part in gone):
                entities.async_remove(entity.entity_id)
        for part in gone:
            device = devices.async_get_child_device_by_identifier(
                (DOMAIN, part), room.entry.entry_id
            )
            if device is not None:
                devices.async_remove_device(device.id)

    def _parts(self) -> set[str]:
        sources = (self._home, self._calendar)
        return {part for source in sources if source is not None for part in source.board}

    def _device_of(self, binding: str) -> str | None:
        entry = er.async_get(self._hass).async_get(binding)
        return entry.device_id if entry is not None else None
