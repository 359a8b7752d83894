"""
The events of any calendar, and the bookings that they become.

Calendars differ in all-day events, floating times, recurrence ids and what they show twice. It
is settled here, once, and pure: the order of the events does not matter, only among true
duplicates the last one wins. However long an event is, it is kept: a room that is closed for a
month is closed for a month.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Final

from .booking import Booking, Status
from .guest_fields import Fields, Patterns, read_fields

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One event as its calendar tells it; of a series, one occurrence."""

    uid: str = ""
    recurrence_id: str = ""  # in the calendar's own notation
    expanded: bool = False  # made by the series' rule, so nobody has moved it
    start: datetime | date  # a date lasts all day; without a zone it is the studio's
    end: datetime | date  # exclusive
    summary: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    location: str = field(default="", repr=False)
    status: str = ""  # RFC 5545, in any case; empty if the calendar does not tell


class SkipReason(StrEnum):
    """Why an event is no booking."""

    NO_LENGTH = "no_length"
    ENDS_BEFORE_START = "ends_before_start"
    OUT_OF_RANGE = "out_of_range"  # of what a computer calls a date
    DUPLICATE = "duplicate"  # another event of the same uid and recurrence id came later


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An event that was left out."""

    reason: SkipReason
    start: datetime | date
    title: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one good read of a calendar brought, by start."""

    bookings: tuple[Booking, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """An occurrence with real times and its place in the series."""

    told: Occurrence
    start: datetime
    end: datetime
    uid: str
    recurrence_id: str = ""

    @property
    def rank(self) -> tuple[bool, bool]:
        """
        Compare two that claim one place in a series: the edited one stands.

        Libraries overlook that an edit replaces an occurrence when they spell its recurrence id
        differently, and then show both.
        """
        moved = self.recurrence_id != "" and self.recurrence_id != _stamp(self.start)
        return moved, not self.told.expanded


def read_occurrences(
    occurrences: Iterable[Occurrence], *, source: str, zone: tzinfo, patterns: Patterns
) -> Reading:
    """Return the bookings of a calendar's events; ``zone`` is the studio's."""

    @cache  # a series repeats its texts
    def fields(summary: str, description: str, location: str) -> Fields:
        return read_fields(summary, description, location, patterns)

    skipped: list[Skipped] = []
    events = _distinct(_identified(_timed(occurrences, zone, skipped), zone), skipped)
    bookings = [_booking(event, source, fields) for event in events]
    bookings.sort(key=lambda booking: (booking.start, booking.end, booking.key))
    skipped.sort(key=lambda each: (str(each.start), each.reason, each.title))
    return Reading(bookings=tuple(bookings), skipped=tuple(skipped))


def _booking(event: _Event, source: str, fields: Callable[[str, str, str], Fields]) -> Booking:
    told = event.told
    found = fields(told.summary, told.description, told.location)
    return Booking(
        source=source,
        uid=event.uid,
        recurrence_id=event.recurrence_id,
        start=event.start,
        end=event.end,
        status=_status(told.status, held=found.tentative is True),
        title=found.title,
        guest=found.guest,
        notes=told.description.strip(),
        needs=found.needs,
    )


def _status(told: str, *, held: bool) -> Status:
    """Let a hold in the title win: some calendars call everything confirmed."""
    try:
        status = Status(told.strip().lower())
    except ValueError:
        status = Status.CONFIRMED
    return Status.TENTATIVE if held and status is Status.CONFIRMED else status


def _timed(
    occurrences: Iterable[Occurrence], zone: tzinfo, skipped: list[Skipped]
) -> Iterator[_Event]:
    """Give each occurrence its time, or say why it has none."""
    for told in occurrences:
        try:
            start, end = _moment(told.start, zone), _moment(_end(told), zone)
        except OverflowError:
            skipped.append(_skip(told, SkipReason.OUT_OF_RANGE))
            continue
        if end > start:
            yield _Event(told=told, start=start, end=end, uid=told.uid.strip())
        else:
            empty = end == start
            reason = SkipReason.NO_LENGTH if empty else SkipReason.ENDS_BEFORE_START
            skipped.append(_skip(told, reason))


def _skip(told: Occurrence, reason: SkipReason) -> Skipped:
    return Skipped(reason=reason, start=told.start, title=told.summary)


def _end(told: Occurrence) -> datetime | date:
    """Return the end; a day that ends on itself is meant to last that day."""
    dates = not isinstance(told.start, datetime) and not isinstance(told.end, datetime)
    return told.end + _DAY if dates and told.end == told.start else told.end


def _moment(value: datetime | date, zone: tzinfo) -> datetime:
    """
    Return a moment in UTC; a date is its first moment in the studio.

    Of a wall clock time that a change of the clocks repeats, the first is meant; one that it
    leaves out is counted on from before the change.
    """
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min, zone)
    elif value.utcoffset() is None:
        value = value.replace(tzinfo=zone)
    return value.astimezone(UTC)


def _identified(events: Iterable[_Event], zone: tzinfo) -> Iterator[_Event]:
    """Give each event the identity that its calendar may have left out or spelt its own way."""
    events = list(events)
    series = _series(events)
    yield from _named([event for event in events if not event.uid])
    for event in events:
        if event.uid:
            yield replace(event, recurrence_id=_recurrence_id(event, series.get(event.uid), zone))


def _named(events: Iterable[_Event]) -> Iterator[_Event]:
    """
    Name events without a uid by their start, and number those that begin together.

    So an edit of their texts is an edit, and a uid tells nothing about the guest.
    """
    numbers: dict[str, int] = {}
    distinct = {_content(event): event for event in events}
    for content in sorted(distinct):
        event = distinct[content]
        stamp = _stamp(event.start)
        numbers[stamp] = number = numbers.get(stamp, 0) + 1
        yield replace(event, uid=f"at-{stamp}" if number == 1 else f"at-{stamp}-{number}")


def _content(event: _Event) -> tuple[datetime, datetime, str, str, str, str]:
    told = event.told
    return event.start, event.end, told.summary, told.description, told.location, told.status


@dataclass(frozen=True, slots=True)
class _Series:
    """By which clock a series repeats, as told by the occurrences that nobody has moved."""

    places: list[tuple[datetime, datetime]]  # wall clock and moment, in order

    def moment(self, wall: datetime, zone: tzinfo) -> datetime:
        """Return when the series' clock shows this; ``zone`` is the likely one."""
        near = min(bisect_left(self.places, (wall,)), len(self.places) - 1)
        shown, moment = min(
            self.places[max(near - 1, 0) : near + 1], key=lambda place: abs(place[0] - wall)
        )
        if _moment(shown, zone) == moment:
            return _moment(wall, zone)
        return moment + (wall - shown)


def _series(events: Iterable[_Event]) -> Mapping[str, _Series]:
    """Return the clock of each series, by uid, as far as it has to be found out."""
    places: dict[str, list[tuple[datetime, datetime]]] = {}
    for event in events:
        place = _place(event.told.recurrence_id) if event.told.expanded else None
        if isinstance(place, datetime) and place.tzinfo is None:
            places.setdefault(event.uid, []).append((place, event.start))
    return {uid: _Series(sorted(each)) for uid, each in places.items()}


def _recurrence_id(event: _Event, series: _Series | None, zone: tzinfo) -> str:
    """Return the moment at which the series' rule has put an occurrence; "" if there is none."""
    told = event.told
    place = _place(told.recurrence_id)
    if place is None:
        return told.recurrence_id.strip()  # of a kind of its own, and stable as far as we know
    try:
        if not isinstance(place, datetime) or place.tzinfo is not None:
            return _stamp(_moment(place, zone))
        if told.expanded:
            return _stamp(event.start)
        likely = (told.start.tzinfo if isinstance(told.start, datetime) else None) or zone
        return _stamp(_moment(place, likely) if series is None else series.moment(place, likely))
    except OverflowError:
        return told.recurrence_id.strip()


def _place(text: str) -> datetime | date | None:
    """
    Read a recurrence id; without a zone it is the wall clock of its series.

    CalDAV: `2026-11-23 20:58:37+00:00`; iCalendar files: `20261123T205837`, with a `Z` or not;
    all-day: `20261123`; Google: `event_20261123T205837Z`.
    """
    text = text.strip().rpartition("_")[2]
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _distinct(events: Iterable[_Event], skipped: list[Skipped]) -> Iterable[_Event]:
    """Keep one event of each identity."""
    kept: dict[tuple[str, str], _Event] = {}
    for event in events:
        identity = event.uid, event.recurrence_id
        before = kept.get(identity)
        if before is not None and before.rank > event.rank:
            continue
        if before is not None and before.rank == event.rank:
            skipped.append(_skip(before.told, SkipReason.DUPLICATE))
        kept[identity] = event
    return kept.values()
