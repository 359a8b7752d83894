"""All that may happen in a simulated room: one table for scenarios, tests and people."""

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import PartKind

from .act import Act, ActError, Arg, Scene, Sort, place_of
from .model.bookings import Bookings, Wish
from .model.door import Door
from .model.firmware import Firmware, Flaw, Offer
from .model.host import Host
from .model.interface import Interface
from .model.kit import Kit
from .model.light import Light
from .model.presence import Presence
from .model.recorder import Recorder
from .model.relay import Relay
from .world import Server, World


def find_act(name: str) -> Act:
    """Return an act by its name."""
    if (act := ACTS.get(name)) is None:
        close = get_close_matches(name, ACTS, n=1)
        hint = f": did you mean {close[0]}?" if close else ""
        raise ActError(f"there is no such act{hint}")
    return act


def perform_act(world: World, studio: str | None, name: str, given: Mapping[str, object]) -> None:
    """
    Let something happen now.

    Raises:
        ActError: it cannot happen, in a sentence that quotes no code.

    """
    act = find_act(name)
    part, values = act.read(given)
    stage = place_of(world, act, studio)
    stage.catch_up()
    try:
        act.run(Scene(world, stage, part, values))
    except CommandRefusedError as error:
        raise ActError(error.message) from None
    finally:
        stage.changed()


def _plug(scene: Scene, *, plugged: bool) -> None:
    scene.model(Interface).plugged = plugged


def _xruns(scene: Scene) -> None:
    interface = scene.model(Interface)
    interface.xruns.burst(scene.place.now, int(scene.number("count")), scene.number("seconds"))


def _silence(scene: Scene) -> None:
    scene.model(Interface).silence(scene.place.now, on=scene.text("state") == "on")


def _overload(scene: Scene) -> None:
    scene.model(Interface).overloaded = scene.text("state") == "on"


def _drift(scene: Scene) -> None:
    scene.model(Interface).extra_drift = scene.number("ppm")


def _record(scene: Scene) -> None:
    recorder, now = scene.model(Recorder), scene.place.now
    match scene.text("what"):
        case "start":
            recorder.start(now)
        case "pause":
            recorder.pause()
        case _:
            recorder.stop(now)


def _disk(scene: Scene) -> None:
    scene.model(Recorder).fill(scene.number("hours"))


def _type_code(scene: Scene) -> None:
    scene.model(Door).type_code(scene.place.now, scene.text("code"))


def _guest_enters(scene: Scene) -> None:
    door = scene.model(Door)
    entry = door.keypad.current(scene.place.now) if scene.text("how") == "code" else None
    scene.room.enter(door, code=None if entry is None else entry.code)


def _guest_leaves(scene: Scene) -> None:
    scene.room.leave(scene.model(Door))


def _jam(scene: Scene) -> None:
    door = scene.model(Door)
    if scene.text("state") == "on":
        door.stuck = True
    else:
        door.free()


def _move_bolt(scene: Scene, action: str) -> None:
    door = scene.model(Door)
    door.perform(scene.place.now, action, {})


def _battery(scene: Scene) -> None:
    scene.model(Door).battery = scene.number("level")


def _force_door(scene: Scene) -> None:
    scene.model(Door).force(scene.place.now)


def _hold_open(scene: Scene) -> None:
    door, now = scene.model(Door), scene.place.now
    door.hold(now)
    if seconds := scene.number("seconds"):
        door.agenda.after("let go", now, seconds, door.close_leaf)


def _close_door(scene: Scene) -> None:
    scene.model(Door).close_leaf(scene.place.now)


def _people(scene: Scene) -> None:
    scene.model(Presence).people = int(scene.number("count"))


def _press(scene: Scene) -> None:
    scene.room.press(scene.text("button"))


def _light(scene: Scene) -> None:
    scene.model(Light).stuck = scene.text("state") == "stuck"


def _relay(scene: Scene) -> None:
    scene.model(Relay).worse = scene.text("state") == "worse"


def _select_relay(scene: Scene) -> None:
    scene.model(Relay).perform(scene.place.now, "select", {})


def _take_away(scene: Scene, *, back: bool) -> None:
    kit, role = scene.model(Kit), scene.text("role")
    if role not in kit.items:
        raise ActError(f"the kit has no such role (it has: {', '.join(kit.items)})")
    if back:
        kit.missing.discard(role)
    else:
        kit.missing.add(role)


def _gain(scene: Scene) -> None:
    kit, role = scene.model(Kit), scene.text("role")
    if role not in kit.items:
        raise ActError(f"the kit has no such role (it has: {', '.join(kit.items)})")
    kit.turn(role, scene.number("db"))


def _book(scene: Scene) -> None:
    now = scene.place.now
    wish = Wish(
        starts_in=timedelta(seconds=scene.number("starts_in")),
        lasts=timedelta(seconds=scene.number("lasts")),
        title=scene.text("title"),
        guest=scene.text("guest"),
    )
    uid = scene.text("uid") or f"act-{now.timestamp():.3f}"
    scene.model(Bookings).book(now, wish, uid)


def _cancel(scene: Scene) -> None:
    bookings = scene.model(Bookings)
    uid = scene.text("uid")
    if not uid:
        if (nearest := bookings.nearest(scene.place.now)) is None:
            raise ActError("there is no booking to cancel")
        uid = nearest.uid
    bookings.cancel(uid)


def _offer_update(scene: Scene) -> None:
    version = scene.text("version")
    offer = Offer(version, scene.text("notes"), f"https://example.org/notes/{version}")
    if not scene.model(Firmware).offer(offer):
        raise ActError("this version is installed, was bad before, or an installation is under way")


def _fail_next_update(scene: Scene) -> None:
    scene.model(Firmware).spoil(Flaw(scene.text("how")))


def _install_update(scene: Scene) -> None:
    args: Fields = {"now": scene.text("when") == "now"}
    scene.model(Firmware).perform(scene.place.now, "install", args)


def _clock_off(scene: Scene) -> None:
    scene.model(Host).ntp_offset = scene.number("ms")


def _server(scene: Scene) -> Server:
    if scene.world.server is None:
        raise ActError("no server runs around this simulation")
    return scene.world.server


_ON: Final = Arg("state", Sort.TEXT, "on", ("on", "off"))
_CODE: Final = Arg("code", Sort.TEXT)
_ROLE: Final = Arg("role", Sort.TEXT)

ACTS: Final[Mapping[str, Act]] = MappingProxyType(
    {
        act.name: act
        for act in (
            # the audio interface
            Act("unplug", "pull the plug", lambda s: _plug(s, plugged=False), PartKind.INTERFACE),
            Act("replug", "put it back", lambda s: _plug(s, plugged=True), PartKind.INTERFACE),
            Act(
                "xruns",
                "dropouts, spread over some seconds",
                _xruns,
                PartKind.INTERFACE,
                (
                    Arg("count", Sort.INTEGER, 5, least=1, most=10_000),
                    Arg("seconds", Sort.DURATION, 2.0),
                ),
            ),
            Act("silence", "a dead input", _silence, PartKind.INTERFACE, (_ON,)),
            Act("overload", "load and level at the limit", _overload, PartKind.INTERFACE, (_ON,)),
            Act(
                "drift",
                "a clock that is off; 0 is healthy",
                _drift,
                PartKind.INTERFACE,
                (Arg("ppm", Sort.NUMBER, least=-10_000, most=10_000),),
            ),
            # the recorder
            Act(
                "record",
                "somebody presses a button of the recorder",
                _record,
                PartKind.RECORDER,
                (Arg("what", Sort.TEXT, "start", ("start", "stop", "pause")),),
            ),
            Act(
                "disk",
                "leave so much recording time",
                _disk,
                PartKind.RECORDER,
                (Arg("hours", Sort.NUMBER),),
            ),
            # doors and people
            Act("type_code", "somebody types digits", _type_code, PartKind.DOOR, (_CODE,)),
            Act(
                "guest_enters",
                "a guest types the current code (or has a key, if there is none) and comes in",
                _guest_enters,
                PartKind.DOOR,
                (Arg("how", Sort.TEXT, "code", ("code", "key")),),
            ),
            Act("guest_leaves", "a guest goes out", _guest_leaves, PartKind.DOOR),
            Act(
                "people",
                "so many are inside",
                _people,
                PartKind.PRESENCE,
                (Arg("count", Sort.INTEGER, most=100),),
            ),
            Act("lock", "throw the bolt", lambda s: _move_bolt(s, "lock"), PartKind.DOOR),
            Act("unlock", "draw the bolt", lambda s: _move_bolt(s, "unlock"), PartKind.DOOR),
            Act("jam", "the bolt sticks when it moves next", _jam, PartKind.DOOR, (_ON,)),
            Act(
                "battery",
                "charge of the lock",
                _battery,
                PartKind.DOOR,
                (Arg("level", Sort.NUMBER, most=100),),
            ),
            Act("force_door", "break the door open", _force_door, PartKind.DOOR),
            Act(
                "hold_open",
                "open the door and keep it open; 0 seconds: until close_door",
                _hold_open,
                PartKind.DOOR,
                (Arg("seconds", Sort.DURATION, 0.0),),
            ),
            Act("close_door", "close the door leaf", _close_door, PartKind.DOOR),
            Act(
                "press",
                "press a button of the panel at the door",
                _press,
                None,
                (Arg("button", Sort.TEXT, "check_in", ("check_in", "help")),),
            ),
            # light, relays, kit
            Act(
                "light",
                "a lamp that ignores commands, or obeys again",
                _light,
                PartKind.LIGHT,
                (Arg("state", Sort.TEXT, "stuck", ("stuck", "ok")),),
            ),
            Act(
                "relay",
                "a bad way to a relay, or a good one",
                _relay,
                PartKind.RELAY,
                (Arg("state", Sort.TEXT, "worse", ("worse", "better")),),
            ),
            Act("select_relay", "use this relay", _select_relay, PartKind.RELAY),
            Act(
                "take_away",
                "a piece of the kit is gone",
                lambda s: _take_away(s, back=False),
                PartKind.KIT,
                (_ROLE,),
            ),
            Act(
                "bring_back",
                "a piece of the kit is there again",
                lambda s: _take_away(s, back=True),
                PartKind.KIT,
                (_ROLE,),
            ),
            Act(
                "gain",
                "somebody turned the gain of an input",
                _gain,
                PartKind.KIT,
                (_ROLE, Arg("db", Sort.NUMBER, least=-20, most=80)),
            ),
            # bookings
            Act(
                "book",
                "a booking relative to now",
                _book,
                PartKind.BOOKINGS,
                (
                    Arg("starts_in", Sort.DURATION, 180.0),
                    Arg("lasts", Sort.DURATION, 300.0, least=1),
                    Arg("title", Sort.TEXT, "Booking"),
                    Arg("guest", Sort.TEXT, "guest-1"),
                    Arg("uid", Sort.TEXT, None),
                ),
            ),
            Act(
                "cancel",
                "cancel a booking: the running or next one, if none is named",
                _cancel,
                PartKind.BOOKINGS,
                (Arg("uid", Sort.TEXT, None),),
            ),
            # the node
            Act(
                "offer_update",
                "a new version of the node's software",
                _offer_update,
                None,
                (Arg("version", Sort.TEXT), Arg("notes", Sort.TEXT, "Better in every way.")),
                of_node=True,
            ),
            Act(
                "fail_next_update",
                "make the next installation fail",
                _fail_next_update,
                None,
                (Arg("how", Sort.TEXT, Flaw.SELF_TEST.value, tuple(flaw.value for flaw in Flaw)),),
                of_node=True,
            ),
            Act(
                "install_update",
                "install what is on offer",
                _install_update,
                None,
                (Arg("when", Sort.TEXT, "free", ("free", "now")),),
                of_node=True,
            ),
            Act(
                "clock_off",
                "the computer's clock is off",
                _clock_off,
                None,
                (Arg("ms", Sort.NUMBER, least=-1e7, most=1e7),),
                of_node=True,
            ),
            Act(
                "drop_connections",
                "cut all clients off",
                lambda s: _server(s).drop_connections(),
                of_node=True,
            ),
            Act(
                "suspend",
                "the computer sleeps and answers nothing",
                lambda s: _server(s).suspend(s.number("seconds")),
                args=(Arg("seconds", Sort.DURATION, 20.0, most=300),),
                of_node=True,
            ),
        )
    }
)
