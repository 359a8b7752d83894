"""Doors in Home Assistant."""

from datetime import timedelta
import logging

from homeassistant.components.lock import LockEntityFeature, LockState
from homeassistant.const import ATTR_CODE, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported
import pytest

from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import ErrorCode
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Puppet, Theatre

DOOR = "door/main_lock"
LOCK = Platform.LOCK


@pytest.fixture
def door(house: Theatre) -> Puppet:
    """Return the door of studio A."""
    return house.part("a", "door/main")


@pytest.mark.parametrize(
    ("report", "shown"),
    [
        ({"locked": False}, LockState.UNLOCKED),
        ({"motion": "locking"}, LockState.LOCKING),
        ({"motion": "unlocking"}, LockState.UNLOCKING),
        ({"motion": "opening"}, LockState.OPENING),
        ({"jammed": True}, LockState.JAMMED),
        ({"locked": None}, STATE_UNKNOWN),
    ],
)
async def test_a_door_shows_what_its_lock_reports(
    coordinator: NodeCoordinator, sight: Sight, door: Puppet, report: dict[str, object], shown: str
) -> None:
    assert sight.shows(LOCK, DOOR) == LockState.LOCKED

    await heard(coordinator, lambda: door.publish(**report))

    assert sight.shows(LOCK, DOOR) == shown
    assert sight.shows(LOCK, DOOR, "b") == LockState.LOCKED


async def test_a_door_tells_who_moved_it_last(
    coordinator: NodeCoordinator, sight: Sight, door: Puppet
) -> None:
    assert sight.state(LOCK, DOOR).attributes.get("changed_by") is None

    await heard(coordinator, lambda: door.publish(changed_by="booking-7"))

    assert sight.state(LOCK, DOOR).attributes["changed_by"] == "booking-7"


async def test_a_door_that_is_not_fitted_any_more_is_unavailable_even_if_it_was_unknown(
    coordinator: NodeCoordinator, sight: Sight, door: Puppet
) -> None:
    await heard(coordinator, lambda: door.publish(locked=None, changed_by=None))
    assert sight.shows(LOCK, DOOR) == STATE_UNKNOWN

    await heard(coordinator, lambda: door.withdraw("locked"))
    assert sight.shows(LOCK, DOOR) == STATE_UNAVAILABLE

    await heard(coordinator, lambda: door.publish(locked=None))
    assert sight.shows(LOCK, DOOR) == STATE_UNKNOWN


@pytest.mark.parametrize(
    ("service", "action", "before", "after"),
    [
        ("lock", "lock", False, LockState.LOCKED),
        ("unlock", "unlock", True, LockState.UNLOCKED),
        ("open", "open", True, LockState.UNLOCKED),
    ],
)
async def test_a_command_is_done_when_the_lock_reports_it(
    coordinator: NodeCoordinator,
    sight: Sight,
    door: Puppet,
    service: str,
    action: str,
    before: bool,
    after: str,
) -> None:
    if not before:
        await heard(coordinator, lambda: door.publish(locked=before))

    await sight.call(LOCK, service, DOOR)

    assert door.commands == [(action, {})]
    assert sight.shows(LOCK, DOOR) == after


async def test_a_command_waits_until_the_bolt_has_moved(
    hass: HomeAssistant, coordinator: NodeCoordinator, sight: Sight, door: Puppet
) -> None:
    door.reactions["unlock"] = lambda _: {"motion": "unlocking"}
    unlocking = hass.async_create_task(sight.call(LOCK, "unlock", DOOR))
    await until(lambda: sight.shows(LOCK, DOOR) == LockState.UNLOCKING)
    assert not unlocking.done()

    door.publish(locked=False, motion="still")

    await unlocking
    assert sight.shows(LOCK, DOOR) == LockState.UNLOCKED


@pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.UNKNOWN])
async def test_a_refused_command_says_why(sight: Sight, door: Puppet, code: ErrorCode) -> None:
    door.refusal = code

    with pytest.raises(HomeAssistantError) as refused:
        await sight.call(LOCK, "unlock", DOOR)

    assert refused.value.translation_key == f"request_{code}"
    assert f"request_{code}" not in str(refused.value), "there is no translation"
    assert sight.shows(LOCK, DOOR) == LockState.LOCKED


async def test_a_bolt_that_jams_fails_the_command_at_once(sight: Sight, door: Puppet) -> None:
    door.reactions["unlock"] = lambda _: {"jammed": True, "motion": "still"}

    with pytest.raises(HomeAssistantError) as failed:
        await sight.call(LOCK, "unlock", DOOR)

    assert failed.value.translation_key == "request_jammed"
    assert sight.shows(LOCK, DOOR) == LockState.JAMMED


async def test_a_bolt_that_was_jammed_before_is_given_another_chance(
    coordinator: NodeCoordinator, sight: Sight, door: Puppet
) -> None:
    await heard(coordinator, lambda: door.publish(jammed=True))
    door.reactions["unlock"] = lambda _: {"jammed": False, "locked": False}

    await sight.call(LOCK, "unlock", DOOR)

    assert sight.shows(LOCK, DOOR) == LockState.UNLOCKED


async def test_a_lock_that_reports_nothing_does_not_pass_for_moved(
    sight: Sight, door: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.micro_studio.sources.node._CONFIRMATION", timedelta(seconds=0.05)
    )
    door.reactions.clear()

    with pytest.raises(HomeAssistantError) as failed:
        await sight.call(LOCK, "unlock", DOOR)

    assert failed.value.translation_key == "request_unconfirmed"


async def test_a_bolt_that_stays_jammed_is_called_jammed_in_the_end(
    coordinator: NodeCoordinator, sight: Sight, door: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.micro_studio.sources.node._CONFIRMATION", timedelta(seconds=0.05)
    )
    await heard(coordinator, lambda: door.publish(jammed=True))
    door.reactions.clear()

    with pytest.raises(HomeAssistantError) as failed:
        await sight.call(LOCK, "unlock", DOOR)

    assert failed.value.translation_key == "request_jammed"


async def test_a_node_that_does_not_answer_fails_the_command(
    house: Theatre, sight: Sight, door: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.micro_studio.sources.node._ANSWER", timedelta(seconds=0.05)
    )
    monkeypatch.setattr("studio_node.connection.Connection._begin", lambda *_: None)

    with pytest.raises(HomeAssistantError) as failed:
        await sight.call(LOCK, "unlock", DOOR)

    assert failed.value.translation_key == "request_unanswered"


async def test_a_command_that_meets_the_end_of_the_connection_says_that_nobody_is_there(
    coordinator: NodeCoordinator, house: Theatre
) -> None:
    room = coordinator.rooms["a"]
    await house.stop()
    await until(lambda: not coordinator.connected)

    from custom_components.micro_studio.core.requests import Unlock  # noqa: PLC0415

    with pytest.raises(HomeAssistantError) as failed:
        await room.async_perform(Unlock("door/main"))

    assert failed.value.translation_key == "request_offline"


async def test_a_latch_can_be_pulled_only_where_there_is_one(
    coordinator: NodeCoordinator, sight: Sight, door: Puppet
) -> None:
    assert sight.state(LOCK, DOOR).attributes["supported_features"] == LockEntityFeature.OPEN

    await heard(coordinator, lambda: door.publish(latch=False))

    assert sight.state(LOCK, DOOR).attributes["supported_features"] == 0
    with pytest.raises(ServiceNotSupported):
        await sight.call(LOCK, "open", DOOR)
    assert door.commands == []


async def test_a_pin_that_somebody_passes_reaches_neither_the_wire_nor_a_log(
    sight: Sight, door: Puppet, caplog: pytest.LogCaptureFixture
) -> None:
    await sight.call(LOCK, "unlock", DOOR, **{ATTR_CODE: "864209"})

    assert door.commands == [("unlock", {})]
    ours = [
        record.getMessage()
        for record in caplog.records
        # Home Assistant itself writes every call down when it is told to debug.
        if record.levelno > logging.DEBUG or not record.name.startswith("homeassistant")
    ]
    assert not [line for line in ours if "864209" in line]
