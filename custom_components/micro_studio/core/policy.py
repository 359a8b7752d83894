"""How a site runs its rooms: times, limits and switches; a studio may differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from .errors import PolicyError
from .studio import LightMode

# One minute, the unit of every time in a form.
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The range of one number in the policy: minutes, or a plain count."""

    name: str
    least: int
    most: int


TIMES: Final = (
    Limits(name="early_access", least=0, most=120),
    Limits(name="close_after", least=0, most=120),
    Limits(name="setup_buffer", least=0, most=240),
    Limits(name="turnover_buffer", least=0, most=240),
    Limits(name="no_show_after", least=1, most=240),
    Limits(name="overrun_grace", least=0, most=120),
    Limits(name="extension_step", least=5, most=120),
    Limits(name="end_early_rounding", least=1, most=60),
    Limits(name="next_guest_horizon", least=0, most=240),
    Limits(name="hold_expiry", least=0, most=20160),
    Limits(name="walk_up_length", least=15, most=480),
)
COUNTS: Final = (Limits(name="max_extensions", least=0, most=20),)
SWITCHES: Final = (
    "release_no_show",
    "accepting_bookings",
    "maintenance",
    "automatic_entry_codes",
    "holds_block",
    "presence_checks_in",
    "door_checks_in",
)
CHECKLIST: Final = "turnover_checklist"
# Items that come with the project; the glue has words for them in each language.
USUAL_CHECKLIST: Final = (
    "media_copied",
    "kit_counted",
    "gain_reset",
    "microphones_cleaned",
    "room_tidied",
)
WARNINGS: Final = Limits(name="ending_warnings", least=1, most=120)

# What a form or a stored override holds: minutes, a count, a switch, a mode, several of one.
type Override = float | bool | str | Sequence[float] | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one room; the defaults are what the field shows."""

    early_access: timedelta = 15 * MINUTE
    close_after: timedelta = 10 * MINUTE
    setup_buffer: timedelta = 10 * MINUTE
    turnover_buffer: timedelta = 20 * MINUTE
    no_show_after: timedelta = 15 * MINUTE
    release_no_show: bool = False  # paid bookings keep their time
    ending_warnings: tuple[timedelta, ...] = (10 * MINUTE, 5 * MINUTE)  # longest first
    overrun_grace: timedelta = 10 * MINUTE
    extension_step: timedelta = 15 * MINUTE
    max_extensions: int = 4
    end_early_rounding: timedelta = 5 * MINUTE
    next_guest_horizon: timedelta = 30 * MINUTE
    accepting_bookings: bool = True
    maintenance: bool = False
    automatic_entry_codes: bool = True
    light_mode: LightMode = LightMode.FOLLOW_RECORDER
    hold_expiry: timedelta = 24 * 60 * MINUTE  # before the start
    holds_block: bool = True
    walk_up_length: timedelta = 60 * MINUTE
    presence_checks_in: bool = False  # from the start on; else it only averts a no-show
    door_checks_in: bool = False  # whoever opens the door while a guest is expected
    turnover_checklist: tuple[str, ...] = USUAL_CHECKLIST  # what must be done after a session

    def __post_init__(self) -> None:
        """Refuse what would break the room's rules."""
        for limits in TIMES:
            _check(limits, getattr(self, limits.name) / MINUTE)
        for limits in COUNTS:
            _check(limits, getattr(self, limits.name))
        for warning in self.ending_warnings:
            _check(WARNINGS, warning / MINUTE)
        if list(self.ending_warnings) != sorted(set(self.ending_warnings), reverse=True):
            raise PolicyError(WARNINGS.name, "longest first, each once")

    @property
    def buffer(self) -> timedelta:
        """Return what must lie between two bookings: the larger buffer, not the sum."""
        return max(self.turnover_buffer, self.setup_buffer)

    def with_overrides(self, overrides: Mapping[str, Override]) -> "Policy":
        """Return this policy with a studio's own values over it, times in minutes."""
        known = {field.name for field in fields(self)}
        for name in overrides:
            if name not in known:
                raise PolicyError(name, "no such field")
        values = {name: getattr(self, name) for name in known}
        values.update(_parsed(overrides))
        return Policy(**values)


def _check(limits: Limits, value: float) -> None:
    """Refuse a number outside its range."""
    if not limits.least <= value <= limits.most:
        raise PolicyError(limits.name, f"must be from {limits.least} to {limits.most}")


def _parsed(overrides: Mapping[str, Override]) -> Iterator[tuple[str, object]]:
    """Turn what a form holds into what the policy holds."""
    times = {limits.name for limits in TIMES}
    counts = {limits.name for limits in COUNTS}
    for name, value in overrides.items():
        if name in times:
            yield name, _number(name, value) * MINUTE
        elif name in counts:
            yield name, int(_number(name, value))
        elif name in SWITCHES:
            if not isinstance(value, bool):
                raise PolicyError(name, "must be on or off")
            yield name, value
        elif name == WARNINGS.name:
            yield name, _warnings(value)
        elif name == CHECKLIST:
            yield name, _checklist(value)
        else:
            yield name, _light_mode(value)


def _number(name: str, value: Override) -> float:
    """Read a number; a switch is none, although Python counts with it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PolicyError(name, "must be a number")
    return value


def _warnings(value: Override) -> tuple[timedelta, ...]:
    """Read minutes before the end, in any order."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise PolicyError(WARNINGS.name, "must be a list of minutes")
    minutes = {_minutes(item) for item in value}
    return tuple(item * MINUTE for item in sorted(minutes, reverse=True))


def _minutes(value: float | str) -> float:
    if isinstance(value, str):
        raise PolicyError(WARNINGS.name, "must be a list of minutes")
    return _number(WARNINGS.name, value)


def _checklist(value: Override) -> tuple[str, ...]:
    """Read what must be done, each once, in the order given."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise PolicyError(CHECKLIST, "must be a list of texts")
    items = [item.strip() for item in value if isinstance(item, str)]
    if len(items) != len(value):
        raise PolicyError(CHECKLIST, "must be a list of texts")
    return tuple(dict.fromkeys(item for item in items if item))


def _light_mode(value: Override) -> LightMode:
    """Read whom the light follows."""
    if value not in list(LightMode):
        raise PolicyError("light_mode", "no such mode")
    return LightMode(str(value))
