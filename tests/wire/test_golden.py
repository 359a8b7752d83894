"""Frames of every released version decode for ever, and the schema knows them."""

from collections.abc import Iterator
import json
from pathlib import Path
import subprocess

from jsonschema import Draft202012Validator, FormatChecker
import pytest

from custom_components.micro_studio.wire import codec
from custom_components.micro_studio.wire.checks import check_args, fits
from custom_components.micro_studio.wire.messages import API, Command, Snapshot
from custom_components.micro_studio.wire.parts import PARTS, Fields, Json, part_kind
from custom_components.micro_studio.wire.vocabulary import PartKind

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads((ROOT / "docs" / "protocol" / "schema.json").read_text())
FROM_CLIENT = {"command", "ack", "resync", "subscribe"}


def frames() -> Iterator[tuple[str, str, Fields]]:
    """Go through all golden frames with their version and type."""
    for path in sorted(GOLDEN.glob("*/*.json")):
        for frame in json.loads(path.read_text()):
            yield path.parent.name, path.stem, frame


ALL = [pytest.param(*case, id=f"{case[0]}-{case[1]}-{n}") for n, case in enumerate(frames())]


def validator(name: str) -> Draft202012Validator:
    """Return the schema of one type of frame, with all that it refers to."""
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}"}
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.mark.parametrize(("version", "kind", "frame"), ALL)
def test_a_golden_frame_decodes_and_goes_out_as_it_came(
    version: str, kind: str, frame: Fields
) -> None:
    decode = codec.decode_from_client if kind in FROM_CLIENT else codec.decode_from_node
    decoded = decode(json.dumps(frame))
    assert decoded is not None
    if version == API:
        assert json.loads(codec.encode(decoded)) == frame


@pytest.mark.parametrize(("version", "kind", "frame"), ALL)
def test_the_schema_knows_a_golden_frame(version: str, kind: str, frame: Fields) -> None:
    del version
    validator(f"frames/{kind}").validate(frame)
    validator("from_client" if kind in FROM_CLIENT else "from_node").validate(frame)


def test_every_type_of_frame_has_golden_ones() -> None:
    assert {path.stem for path in (GOLDEN / API).glob("*.json")} == set(SCHEMA["$defs"]["frames"])


def test_the_golden_snapshot_has_every_field_of_every_part() -> None:
    seen: dict[PartKind, set[str]] = {}
    for _, kind, frame in frames():
        if kind != "snapshot":
            continue
        snapshot = codec.decode_from_node(json.dumps(frame))
        assert isinstance(snapshot, Snapshot)
        for parts in (snapshot.parts, *(studio.parts for studio in snapshot.studios.values())):
            for part, fields in parts.items():
                table = PARTS[part_kind(part)].fields
                assert all(fits(table[name], value) for name, value in fields.items())
                seen.setdefault(part_kind(part), set()).update(fields)
    assert seen == {kind: set(part.fields) for kind, part in PARTS.items()}


def test_the_arguments_of_golden_commands_are_valid() -> None:
    for _, kind, frame in frames():
        if kind == "command":
            command = codec.decode_from_client(json.dumps(frame))
            assert isinstance(command, Command)
            check_args(PARTS[part_kind(command.part)].actions[command.action], command.args)


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("delta", {"seq": 1, "studio": "a"}),
        ("delta", {"seq": 1, "studio": "a", "part": "recorder", "set": {"bytes": "5"}}),
        ("command", {"id": "1", "studio": "a", "part": "door/x", "action": "clear_credential"}),
        ("snapshot", {"seq": 1, "studios": {}, "parts": {"presence": {"occupied": 1}}}),
    ],
)
def test_the_schema_refuses_what_is_wrong(name: str, frame: dict[str, Json]) -> None:
    assert not validator(f"frames/{name}").is_valid({"frame": name, **frame})


def test_schema_and_tables_are_up_to_date() -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [ROOT / "scripts" / "protocol-schema", "--check"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
