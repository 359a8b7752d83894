"""The published protocol, derived from the wire: JSON Schema and tables."""

import argparse
from collections.abc import Callable
import json
from pathlib import Path
import sys
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Importing the integration's package would need Home Assistant; the node has the same files.
sys.path.insert(0, str(ROOT / "node" / "src"))

from mashumaro.jsonschema import build_json_schema  # noqa: E402
from mashumaro.jsonschema.dialects import DRAFT_2020_12  # noqa: E402

from studio_node.wire import messages  # noqa: E402
from studio_node.wire.messages import API  # noqa: E402
from studio_node.wire.parts import PARTS, Field, Kind, Part  # noqa: E402
from studio_node.wire.vocabulary import CommandClass, ErrorCode, EventType, Word  # noqa: E402

Schema = dict[str, Any]  # JSON, to be written out

SCHEMA = ROOT / "docs" / "protocol" / "schema.json"
DOCUMENT = ROOT / "docs" / "node-protocol.md"

FRAMES = {
    "hello": messages.Hello,
    "snapshot": messages.Snapshot,
    "event": messages.Event,
    "result": messages.Result,
    "command": messages.Command,
    "ack": messages.Ack,
    "resync": messages.Resync,
    "subscribe": messages.Subscribe,
}
BODIES = (
    messages.NodeInfo,
    messages.PairStart,
    messages.PairChallenge,
    messages.PairProof,
    messages.PairResult,
    messages.Refusal,
)
FROM_NODE = ("hello", "snapshot", "delta", "event", "result")
FROM_CLIENT = ("command", "ack", "resync", "subscribe")
ERRORS = {
    ErrorCode.UNAUTHORIZED: "401; the token is missing, wrong or revoked: pair again",
    ErrorCode.PAIRING_CLOSED: "403; no code is valid right now",
    ErrorCode.WRONG_CODE: "403; the proof does not fit: wrong code, or another certificate",
    ErrorCode.TOO_MANY_ATTEMPTS: "429; the code is used up, or the address must wait a minute",
    ErrorCode.BAD_REQUEST: "400; it cannot be understood",
    ErrorCode.NOT_FOUND: "404; there is no such part, booking, credential or address",
    ErrorCode.NOT_SUPPORTED: "the part has no such command, or this model cannot do it",
    ErrorCode.SWITCHED_OFF: "the node's owner has switched this class of commands off",
    ErrorCode.BUSY: "503; not now, for instance during a take",
    ErrorCode.CONFLICT: "it contradicts what is there, such as another booking",
    ErrorCode.EXPIRED: "the command's deadline is over",
    ErrorCode.FAILED: "it was tried and did not work",
    ErrorCode.UNKNOWN: "a word of a later version",
}


def words(cls: type[Word]) -> list[str]:
    """Return the words of a set."""
    return [str(word) for word in cls]


def value_schema(field: Field) -> Schema:
    """Return what a field may hold; null is unknown."""
    shapes: dict[Kind, Callable[[], Schema]] = {
        Kind.BOOLEAN: lambda: {"type": ["boolean", "null"]},
        Kind.INTEGER: lambda: {"type": ["integer", "null"]},
        Kind.NUMBER: lambda: {"type": ["number", "null"]},
        Kind.TEXT: lambda: {"type": ["string", "null"]},
        Kind.TIME: lambda: {"type": ["string", "null"], "format": "date-time"},
        # Words may be added in minor versions: they are named, not enforced.
        Kind.WORD: lambda: {"type": ["string", "null"], "examples": words(field.words or Word)},
        Kind.WORDS: lambda: {
            "type": ["array", "null"],
            "items": {"type": "string", "examples": words(field.words or Word)},
        },
        Kind.RECORDS: lambda: {
            "type": ["array", "null"],
            "items": {"$ref": f"#/$defs/{field.record.__name__ if field.record else ''}"},
        },
    }
    described = f"{field.doc}, {field.unit}" if field.unit else field.doc
    return {**shapes[field.kind](), "description": described}


def part_schema(part: Part) -> Schema:
    """Return a part of the state."""
    properties = {field.name: value_schema(field) for field in part.fields.values()}
    return {"type": "object", "description": part.doc, "properties": properties}


def command_rules() -> list[Schema]:
    """Return for every command which arguments it takes."""
    rules: list[Schema] = []
    for kind, part in PARTS.items():
        for action in part.actions.values():
            args: Schema = {
                "type": "object",
                "properties": {arg.name: value_schema(arg) for arg in action.args},
                "required": [arg.name for arg in action.args if arg.required],
                "additionalProperties": False,
            }
            when = {
                "properties": {
                    "part": {"pattern": f"^{kind}(/|$)"},
                    "action": {"const": action.name},
                }
            }
            then: Schema = {"properties": {"args": args}}
            if args["required"]:
                then["required"] = ["args"]
            rules.append({"if": when, "then": then})
    return rules


def loosen(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """Allow what later minor versions may add: more fields, more words."""
    if isinstance(schema, list):
        return [loosen(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    loose = {
        key: loosen(value)
        for key, value in schema.items()
        if not (key == "additionalProperties" and value is False)
    }
    if isinstance(names := loose.get("enum"), list) and "unknown" in names:
        del loose["enum"]
        loose = {"type": "string", "examples": names, **loose}
    return loose


def message_schema(cls: type, defs: Schema) -> Schema:
    """Return a message; what it is made of goes to the definitions."""
    schema: Schema = loosen(build_json_schema(cls, dialect=DRAFT_2020_12).to_dict())
    inner = schema.pop("$defs", {})
    defs.update(inner)
    return schema


def frame_schema(name: str, message: Schema) -> Schema:
    """Return a message as a frame."""
    properties = message.get("properties", {})
    required = message.get("required", [])
    return {
        **message,
        "properties": {"frame": {"const": name}, **properties},
        "required": ["frame", *required],
    }


def delta_schema() -> Schema:
    """Return the frame that the codec reads by hand."""
    fields = {"type": "object"}
    return frame_schema(
        "delta",
        {
            "type": "object",
            "title": "Delta",
            "properties": {
                "seq": {"type": "integer"},
                "studio": {"type": ["string", "null"]},
                "part": {"type": "string"},
                "set": fields,
                "removed": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["seq", "studio", "part"],
            "allOf": [
                {
                    "if": {"properties": {"part": {"pattern": f"^{kind}(/|$)"}}},
                    "then": {"properties": {"set": {"$ref": f"#/$defs/parts/{kind}"}}},
                }
                for kind in PARTS
            ],
        },
    )


def schema() -> Schema:
    """Return the schema of everything on the wire."""
    defs: Schema = {}
    records = {field.record for part in PARTS.values() for field in part.fields.values()}
    for record in sorted((r for r in records if r), key=lambda r: r.__name__):
        defs[record.__name__] = message_schema(record, defs)
    for body in BODIES:
        defs[body.__name__] = message_schema(body, defs)
    frames: Schema = {
        name: frame_schema(name, message_schema(cls, defs)) for name, cls in FRAMES.items()
    }
    frames["delta"] = delta_schema()
    command = frames["command"]
    command["allOf"] = command_rules()
    place_parts(frames)
    defs["parts"] = {str(kind): part_schema(part) for kind, part in PARTS.items()}
    defs["PartsOfOnePlace"] = {
        "type": "object",
        "patternProperties": {f"^{kind}(/|$)": {"$ref": f"#/$defs/parts/{kind}"} for kind in PARTS},
        "additionalProperties": {"type": "object"},
    }
    defs["frames"] = frames
    defs["from_node"] = {"oneOf": [{"$ref": f"#/$defs/frames/{name}"} for name in FROM_NODE]}
    defs["from_client"] = {"oneOf": [{"$ref": f"#/$defs/frames/{name}"} for name in FROM_CLIENT]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Studio-node protocol {API}",
        "description": "A frame of the WebSocket; $defs also holds the bodies of the endpoints.",
        "anyOf": [{"$ref": "#/$defs/from_node"}, {"$ref": "#/$defs/from_client"}],
        "$defs": defs,
    }


def place_parts(frames: Schema) -> None:
    """Name the parts of a snapshot, which the messages pass through as they are."""
    snapshot = frames["snapshot"]
    parts = {"$ref": "#/$defs/PartsOfOnePlace"}
    snapshot["properties"]["parts"] = parts
    snapshot["properties"]["studios"] = {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "parts": parts},
            "required": ["name"],
        },
    }


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def shape(field: Field) -> str:
    """Return in words what a field holds."""
    if field.words is not None:
        named = " ".join(f"`{word}`" for word in words(field.words))
        return f"{field.kind}: {named}"
    if field.record is not None:
        return f"list of {field.record.__name__}"
    return f"{field.kind}, {field.unit}" if field.unit else str(field.kind)


def argument(field: Field) -> str:
    """Return an argument with what matters about it."""
    notes = [shape(field)]
    notes += ["required"] if field.required else []
    notes += ["secret"] if field.secret else []
    return f"`{field.name}` ({', '.join(notes)})"


def parts_text() -> str:
    """Return the tables of all parts."""
    chunks = []
    for kind, part in PARTS.items():
        chunks.append(f"### `{kind}`\n\n{part.doc}.")
        chunks.append(
            table(
                ("field", "holds", "meaning"),
                [(f"`{f.name}`", shape(f), f.doc) for f in part.fields.values()],
            )
        )
        if part.actions:
            chunks.append(
                table(
                    ("command", "class", "what it does", "arguments"),
                    [
                        (
                            f"`{action.name}`",
                            str(action.group),
                            action.doc,
                            ", ".join(map(argument, action.args)) or "none",
                        )
                        for action in part.actions.values()
                    ],
                )
            )
    return "\n\n".join(chunks)


def vocabulary_text() -> str:
    """Return the table of error codes, and the other words."""
    errors = table(("code", "meaning"), [(f"`{code}`", text) for code, text in ERRORS.items()])
    events = " ".join(f"`{word}`" for word in EventType)
    classes = " ".join(f"`{word}`" for word in CommandClass)
    return f"{errors}\n\nEvents: {events}.\n\nClasses of commands: {classes}."


def with_generated(text: str, name: str, generated: str) -> str:
    """Put a generated piece between its markers."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        sys.exit(f"{DOCUMENT}: the markers of {name} are missing")
    return f"{before}{begin}\n\n{generated}\n\n{end}{after}"


def main() -> None:
    """Write, or with --check compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when something is stale")
    check = parser.parse_args().check
    document = DOCUMENT.read_text(encoding="utf-8")
    document = with_generated(document, "parts", parts_text())
    document = with_generated(document, "vocabulary", vocabulary_text())
    made = {
        SCHEMA: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
        DOCUMENT: document,
    }
    for path, text in made.items():
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            sys.exit(f"{path.relative_to(ROOT)} is stale: run scripts/protocol-schema")
        if not check:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
