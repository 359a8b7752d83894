"""What can be read, and what is so or not so, in Home Assistant."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.util import dt as dt_util
import pytest

from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Theatre

SENSOR, BINARY = Platform.SENSOR, Platform.BINARY_SENSOR

# Where a field is shown: studio, part, field, key of the sensor, reports and what is shown.
SHOWN = [
    ("a", "door/main", "battery", "battery", 15, "15"),
    ("a", "door/main", "credentials", "codes", [{"tag": "x"}, {"tag": "y"}], "2"),
    ("a", "interface/main", "status", "status", "unhealthy", "unhealthy"),
    ("a", "interface/main", "device", "device", "inactive", "inactive"),
    ("a", "interface/main", "clock", "clock", "partially_healthy", "partially_healthy"),
    ("a", "interface/main", "essence", "essence", "a word of tomorrow", STATE_UNKNOWN),
    ("a", "interface/main", "xruns", "xruns", 7, "7"),
    ("a", "interface/main", "frame_deficit", "frame_deficit", 0.25, "0.25"),
    ("a", "interface/main", "drift", "drift", -3.5, "-3.5"),
    ("a", "interface/main", "dsp_load", "dsp_load", 55.0, "55.0"),
    ("a", "interface/main", "peak", "peak", -1.5, "-1.5"),
    ("a", "interface/main", "loudness", "loudness", -30.0, "-30.0"),
    ("a", "interface/main", "active_source", "active_source", "Line", "Line"),
    ("a", "recorder", "hours_left", "recording_hours_left", 3.5, "3.5"),
    ("a", "relay/near", "rtt", "rtt", 90.0, "90.0"),
    ("a", "relay/near", "loss", "loss", 2.5, "2.5"),
    ("a", "relay/near", "jitter", "jitter", 9.0, "9.0"),
    (None, "host", "cpu", "cpu", 99.0, "99.0"),
    (None, "host", "temperature", "temperature", 80.5, "80.5"),
    (None, "host", "ntp_offset", "ntp_offset", -4.0, "-4.0"),
    (
        None,
        "host",
        "boot_time",
        "boot_time",
        "2026-11-22T08:00:00+02:00",
        "2026-11-22T06:00:00+00:00",
    ),
]


@pytest.mark.usefixtures("everything_enabled")
async def test_each_sensor_shows_its_field_and_tells_unknown_from_unavailable(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    for studio, part, name, key, report, shown in SHOWN:
        puppet, entity = house.part(studio, part), f"{part}_{key}"
        assert sight.shows(SENSOR, entity, studio) not in {STATE_UNKNOWN, STATE_UNAVAILABLE}, key

        await heard(coordinator, lambda p=puppet, n=name, r=report: p.publish(**{n: r}))  # type: ignore[misc]
        assert sight.shows(SENSOR, entity, studio) == shown, key

        if shown != STATE_UNKNOWN:
            await heard(coordinator, lambda p=puppet, n=name: p.publish(**{n: None}))  # type: ignore[misc]
            assert sight.shows(SENSOR, entity, studio) == STATE_UNKNOWN, key

        await heard(coordinator, lambda p=puppet, n=name: p.withdraw(n))  # type: ignore[misc]
        assert sight.shows(SENSOR, entity, studio) == STATE_UNAVAILABLE, key


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize(
    ("part", "name", "key", "good", "bad"),
    [
        ("door/main", "open", "contact", False, True),
        ("interface/main", "present", "present", True, False),
        ("interface/main", "silence", "digital_silence", False, True),
    ],
)
async def test_each_binary_sensor_shows_its_field(
    coordinator: NodeCoordinator,
    house: Theatre,
    sight: Sight,
    part: str,
    name: str,
    key: str,
    good: bool,
    bad: bool,
) -> None:
    puppet, entity = house.part("a", part), f"{part}_{key}"
    assert puppet.fields[name] is good
    assert sight.shows(BINARY, entity) == STATE_OFF

    await heard(coordinator, lambda: puppet.publish(**{name: bad}))
    assert sight.shows(BINARY, entity) == STATE_ON

    await heard(coordinator, lambda: puppet.publish(**{name: None}))
    assert sight.shows(BINARY, entity) == STATE_UNKNOWN

    await heard(coordinator, lambda: puppet.withdraw(name))
    assert sight.shows(BINARY, entity) == STATE_UNAVAILABLE


async def test_a_room_is_on_air_while_the_recorder_records(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    recorder = house.part("a", "recorder")
    assert sight.shows(BINARY, "on_air") == STATE_OFF

    await heard(coordinator, lambda: recorder.publish(state="recording", capturing=True))
    assert sight.shows(BINARY, "on_air") == STATE_ON
    assert sight.shows(BINARY, "recording_problem") == STATE_OFF

    await heard(coordinator, lambda: recorder.publish(capturing=False))
    assert sight.shows(BINARY, "recording_problem") == STATE_ON

    await heard(coordinator, lambda: recorder.publish(state=None, capturing=None))
    assert sight.shows(BINARY, "on_air") == STATE_UNKNOWN


async def test_a_room_is_occupied_while_somebody_is_seen(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    presence = house.part("a", "presence")
    assert sight.shows(BINARY, "occupied") == STATE_OFF

    await heard(coordinator, lambda: presence.publish(occupied=True))

    assert sight.shows(BINARY, "occupied") == STATE_ON
    assert sight.shows(BINARY, "occupied", "b") == STATE_OFF


@pytest.mark.usefixtures("everything_enabled")
async def test_the_next_booking_and_the_end_of_the_session_are_shown(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    assert sight.shows(SENSOR, "state") == "available"
    assert sight.shows(SENSOR, "next_booking") == STATE_UNKNOWN
    now, later = booked("now", -5), booked("later", 120)

    await heard(coordinator, lambda: house.part("a", "bookings").publish(items=[later, now]))

    starts = dt_util.parse_datetime(str(later["start"]), raise_on_error=True)
    assert sight.shows(SENSOR, "state") == "arriving"
    assert sight.shows(SENSOR, "next_booking") == starts.isoformat(timespec="seconds")
    assert sight.shows(SENSOR, "session_ends") == STATE_UNKNOWN

    await sight.call(Platform.BUTTON, "press", "check_in")

    ends = dt_util.parse_datetime(str(now["end"]), raise_on_error=True)
    assert sight.shows(SENSOR, "state") == "in_session"
    assert sight.shows(SENSOR, "session_ends") == ends.isoformat(timespec="seconds")
    assert sight.shows(SENSOR, "session_remaining") == "55"


@pytest.mark.usefixtures("everything_enabled")
async def test_the_minutes_of_a_session_are_counted_down_near_its_end(
    clock: Clock, house: Theatre, sight: Sight
) -> None:
    house.part("a", "bookings").publish(items=[booked("now", 0, 30)])
    await until(lambda: sight.shows(SENSOR, "state") == "arriving")
    await sight.call(Platform.BUTTON, "press", "check_in")
    shown = []
    for _ in range(31):
        shown.append(sight.shows(SENSOR, "session_remaining"))
        await clock.minutes(1)

    countdown = [str(left) for left in range(15, 0, -1)]
    assert list(dict.fromkeys(shown)) == ["30", *countdown, STATE_UNKNOWN]
