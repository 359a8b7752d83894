"""Look whether the running demo keeps its promise."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from .devices import RECORDING
from .entities import Entities
from .errors import DemoError
from .home_assistant import HomeAssistant
from .promise import AUTOMATIONS, EXPECTING, LIVELY, NODE, promised
from .sites import WITH_NODE, WITHOUT_NODE

_LIVELY_WITHIN: Final = 90.0  # s
_OBEYS_WITHIN: Final = 30.0  # s


async def check(home: HomeAssistant, entities: Entities) -> AsyncGenerator[str]:
    """Tell what the demo promises and has, a line each; raise at what is missing."""
    states = {state["entity_id"]: state["state"] for state in await home.get("/api/states")}
    missing: list[str] = []
    seen = 0
    for studio, found in entities.studios.items():
        seen += _compare(studio, promised(studio), found, states, missing)
    for found in entities.nodes:
        seen += _compare("a node", NODE, found, states, missing)
    automations = [entity for entity in states if entity.startswith("automation.")]
    missing += [f"{entity} is {states[entity]}" for entity in automations if states[entity] != "on"]
    if len(automations) != AUTOMATIONS:
        missing.append(f"{len(automations)} automations instead of {AUTOMATIONS}")
    if missing:
        raise DemoError("The demo does not keep its promise:\n  " + "\n  ".join(missing))
    yield f"{seen} promised entities exist and are alive"
    yield f"{AUTOMATIONS} automations from the blueprints are on"
    for room in WITHOUT_NODE.studios:
        await _obeys(home, entities, room.id)
        yield f"{room.name} expects the guest of its calendar and shows what its devices do"
    await _complaints(home)
    yield "no warning, error or repair names the integration"
    yield f"the story plays: {await _lively(home, entities)} changed"


def _compare(
    whose: str,
    promised: Mapping[str, bool],
    found: Mapping[str, str],
    states: Mapping[str, str],
    missing: list[str],
) -> int:
    """Note what is missing or dead; return how many are well."""
    well = 0
    for what, may_be_unavailable in promised.items():
        entity = found.get(what)
        if entity is None or entity not in states:
            missing.append(f"{whose}: {what} does not exist")
        elif states[entity] == "unavailable" and not may_be_unavailable:
            missing.append(f"{whose}: {what} is unavailable")
        else:
            well += 1
    return well


async def _obeys(home: HomeAssistant, entities: Entities, studio: str) -> None:
    """Look whether a room knows of its guest, and shows that a device of the partner records."""
    await _reaches(home, entities, studio, "state", EXPECTING)
    await home.action("input_boolean", "turn_on", {"entity_id": entities.helpers[RECORDING]})
    for what in ("on_air", "light/sign_light"):
        await _reaches(home, entities, studio, what, "on")


async def _reaches(
    home: HomeAssistant, entities: Entities, studio: str, what: str, wanted: str
) -> None:
    """Wait until an entity of a room is in a state."""
    path = f"/api/states/{entities.of(studio, what)}"

    async def there() -> bool:
        return bool((await home.get(path))["state"] == wanted)

    await home.until(there, _OBEYS_WITHIN, f"{what} of {studio} is not {wanted}")


async def _complaints(home: HomeAssistant) -> None:
    """Raise at a repair, and at a warning or an error in the log that names us."""
    entries: list[dict[str, Any]] = await home.command("system_log/list")
    ours = [
        entry["message"][0]
        for entry in entries
        if "micro_studio" in f"{entry['name']} {entry['message']} {entry['source']}"
        and "has not been tested by Home Assistant" not in str(entry["message"])
    ]
    issues: list[dict[str, Any]] = (await home.command("repairs/list_issues"))["issues"]
    ours += [f"{issue['domain']}: {issue['issue_id']}" for issue in issues]
    if ours:
        raise DemoError("Home Assistant complains about us:\n  " + "\n  ".join(ours))


async def _lively(home: HomeAssistant, entities: Entities) -> str:
    """Wait until the story changes something that a person would see."""
    watched = {
        entity: f"{what} of {studio.id}"
        for site in WITH_NODE
        for studio in site.studios
        for what, entity in entities.studios[studio.id].items()
        if what in LIVELY
    }
    moved: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def changed(event: dict[str, Any]) -> None:
        if (entity := event["data"]["entity_id"]) in watched and not moved.done():
            moved.set_result(watched[entity])

    await home.subscribe(changed, "subscribe_events", event_type="state_changed")
    try:
        async with asyncio.timeout(_LIVELY_WITHIN):
            return await moved
    except TimeoutError:
        raise DemoError(f"Nothing happened in {_LIVELY_WITHIN:.0f} s.") from None
