"""
One booking told by two sources: a booking system's webhook, and the calendar that it writes to.

The source that knows more leads; what the other one says of the same booking changes nothing. A
pair is made when either of them is first seen, and stays one until either of them is gone: a source
that is slow to follow an edit does not look like a second guest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from .booking import Booking, Status
from .origin import CALENDAR, NODE


def rank(booking: Booking) -> tuple[int, str]:
    """Order by how much a source knows: the node, what was booked with us, calendars."""
    return {NODE: 0, CALENDAR: 2}.get(booking.source, 1), booking.key


def pair(
    agenda: Mapping[str, Booking], known: Mapping[str, str], new: Mapping[str, Booking]
) -> dict[str, str]:
    """
    Return the key of each booking that is told twice, with the key of the one that leads.

    The new ones are part of the agenda. A booking leads at most one of each other source: two
    of the same source are two bookings.
    """
    pairs = dict(known)
    taken = {(pairs[key], booking.source) for key, booking in agenda.items() if key in pairs}
    leaders: dict[object, list[Booking]] = {}
    for booking in sorted(_alike(agenda, new), key=rank):
        leader = agenda.get(pairs.get(booking.key, ""))
        if leader is None:
            for other in _candidates(booking, leaders):
                is_new = booking.key in new or other.key in new
                if is_new and (other.key, booking.source) not in taken:
                    pairs[booking.key] = other.key
                    taken.add((other.key, booking.source))
                    leader = other
                    break
        for mark in _marks(booking):
            leaders.setdefault(mark, []).append(leader or booking)
    # Whoever follows a booking that now follows another one follows that one.
    return {twin: pairs.get(leader, leader) for twin, leader in pairs.items()}


def _alike(agenda: Mapping[str, Booking], new: Mapping[str, Booking]) -> Iterable[Booking]:
    """Return what shares anything with a new booking."""
    marks = {mark for booking in new.values() for mark in _marks(booking)}
    return (booking for booking in agenda.values() if not marks.isdisjoint(_marks(booking)))


def _candidates(
    booking: Booking, leaders: Mapping[object, Collection[Booking]]
) -> Iterator[Booking]:
    """Yield who may say the same: by its identity, or the same guest at the same time."""
    identity, *span = _marks(booking)
    for leader in leaders.get(identity, ()):
        if leader.source != booking.source:
            yield leader
    for mark in span:
        for leader in leaders.get(mark, ()):
            if leader.source != booking.source and booking.guest.is_also(leader.guest):
                yield leader


def _marks(booking: Booking) -> tuple[object, ...]:
    """Return its identity, without the domain that calendars hang on to uids, and its span."""
    identity = booking.uid.partition("@")[0].casefold(), booking.recurrence_id
    if booking.status is Status.CANCELLED:
        return (identity,)
    return identity, (booking.start, booking.end)
