"""Days that nobody planned: random bookings, rules and facts."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.facts import (
    Arrived,
    BookingsSeen,
    CheckIn,
    CheckOff,
    EndSession,
    Extend,
    Fact,
    PolicyChanged,
    Release,
    Reroute,
    SignalsSeen,
    Tick,
)
from custom_components.micro_studio.core.guest import NOBODY, Guest
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.progress import Arrival
from custom_components.micro_studio.core.signals import Signals
from custom_components.micro_studio.core.studio import LightMode, RecorderState
from tests.core.scene import DAY, MINUTE

UIDS = ("b1", "b2", "b3", "b4")
SOURCES = ("node", "local", "calendar")  # they share uids and guests: twins occur
GUESTS = (NOBODY, NOBODY, Guest(name="Ada"), Guest(name="ada", email="ada@example.org"))
ITEMS = ("media copied", "pop shields")
FLAGS = (None, False, True)

# The grid is coarse so that things meet: ends and starts, deadlines and arrivals.
grid = st.integers(0, 36).map(lambda step: DAY + 5 * step * MINUTE)
lengths = st.integers(1, 18).map(lambda step: 5 * step * MINUTE)
waits = st.one_of(
    st.just(timedelta()),
    st.integers(1, 12).map(lambda step: 5 * step * MINUTE),
    st.integers(1, 10_000).map(lambda seconds: timedelta(seconds=seconds)),
)


def _span(start: datetime, length: timedelta, booking: Booking) -> Booking:
    return replace(booking, start=start, end=start + length)


def bookings(source: str = "node") -> st.SearchStrategy[Booking]:
    """One booking of a source."""
    facts = st.builds(
        Booking,
        start=st.just(DAY),
        end=st.just(DAY + MINUTE),
        uid=st.sampled_from(UIDS),
        source=st.just(source),
        status=st.sampled_from([Status.CONFIRMED] * 4 + [Status.TENTATIVE, Status.CANCELLED]),
        guest=st.sampled_from(GUESTS),
        replaces=st.sampled_from(("",) * 8 + UIDS),
        expires=st.one_of(st.none(), st.none(), grid),
    )
    return st.builds(_span, grid, lengths, facts)


def days(source: str = "node") -> st.SearchStrategy[tuple[Booking, ...]]:
    """All bookings of one source, each uid at most once."""
    agenda = st.lists(bookings(source), max_size=4, unique_by=lambda item: item.uid)
    return agenda.map(tuple)


def _minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least // 5, most // 5).map(lambda step: max(least, 5 * step) * MINUTE)


def policies() -> st.SearchStrategy[Policy]:
    """Rules of a room."""
    return st.builds(
        Policy,
        early_access=_minutes(0, 30),
        close_after=_minutes(0, 20),
        setup_buffer=_minutes(0, 30),
        turnover_buffer=_minutes(0, 40),
        no_show_after=_minutes(5, 30),
        release_no_show=st.booleans(),
        ending_warnings=st.sampled_from([(), (10 * MINUTE,), (15 * MINUTE, 10 * MINUTE, MINUTE)]),
        overrun_grace=_minutes(0, 20),
        extension_step=_minutes(5, 30),
        maintenance=st.sampled_from((False, False, False, True)),
        accepting_bookings=st.sampled_from((True, True, True, False)),
        light_mode=st.sampled_from(LightMode),
        hold_expiry=st.one_of(_minutes(0, 120), st.just(24 * 60 * MINUTE)),
        holds_block=st.booleans(),
        presence_checks_in=st.booleans(),
        turnover_checklist=st.sampled_from(((), ITEMS[:1], ITEMS)),
    )


def signals() -> st.SearchStrategy[Signals]:
    """What a room reports."""
    return st.builds(
        Signals,
        occupied=st.sampled_from(FLAGS),
        recorder=st.sampled_from(RecorderState),
        capturing=st.sampled_from(FLAGS),
    )


def reads() -> st.SearchStrategy[BookingsSeen]:
    """A read of one of the sources."""
    return st.sampled_from(SOURCES).flatmap(
        lambda source: st.builds(
            BookingsSeen, source=st.just(source), bookings=days(source), patience=st.integers(1, 2)
        )
    )


NAMES = st.sampled_from((None, None, None, *UIDS))


def commands() -> st.SearchStrategy[Fact]:
    """What people do."""
    return st.one_of(
        st.just(CheckIn()),
        st.builds(CheckIn, booking=NAMES),
        st.just(Extend()),
        st.builds(EndSession, booking=NAMES),
        st.builds(Extend, booking=NAMES, steps=st.integers(1, 2)),
        st.builds(Release, booking=NAMES),
        st.builds(Reroute, booking=st.sampled_from(UIDS), to=st.just("b")),
        st.builds(CheckOff, item=st.sampled_from(ITEMS), done=st.booleans()),
    )


@st.composite
def told(draw: st.DrawFn, now: datetime) -> Fact:
    """One fact at a moment."""
    sightings = st.builds(
        Arrived,
        at=st.integers(0, 40).map(lambda minutes: now - minutes * MINUTE),
        how=st.sampled_from(Arrival),
        booking=NAMES,
    )
    rules = policies().map(lambda policy: PolicyChanged(policy=policy))
    heard = signals().map(lambda seen: SignalsSeen(signals=seen))
    facts: st.SearchStrategy[Fact] = st.one_of(
        reads(), heard, sightings, commands(), commands(), rules, st.just(Tick())
    )
    return draw(facts)


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[datetime, Fact]]:
    """A day of facts, the bookings first."""
    now = DAY
    day: list[tuple[datetime, Fact]] = [
        (now, BookingsSeen(source="node", bookings=())),
        (now, BookingsSeen(source="node", bookings=draw(days()))),
    ]
    for _ in range(draw(st.integers(0, 14))):
        now += draw(waits)
        day.append((now, draw(told(now))))
    day.append((now + draw(waits), Tick()))
    return day
