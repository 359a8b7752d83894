"""Write the tables of docs/entities.md from the integration's descriptions and texts."""

from collections.abc import Iterator
from importlib import import_module
import json
from pathlib import Path
import sys
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "entities.md"
sys.path.insert(0, str(ROOT))

import custom_components.micro_studio as integration  # noqa: E402
from custom_components.micro_studio.wire.parts import PARTS, part_kind  # noqa: E402

# Where an entity is found, by the kind of its part; all others are the studio's own.
DEVICES: Final = {
    "host": "node",
    "firmware": "node",
    "door": "door",
    "light": "light",
    "interface": "interface",
    "relay": "relay",
}
ON_NODE: Final = {"binary_sensor.connected"}

# What the wire does not say: entities of the engine, of the policy, and such with several fields.
MEANING: Final = {
    "binary_sensor.connected": "the node is connected; always available",
    "binary_sensor.occupied": "somebody is in the studio: checked in, seen, or recording",
    "binary_sensor.on_air": "a take is recorded; off while it is paused",
    "binary_sensor.recording_problem": "the recorder says that it records, but captures nothing",
    "binary_sensor.interface_missing": "the expected interface is not connected",
    "binary_sensor.incident": "two bookings get into each other's way",
    "button.book_now": "books from now on for whoever is here, and checks them in",
    "event.incident": "what begins to be wrong in the studio, and what is well again",
    "todo.turnover_checklist": "what is to be done after a session; all ticked ends the turnover",
    "button.check_in": "the expected guest is here; available while somebody is expected",
    "button.extend_session": "one extension; available while there is room for it",
    "button.end_session": "the guest leaves now; available while somebody is checked in",
    "button.release_booking": "gives the time of a no-show free",
    "calendar.bookings": "the bookings of all sources; what is made here is kept here",
    "event.booking": "what happens to bookings; no personal data",
    "event.access": "what happens at doors; the tag of a code, never the code",
    "light.recording_light": "on, brightness, colour, and the tally as effect, read back",
    "lock.door": "lock, unlock, and open where the lock can pull the latch; jams are reported",
    "number.early_access": "the site's option, for this studio only",
    "number.setup_buffer": "the site's option, for this studio only",
    "number.turnover_buffer": "the site's option, for this studio only",
    "select.recording_light_mode": "whom the recording lights follow, for this studio only",
    "select.relay": "which relay is used; exists if there is any",
    "sensor.bookings_stale_since": "since when the calendar cannot be read; what was read stays",
    "sensor.state": "the one state that the studio is in",
    "sensor.next_booking": "when the next booking starts",
    "sensor.session_ends": "when the session ends, extensions included",
    "sensor.session_remaining": "minutes left; counted down in the last 15 minutes",
    "sensor.door_codes": "how many entry codes the door holds",
    "switch.accepting_bookings": "the studio takes new bookings",
    "switch.maintenance": "out of service: shown as the state, whatever is booked",
    "update.interface_firmware": "installed against approved firmware; its vendor's tool installs",
    "update.node_software": "installs with progress, waits for a take to end, tells a rollback",
}
SOURCE: Final = {
    "binary_sensor.connected": "connection",
    "binary_sensor.incident": "engine",
    "calendar.bookings": "all `bookings`",
    "sensor.bookings_stale_since": "bound calendar",
    "event.access": "events of `door`",
    "event.booking": "engine",
    "select.relay": "`relay.selected`",
}
POLICY: Final = {"number", "switch"}


def described() -> Iterator[tuple[str, Any]]:
    """Yield every description with its platform."""
    for platform in integration.PLATFORMS:
        module = import_module(f"custom_components.micro_studio.{platform}")
        for value in vars(module).values():
            for item in value if isinstance(value, tuple) else (value,):
                if not isinstance(item, type) and hasattr(item, "entity_registry_enabled_default"):
                    yield str(platform), item


def texts() -> dict[str, Any]:
    """Return the English texts."""
    path = ROOT / "custom_components" / "micro_studio" / "translations" / "en.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def row(platform: str, description: Any, entities: dict[str, Any]) -> tuple[str, str]:  # noqa: ANN401
    """Return device and table row of one entity."""
    key = f"{platform}.{description.translation_key}"
    part = getattr(description, "part", None)
    device = DEVICES.get(str(part), "node" if key in ON_NODE else "studio")
    name = entities[platform][description.translation_key]["name"]
    field = PARTS[part_kind(str(part))].fields.get(description.fields[0]) if part else None
    meaning = MEANING.get(key) or (field.doc if field else None)
    if meaning is None:
        sys.exit(f"entity-tables: say in {Path(__file__).name} what {key} means")
    source = SOURCE.get(key)
    if source is None and part:
        several = "" if len(description.fields) == 1 else ", …"
        source = f"`{part}.{description.fields[0]}`{several}"
    elif source is None:
        own = platform in POLICY or key == "select.recording_light_mode"
        source = "policy" if own else "engine"
    unit = (
        getattr(description, "native_unit_of_measurement", None)
        or getattr(description, "unit_of_measurement", None)
        or ""
    )
    enabled = "yes" if description.entity_registry_enabled_default else "no"
    cells = (name, f"`{key}`", meaning, unit, enabled, source)
    return device, f"| {' | '.join(cells)} |"


def tables() -> dict[str, str]:
    """Return the table of each device."""
    entities = texts()["entity"]
    rows: dict[str, list[str]] = {device: [] for device in ("studio", *DEVICES.values())}
    for platform, description in described():
        device, line = row(platform, description, entities)
        rows[device].append(line)
    head = (
        "| entity | key | what it means | unit | enabled | comes from |\n|---|---|---|---|---|---|"
    )
    return {device: "\n".join([head, *sorted(lines)]) for device, lines in rows.items()}


def page() -> str:
    """Return the page with current tables."""
    content = PAGE.read_text(encoding="utf-8")
    for device, table in tables().items():
        begin, end = f"<!-- table {device} -->", "<!-- end -->"
        before, found, rest = content.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            sys.exit(f"entity-tables: {PAGE.name} has no place for the table {device}")
        content = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return content


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if page() != PAGE.read_text(encoding="utf-8"):
            sys.exit("entity-tables: docs/entities.md is not current. Run scripts/entity-tables.")
    else:
        PAGE.write_text(page(), encoding="utf-8")
