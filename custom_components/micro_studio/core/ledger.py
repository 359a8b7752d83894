"""
The bookings of one studio that are made here: what may be written into them, and what they hold.

A ledger is a value; every edit returns the next one, or the same one if it says nothing new. Series
are expanded by a function that the caller brings, for the rules of RFC 5545 are not the core's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .booking import Booking, Status
from .errors import CoreError
from .memory import KEEP
from .rule import MOMENT, continued, ended_before, on_the_wall, shifted, shown_at

type Key = tuple[str, str]
"""Source and uid."""

type Expand = Callable[[datetime, str, str, datetime, datetime], Iterable[datetime]]
"""The starts of a series (first start, rule, zone) from a moment on, before another; in order."""

_SECOND: Final = timedelta(seconds=1)
_FOREVER: Final = datetime.max.replace(tzinfo=UTC)
_NO_EXCEPTIONS: Final[Mapping[str, Booking | None]] = MappingProxyType({})


class LedgerReason(StrEnum):
    """Why an edit was refused: look again at what there is, or choose another start."""

    UNKNOWN_BOOKING = "unknown_booking"
    UNKNOWN_OCCURRENCE = "unknown_occurrence"
    RULE_MISSES_START = "rule_misses_start"


class LedgerError(CoreError):
    """An edit does not fit what the ledger holds."""

    def __init__(self, booking: str, reason: LedgerReason) -> None:
        """Keep the subject's uid and the reason."""
        super().__init__(f"booking {booking}: {reason}")
        self.booking = booking
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Record:
    """One booking, or with a rule a series that it is the first of."""

    booking: Booking
    rrule: str = ""  # RFC 5545 RECUR; its COUNT and UNTIL end the series
    zone: str = "UTC"  # IANA; the wall clock by which the series repeats
    exceptions: Mapping[str, Booking | None] = _NO_EXCEPTIONS  # by recurrence id; None: left out
    former: frozenset[str] = frozenset()  # uids of what this one has replaced
    told: "Record | None" = None  # what its source said last, if it was edited here since

    @property
    def key(self) -> Key:
        """Return what the record is found by."""
        return (self.booking.source, self.booking.uid)

    @property
    def length(self) -> timedelta:
        """Return how long each occurrence lasts, in real time (RFC 5545, Recurrence Rule)."""
        return self.booking.end - self.booking.start

    @property
    def cancelled(self) -> bool:
        """Tell whether nothing of it takes place."""
        return self.booking.status is Status.CANCELLED

    def at(self, start: datetime) -> Booking:
        """Return the occurrence as the rule has it."""
        end = start + self.length
        return replace(self.booking, start=start, end=end, recurrence_id=recurrence_id(start))

    def ended(self, moment: datetime, expand: Expand) -> bool:
        """Tell whether all is over; a cancelled series waits for its first occurrence only."""
        if not self.rrule or self.cancelled:
            return self.booking.end <= moment
        if any(
            changed is not None and changed.end > moment for changed in self.exceptions.values()
        ):
            return False
        since = moment - self.length + _SECOND
        return not any(expand(self.booking.start, self.rrule, self.zone, since, _FOREVER))


def recurrence_id(start: datetime) -> str:
    """Name an occurrence by the moment at which it was to start, whatever became of it."""
    return f"{start.astimezone(UTC):{MOMENT}}"


def moment_of(recurrence: str) -> datetime:
    """
    Return the moment that names an occurrence.

    Raises:
        ValueError: it is none.

    """
    return datetime.strptime(recurrence, MOMENT).replace(tzinfo=UTC)


def occurrences(
    record: Record, since: datetime, until: datetime, expand: Expand
) -> tuple[Booking, ...]:
    """
    Return what of a record lies in a window, at least in part.

    An occurrence that is left out is told as cancelled, so that nobody takes it for one that has
    got lost on the way.
    """
    return tuple(
        booking
        for booking in _all(record, since, until, expand)
        if booking.start < until and booking.end > since
    )


def _all(record: Record, since: datetime, until: datetime, expand: Expand) -> Iterable[Booking]:
    """Yield all that may lie in a window."""
    if not record.rrule:
        yield record.booking
        return
    since -= record.length
    for start in expand(record.booking.start, record.rrule, record.zone, since, until):
        if recurrence_id(start) not in record.exceptions:
            yield record.at(start)
    for recurrence, changed in record.exceptions.items():
        if changed is None:
            yield replace(record.at(moment_of(recurrence)), status=Status.CANCELLED)
        else:
            yield replace(changed, status=Status.CANCELLED) if record.cancelled else changed


_NO_RECORDS: Final[Mapping[Key, Record]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ledger:
    """All bookings of one studio that are kept here."""

    records: Mapping[Key, Record] = _NO_RECORDS

    @property
    def sources(self) -> frozenset[str]:
        """Return whose bookings these are."""
        return frozenset(source for source, _ in self.records)

    def keep(self, booking: Booking, rrule: str = "", zone: str = "UTC") -> "Ledger":
        """
        Add a booking, or take a later version of it.

        What arrives late or again changes nothing: an older revision, what was said before an edit
        made here, or a booking that another has replaced. Changed occurrences outlive a version
        with the same start, rule and zone.

        Raises:
            LedgerError: it is an occurrence; these are changed by moving them.

        """
        if booking.recurrence_id:
            raise LedgerError(booking.uid, LedgerReason.UNKNOWN_OCCURRENCE)
        former = frozenset({booking.replaces} - {"", booking.uid})
        heir = self._heir(booking.source, booking.uid)
        if heir is not None and heir.booking.uid != booking.replaces:
            return self._with(replace(heir, former=heir.former | former - {heir.booking.uid}))
        new = Record(booking, former=former)
        if rrule:
            new = replace(new, booking=_in_seconds(booking), rrule=rrule, zone=zone)
        if (old := self.records.get(new.key)) is None:
            return self._with(new)
        new = replace(new, former=old.former | former)
        late = booking.revision < old.booking.revision
        if late or (old.told is not None and old.told == _said(new)):
            return self._with(replace(old, former=new.former))
        if _rhythm(old) == _rhythm(new):
            new = replace(new, exceptions=old.exceptions)
        return self._with(new)

    def move(
        self,
        source: str,
        uid: str,
        start: datetime,
        end: datetime,
        title: str,
        recurrence: str = "",
        *,
        following: bool = False,
        new_uid: str = "",
        expand: Expand,
    ) -> "Ledger":
        """
        Change times and title of a booking, of one occurrence, or of it and all that follow.

        What follows becomes a series of its own, under the new uid.

        Raises:
            LedgerError: there is no such thing, or the rule cannot follow to that start.
            BookingError: these are no times.

        """
        record = self._standing(source, uid)
        if not recurrence:
            return self._with(_moved(record, start, end, title, expand))
        named = _occurrence(record, recurrence, expand)
        if named is None:
            raise LedgerError(uid, LedgerReason.UNKNOWN_OCCURRENCE)
        if not following:
            changed = replace(named, start=start, end=end, title=title)
            return self._with(_except(record, recurrence, changed))
        head, tail = _split(record, moment_of(recurrence), new_uid, expand)
        tail = _moved(_as_its_rule(tail, recurrence), start, end, title, expand)
        return self._with(tail) if head is None else self._with(head, tail)

    def cancel(
        self,
        source: str,
        uid: str,
        recurrence: str = "",
        *,
        following: bool = False,
        expand: Expand,
    ) -> "Ledger":
        """
        Cancel a booking or a whole series, one occurrence, or it and all that follow.

        What is cancelled stays for a while, so that those who know it learn why it is gone.

        Raises:
            LedgerError: there is no such thing.

        """
        if (record := self.records.get((source, uid))) is None:
            if self._heir(source, uid) is not None:
                return self
            raise LedgerError(uid, LedgerReason.UNKNOWN_BOOKING)
        if record.cancelled:
            return self
        head: Record | None = None
        if recurrence:
            _occurrence(record, recurrence, expand)
            if not following:
                return self._with(_except(record, recurrence, None))
            head, _ = _split(record, moment_of(recurrence), uid, expand)
        if head is not None:
            return self._with(head)
        return self._with(_edited(record, booking=replace(record.booking, status=Status.CANCELLED)))

    def pruned(self, now: datetime, expand: Expand) -> "Ledger":
        """Forget what has been over for a day."""
        over = now - KEEP
        kept = {key: each for key, each in self.records.items() if not each.ended(over, expand)}
        return self if len(kept) == len(self.records) else Ledger(MappingProxyType(kept))

    def _heir(self, source: str, uid: str) -> Record | None:
        """Return what a booking has been replaced by."""
        for record in self.records.values():
            if uid in record.former and record.booking.source == source:
                return record
        return None

    def _standing(self, source: str, uid: str) -> Record:
        """Return a record of which something takes place."""
        record = self.records.get((source, uid))
        if record is None or record.cancelled:
            raise LedgerError(uid, LedgerReason.UNKNOWN_BOOKING)
        return record

    def _with(self, record: Record, *more: Record) -> "Ledger":
        """Return a ledger that has these records, and none that the first has replaced."""
        source, own = record.key
        gone = {(source, uid) for uid in record.former} & self.records.keys()
        former = record.former.union(*(self.records[key].former for key in gone)) - {own}
        record = replace(record, former=former)
        if not (gone or more) and self.records.get(record.key) == record:
            return self
        records = {key: each for key, each in self.records.items() if key not in gone}
        records |= {each.key: each for each in (record, *more)}
        return Ledger(MappingProxyType(records))


def _rhythm(record: Record) -> tuple[object, ...]:
    """Return what the names of a series' occurrences come from."""
    return (record.booking.start, record.rrule, record.zone)


def _said(record: Record) -> Record:
    """Return what a source says, without what became of it here."""
    return Record(record.booking, record.rrule, record.zone)


def _in_seconds(booking: Booking) -> Booking:
    """Drop what neither a rule nor a recurrence id can say."""
    start, end = booking.start.replace(microsecond=0), booking.end.replace(microsecond=0)
    return replace(booking, start=start, end=end)


def _edited(
    record: Record,
    *,
    booking: Booking | None = None,
    rrule: str | None = None,
    exceptions: Mapping[str, Booking | None] | None = None,
) -> Record:
    """Edit a record, and remember what its source said: said again, it shall not undo this."""
    return replace(
        record,
        booking=booking or record.booking,
        rrule=record.rrule if rrule is None else rrule,
        exceptions=record.exceptions if exceptions is None else MappingProxyType(exceptions),
        told=record.told or _said(record),
    )


def _occurrence(record: Record, recurrence: str, expand: Expand) -> Booking | None:
    """Return a named occurrence; None if it is left out."""
    if record.rrule:
        try:
            start = moment_of(recurrence)
        except ValueError:
            start = None
        if start is not None and _starts_at(record, start, expand):
            return record.exceptions.get(recurrence, record.at(start))
    raise LedgerError(record.booking.uid, LedgerReason.UNKNOWN_OCCURRENCE)


def _starts_at(record: Record, start: datetime, expand: Expand) -> bool:
    """Tell whether the rule has an occurrence at a moment."""
    first = record.booking.start
    return any(expand(first, record.rrule, record.zone, start, start + _SECOND))


def _except(record: Record, recurrence: str, changed: Booking | None) -> Record:
    """Return the series with one occurrence that is not as its rule has it."""
    return replace(record, exceptions=MappingProxyType({**record.exceptions, recurrence: changed}))


def _as_its_rule(record: Record, recurrence: str) -> Record:
    """Return the series without what made one occurrence different."""
    others = {name: kept for name, kept in record.exceptions.items() if name != recurrence}
    return replace(record, exceptions=MappingProxyType(others))


def _split(
    record: Record, cut: datetime, new_uid: str, expand: Expand
) -> tuple[Record | None, Record]:
    """
    Return a series up to an occurrence and the series from it on: together the same occurrences.

    Nothing before it: the whole is what follows, and keeps its uid. What follows repeats by what
    the clock shows at the cut, also where that is late because the clock has skipped an hour.
    """
    old = record.booking
    if cut == old.start:
        return None, record
    early = {name: kept for name, kept in record.exceptions.items() if moment_of(name) < cut}
    late = {
        name: kept and replace(kept, uid=new_uid)
        for name, kept in record.exceptions.items()
        if name not in early
    }
    before = expand(old.start, record.rrule, record.zone, old.start, cut)
    first = replace(old, uid=new_uid, start=cut, end=cut + record.length, replaces="")
    tail = Record(first, continued(record.rrule, before), record.zone, MappingProxyType(late))
    return _edited(record, rrule=ended_before(record.rrule, cut), exceptions=early), tail


def _moved(record: Record, start: datetime, end: datetime, title: str, expand: Expand) -> Record:
    """
    Return a record at other times; a series goes along by the clock on the wall.

    An occurrence that was moved by itself stays where it was put.
    """
    old = record.booking
    moved = replace(old, start=start, end=end, title=title)
    if not record.rrule:
        return _edited(record, booking=moved)
    moved = _in_seconds(moved)
    before, after = (on_the_wall(each.start, record.zone) for each in (old, moved))
    exceptions: dict[str, Booking | None] = {}
    for name, kept in record.exceptions.items():
        wall = on_the_wall(moment_of(name), record.zone) + (after - before)
        named = name if before == after else recurrence_id(shown_at(wall, record.zone))
        same_title = kept is not None and kept.title == old.title
        exceptions[named] = kept and replace(
            kept, recurrence_id=named, title=title if same_title else kept.title
        )
    rrule = shifted(record.rrule, before, after, record.zone)
    series = _edited(record, booking=moved, rrule=rrule, exceptions=exceptions)
    if not _starts_at(series, moved.start, expand):
        raise LedgerError(old.uid, LedgerReason.RULE_MISSES_START)
    return series
