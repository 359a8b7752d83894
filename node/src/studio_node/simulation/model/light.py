"""A recording light."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import re
from types import MappingProxyType
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode, LightSupport, Tally

from .part import PartModel, Tell

READ_BACK: Final = 0.1  # s until the lamp shows what it was told
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")
COLORS: Final[Mapping[Tally, str]] = MappingProxyType(
    {
        Tally.STANDBY: "#3fe481",
        Tally.STARTING: "#ffbf00",
        Tally.RECORDING: "#e43f5a",
        Tally.PAUSED: "#ffbf00",
        Tally.FAULT: "#e43f5a",
    }
)
ALL: Final = frozenset(LightSupport) - {LightSupport.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Lamp:
    """What the lamp shows."""

    on: bool = False
    tally: Tally = Tally.IDLE
    brightness: float = 100.0
    color: str = "#ffffff"


class Light(PartModel):
    """A lamp that shows what it was told a moment later, and reports what it shows."""

    def __init__(
        self, part: str, tell: Tell, supports: frozenset[LightSupport] | None = None
    ) -> None:
        super().__init__(part, tell)
        self._supports = ALL if supports is None else supports
        self.lamp = Lamp()
        self.stuck = False  # takes commands and does nothing

    def fields(self, now: datetime) -> Fields:
        """Return what the lamp shows, as far as it can tell."""
        _ = now
        lamp = self.lamp
        fields: Fields = {
            "on": lamp.on,
            "supports": [word.value for word in sorted(self._supports)],
        }
        if LightSupport.TALLY in self._supports:
            fields["tally"] = lamp.tally.value
        if LightSupport.BRIGHTNESS in self._supports:
            fields["brightness"] = lamp.brightness
        if LightSupport.COLOR in self._supports:
            fields["color"] = lamp.color
        return fields

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Show something else."""
        if action != "set":
            super().perform(now, action, args)
        given: Fields = {name: value for name, value in args.items() if value is not None}
        for word in ALL - self._supports:
            if word.value in given:
                raise CommandRefusedError(ErrorCode.NOT_SUPPORTED, f"the lamp has no {word}")
        _check(given)
        self.agenda.add(now, READ_BACK, lambda _: self._show(given))

    def _show(self, given: Fields) -> None:
        if not self.stuck:
            self.lamp = shown(self.lamp, given)


def shown(lamp: Lamp, given: Fields) -> Lamp:
    """Return the lamp after a command: what is not given stays, or follows the tally."""
    tally, color, brightness = given.get("tally"), given.get("color"), given.get("brightness")
    if isinstance(tally, str):
        word = Tally(tally)
        lamp = replace(
            lamp, tally=word, on=word is not Tally.IDLE, color=COLORS.get(word, lamp.color)
        )
    if isinstance(on := given.get("on"), bool):
        lamp = replace(lamp, on=on)
    if isinstance(color, str):
        lamp = replace(lamp, color=color.lower())
    if isinstance(brightness, int | float):
        lamp = replace(lamp, brightness=round(float(brightness), 1))
    return lamp


def _check(given: Fields) -> None:
    color, brightness, tally = given.get("color"), given.get("brightness"), given.get("tally")
    if isinstance(color, str) and not _COLOR.fullmatch(color.lower()):
        raise CommandRefusedError(ErrorCode.BAD_REQUEST, "a colour is written #rrggbb")
    if isinstance(brightness, int | float) and not 0 <= brightness <= 100:  # noqa: PLR2004 - percent
        raise CommandRefusedError(ErrorCode.BAD_REQUEST, "brightness goes from 0 to 100")
    if isinstance(tally, str) and Tally(tally) is Tally.UNKNOWN:
        raise CommandRefusedError(ErrorCode.NOT_SUPPORTED, "the lamp does not know this tally")
