"""One studio at run time: one timer, and nothing told twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio import room as module
from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Theatre

type Alarm = Callable[[datetime], None]

STATE = (Platform.SENSOR, "state")


async def test_a_day_of_a_booking_is_told_once_and_in_time(
    clock: Clock, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    told: list[tuple[str, bool]] = []
    room = coordinator.rooms["a"]
    room.listen_bookings(lambda told_: told.append((told_.kind.value, told_.late)))
    await heard(
        coordinator, lambda: house.part("a", "bookings").publish(items=[booked("x", 30, 60)])
    )
    shown = [sight.shows(*STATE)]
    for _ in range(18):
        await clock.minutes(5)
        if sight.there(Platform.BUTTON, "check_in"):
            await sight.call(Platform.BUTTON, "press", "check_in")
        shown.append(sight.shows(*STATE))
    for _ in range(5):
        await clock.minutes(5)
        shown.append(sight.shows(*STATE))

    assert list(dict.fromkeys(shown)) == [
        "available",
        "checked_in",
        "in_session",
        "ending",
        "turnover",
    ]
    kinds = [kind for kind, _ in told]
    assert kinds == [
        "booking_created",
        "guest_arrived",
        "booking_started",
        "booking_ending",
        "booking_ending",
        "booking_ended",
    ]
    assert not any(late for _, late in told)


async def test_a_room_has_exactly_one_timer_and_none_when_it_is_closed(
    clock: Clock, hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator
) -> None:
    ringing: set[datetime] = set()
    track = event.async_track_point_in_utc_time

    def tracked(hass: HomeAssistant, action: Alarm, when: datetime) -> Callable[[], None]:
        cancel = track(hass, action, when)
        ringing.add(when)

        def cancelled() -> None:
            ringing.discard(when)
            cancel()

        return cancelled

    with patch.object(module, "async_track_point_in_utc_time", tracked):
        for minutes in (60, 90, 45):
            item = booked(f"in {minutes}", minutes, 10)
            await heard(
                coordinator,
                lambda item=item: house.part("a", "bookings").publish(items=[item]),  # type: ignore[misc]
            )
            # Buffer and the shortest walk-up before the booking: from then on nobody can walk in.
            assert ringing == {dt_util.utcnow() + timedelta(minutes=minutes - 35)}
        await heard(coordinator, lambda: house.part("a", "bookings").publish(items=[]))
        assert ringing == set()
        await heard(
            coordinator, lambda: house.part("a", "bookings").publish(items=[booked("y", 60)])
        )
        coordinator.rooms["a"].close()
        assert ringing == set()


async def test_what_was_due_while_home_assistant_was_away_is_told_late_and_once(
    clock: Clock, hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, sight: Sight
) -> None:
    await heard(
        loaded.runtime_data,
        lambda: house.part("a", "bookings").publish(items=[booked("x", 10, 60)]),
    )
    assert sight.shows(*STATE) == "arriving"
    assert await hass.config_entries.async_unload(loaded.entry_id)
    clock.freezer.tick(timedelta(minutes=40))

    for _ in range(2):
        assert await hass.config_entries.async_setup(loaded.entry_id)
        await hass.async_block_till_done()
        shown = sight.state(Platform.EVENT, "booking")
        assert await hass.config_entries.async_unload(loaded.entry_id)
        await hass.async_block_till_done()
        assert shown.attributes["event_type"] == "booking_no_show"
        assert shown.attributes["late"] is True
        assert shown.attributes["due"] == "2026-11-23T12:25:00+00:00"
        assert shown.state == "2026-11-23T12:40:00.000+00:00"
        clock.freezer.tick(timedelta(minutes=1))


async def test_an_extension_is_kept_as_long_as_the_session(
    clock: Clock, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    house.part("a", "bookings").publish(items=[booked("x", 0, 30)])
    await until(lambda: sight.there(Platform.BUTTON, "check_in"))
    await sight.call(Platform.BUTTON, "press", "check_in")
    await heard(coordinator, lambda: house.part("a", "presence").publish(occupied=True))
    await sight.call(Platform.BUTTON, "press", "extend_session")

    await clock.minutes(31)
    assert sight.shows(*STATE) == "in_session"

    await clock.minutes(10)
    assert sight.shows(*STATE) == "ending"

    # Whoever is still inside is given the time of grace.
    await clock.minutes(15)
    assert (sight.shows(*STATE), coordinator.connected) == ("overrun", True)


@pytest.mark.usefixtures("everything_enabled")
async def test_a_light_that_follows_the_booking_needs_no_recorder(
    clock: Clock, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    lamp = house.part("a", "light/sign")
    await until(lambda: lamp.commands)
    await sight.call(Platform.SELECT, "select_option", "light_mode", option="manual")
    lamp.commands.clear()
    house.part("a", "recorder").publish(state="recording", capturing=True)
    await until(lambda: sight.shows(Platform.BINARY_SENSOR, "on_air") == "on")
    assert lamp.commands == []

    await sight.call(Platform.SELECT, "select_option", "light_mode", option="follow_recorder")

    await until(lambda: lamp.commands == [("set", {"tally": "recording"})])
