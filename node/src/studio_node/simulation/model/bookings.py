"""Bookings that the node keeps."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields, Json
from studio_node.wire.records import Booking
from studio_node.wire.vocabulary import BookingStatus, ErrorCode

from .part import PartModel, Tell, Vault, moment, text

KEPT: Final = timedelta(days=1)
_AHEAD: Final = 3  # occurrences of a programme that are booked in advance
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking relative to the start of the simulation."""

    starts_in: timedelta
    lasts: timedelta
    title: str = "Booking"
    guest: str = "guest-1"


@dataclass(frozen=True, slots=True)
class Programme:
    """Bookings that come again and again; the demo lives from it."""

    every: timedelta
    lasts: timedelta
    offset: timedelta = timedelta(0)
    title: str = "Programme"


class Bookings(PartModel):
    """A calendar of one room: no two bookings at once."""

    def __init__(
        self, part: str, tell: Tell, vault: Vault, programme: Programme | None = None
    ) -> None:
        super().__init__(part, tell)
        self._vault = vault
        self._programme = programme
        stored = vault.load(part)
        self.fresh = stored is None
        self._items = {item.uid: item for item in _from_stored(stored)}

    def step(self, now: datetime) -> None:
        """Book the programme ahead and forget what is long over."""
        super().step(now)
        keep = {uid: item for uid, item in self._items.items() if item.end > now - KEPT}
        if self._programme is not None:
            for item in _occurrences(self._programme, now):
                if item.uid not in keep and not _clash(keep, item):
                    keep[item.uid] = item
        if keep.keys() != self._items.keys():
            self._keep(keep)
        if self._programme is not None:
            self.agenda.set("ahead", _next(self._programme, now), lambda _: None)

    def fields(self, now: datetime) -> Fields:
        """Return the bookings from yesterday on."""
        items = sorted(self._items.values(), key=lambda item: (item.start, item.uid))
        return {"items": [item.to_dict() for item in items if item.end > now - KEPT]}

    def book(self, now: datetime, wish: Wish, uid: str) -> None:
        """Add a booking relative to now."""
        start = now + wish.starts_in
        self._add(
            Booking(
                uid=uid, start=start, end=start + wish.lasts, title=wish.title, guest=wish.guest
            )
        )

    def soon(self, now: datetime, within: timedelta) -> bool:
        """Tell whether a booking starts within some time."""
        return any(
            now <= item.start < now + within
            for item in self._items.values()
            if item.status is not BookingStatus.CANCELLED
        )

    def nearest(self, now: datetime) -> Booking | None:
        """Return the running booking, or else the next."""
        coming = [
            item
            for item in self._items.values()
            if item.end > now and item.status is not BookingStatus.CANCELLED
        ]
        return min(coming, key=lambda item: item.start, default=None)

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Create, move or cancel a booking."""
        match action:
            case "create":
                self._add(_booking(args))
            case "move":
                self._move(args)
            case "cancel":
                self.cancel(text(args, "uid"))
            case _:
                super().perform(now, action, args)

    def cancel(self, uid: str) -> None:
        """Cancel a booking; cancelled ones stay cancelled."""
        known = self._known(uid)
        if known.status is not BookingStatus.CANCELLED:
            cancelled = replace(known, status=BookingStatus.CANCELLED, revision=known.revision + 1)
            self._put(cancelled)

    def _move(self, args: Fields) -> None:
        known = self._known(text(args, "uid"))
        if known.status is BookingStatus.CANCELLED:
            raise CommandRefusedError(ErrorCode.CONFLICT, "the booking is cancelled")
        start, end = _window(args)
        title = text(args, "title") if args.get("title") is not None else known.title
        moved = replace(known, start=start, end=end, title=title, revision=known.revision + 1)
        self._refuse_clash(moved)
        self._put(moved)

    def _add(self, item: Booking) -> None:
        if (known := self._items.get(item.uid)) is not None:
            if known == item:
                return
            raise CommandRefusedError(ErrorCode.CONFLICT, "a booking with this uid is there")
        self._refuse_clash(item)
        self._put(item)

    def _known(self, uid: str) -> Booking:
        if (known := self._items.get(uid)) is None:
            raise CommandRefusedError(ErrorCode.NOT_FOUND, "no such booking")
        return known

    def _refuse_clash(self, item: Booking) -> None:
        if _clash(self._items, item):
            raise CommandRefusedError(ErrorCode.CONFLICT, "the room is taken at that time")

    def _put(self, item: Booking) -> None:
        self._keep({**self._items, item.uid: item})

    def _keep(self, items: dict[str, Booking]) -> None:
        self._vault.save(self.part, [item.to_dict() for item in items.values()])
        self._items = items


def _clash(items: dict[str, Booking], wanted: Booking) -> bool:
    return any(
        item.start < wanted.end and wanted.start < item.end
        for item in items.values()
        if item.uid != wanted.uid and item.status is not BookingStatus.CANCELLED
    )


def _booking(args: Fields) -> Booking:
    start, end = _window(args)
    status = BookingStatus(text(args, "status") or BookingStatus.CONFIRMED.value)
    if not text(args, "uid") or status not in {BookingStatus.CONFIRMED, BookingStatus.TENTATIVE}:
        raise CommandRefusedError(ErrorCode.BAD_REQUEST, "a new booking needs a uid and a status")
    return Booking(
        uid=text(args, "uid"),
        start=start,
        end=end,
        status=status,
        title=text(args, "title"),
        guest=text(args, "guest"),
    )


def _window(args: Fields) -> tuple[datetime, datetime]:
    start, end = moment(args, "start"), moment(args, "end")
    if start is None or end is None or end <= start:
        raise CommandRefusedError(ErrorCode.BAD_REQUEST, "a booking ends after it starts")
    return start.astimezone(UTC), end.astimezone(UTC)


def _from_stored(stored: Json) -> list[Booking]:
    items = stored if isinstance(stored, list) else []
    return [Booking.from_dict(item) for item in items if isinstance(item, dict)]


def _number(programme: Programme, now: datetime) -> int:
    """Return the number of the last occurrence that has begun; uids survive a restart."""
    return (now - _EPOCH - programme.offset) // programme.every


def _next(programme: Programme, now: datetime) -> datetime:
    return _EPOCH + programme.offset + programme.every * (_number(programme, now) + 1)


def _occurrences(programme: Programme, now: datetime) -> list[Booking]:
    first = _number(programme, now) + 1
    items = []
    for number in range(first, first + _AHEAD):
        start = _EPOCH + programme.offset + programme.every * number
        items.append(
            Booking(
                uid=f"programme-{number}",
                start=start,
                end=start + programme.lasts,
                title=f"{programme.title} {number % 100}",
                guest=f"guest-{number % 10}",
            )
        )
    return items
