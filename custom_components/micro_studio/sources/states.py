"""
How the states of Home Assistant's own entities are read into the fields of parts.

What is not bound is absent; what is unavailable, unknown or in no table is unknown. Every part
tells with ``reachable`` whether what stands for it is there at all.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_RGB_COLOR,
    ATTR_SUPPORTED_COLOR_MODES,
    brightness_supported,
    color_supported,
)
from homeassistant.components.lock import ATTR_CHANGED_BY, LockEntityFeature, LockState
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_SUPPORTED_FEATURES,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import State
from homeassistant.util.color import brightness_to_value, color_rgb_to_hex

from ..core.studio import Health, LightSupport, Motion, RecorderState, Value
from .bindings import Door
from .board import Values

PERCENT: Final = (1, 100)

# The bound entities as they were seen last; one that was never seen is not in it.
type Seen = Mapping[str, State]

_ON: Final[Mapping[str, bool]] = MappingProxyType({STATE_ON: True, STATE_OFF: False})

# The bolt is out until it is drawn; nobody knows where it is while the latch is pulled.
_BOLT_OUT: Final[Mapping[str, bool]] = MappingProxyType(
    {
        LockState.LOCKED: True,
        LockState.UNLOCKING: True,
        LockState.LOCKING: False,
        LockState.UNLOCKED: False,
        LockState.OPEN: False,
    }
)
_MOTION: Final[Mapping[str, Motion]] = MappingProxyType(
    {
        LockState.LOCKED: Motion.STILL,
        LockState.UNLOCKED: Motion.STILL,
        LockState.OPEN: Motion.STILL,
        LockState.JAMMED: Motion.STILL,
        LockState.LOCKING: Motion.LOCKING,
        LockState.UNLOCKING: Motion.UNLOCKING,
        LockState.OPENING: Motion.OPENING,
    }
)

_RECORDER: Final[Mapping[str, RecorderState]] = MappingProxyType(
    {STATE_ON: RecorderState.RECORDING, STATE_OFF: RecorderState.IDLE}
)
_PLAYER: Final[Mapping[str, RecorderState]] = MappingProxyType(
    {
        "recording": RecorderState.RECORDING,
        "playing": RecorderState.RECORDING,
        "on": RecorderState.RECORDING,
        "paused": RecorderState.PAUSED,
        "idle": RecorderState.IDLE,
        "off": RecorderState.IDLE,
        "standby": RecorderState.IDLE,
    }
)

_HEALTH_OF_CLASS: Final[Mapping[str | None, Mapping[bool, Health]]] = MappingProxyType(
    {
        BinarySensorDeviceClass.CONNECTIVITY: {True: Health.HEALTHY, False: Health.UNHEALTHY},
        BinarySensorDeviceClass.PROBLEM: {True: Health.UNHEALTHY, False: Health.HEALTHY},
    }
)
_HEALTH_WORDS: Final[Mapping[str, Health]] = MappingProxyType(
    {
        word: health
        for health, words in (
            (Health.HEALTHY, "healthy ok okay good normal fine online connected running ready"),
            (Health.PARTIALLY_HEALTHY, "partially_healthy warning warn degraded minor"),
            (
                Health.UNHEALTHY,
                "unhealthy error fault failed failure critical problem bad offline disconnected",
            ),
            (Health.INACTIVE, "inactive off idle standby disabled"),
        )
        for word in words.split()
    }
)


def read_door(door: Door, seen: Seen) -> Values:
    """Read a lock, with its door contact and its battery where they are bound."""
    state = seen.get(door.lock)
    known = state.state if state is not None else ""
    features = state.attributes.get(ATTR_SUPPORTED_FEATURES) if state is not None else None
    changed_by = state.attributes.get(ATTR_CHANGED_BY) if state is not None else None
    values: Values = {
        "locked": _BOLT_OUT.get(known),
        "jammed": known == LockState.JAMMED if known in _MOTION else None,
        "motion": _MOTION.get(known),
        "changed_by": changed_by if isinstance(changed_by, str) else None,
        "latch": bool(features & LockEntityFeature.OPEN) if isinstance(features, int) else None,
        **_described(state),
    }
    if door.sensor:
        values["open"] = _is_on(seen.get(door.sensor))
    if door.battery:
        values["battery"] = _number(seen.get(door.battery))
    return values


def read_light(lamp: str, seen: Seen) -> Values:
    """Read a lamp or a switch; what it cannot do is absent."""
    state = seen.get(lamp)
    values: Values = {"on": _is_on(state), "supports": None, **_described(state)}
    if state is None:
        return values
    modes = state.attributes.get(ATTR_SUPPORTED_COLOR_MODES)
    supports: list[str] = []
    if brightness_supported(modes):
        supports.append(LightSupport.BRIGHTNESS)
        brightness = state.attributes.get(ATTR_BRIGHTNESS)
        values["brightness"] = (
            brightness_to_value(PERCENT, brightness) if isinstance(brightness, int) else None
        )
    if color_supported(modes):
        supports.append(LightSupport.COLOR)
        values["color"] = _color(state.attributes.get(ATTR_RGB_COLOR))
    values["supports"] = tuple(supports)
    return values


def read_interface(interface: str, seen: Seen) -> Values:
    """Read the health of an interface: a connection, a problem, or a word that says it."""
    state = seen.get(interface)
    values: Values = {"status": None, **_described(state)}
    if state is None:
        return values
    kind, on = state.attributes.get(ATTR_DEVICE_CLASS), _is_on(state)
    if kind == BinarySensorDeviceClass.CONNECTIVITY:
        values["present"] = on
    if kind in _HEALTH_OF_CLASS:
        values["status"] = None if on is None else _HEALTH_OF_CLASS[kind][on]
    elif state.domain == "sensor":
        word = state.state.strip().casefold().replace(" ", "_")
        values["status"] = _HEALTH_WORDS.get(word)
    return values


def read_recorder(witnesses: Iterable[str], seen: Seen) -> Values:
    """Read what says that a take is recorded; one that says so is enough."""
    states = [seen.get(witness) for witness in witnesses]
    told = [_recorder(state) for state in states]
    if RecorderState.RECORDING in told:
        state = RecorderState.RECORDING
    elif None in told:
        state = None
    else:
        state = RecorderState.PAUSED if RecorderState.PAUSED in told else RecorderState.IDLE
    # Whether samples arrive in the file is more than any of these can tell.
    return {"state": state, "capturing": None, "reachable": any(map(_reachable, states))}


def read_presence(witnesses: Iterable[str], seen: Seen) -> Values:
    """Read what says that somebody is there; nobody is there only if all say so."""
    states = [seen.get(witness) for witness in witnesses]
    told = [_is_on(state) for state in states]
    occupied = True if True in told else None if None in told else False
    return {"occupied": occupied, "reachable": any(map(_reachable, states))}


def _described(state: State | None) -> Values:
    """Return what every part of its own tells: its name, and whether it is there."""
    return {"label": None if state is None else state.name, "reachable": _reachable(state)}


def _reachable(state: State | None) -> bool:
    return state is not None and state.state != STATE_UNAVAILABLE


def _is_on(state: State | None) -> bool | None:
    return None if state is None else _ON.get(state.state)


def _number(state: State | None) -> Value:
    """Read a number; a text like "low" is none."""
    try:
        number = float(state.state) if state is not None else None
    except ValueError:
        return None
    return number if number is None or 0 <= number <= PERCENT[1] else None


def _color(rgb: object) -> str | None:
    match rgb:
        case (int(red), int(green), int(blue)):
            return f"#{color_rgb_to_hex(red, green, blue)}"
        case _:
            return None


def _recorder(state: State | None) -> RecorderState | None:
    if state is None:
        return None
    return (_PLAYER if state.domain == MEDIA_PLAYER else _RECORDER).get(state.state)
