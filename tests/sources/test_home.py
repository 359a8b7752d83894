"""Home Assistant's own entities stand for a studio's parts, as if a node reported them."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from homeassistant.components.template import DOMAIN as TEMPLATE
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.micro_studio.core.requests import (
    IdentifyInterface,
    Lock,
    OpenDoor,
    PartRequest,
    SetLight,
    Unlock,
)
from custom_components.micro_studio.core.studio import Tally, Value
from custom_components.micro_studio.sources import home
from custom_components.micro_studio.sources.base import RequestError
from custom_components.micro_studio.sources.bindings import Bindings, Door
from custom_components.micro_studio.sources.home import HomeSource, Missing
from tests.sources.household import Household

ROOM = {
    "doors": ["lock.front", "lock.back"],
    "door_sensors": ["binary_sensor.contact"],
    "batteries": ["sensor.charge"],
    "lights": ["light.lamp", "switch.sign"],
    "recording": ["binary_sensor.take"],
    "presence": ["binary_sensor.motion"],
    "interfaces": ["binary_sensor.link"],
}


@pytest.fixture
async def house(hass: HomeAssistant) -> Household:
    """Return a house with real entities."""
    household = Household(hass)
    await household.set_up()
    return household


@pytest.fixture
def source(hass: HomeAssistant, house: Household) -> Iterator[HomeSource]:
    """Return the source of a room with all kinds of parts."""
    source = HomeSource(hass, house.bindings(**ROOM))
    yield source
    source.close()


@pytest.fixture
def front(house: Household) -> str:
    """Return the part of the front door."""
    return f"door/{house.id('lock', 'front')}"


@pytest.fixture
def lamp(house: Household) -> str:
    """Return the part of the lamp."""
    return f"light/{house.id('light', 'lamp')}"


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait long."""
    monkeypatch.setattr(home, "_ANSWER", timedelta(seconds=0.1))
    monkeypatch.setattr(home, "_CONFIRMATION", timedelta(seconds=0.1))


def changes(source: HomeSource, part: str) -> list[dict[str, Value]]:
    """Return a list that grows with every change of a part."""
    told: list[dict[str, Value]] = []
    names = source.board.part(part)
    source.board.watch(part, names, lambda: told.append(dict(source.board.part(part))))
    return told


def test_a_room_has_its_parts_from_the_start(
    house: Household, source: HomeSource, front: str, lamp: str
) -> None:
    board = source.board

    assert board.available
    assert list(board) == [
        front,
        f"door/{house.id('lock', 'back')}",
        lamp,
        f"light/{house.id('switch', 'sign')}",
        f"interface/{house.id('binary_sensor', 'link')}",
        "recorder/home",
        "presence/home",
    ]
    assert board.part(front) == {
        "locked": True,
        "jammed": False,
        "motion": "still",
        "changed_by": None,
        "latch": True,
        "open": False,
        "battery": 80,
        "label": "Lock front",
        "reachable": True,
    }
    assert board.part("recorder/home") == {"state": "idle", "capturing": None, "reachable": True}
    assert board.part("presence/home") == {"occupied": False, "reachable": True}
    assert source.missing == {}


async def test_what_the_entities_show_is_on_the_board_at_once(
    house: Household, source: HomeSource, front: str, lamp: str
) -> None:
    board = source.board
    await house.move("front", "jammed")
    assert (board.get(front, "jammed"), board.get(front, "locked")) == (True, None)
    await house.move("front", "unlocking")
    assert board.get(front, "motion") == "unlocking"
    await house.turn("contact", "on")
    assert board.get(front, "open") is True
    await house.charge(9)
    assert board.get(front, "battery") == 9
    await house.turn("take", "on")
    assert board.get("recorder/home", "state") == "recording"
    await house.turn("motion", "on")
    assert board.get("presence/home", "occupied") is True
    await house.turn("link", "on")
    assert board.get(f"interface/{house.id('binary_sensor', 'link')}", "status") == "healthy"
    await house.turn("lamp", "on")
    assert board.get(lamp, "on") is True
    assert board.get(lamp, "color") == "#ff0000"


async def test_one_change_is_told_once_and_no_change_is_not_told(
    hass: HomeAssistant, house: Household, source: HomeSource, front: str
) -> None:
    told = changes(source, front)

    await house.move("front", "unlocked")
    assert len(told) == 1
    await house.move("front", "unlocked")
    await house.move("back", "unlocked")
    shown = house.state("lock", "front")
    hass.states.async_set(shown.entity_id, shown.state, {**shown.attributes, "rssi": -60})
    await hass.async_block_till_done()

    assert len(told) == 1


async def test_what_is_unavailable_is_unknown_and_stays_fitted(
    house: Household, source: HomeSource, front: str, lamp: str
) -> None:
    fitted = {part: set(source.board.part(part)) for part in source.board}
    told = changes(source, front)

    await house.turn("power", "off")

    for part in (front, lamp, "recorder/home", "presence/home"):
        assert source.board.get(part, "reachable") is False
        assert set(source.board.part(part)) == fitted[part]
    assert source.board.get(front, "locked") is None
    assert source.board.get(front, "label") == "Lock front"
    assert source.board.get(lamp, "supports") == ("brightness", "color")
    assert source.board.get("recorder/home", "state") is None
    assert source.missing == {}
    told.clear()

    await house.turn("power", "on")

    assert source.board.get(front, "locked") is True
    assert source.board.get(front, "reachable") is True
    assert told


async def test_a_renamed_entity_is_followed_and_never_away(
    house: Household, source: HomeSource, front: str
) -> None:
    told = changes(source, front)

    await house.rename("lock", "front", "main_entrance")
    assert told == []
    await house.move("front", "unlocked")

    assert [report["locked"] for report in told] == [False]
    assert source.missing == {}
    await source.perform(Lock(front))
    assert house.state("lock", "front").state == "locked"


async def test_another_name_of_an_entity_is_taken_over(
    hass: HomeAssistant, house: Household, source: HomeSource, front: str
) -> None:
    entity_id = house.entry("lock", "front").entity_id
    er.async_get(hass).async_update_entity(entity_id, name="Street door")
    await hass.async_block_till_done()

    assert source.board.get(front, "label") == "Street door"


async def test_a_removed_entity_is_missing_until_it_is_back(
    house: Household, source: HomeSource, front: str
) -> None:
    told: list[int] = []
    end = source.watch_missing(lambda: told.append(len(source.missing)))
    entry = house.entry("lock", "front")

    await house.remove("lock", "front")

    assert source.missing == {
        entry.id: Missing(role="doors", entity_id=entry.entity_id, name="Lock front")
    }
    assert told == [1]
    assert source.board.get(front, "locked") is None
    assert source.board.get(front, "reachable") is False
    assert source.board.get(front, "open") is False, "the contact is still there"

    await house.reload()

    assert house.id("lock", "front") == entry.id
    assert source.missing == {}
    assert told == [1, 0]
    assert source.board.get(front, "locked") is True
    end()
    await house.remove("lock", "front")
    assert told == [1, 0]


async def test_a_disabled_entity_is_missing_until_it_is_enabled(
    house: Household, source: HomeSource, lamp: str
) -> None:
    entry = house.entry("light", "lamp")

    await house.disable("light", "lamp", er.RegistryEntryDisabler.USER)

    assert source.missing == {
        entry.id: Missing(role="lights", entity_id=entry.entity_id, name="lamp", disabled=True)
    }
    assert source.board.get(lamp, "on") is None
    assert source.board.get(lamp, "reachable") is False

    await house.disable("light", "lamp", None)
    assert source.missing == {}
    await house.reload()

    assert source.board.get(lamp, "on") is False
    assert source.board.get(lamp, "reachable") is True


async def test_an_entity_that_is_gone_before_the_start_is_named_as_it_was_last(
    hass: HomeAssistant, house: Household
) -> None:
    lock, lamp = house.entry("lock", "front"), house.entry("light", "lamp")
    bindings = house.bindings(doors=["lock.front"], lights=["light.lamp"])
    await house.remove("lock", "front")
    await house.disable("light", "lamp", er.RegistryEntryDisabler.USER)
    await house.turn("power", "off")
    never = Bindings(doors=(*bindings.doors, Door(lock="0" * 32)), lights=bindings.lights)

    source = HomeSource(hass, never)

    assert source.missing == {
        lock.id: Missing(role="doors", entity_id=lock.entity_id, name=lock.entity_id),
        "0" * 32: Missing(role="doors", entity_id="0" * 32, name="0" * 32),
        lamp.id: Missing(role="lights", entity_id=lamp.entity_id, name="lamp", disabled=True),
    }
    assert source.board.get(f"light/{lamp.id}", "label") == "lamp"
    for part in (f"door/{lock.id}", f"door/{'0' * 32}", f"light/{lamp.id}"):
        assert source.board.get(part, "reachable") is False
    with pytest.raises(RequestError, match="unreachable"):
        await source.perform(Unlock(f"door/{lock.id}"))
    source.close()


async def test_an_entity_without_registry_is_followed_by_its_entity_id(
    hass: HomeAssistant,
) -> None:
    hass.set_state(CoreState.starting)
    source = HomeSource(hass, Bindings(lights=("switch.by_hand",)))
    assert source.missing == {}, "it may still come"

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert set(source.missing) == {"switch.by_hand"}

    hass.states.async_set("switch.by_hand", "on")
    await hass.async_block_till_done()
    assert source.missing == {}
    assert source.board.get("light/switch.by_hand", "on") is True

    hass.states.async_remove("switch.by_hand")
    await hass.async_block_till_done()
    assert set(source.missing) == {"switch.by_hand"}
    assert source.board.get("light/switch.by_hand", "reachable") is False
    source.close()


async def test_two_studios_share_a_door(
    hass: HomeAssistant, house: Household, source: HomeSource, front: str
) -> None:
    other = HomeSource(hass, house.bindings(doors=["lock.front"]))

    await other.perform(Unlock(front))

    assert source.board.get(front, "locked") is other.board.get(front, "locked") is False
    other.close()
    await source.perform(Lock(front))
    assert source.board.get(front, "locked") is True
    assert other.board.get(front, "locked") is False, "it has stopped listening"


@pytest.mark.parametrize(
    ("request_", "before", "after"),
    [(Lock, "unlocked", "locked"), (Unlock, "locked", "unlocked"), (OpenDoor, "locked", "open")],
)
async def test_a_door_is_moved(
    house: Household,
    source: HomeSource,
    front: str,
    request_: type[Lock | Unlock | OpenDoor],
    before: str,
    after: str,
) -> None:
    await house.move("front", before)

    await source.perform(request_(front))

    assert house.state("lock", "front").state == after


async def test_a_request_is_done_when_the_lock_reports_it_and_not_before(
    hass: HomeAssistant, house: Household
) -> None:
    source = HomeSource(hass, house.bindings(doors=["lock.lazy"]))
    [part] = source.board
    unlocking = asyncio.create_task(source.perform(Unlock(part)))
    await house.move("lazy", "unlocking")
    await asyncio.sleep(0)
    assert not unlocking.done()

    await house.move("lazy", "unlocked")

    await unlocking
    source.close()


async def test_a_door_that_locks_itself_again_at_once_has_been_unlocked(
    hass: HomeAssistant, house: Household
) -> None:
    source = HomeSource(hass, house.bindings(doors=["lock.lazy"]))
    [part] = source.board
    unlocking = asyncio.create_task(source.perform(Unlock(part)))
    await asyncio.sleep(0)
    entity_id = house.entry("lock", "lazy").entity_id

    hass.states.async_set(entity_id, "unlocked")
    hass.states.async_set(entity_id, "locked")

    await unlocking
    assert source.board.get(part, "locked") is True
    source.close()


async def test_a_bolt_that_jams_fails_the_request_at_once(
    hass: HomeAssistant, house: Household
) -> None:
    source = HomeSource(hass, house.bindings(doors=["lock.lazy"]))
    [part] = source.board
    unlocking = asyncio.create_task(source.perform(Unlock(part)))
    await asyncio.sleep(0)

    await house.move("lazy", "jammed")

    with pytest.raises(RequestError, match="jammed"):
        await unlocking
    source.close()


@pytest.mark.parametrize(
    ("lock", "before", "reason"),
    [
        ("lazy", "locked", "unconfirmed"),
        ("lazy", "jammed", "jammed"),
        ("slow", "locked", "unanswered"),
        ("broken", "locked", "action_failed"),
        ("coded", "locked", "needs_code"),
    ],
)
async def test_a_request_that_is_not_carried_out_says_why(
    hass: HomeAssistant, house: Household, hurry: None, lock: str, before: str, reason: str
) -> None:
    await house.move(lock, before)
    source = HomeSource(hass, house.bindings(doors=[f"lock.{lock}"]))
    [part] = source.board

    with pytest.raises(RequestError) as error:
        await source.perform(Unlock(part))

    assert error.value.reason == reason
    assert house.state("lock", lock).state == before
    source.close()


async def test_a_latch_that_is_not_there_is_not_pulled(
    house: Household, source: HomeSource
) -> None:
    back = f"door/{house.id('lock', 'back')}"
    assert source.board.get(back, "latch") is False

    with pytest.raises(RequestError, match="not_supported"):
        await source.perform(OpenDoor(back))


async def test_what_an_integration_lets_through_is_a_failure(
    hass: HomeAssistant, house: Household, source: HomeSource, front: str
) -> None:
    async def explode(_: object) -> None:
        raise ConnectionResetError("token=secret")

    hass.services.async_register("lock", "unlock", explode)

    with pytest.raises(RequestError) as error:
        await source.perform(Unlock(front))

    assert str(error.value) == "action_failed: ConnectionResetError"


async def test_nothing_is_asked_of_what_is_away_or_not_bound(
    house: Household, source: HomeSource, front: str
) -> None:
    await house.turn("power", "off")

    with pytest.raises(RequestError) as error:
        await source.perform(Unlock(front))
    assert str(error.value) == "unreachable: Lock front"
    with pytest.raises(RequestError, match="not_found"):
        await source.perform(Unlock("door/other"))
    assert house.hass.states.is_state("input_select.front", "locked")


@pytest.mark.parametrize(
    "request_",
    [
        IdentifyInterface("interface/i"),
        SetLight(part="light/l", tally=Tally.RECORDING),
    ],
)
async def test_what_only_a_node_can_do_is_not_supported(
    source: HomeSource, request_: PartRequest
) -> None:
    with pytest.raises(RequestError, match="not_supported"):
        await source.perform(request_)


async def test_a_lamp_is_switched_dimmed_and_coloured(
    house: Household, source: HomeSource, lamp: str
) -> None:
    board = source.board
    await source.perform(SetLight(part=lamp, on=True))
    assert board.get(lamp, "on") is True

    await source.perform(SetLight(part=lamp, on=True, brightness=50))
    assert house.state("light", "lamp").attributes["brightness"] == 128
    brightness = board.get(lamp, "brightness")
    assert isinstance(brightness, float)
    assert brightness == pytest.approx(50, abs=1)

    await source.perform(SetLight(part=lamp, color="#0010ff"))
    assert house.state("light", "lamp").attributes["rgb_color"] == (0, 16, 250)
    assert board.get(lamp, "color") == "#0010fa", "as the lamp mixes it"

    await source.perform(SetLight(part=lamp, on=False))
    assert board.get(lamp, "on") is False
    assert house.state("light", "lamp").state == "off"


async def test_a_switch_is_a_lamp_that_can_only_be_lit(
    house: Household, source: HomeSource
) -> None:
    sign = f"light/{house.id('switch', 'sign')}"
    assert source.board.part(sign) == {
        "on": False,
        "supports": (),
        "label": "sign",
        "reachable": True,
    }

    await source.perform(SetLight(part=sign, on=True))
    assert house.state("switch", "sign").state == "on"
    with pytest.raises(RequestError, match="not_supported"):
        await source.perform(SetLight(part=sign, on=True, brightness=50))
    with pytest.raises(RequestError, match="not_supported"):
        await source.perform(SetLight(part=sign, on=True, color="#ff0000"))
    await source.perform(SetLight(part=sign, on=False))
    assert source.board.get(sign, "on") is False


async def test_other_entities_are_bound_in_place(
    house: Household, source: HomeSource, front: str
) -> None:
    told, fitted = changes(source, front), []
    source.board.watch_fittings(lambda: fitted.append(1))
    source.bind(house.bindings(**ROOM))
    assert fitted == []

    source.bind(house.bindings(doors=["lock.front", "lock.lazy"], batteries=["sensor.charge"]))

    lazy = f"door/{house.id('lock', 'lazy')}"
    assert list(source.board) == [front, lazy]
    assert not source.board.has(front, "open")
    assert source.board.get(front, "locked") is True
    assert [("open" in report, report["locked"]) for report in told] == [(False, True)]
    assert fitted
    await house.turn("take", "on")
    assert "recorder/home" not in list(source.board)
    await house.move("lazy", "unlocked")
    assert source.board.get(lazy, "locked") is False


async def test_who_is_unbound_while_a_change_is_told_hears_nothing_of_it(
    hass: HomeAssistant, house: Household
) -> None:
    bindings = house.bindings(doors=["lock.front"])
    sources: list[HomeSource] = []

    @callback
    def unbind(_: Event[EventStateChangedData]) -> None:
        sources[0].bind(Bindings())

    entity_id = house.entry("lock", "front").entity_id
    end = async_track_state_change_event(hass, [entity_id], unbind)
    sources.append(HomeSource(hass, bindings))

    await house.move("front", "unlocked")

    assert list(sources[0].board) == []
    end()
    sources[0].close()


async def test_a_closed_source_leaves_no_listener(hass: HomeAssistant, house: Household) -> None:
    before = dict(hass.bus.async_listeners())
    hass.set_state(CoreState.starting)
    source = HomeSource(hass, house.bindings(**ROOM))
    assert hass.bus.async_listeners() != before

    source.close()
    source.close()

    assert dict(hass.bus.async_listeners()) == before
    assert TEMPLATE in hass.config.components
