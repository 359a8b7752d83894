"""What a fresh read of a booking source changes."""

from dataclasses import replace
from datetime import datetime, timedelta

from .booking import Booking, Phase, Status
from .effects import BookingEventKind as Kind
from .errors import BookingError, Reason
from .facts import BookingsSeen
from .progress import Progress, fresh
from .turn import Turn


def take(turn: Turn, fact: BookingsSeen) -> None:
    """Replace all that a source said by what it says now."""
    for booking in fact.bookings:
        if booking.source != fact.source:
            raise BookingError(booking.uid, Reason.WRONG_SOURCE)
    memory = turn.memory
    seen = {booking.key: booking for booking in fact.bookings}
    agenda = {booking.key: booking for booking in memory.agenda}
    known = {key: old for key, old in agenda.items() if old.source == fact.source}
    for key, booking in seen.items():
        if key in known:
            agenda[key] = _again(turn, known[key], booking)
        elif _worth_knowing(booking, turn.now):
            agenda[key] = booking
            _first_seen(turn, booking, adopted=fact.source not in memory.sources)
    for key, booking in known.items():
        if key not in seen:
            _missing(turn, booking, fact.patience)
    sources = memory.sources | {fact.source}
    turn.memory = replace(turn.memory, sources=sources).with_agenda(agenda.values())
    turn.look()


def _worth_knowing(booking: Booking, now: datetime) -> bool:
    """Leave out what was over or cancelled before we heard of it."""
    return booking.end > now and booking.status is not Status.CANCELLED


def _first_seen(turn: Turn, booking: Booking, *, adopted: bool) -> None:
    """Begin a booking's life; the first read of a source is no news."""
    if turn.now > booking.start:
        turn.remember(booking, fresh(booking, turn.now))
    if not adopted:
        turn.note(Kind.CREATED, booking)


def _again(turn: Turn, old: Booking, new: Booking) -> Booking:
    """Take a booking that was known before; return the version to keep."""
    before = turn.memory.progress_of(old)
    back = before.orphaned and new.status is not Status.CANCELLED
    if before.missed or back:
        before = replace(before, missed=0, orphaned=before.orphaned and not back)
        turn.remember(old, before)
    if before.phase is Phase.CANCELLED:
        if _worth_knowing(new, turn.now):
            turn.remember(new, fresh(new, turn.now, before.edition + 1))
            turn.note(Kind.CREATED, new)
        return new
    if new.says_the_same(old):
        return new
    if new.status is Status.CANCELLED:
        return _cancelled(turn, old, new)
    if before.final and new.start <= turn.now:
        return new  # what is over stays over, whatever the source tidies up
    turn.remember(new, _edited(turn, old, new, before))
    turn.note(Kind.CHANGED, new)
    return new


def _edited(turn: Turn, old: Booking, new: Booking, before: Progress) -> Progress:
    """Put an edited booking where its new facts belong."""
    edition = before.edition + 1
    moved = (old.start, old.end) != (new.start, new.end)
    away = turn.now < new.start - turn.memory.policy.early_access
    if before.present and not (moved and away):
        return _edited_inside(old, new, replace(before, edition=edition), turn.now)
    if before.present:
        _leave(turn, old, before)
    if not (moved or old.status is not new.status):
        return replace(before, edition=edition)
    progress = fresh(new, turn.now, edition)
    # Moved into the past: there is nobody to wait for any more.
    return replace(progress, phase=Phase.COMPLETED) if new.end <= turn.now else progress


def _edited_inside(old: Booking, new: Booking, before: Progress, now: datetime) -> Progress:
    """Edit a booking whose guest is inside; its source's new end replaces our extensions."""
    after = before if old.end == new.end else replace(before, extended_by=timedelta())
    if now < new.start:
        return replace(after, phase=Phase.CHECKED_IN, warned=None)
    same_end = after.end_of(new) == before.end_of(old)
    if same_end or after.phase is Phase.CHECKED_IN:  # the latter starts by itself
        return after
    return replace(after, phase=Phase.IN_SESSION, warned=None)


def _leave(turn: Turn, booking: Booking, before: Progress) -> None:
    """End a session whose booking moved to another time."""
    ended = replace(before, phase=Phase.COMPLETED, ended_at=turn.now)
    turn.remember(booking, ended)
    turn.note(Kind.ENDED, booking, Reason.MOVED)
    turn.memory = replace(turn.memory, vacated_at=turn.now)


def _missing(turn: Turn, booking: Booking, patience: int) -> None:
    """Cancel a booking that its source no longer has, once it is missed often enough."""
    before = turn.memory.progress_of(booking)
    if before.phase is Phase.CANCELLED or before.phase is Phase.COMPLETED:
        return
    missed = before.missed + 1
    if missed < patience:
        turn.remember(booking, replace(before, missed=missed))
    elif before.present:
        _orphan(turn, booking, before)
    elif turn.now < before.end_of(booking):
        turn.remember(booking, replace(before, phase=Phase.CANCELLED))
        turn.note(Kind.CANCELLED, booking, Reason.VANISHED)


def _cancelled(turn: Turn, old: Booking, new: Booking) -> Booking:
    """Cancel on the source's word; a guest who is inside keeps the booking as it was."""
    before = turn.memory.progress_of(old)
    if before.present:
        _orphan(turn, old, before)
        return old
    if before.phase is Phase.COMPLETED or before.end_of(old) <= turn.now:
        return old
    turn.remember(old, replace(before, phase=Phase.CANCELLED))
    turn.note(Kind.CANCELLED, old, Reason.CANCELLED_BY_SOURCE)
    return new


def _orphan(turn: Turn, booking: Booking, before: Progress) -> None:
    """Keep a booking whose guest is inside, and say so once."""
    if before.orphaned:
        return
    turn.remember(booking, replace(before, orphaned=True, edition=before.edition + 1))
    turn.note(Kind.CHANGED, booking, Reason.GONE_WHILE_PRESENT)
