"""What a fresh read of a booking source changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from .booking import Booking, Phase, Status
from .effects import BookingEventKind as Kind
from .errors import BookingError, Reason
from .facts import BookingsSeen
from .progress import Progress, fresh
from .turn import Turn
from .twins import pair, rank


def take(turn: Turn, fact: BookingsSeen) -> None:
    """Replace all that a source said by what it says now."""
    for booking in fact.bookings:
        if booking.source != fact.source:
            raise BookingError(booking.uid, Reason.WRONG_SOURCE)
    Read(turn, fact).take()
    turn.weigh(turn.now)


class Read:
    """One read of one source, compared with what was known before."""

    def __init__(self, turn: Turn, fact: BookingsSeen) -> None:
        self._turn = turn
        self._patience = fact.patience
        self._source = fact.source
        self._seen = _without_replaced(fact.bookings)
        self._agenda = {booking.key: booking for booking in turn.memory.agenda}
        self._known = {key: old for key, old in self._agenda.items() if old.source == fact.source}
        self._twins = dict(turn.memory.twins)
        self._heirs: dict[str, str] = {}  # whose place is taken by whom

    def take(self) -> None:
        """Compare booking by booking."""
        turn = self._turn
        comers = {key: booking for key, booking in self._seen.items() if self._comes(booking)}
        self._agenda.update(comers)
        followers = self._pair(comers)
        for booking in comers.values():
            self._come(booking, followers.get(booking.key, ()))
        self._follow_heirs()
        followers = _inverse(self._twins, self._agenda)
        for key, old in self._known.items():
            again = self._seen.get(key)
            if again is None:
                self._missing(old, followers.get(key, ()))
            elif key not in comers and (again is not old or key in turn.memory.progress):
                self._agenda[key] = self._again(old, again)
        self._follow_heirs()
        turn.memory = replace(
            turn.memory,
            sources=turn.memory.sources | {self._source},
            twins=MappingProxyType(self._twins),
        ).with_agenda(self._agenda.values())

    def _comes(self, booking: Booking) -> bool:
        """Tell whether a booking is told for the first time, or again after it was cancelled."""
        old = self._known.get(booking.key)
        if old is None:
            return _worth_knowing(booking, self._turn.now)
        before = self._turn.memory.progress_of(old)
        if before.phase is not Phase.CANCELLED:
            return False
        return (
            booking.key not in self._twins
            and _worth_knowing(booking, self._turn.now)
            and not _still_lapsed(before, old, booking)
        )

    def _pair(self, comers: Mapping[str, Booking]) -> Mapping[str, Sequence[Booking]]:
        """Find what is told twice; return by the key of each leader who newly follows it."""
        if not comers or not self._turn.memory.sources - {self._source}:
            return {}
        told = {key: old for key, old in self._agenda.items() if not self._vanished(old, comers)}
        before, self._twins = self._twins, pair(told, self._twins, comers)
        new = {key: leader for key, leader in self._twins.items() if key not in before}
        return _inverse(new, self._agenda)

    def _vanished(self, booking: Booking, comers: Mapping[str, Booking]) -> bool:
        """Tell whether its source dropped a booking, so that another may tell it anew."""
        progress = self._turn.memory.progress.get(booking.key)
        return (
            progress is not None
            and progress.phase is Phase.CANCELLED
            and not (progress.lapsed or booking.status is Status.CANCELLED)
            and booking.key not in comers
        )

    def _come(self, booking: Booking, followers: Sequence[Booking]) -> None:
        """Take a booking that this source tells for the first time, or again."""
        turn = self._turn
        replaced = self._replaced(booking)
        if replaced is not None and replaced.key in self._twins:
            self._twins.setdefault(booking.key, self._twins[replaced.key])
        if booking.key in self._twins:
            return
        lives = [
            old
            for old in (*((replaced,) if replaced else ()), *followers)
            if _goes_on(turn.memory.progress_of(old), old, booking)
        ]
        if not lives:
            _first_seen(turn, booking, adopted=self._source not in turn.memory.sources)
            return
        # Whoever is inside stays inside.
        lives.sort(key=lambda old: not turn.memory.progress_of(old).present)
        for other in lives[1:]:
            turn.retire(other)
        self._succeed(lives[0], booking, Reason.RESCHEDULED if lives[0] is replaced else None)

    def _replaced(self, booking: Booking) -> Booking | None:
        """Return the booking that goes on as this one, under a new uid."""
        if not booking.replaces:
            return None
        return next((old for old in self._known.values() if old.uid == booking.replaces), None)

    def _succeed(self, old: Booking, new: Booking, reason: Reason | None) -> None:
        """Let a booking go on as another one, with all that follows it."""
        turn = self._turn
        before = turn.memory.progress_of(old)
        edition = max(before.edition, turn.memory.progress_of(new).edition) + 1
        after = replace(before, edition=edition, missed=0, orphaned=False)
        same = new.says_the_same(old)
        if reason is not None and before.phase is Phase.REROUTED:
            reason = Reason.IN_ANOTHER_STUDIO
        elif not same and not (before.final and (reason is None or new.start <= turn.now)):
            after = replace(_edited(turn, old, new, before), edition=edition)
        turn.hand_over(old, new, after)
        self._follow(old, new)
        silent = same or after.phase is Phase.CANCELLED or self._is_adoption(old, new)
        if not silent:
            turn.note(Kind.CHANGED, new, reason)

    def _is_adoption(self, old: Booking, new: Booking) -> bool:
        """Tell whether a source that is read for the first time only knows more."""
        first = self._source not in self._turn.memory.sources
        return first and (old.start, old.end, old.status) == (new.start, new.end, new.status)

    def _follow(self, old: Booking, heir: Booking) -> None:
        """Let a booking lead all that followed another one."""
        self._twins.pop(heir.key, None)
        self._heirs[old.key] = heir.key

    def _follow_heirs(self) -> None:
        """Let those who followed a booking follow the one that took its place."""
        if self._heirs:
            twins = self._twins.items()
            self._twins = {twin: self._heirs.get(leader, leader) for twin, leader in twins}
            self._heirs = {}

    def _again(self, old: Booking, new: Booking) -> Booking:
        """Take a booking that was known before; return the version to keep."""
        turn = self._turn
        before = turn.memory.progress_of(old)
        if old.key not in self._twins:
            return _again(turn, old, new, before)
        if before.missed:
            turn.remember(old, replace(before, missed=0))
        return new

    def _missing(self, booking: Booking, followers: Sequence[Booking]) -> None:
        """Take note that the source no longer tells a booking."""
        turn = self._turn
        if booking.key in self._twins:
            if not _spared(turn, booking, self._patience):
                self._part(booking)
            return
        before = turn.memory.progress_of(booking)
        cancelled = before.phase is Phase.CANCELLED and not before.lapsed
        heir = next((twin for twin in followers if _may_inherit(twin, booking, turn.now)), None)
        if heir is None or cancelled or booking.status is Status.CANCELLED:
            _missing(turn, booking, self._patience)
        elif _spared(turn, booking, self._patience):
            return
        elif _goes_on(before, booking, heir):
            self._succeed(booking, heir, None)
        else:  # a hold that has lapsed here is a booking there
            turn.retire(booking)
            self._follow(booking, heir)
            _first_seen(turn, heir, adopted=False)

    def _part(self, twin: Booking) -> None:
        """Let a twin go, whose leader is all that is left; its name still means them both."""
        leader = self._agenda.get(self._twins.pop(twin.key))
        life = "" if leader is None else self._turn.memory.progress_of(leader).life_of(leader)
        self._turn.retire(twin, life)


def _without_replaced(bookings: Sequence[Booking]) -> dict[str, Booking]:
    """Leave out the bookings that others were made of, should their source still list them."""
    replaced = {booking.replaces for booking in bookings if booking.replaces != booking.uid}
    return {booking.key: booking for booking in bookings if booking.uid not in replaced}


def _inverse(
    twins: Mapping[str, str], agenda: Mapping[str, Booking]
) -> Mapping[str, Sequence[Booking]]:
    """Return who follows each leader, those who know most first."""
    followers: dict[str, list[Booking]] = {}
    for twin in sorted((agenda[key] for key in twins), key=rank):
        followers.setdefault(twins[twin.key], []).append(twin)
    return followers


def _worth_knowing(booking: Booking, now: datetime) -> bool:
    """Leave out what was over or cancelled before we heard of it."""
    return booking.end > now and booking.status is not Status.CANCELLED


def _still_lapsed(before: Progress, old: Booking, new: Booking) -> bool:
    """Tell whether a hold is told that has lapsed: it needs more than that to come back."""
    times = (old.start, old.end, old.expires)
    waits = new.status is Status.TENTATIVE and times == (new.start, new.end, new.expires)
    return before.lapsed and waits


def _goes_on(before: Progress, old: Booking, new: Booking) -> bool:
    """Tell whether a booking has a life that another one can take over."""
    return before.phase is not Phase.CANCELLED or _still_lapsed(before, old, new)


def _may_inherit(twin: Booking, booking: Booking, now: datetime) -> bool:
    """Tell whether a twin can go on as its leader, who may be in overtime."""
    if (twin.start, twin.end) == (booking.start, booking.end):
        return twin.status is not Status.CANCELLED
    return _worth_knowing(twin, now)


def _first_seen(turn: Turn, booking: Booking, *, adopted: bool) -> None:
    """Begin a booking's life, or its next one; the first read of a source is no news."""
    before = turn.memory.progress.get(booking.key)
    begun = fresh(booking, turn.now, before.edition + 1 if before else 0)
    if before is not None or begun.known_at is not None:
        turn.remember(booking, begun)
    if not adopted:
        reason = Reason.REROUTED if booking.moved_from else None
        turn.note(Kind.CREATED, booking, reason)


def _again(turn: Turn, old: Booking, new: Booking, before: Progress) -> Booking:
    """Take a booking that was known before; return the version to keep."""
    back = before.orphaned and new.status is not Status.CANCELLED
    if before.missed or back:
        before = replace(before, missed=0, orphaned=before.orphaned and not back)
        turn.remember(old, before)
    if before.phase is Phase.CANCELLED or new.says_the_same(old):
        return new
    if new.status is Status.CANCELLED:
        return _cancelled(turn, old, new)
    if before.phase is Phase.REROUTED and turn.now < new.end:
        turn.remember(new, replace(before, edition=before.edition + 1))
        turn.note(Kind.CHANGED, new, Reason.IN_ANOTHER_STUDIO)
        return new
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
    turn.vacate(turn.now)


def _missing(turn: Turn, booking: Booking, patience: int) -> None:
    """Cancel a booking that its source no longer has, once it is missed often enough."""
    before = turn.memory.progress_of(booking)
    if before.phase is Phase.CANCELLED or before.phase is Phase.COMPLETED:
        return
    if _spared(turn, booking, patience):
        return
    if before.present:
        _orphan(turn, booking, before)
    elif turn.now < before.end_of(booking):
        turn.remember(booking, replace(before, phase=Phase.CANCELLED))
        turn.note(Kind.CANCELLED, booking, Reason.VANISHED)


def _spared(turn: Turn, booking: Booking, patience: int) -> bool:
    """Count a read that lacks a booking; tell whether it takes more of them."""
    before = turn.memory.progress_of(booking)
    spared = before.missed + 1 < patience
    if spared:
        turn.remember(booking, replace(before, missed=before.missed + 1))
    return spared


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
