"""
Which room suits a wish best, and why.

The cost is in minutes that a guest would rather walk than take what is wrong with the room. Each
term grows with what is wrong and with nothing else, so a room that is better in what the wish asks
for is never behind. What nobody knows costs something, but is no reason to leave a room out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
import math
import re
from typing import Final

from .errors import CoreError
from .policy import MINUTE

READY: Final = 90  # percent; below it a room wants a look before somebody moves into it
NEAR_RELAY: Final = 50.0  # ms

_OBSTACLE: Final = 1000.0  # more than all that is only inconvenient
_UNKNOWN_TRAVEL: Final = 30.0
_UNKNOWN_KIT: Final = 20.0
_UNKNOWN_CAPACITY: Final = 10.0
_UNKNOWN_READINESS: Final = 15.0  # as if it were 70 %
_PER_PERCENT: Final = 0.5
_UNKNOWN_RELAY: Final = 5.0  # as if it were at NEAR_RELAY
_PER_MILLISECOND: Final = 0.1

_LONGEST_ITEM: Final = 60
_ITEM: Final = re.compile(
    r"(?:([0-9]{1,3})(?:\s*[x\u00d7]\s+|\s*\u00d7\s*|\s+))?(\S.*)"  # x, or the sign for "times"
)


class KitError(CoreError):
    """A text names no item of a kit."""

    def __init__(self, item: str) -> None:
        """Keep the text, so that a form can show it."""
        super().__init__(f"{item!r} names no item of a kit")
        self.item = item


class NotFree(StrEnum):
    """Why a room cannot be had for the window."""

    OCCUPIED = "occupied"
    BUFFER = "buffer"  # only the time to set up or clean up is taken
    OUT_OF_SERVICE = "out_of_service"
    NOT_ACCEPTING = "not_accepting"
    CLOSED = "closed"  # opening hours
    UNKNOWN = "unknown"  # its bookings could not be read


class Point(StrEnum):
    """What speaks for or against a room that is free."""

    FREE = "free_including_buffers"
    KIT_COMPLETE = "kit_complete"
    KIT_MISSING = "kit_missing"  # items
    KIT_UNKNOWN = "kit_unknown"
    CAPACITY_ENOUGH = "capacity_enough"  # people
    CAPACITY_TOO_SMALL = "capacity_too_small"  # people
    CAPACITY_UNKNOWN = "capacity_unknown"
    READY = "ready"  # percent
    READINESS_LOW = "readiness_low"  # percent
    READINESS_UNKNOWN = "readiness_unknown"
    RELAY_NEAR = "relay_near"  # milliseconds
    RELAY_FAR = "relay_far"  # milliseconds
    RELAY_TOO_FAR = "relay_too_far"  # milliseconds
    RELAY_UNKNOWN = "relay_unknown"
    SAME_SITE = "same_site"
    TRAVEL = "travel"  # minutes
    TRAVEL_UNKNOWN = "travel_unknown"


PROS: Final = frozenset(
    {
        Point.FREE,
        Point.KIT_COMPLETE,
        Point.CAPACITY_ENOUGH,
        Point.READY,
        Point.RELAY_NEAR,
        Point.SAME_SITE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One reason, with the values that its sentence needs."""

    code: Point | NotFree
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def speaks_for(self) -> bool:
        """Tell whether it is a pro."""
        return self.code in PROS


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A room as it stands for the window; what nobody knows is None."""

    key: str  # unique among the candidates
    name: str
    site: str
    not_free: NotFree | None = None  # None: free, buffers included
    kit: Mapping[str, int] | None = None  # empty: there is nothing
    readiness: int | None = None  # percent
    relay_latency: float | None = None  # ms
    travel: timedelta | None = None  # from where the guest is
    capacity: int | None = None  # people

    @property
    def free(self) -> bool:
        """Tell whether it can be had, buffers included."""
        return self.not_free is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for."""

    start: datetime
    end: datetime
    needs: frozenset[str] = frozenset()  # "2 microphone", "camera"
    party_size: int | None = None
    near: str = ""  # the key of a candidate, or a site
    max_relay_latency: float | None = None  # ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate with its place's reasons."""

    candidate: Candidate
    suitable: bool
    cost: float
    reasons: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judgement:
    """One reason with its weight; an obstacle makes the room unsuitable."""

    code: Point | NotFree
    cost: float = 0.0
    obstacle: bool = False
    values: Mapping[str, str | int] = field(default_factory=dict)


def rank(wish: Wish, candidates: Iterable[Candidate]) -> tuple[Ranked, ...]:
    """Return all candidates, suitable ones first, the best first; equals by their keys."""
    rooms = tuple(candidates)
    site = next((room.site for room in rooms if room.key == wish.near), wish.near)
    ranked = [_ranked(wish, room, site) for room in rooms]
    return tuple(sorted(ranked, key=lambda it: (not it.suitable, it.cost, it.candidate.key)))


def parse_kit(items: Iterable[str]) -> Mapping[str, int]:
    """
    Count the items of a kit: "4 microphone", "4x Microphones", "camera".

    The sign for "times" is read, too. Case, spaces and the plural's "s" of the last word make no
    difference; the same item twice is added up. Empty lines are none.

    Raises:
        KitError: one of them is no item.

    """
    kit: dict[str, int] = {}
    for item in filter(str.strip, items):
        number, name = _counted(item)
        if not number or len(name) > _LONGEST_ITEM or not any(map(str.isalpha, name)):
            raise KitError(item.strip())
        kit[name] = kit.get(name, 0) + number
    return kit


def missing(needs: Iterable[str], kit: Mapping[str, int]) -> Mapping[str, int]:
    """
    Return what a kit lacks and how many of it, in the order of the alphabet.

    Needs are written by guests: what cannot be read is an item that no kit has.
    """
    wanted: dict[str, int] = {}
    for item in filter(str.strip, needs):
        number, name = _counted(item)
        wanted[name] = wanted.get(name, 0) + number
    lacking = {name: number - kit.get(name, 0) for name, number in sorted(wanted.items())}
    return {name: number for name, number in lacking.items() if number > 0}


def _counted(item: str) -> tuple[int, str]:
    """Split an item into its number, one if there is none, and its folded name."""
    words = " ".join(item.casefold().split())
    found = _ITEM.fullmatch(words)
    number, name = found.groups() if found else (None, words)
    return int(number or 1), _singular(name)


def _singular(name: str) -> str:
    """Drop the plural's "s", but not that of "bass" or of a word of three letters."""
    last = name.rpartition(" ")[2]
    plural = len(last) > 3 and last.endswith("s") and not last.endswith("ss")  # noqa: PLR2004
    return name[:-1] if plural else name


def _ranked(wish: Wish, room: Candidate, site: str) -> Ranked:
    """Judge a room by all that the wish asks for."""
    judgements = (
        _freedom(room),
        *_kit(wish, room),
        *_capacity(wish, room),
        _readiness(room),
        _relay(wish, room),
        *_travel(room, site),
    )
    return Ranked(
        candidate=room,
        suitable=not any(it.obstacle for it in judgements),
        cost=math.fsum(it.cost + _OBSTACLE * it.obstacle for it in judgements),
        reasons=tuple(Remark(code=it.code, values=it.values) for it in judgements),
    )


def _freedom(room: Candidate) -> _Judgement:
    if room.not_free is None:
        return _Judgement(code=Point.FREE)
    return _Judgement(code=room.not_free, obstacle=True)


def _kit(wish: Wish, room: Candidate) -> Iterator[_Judgement]:
    if not wish.needs:
        return
    if room.kit is None:
        yield _Judgement(code=Point.KIT_UNKNOWN, cost=_UNKNOWN_KIT)
        return
    lacking = missing(wish.needs, room.kit)
    if not lacking:
        yield _Judgement(code=Point.KIT_COMPLETE)
        return
    items = ", ".join(f"{number} {name}" for name, number in lacking.items())
    yield _Judgement(
        code=Point.KIT_MISSING,
        cost=sum(lacking.values()),
        obstacle=True,
        values={"items": items},
    )


def _capacity(wish: Wish, room: Candidate) -> Iterator[_Judgement]:
    if wish.party_size is None:
        return
    if room.capacity is None:
        yield _Judgement(code=Point.CAPACITY_UNKNOWN, cost=_UNKNOWN_CAPACITY)
        return
    lacking = max(0, wish.party_size - room.capacity)
    code = Point.CAPACITY_TOO_SMALL if lacking else Point.CAPACITY_ENOUGH
    values = {"people": room.capacity}
    yield _Judgement(code=code, cost=lacking, obstacle=lacking > 0, values=values)


def _readiness(room: Candidate) -> _Judgement:
    if room.readiness is None:
        return _Judgement(code=Point.READINESS_UNKNOWN, cost=_UNKNOWN_READINESS)
    code = Point.READY if room.readiness >= READY else Point.READINESS_LOW
    cost = _PER_PERCENT * (100 - room.readiness)
    return _Judgement(code=code, cost=cost, values={"percent": room.readiness})


def _relay(wish: Wish, room: Candidate) -> _Judgement:
    latency = room.relay_latency
    if latency is None or not math.isfinite(latency):  # a sensor may say "nan"
        return _Judgement(code=Point.RELAY_UNKNOWN, cost=_UNKNOWN_RELAY)
    code = Point.RELAY_NEAR if latency <= NEAR_RELAY else Point.RELAY_FAR
    too_far = wish.max_relay_latency is not None and latency > wish.max_relay_latency
    return _Judgement(
        code=Point.RELAY_TOO_FAR if too_far else code,
        cost=_PER_MILLISECOND * latency,
        obstacle=too_far,
        values={"milliseconds": round(latency)},
    )


def _travel(room: Candidate, site: str) -> Iterator[_Judgement]:
    if site and room.site == site:
        yield _Judgement(code=Point.SAME_SITE)
    elif room.travel is not None:
        minutes = room.travel / MINUTE
        values = {"minutes": math.ceil(minutes)}
        yield _Judgement(code=Point.TRAVEL, cost=minutes, values=values)
    elif site:
        yield _Judgement(code=Point.TRAVEL_UNKNOWN, cost=_UNKNOWN_TRAVEL)
