"""Frames to and from text."""

from contextlib import suppress
from datetime import UTC, datetime
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.wire import codec
from custom_components.micro_studio.wire.errors import ApiMismatchError, BadFrameError, WireError
from custom_components.micro_studio.wire.messages import (
    Ack,
    Command,
    Delta,
    Event,
    Hello,
    NodeInfo,
    PairStart,
    Problem,
    Result,
    Resync,
    Snapshot,
    Studio,
    Subscribe,
)
from custom_components.micro_studio.wire.parts import Fields, Json
from custom_components.micro_studio.wire.vocabulary import ErrorCode, EventType, PairingState

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
JSON: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FIELDS: st.SearchStrategy[Fields] = st.dictionaries(TEXTS, JSON, max_size=5)
PARTS = st.dictionaries(IDS, FIELDS, max_size=3)
SEQ = st.integers(0, 2**63 - 1)
TIMES = st.datetimes(timezones=st.just(UTC))
MAYBE = st.none() | IDS
INFOS = st.builds(
    NodeInfo,
    id=IDS,
    name=TEXTS,
    api=TEXTS,
    software=TEXTS,
    site=TEXTS,
    pairing=st.sampled_from(PairingState),
)
FROM_NODE = st.one_of(
    st.builds(Hello, api=TEXTS, node=INFOS, boot_id=IDS, seq=SEQ, time=TIMES),
    st.builds(
        Snapshot,
        seq=SEQ,
        parts=PARTS,
        studios=st.dictionaries(IDS, st.builds(Studio, name=TEXTS, parts=PARTS), max_size=3),
    ),
    st.builds(
        Delta,
        seq=SEQ,
        studio=MAYBE,
        part=IDS,
        set=FIELDS,
        removed=st.lists(TEXTS, max_size=3).map(tuple),
    ),
    st.builds(
        Event,
        seq=SEQ,
        id=IDS,
        studio=MAYBE,
        part=IDS,
        type=st.sampled_from(EventType),
        at=TIMES,
        data=FIELDS,
    ),
    st.builds(
        Result,
        id=IDS,
        ok=st.booleans(),
        error=st.none() | st.builds(Problem, code=st.sampled_from(ErrorCode), message=TEXTS),
    ),
)
FROM_CLIENT = st.one_of(
    st.builds(
        Command,
        id=IDS,
        studio=MAYBE,
        part=IDS,
        action=IDS,
        args=FIELDS,
        deadline=st.none() | TIMES,
    ),
    st.builds(Ack, ids=st.lists(IDS, max_size=4).map(tuple)),
    st.just(Resync()),
    st.builds(
        Subscribe,
        parts=st.lists(IDS, max_size=3).map(tuple),
        interval=st.floats(0, 1000),
    ),
)
NAMES = ["hello", "snapshot", "delta", "event", "result", "command", "ack", "resync", "subscribe"]
KEYS = ["seq", "studio", "part", "set", "removed", "id", "api", "node", "boot_id", "time", "at"]
KEYS += ["studios", "parts", "type", "data", "ok", "error", "action", "args", "deadline", "ids"]
KEYS += ["interval"]


@given(FROM_NODE)
def test_what_a_node_sends_arrives_as_it_was(frame: Event | Result | Snapshot) -> None:
    assert codec.decode_from_node(codec.encode(frame)) == frame


@given(FROM_CLIENT)
def test_what_a_client_sends_arrives_as_it_was(frame: Command | Ack | Subscribe) -> None:
    assert codec.decode_from_client(codec.encode(frame)) == frame


@given(st.binary() | st.text())
def test_noise_is_a_bad_frame_and_nothing_else(noise: bytes | str) -> None:
    for decode in (codec.decode_from_node, codec.decode_from_client):
        with suppress(WireError):
            decode(noise)


@given(
    JSON
    | st.fixed_dictionaries({"frame": st.sampled_from(NAMES)}, optional=dict.fromkeys(KEYS, JSON))
)
def test_any_json_is_a_frame_or_a_bad_frame(value: Json) -> None:
    text = json.dumps(value)
    for decode in (codec.decode_from_node, codec.decode_from_client):
        with suppress(WireError):
            decode(text)
    with suppress(WireError):
        codec.decode_body(PairStart, text)


def test_frames_of_a_later_version_are_ignored() -> None:
    assert codec.decode_from_node('{"frame":"hologram"}') is None
    assert codec.decode_from_client('{"frame":7}') is None


def test_fields_and_words_of_a_later_version_do_no_harm() -> None:
    text = (
        '{"frame":"event","seq":1,"id":"x","studio":null,"part":"door/a","type":"teleported",'
        '"at":"2026-11-23T18:00:00Z","data":{},"mood":"good"}'
    )
    assert codec.decode_from_node(text) == Event(
        seq=1,
        id="x",
        studio=None,
        part="door/a",
        type=EventType.UNKNOWN,
        at=datetime(2026, 11, 23, 18, tzinfo=UTC),
    )


def test_an_error_does_not_quote_the_frame() -> None:
    text = '{"frame":"command","id":"1","args":{"code":"739104"},"deadline":"739104"}'
    with pytest.raises(BadFrameError) as caught:
        codec.decode_from_client(text)
    assert "739104" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_command_does_not_show_its_arguments() -> None:
    command = Command(id="1", studio="a", part="door/x", action="y", args={"code": "739104"})
    assert "739104" not in repr(command)


@pytest.mark.parametrize(("theirs", "fits"), [("1.0", True), ("1.9", True), ("2.0", False)])
def test_only_another_major_version_is_refused(theirs: str, *, fits: bool) -> None:
    if fits:
        codec.check_api(theirs)
    else:
        with pytest.raises(ApiMismatchError):
            codec.check_api(theirs)
