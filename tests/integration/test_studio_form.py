"""What a person types about a studio, and what is kept of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.core.guest_fields import PatternFault
from custom_components.micro_studio.core.opening_hours import HoursFault
from custom_components.micro_studio.core.policy import SWITCHES
from custom_components.micro_studio.studio_form import (
    SECTIONS,
    FormError,
    async_schema,
    from_form,
    selector_of,
    to_form,
)

type Form = Any  # as a browser takes it

NAMED = {
    "doors": ["lock.front", "lock.back"],
    "door_sensors": ["binary_sensor.contact"],
    "batteries": ["sensor.charge"],
    "lights": ["light.sign", "switch.lamp"],
    "recording": ["media_player.recorder"],
    "presence": ["binary_sensor.motion"],
    "calendar": "calendar.bookings",
    "interfaces": ["binary_sensor.link"],
}


@pytest.fixture
def home(hass: HomeAssistant) -> dict[str, str]:
    """Return the entities of a home: name to registry id."""
    registry = er.async_get(hass)
    ids = {}
    for named in NAMED.values():
        for entity_id in [named] if isinstance(named, str) else named:
            domain, name = entity_id.split(".")
            entry = registry.async_get_or_create(domain, "test", name, suggested_object_id=name)
            assert entry.entity_id == entity_id
            ids[entity_id] = entry.id
    return ids


def filled(**sections: Mapping[str, object]) -> dict[str, Any]:
    """Return a filled form; what is not given is empty."""
    return {name: {} for name in SECTIONS} | {"room": {"name": "Studio A"}} | sections


def fields(schema: vol.Schema) -> Iterator[tuple[str, Form]]:
    """Yield the section and the field of everything in a form."""
    sections: Form = to_field_list(schema, custom_serializer=cv.custom_serializer)
    for each in sections:
        for field in each["schema"]:
            yield each["name"], field


async def test_the_form_asks_for_everything_in_sections(hass: HomeAssistant) -> None:
    asked = [(name, field["name"]) for name, field in fields(await async_schema(hass, site=True))]

    assert asked == [(name, field) for name, named in SECTIONS.items() for field in named]


@pytest.mark.parametrize(
    ("site", "opened"),
    [
        (True, ["room", "doors", "light_and_recording", "bookings"]),
        (False, ["room"]),
    ],
)
async def test_a_studio_of_a_node_has_most_of_it_already(
    hass: HomeAssistant, site: bool, opened: list[str]
) -> None:
    listed: Form = to_field_list(
        await async_schema(hass, site=site), custom_serializer=cv.custom_serializer
    )

    assert [each["name"] for each in listed if each["expanded"]] == opened


async def test_only_the_name_is_required(hass: HomeAssistant) -> None:
    schema = await async_schema(hass, site=True)

    assert schema(filled()) == filled()
    assert from_form(hass, filled()) == ("Studio A", {})
    without = filled(room={"time_zone": "Europe/Berlin"})
    with pytest.raises(vol.Invalid):
        schema(without)


async def test_every_choice_of_entities_is_filtered(hass: HomeAssistant) -> None:
    choices = {
        field["name"]: field["selector"]["entity"]
        for _, field in fields(await async_schema(hass, site=True))
        if "entity" in field["selector"]
    }

    assert set(choices) == set(NAMED)
    for role, choice in choices.items():
        domains = {domain for each in choice["filter"] for domain in each["domain"]}
        assert {NAMED[role][0].split(".")[0]} <= domains or role == "calendar", role
        assert choice["multiple"] is (role != "calendar")
    assert choices["calendar"]["filter"] == [{"domain": ["calendar"]}]
    assert [role for role, each in choices.items() if each.get("reorder")] == [
        "doors",
        "door_sensors",
        "batteries",
    ]
    [motion, _] = choices["presence"]["filter"]
    assert BinarySensorDeviceClass.MOTION in motion["device_class"]


def test_our_own_entities_cannot_stand_for_parts(hass: HomeAssistant) -> None:
    """Else "on air" could keep itself alive."""
    registry = er.async_get(hass)
    ours = registry.async_get_or_create("binary_sensor", DOMAIN, "a_on_air").entity_id
    theirs = registry.async_get_or_create("binary_sensor", "test", "take").entity_id

    choice = selector_of(hass, "recording", multiple=True)

    assert choice([theirs]) == [theirs]
    with pytest.raises(vol.Invalid):
        choice([ours])


def test_entities_are_kept_by_registry_id_and_shown_where_they_are_now(
    hass: HomeAssistant, home: dict[str, str]
) -> None:
    _, data = from_form(
        hass,
        filled(
            doors={role: NAMED[role] for role in ("doors", "door_sensors", "batteries")},
            light_and_recording={role: NAMED[role] for role in ("lights", "recording", "presence")},
            bookings={"calendar": NAMED["calendar"]},
            equipment={"interfaces": NAMED["interfaces"]},
        ),
    )

    assert data["doors"] == [home["lock.front"], home["lock.back"]]
    assert data["calendar"] == home["calendar.bookings"]
    assert set(data) == set(NAMED)
    er.async_get(hass).async_update_entity("lock.front", new_entity_id="lock.entrance")
    shown = to_form(hass, "Studio A", data)
    assert shown["doors"]["doors"] == ["lock.entrance", "lock.back"]
    assert shown["bookings"] == {"calendar": "calendar.bookings"}
    assert from_form(hass, shown) == ("Studio A", data)


def test_what_is_in_no_registry_or_gone_from_it_is_kept_as_it_is(
    hass: HomeAssistant, home: dict[str, str]
) -> None:
    data = {"lights": ["switch.by_hand", home["light.sign"]], "calendar": "calendar.by_hand"}
    er.async_get(hass).async_remove("light.sign")

    shown = to_form(hass, "Studio A", data)

    assert from_form(hass, shown) == ("Studio A", data)


async def test_what_was_typed_comes_back_as_it_was_kept(
    hass: HomeAssistant, home: dict[str, str]
) -> None:
    typed = filled(
        room={"name": " Studio A ", "area": "first_floor", "time_zone": "Europe/Berlin"},
        bookings={
            "patterns": "Guest: (?P<name>.+)\n\n  Tel (?P<phone>\\S+)",
            "aliases": ["A", " Blue room ", "", "A"],
        },
        equipment={"kit": ["4 microphone", "camera"], "opening_hours": " Mo-Fr 08:00-22:00 "},
        policy={
            "early_access": 20,
            "max_extensions": 0,
            "release_no_show": "off",
            "ending_warnings": ["2.5", "10"],
            "light_mode": "manual",
        },
    )
    title, data = from_form(hass, (await async_schema(hass, site=True))(typed))

    assert title == "Studio A"
    assert data == {
        "area": "first_floor",
        "time_zone": "Europe/Berlin",
        "patterns": ["Guest: (?P<name>.+)", "Tel (?P<phone>\\S+)"],
        "aliases": ["A", "Blue room"],
        "kit": ["4 microphone", "camera"],
        "opening_hours": "Mo-Fr 08:00-22:00",
        "policy": {
            "early_access": 20,
            "max_extensions": 0,
            "release_no_show": False,
            "ending_warnings": [2.5, 10],
            "light_mode": "manual",
        },
    }
    shown = to_form(hass, title, data)
    assert shown["policy"]["ending_warnings"] == ["2.5", "10"]
    assert shown["policy"]["release_no_show"] == "off"
    assert from_form(hass, (await async_schema(hass, site=False))(shown)) == (title, data)


def test_an_emptied_field_is_as_the_site_has_it_and_what_the_form_does_not_ask_is_kept(
    hass: HomeAssistant,
) -> None:
    before = {
        "lights": ["switch.by_hand"],
        "policy": {"maintenance": True, "early_access": 20, "light_mode": "manual"},
        "from_later": 1,
    }

    _, data = from_form(
        hass, filled(policy={"light_mode": "follow_booking", "ending_warnings": []}), before
    )

    assert data == {
        "policy": {"maintenance": True, "light_mode": "follow_booking"},
        "from_later": 1,
    }
    assert before["policy"] == {"maintenance": True, "early_access": 20, "light_mode": "manual"}


async def test_a_switch_of_the_policy_can_be_left_to_the_site(hass: HomeAssistant) -> None:
    for _, field in fields(await async_schema(hass, site=True)):
        if field["name"] in SWITCHES:
            choice = field["selector"]["select"]
            assert (choice["options"], choice["translation_key"]) == (["on", "off"], "override")
    shown = to_form(hass, "Studio A", {"policy": {"release_no_show": True}})
    assert shown["policy"] == {"release_no_show": "on"}


@pytest.mark.parametrize(
    ("sections", "error", "placeholders"),
    [
        ({"room": {"name": "  "}}, "name_missing", {}),
        (
            {"equipment": {"opening_hours": "Mo-Fr 8-22"}},
            f"hours_{HoursFault.BAD_TIME}",
            {"part": "8-22"},
        ),
        (
            {"equipment": {"opening_hours": "Montag 08:00-22:00"}},
            f"hours_{HoursFault.BAD_DAY}",
            {"part": "Montag"},
        ),
        (
            {"bookings": {"patterns": "Guest: (?P<name>.+)\n\n("}},
            f"pattern_{PatternFault.BAD_EXPRESSION}",
            {"line": "3"},
        ),
        (
            {"bookings": {"patterns": "(?P<shoe_size>.+)"}},
            f"pattern_{PatternFault.UNKNOWN_FIELD}",
            {"line": "1", "detail": "shoe_size"},
        ),
        ({"equipment": {"kit": ["camera", "4"]}}, "kit_item", {"item": "4"}),
        ({"policy": {"early_access": 500}}, "invalid_policy", {}),
        ({"policy": {"ending_warnings": ["soon"]}}, "invalid_policy", {}),
        (
            {"doors": {"doors": ["lock.front"], "batteries": ["sensor.charge", "sensor.other"]}},
            "sensor_without_door",
            {"entities": "sensor.other"},
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_wrong(
    hass: HomeAssistant,
    home: dict[str, str],
    sections: dict[str, dict[str, object]],
    error: str,
    placeholders: dict[str, str],
) -> None:
    with pytest.raises(FormError) as refused:
        from_form(hass, filled(**sections))

    assert refused.value.errors == {"base": error}
    assert placeholders.items() <= refused.value.placeholders.items()


def test_a_battery_goes_with_the_lock_of_its_device(hass: HomeAssistant) -> None:
    config = MockConfigEntry(domain="test")
    config.add_to_hass(hass)
    registry, devices = er.async_get(hass), dr.async_get(hass)
    for name in ("front", "back"):
        device = devices.async_get_or_create(
            config_entry_id=config.entry_id, identifiers={("test", name)}
        )
        for domain in ("lock", "sensor"):
            registry.async_get_or_create(
                domain, "test", name, suggested_object_id=name, device_id=device.id
            )

    with pytest.raises(FormError) as refused:
        from_form(
            hass,
            filled(doors={"doors": ["lock.back"], "batteries": ["sensor.front", "sensor.back"]}),
        )

    assert refused.value.placeholders == {"entities": "sensor.front"}
