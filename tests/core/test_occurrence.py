"""Whatever a calendar's habits are, a booking has one identity and one span of time."""

from datetime import UTC, date, datetime, timedelta, timezone
import random
import time
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.guest_fields import NO_PATTERNS, Patterns
from custom_components.micro_studio.core.occurrence import (
    Occurrence,
    Reading,
    SkipReason,
    read_occurrences,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HAVANA = ZoneInfo("America/Havana")  # midnight comes twice, or not at all
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = 10.0  # s for 10,000 events, on a slow machine


def local(text: str) -> datetime:
    """Return a time without a zone."""
    return datetime.fromisoformat(text)


def event(
    start: datetime | date = NOON, end: datetime | date | None = None, **rest: str | bool
) -> Occurrence:
    """Return an event; an hour of it, or a day."""
    if end is None:
        end = start + (HOUR if isinstance(start, datetime) else DAY)
    return Occurrence(
        start=start,
        end=end,
        uid=str(rest.get("uid", "a")),
        recurrence_id=str(rest.get("recurrence_id", "")),
        expanded=bool(rest.get("expanded", False)),
        summary=str(rest.get("summary", "")),
        description=str(rest.get("description", "")),
        location=str(rest.get("location", "")),
        status=str(rest.get("status", "")),
    )


def read(*events: Occurrence, zone: ZoneInfo = BERLIN) -> Reading:
    """Read events in a studio of Berlin."""
    return read_occurrences(events, source="calendar", zone=zone, patterns=NO_PATTERNS)


def only(*events: Occurrence, zone: ZoneInfo = BERLIN) -> Booking:
    """Return the one booking that events become."""
    reading = read(*events, zone=zone)
    assert reading.skipped == ()
    [booking] = reading.bookings
    return booking


# --- times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "until", "zone", "start", "hours"),
    [
        (date(2026, 11, 23), date(2026, 11, 24), BERLIN, "2026-11-22T23:00", 24),
        (date(2026, 11, 23), date(2026, 11, 25), BERLIN, "2026-11-22T23:00", 48),
        (date(2026, 11, 23), date(2026, 11, 23), BERLIN, "2026-11-22T23:00", 24),  # as many write
        (date(2026, 3, 29), date(2026, 3, 30), BERLIN, "2026-03-28T23:00", 23),
        (date(2026, 10, 25), date(2026, 10, 26), BERLIN, "2026-10-24T22:00", 25),
        (date(2026, 11, 23), date(2026, 11, 24), NEW_YORK, "2026-11-23T05:00", 24),
        (date(2026, 3, 8), date(2026, 3, 9), HAVANA, "2026-03-08T05:00", 23),  # begins at 1:00
        (date(2026, 11, 1), date(2026, 11, 2), HAVANA, "2026-11-01T04:00", 25),  # at the first 0:00
    ],
)
def test_an_event_of_all_day_takes_the_whole_local_day(
    day: date, until: date, zone: ZoneInfo, start: str, hours: int
) -> None:
    booking = only(event(day, until), zone=zone)
    assert booking.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert booking.end - booking.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (local("2026-11-23T13:00"), "2026-11-23T12:00"),
        (local("2026-07-01T13:00"), "2026-07-01T11:00"),
        (local("2026-03-29T02:30"), "2026-03-29T01:30"),  # left out: counted on
        (local("2026-10-25T02:30"), "2026-10-25T00:30"),  # comes twice: the first
        (datetime(2026, 11, 23, 13, tzinfo=NEW_YORK), "2026-11-23T18:00"),
        (datetime(2026, 11, 23, 13, tzinfo=timezone(timedelta(hours=9))), "2026-11-23T04:00"),
    ],
)
def test_a_time_without_a_zone_is_the_studios(told: datetime, meant: str) -> None:
    assert only(event(told, told + 2 * HOUR)).start == datetime.fromisoformat(meant).replace(
        tzinfo=UTC
    )


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_really_is() -> None:
    evening, morning = local("2026-10-24T22:00"), local("2026-10-25T06:00")
    booking = only(event(evening, morning))
    assert booking.end - booking.start == 9 * HOUR


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (NOON, NOON, SkipReason.NO_LENGTH),
        (NOON, NOON.astimezone(BERLIN), SkipReason.NO_LENGTH),
        (NOON, NOON - HOUR, SkipReason.ENDS_BEFORE_START),
        (date(2026, 11, 23), date(2026, 11, 22), SkipReason.ENDS_BEFORE_START),
        (
            local("2026-03-29T02:30"),
            local("2026-03-29T03:30"),
            SkipReason.NO_LENGTH,
        ),  # no such hour
        # The clock is put back: the second 2:30 comes after the first 2:40.
        (
            local("2026-10-25T02:30").replace(fold=1),
            local("2026-10-25T02:40"),
            SkipReason.ENDS_BEFORE_START,
        ),
        (local("0001-01-01"), NOON, SkipReason.OUT_OF_RANGE),
        (NOON, local("9999-12-31T23:59").replace(tzinfo=NEW_YORK), SkipReason.OUT_OF_RANGE),
    ],
)
def test_what_takes_no_time_is_no_booking(
    start: datetime | date, end: datetime | date, reason: SkipReason
) -> None:
    reading = read(event(start, end, summary="Ada"))
    assert reading.bookings == ()
    [skipped] = reading.skipped
    assert (skipped.reason, skipped.start, skipped.title) == (reason, start, "Ada")


def test_a_room_that_is_closed_for_a_month_is_booked_for_a_month() -> None:
    assert only(event(date(2026, 8, 1), date(2026, 9, 1))).end == datetime(
        2026, 8, 31, 22, tzinfo=UTC
    )


# --- what is booked -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "summary", "status"),
    [
        ("", "Ada", Status.CONFIRMED),
        ("confirmed", "Ada", Status.CONFIRMED),
        ("CONFIRMED", "Ada", Status.CONFIRMED),
        ("tentative", "Ada", Status.TENTATIVE),
        ("TENTATIVE", "Ada", Status.TENTATIVE),
        ("cancelled", "Ada", Status.CANCELLED),
        ("cancelled", "HOLD: Ada", Status.CANCELLED),
        ("x-paid", "Ada", Status.CONFIRMED),
        ("confirmed", "HOLD: Ada", Status.TENTATIVE),  # Google calls everything confirmed
        ("", "Ada (tentative)", Status.TENTATIVE),
        ("", "Holding pattern, episode 4", Status.CONFIRMED),
    ],
)
def test_a_hold_is_known_by_its_status_or_its_title(
    told: str, summary: str, status: Status
) -> None:
    assert only(event(status=told, summary=summary)).status is status


def test_an_event_tells_who_comes() -> None:
    patterns = Patterns.compile([r"Ref (?P<reference>\w+)"])
    told = event(summary="Episode 4", description="Name: Ada Lovelace\nRef B17", location="Room 1")
    [booking] = read_occurrences([told], source="calendar", zone=BERLIN, patterns=patterns).bookings
    assert booking.title == "Episode 4"
    assert (booking.guest.name, booking.guest.reference) == ("Ada Lovelace", "B17")
    assert booking.notes == "Name: Ada Lovelace\nRef B17"
    assert (booking.source, booking.uid, booking.recurrence_id) == ("calendar", "a", "")


def test_nothing_that_is_printed_names_the_guest() -> None:
    told = event(summary="Lovelace", description="Name: Lovelace", location="Lovelace")
    shown = [repr(told), repr(read(event(NOON, NOON, summary="Lovelace")))]
    nameless = only(event(uid="", summary="x", description="Name: Lovelace"))
    shown += [nameless.uid, nameless.key, repr(nameless)]
    assert not [text for text in shown if "Lovelace" in text]


# --- identity -----------------------------------------------------------------------------------


def test_an_event_without_a_uid_is_known_by_its_start() -> None:
    before = only(event(uid="", summary="Ada"))
    assert only(event(uid=" ", end=NOON + 2 * HOUR, summary="Ada L.")).key == before.key
    assert only(event(NOON + HOUR, uid="", summary="Ada")).key != before.key


def test_events_without_a_uid_that_begin_together_are_told_apart() -> None:
    ada, bob = event(uid="", summary="Ada"), event(uid="", summary="Bob")
    reading = read(ada, bob, ada)
    assert reading == read(bob, ada)
    assert {booking.title for booking in reading.bookings} == {"Ada", "Bob"}
    assert len({booking.key for booking in reading.bookings}) == 2


@pytest.mark.parametrize(
    ("told", "start", "expanded", "identity"),
    [
        # CalDAV
        ("2026-11-23 20:58:37+00:00", NOON, False, "20261123T205837Z"),
        ("2026-11-23 09:00:00-05:00", NOON, False, "20261123T140000Z"),
        ("2026-11-23", NOON, False, "20261122T230000Z"),
        ("2026-11-23 20:58:37", NOON.astimezone(NEW_YORK), False, "20261124T015837Z"),
        # iCalendar files
        ("20261123T205837Z", NOON, False, "20261123T205837Z"),
        ("20261123T120000", NOON, True, "20261123T120000Z"),
        ("20261123T130000", NOON.astimezone(BERLIN), True, "20261123T120000Z"),
        ("20261123T070000", NOON.astimezone(BERLIN), True, "20261123T120000Z"),
        ("20261123T100000", NOON.astimezone(BERLIN), False, "20261123T090000Z"),
        ("20261123T100000", local("2026-11-23T15:00"), False, "20261123T090000Z"),
        ("20261123", date(2026, 11, 23), True, "20261122T230000Z"),
        # Google
        ("4j5k_20261123T205837Z", NOON, False, "20261123T205837Z"),
        ("4j5k_R20261101T205837_20261123T205837Z", NOON, False, "20261123T205837Z"),
        ("4j5k_20261123", date(2026, 11, 23), False, "20261122T230000Z"),
        # anything else stays what it is
        (" third ", NOON, False, "third"),
        ("0001-01-01", NOON, False, "0001-01-01"),
        ("", NOON, False, ""),
    ],
)
def test_an_occurrence_is_known_by_the_moment_at_which_it_was_planned(
    told: str, start: datetime | date, expanded: bool, identity: str
) -> None:
    booking = only(event(start, recurrence_id=told, expanded=expanded))
    assert booking.recurrence_id == identity


def weekly(zone: ZoneInfo, weeks: range, *, uid: str = "s") -> list[Occurrence]:
    """Return a series at ten, as the `ical` library expands it for a Home Assistant in Berlin."""
    first = datetime(2026, 10, 7, 10, tzinfo=zone)
    starts = [first + week * 7 * DAY for week in weeks]
    return [
        event(
            start.astimezone(BERLIN),
            start.astimezone(BERLIN) + HOUR,
            uid=uid,
            recurrence_id=f"{start:%Y%m%dT%H%M%S}",
            expanded=True,
        )
        for start in starts
    ]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata")])
@pytest.mark.parametrize("by", [HOUR, -HOUR, 2 * DAY, -5 * HOUR])
@pytest.mark.parametrize("notation", ["clock", "utc"])
def test_a_moved_occurrence_stays_the_same_booking(
    zone: ZoneInfo, by: timedelta, notation: str
) -> None:
    """The series is kept by any clock; `ical` shows the occurrence twice if the ids differ."""
    series = weekly(zone, range(8))
    before = read(*series)
    planned = before.bookings[2]
    clock = planned.start.astimezone(zone if notation == "clock" else UTC)
    told = f"{clock:%Y%m%dT%H%M%S}" + ("Z" if notation == "utc" else "")
    moved = planned.start.astimezone(BERLIN) + by
    override = event(moved, moved + HOUR, uid="s", recurrence_id=told)
    shown = series if notation == "utc" else series[:2] + series[3:]
    after = read(*shown, override)
    assert after == read(override, *reversed(shown))
    assert after.skipped == ()
    assert {each.key for each in after.bookings} == {each.key for each in before.bookings}
    [now] = [each for each in after.bookings if each.key == planned.key]
    assert now.start == planned.start + by


def test_an_occurrence_that_only_got_another_title_is_shown_once() -> None:
    series = weekly(BERLIN, range(3))
    planned = read(*series).bookings[1]
    override = event(
        planned.start, uid="s", recurrence_id=f"{planned.start:%Y%m%dT%H%M%SZ}", summary="Special"
    )
    for events in ([*series, override], [override, *series]):
        reading = read(*events)
        assert [each.title for each in reading.bookings] == ["", "Special", ""]
        assert reading.skipped == ()


def test_a_series_by_its_own_clock_is_followed_through_a_change_of_the_clocks() -> None:
    """The studio's Sundays are known by where they were planned, on both sides of it."""
    reading = read(*weekly(BERLIN, range(6)))
    assert [each.recurrence_id for each in reading.bookings] == [
        f"2026{day}T{clock}0000Z"
        for day, clock in [
            *(("1007", "08"), ("1014", "08"), ("1021", "08")),
            *(("1028", "09"), ("1104", "09"), ("1111", "09")),
        ]
    ]


def test_of_true_duplicates_the_last_one_wins_and_the_other_is_named() -> None:
    reading = read(event(summary="first"), event(NOON + DAY, summary="second"))
    assert [booking.title for booking in reading.bookings] == ["second"]
    [skipped] = reading.skipped
    assert (skipped.reason, skipped.title) == (SkipReason.DUPLICATE, "first")


# --- always -------------------------------------------------------------------------------------

MOMENTS = st.one_of(
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, BERLIN, NEW_YORK, HAVANA])),
    st.dates(),
)
TEXTS = st.text(max_size=20)
EVENTS = st.builds(
    Occurrence,
    uid=st.sampled_from(["", "a", "b", "|", "%7C"]),
    recurrence_id=st.one_of(
        st.just(""),
        TEXTS,
        st.datetimes().map(lambda moment: f"{moment:%Y%m%dT%H%M%S}"),
        st.datetimes().map(lambda moment: f"{moment:%Y%m%dT%H%M%SZ}"),
    ),
    expanded=st.booleans(),
    start=MOMENTS,
    end=MOMENTS,
    summary=TEXTS,
    description=TEXTS,
    location=TEXTS,
    status=st.sampled_from(["", "tentative", "confirmed", "x"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, max_size=12))
def test_every_booking_has_a_length_and_an_identity_of_its_own(events: list[Occurrence]) -> None:
    reading = read(*events)
    assert all(booking.end > booking.start for booking in reading.bookings)
    assert len({booking.key for booking in reading.bookings}) == len(reading.bookings)
    assert len(reading.bookings) + len(reading.skipped) <= len(events)
    assert reading == read(*events), "reading the same twice tells the same"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(EVENTS, max_size=10, unique_by=lambda each: (each.uid, each.recurrence_id)),
    st.randoms(),
)
def test_the_order_of_events_is_irrelevant(events: list[Occurrence], chance: random.Random) -> None:
    reading = read(*events)
    # The same moment in two notations is a duplicate: of those, the last one wins.
    assume(all(skipped.reason is not SkipReason.DUPLICATE for skipped in reading.skipped))
    shuffled = [*events]
    chance.shuffle(shuffled)
    assert read(*shuffled) == reading


def test_ten_thousand_events_are_read_in_no_time() -> None:
    events = [
        event(
            NOON + count * HOUR,
            uid=f"b{count}",
            summary=f"Episode {count}",
            description=f"Name: Guest\nPhone: +49 30 {count:06}\nE-Mail: g{count}@example.org",
        )
        for count in range(8000)
    ]
    events += [
        event(
            NOON + count * DAY,
            uid="series",
            recurrence_id=f"{NOON + count * DAY:%Y%m%dT%H%M%S}",
            expanded=True,
        )
        for count in range(2000)
    ]
    began = time.perf_counter()
    reading = read(*events)
    assert time.perf_counter() - began < LONGEST
    assert len(reading.bookings) == 10_000
