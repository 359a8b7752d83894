"""Recording lights."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_EFFECT,
    ATTR_RGB_COLOR,
    EFFECT_OFF,
    ColorMode,
    LightEntity,
    LightEntityDescription,
    LightEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.color import (
    brightness_to_value,
    color_rgb_to_hex,
    rgb_hex_to_rgb_list,
    value_to_brightness,
)

from .coordinator import StudioConfigEntry
from .core.requests import SetLight
from .core.studio import LightSupport, PartKind, Tally
from .entity import PartEntity, PartEntityDescription, async_setup_platform_entry, parts_of
from .place import Place

PARALLEL_UPDATES = 1

_PERCENT: Final = (1, 100)


@dataclass(frozen=True, kw_only=True)
class RecordingLightDescription(PartEntityDescription, LightEntityDescription):
    """A recording light."""


LIGHTS: Final = (
    RecordingLightDescription(
        key="light",
        translation_key="recording_light",
        part=PartKind.LIGHT,
        fields=("on", "tally", "brightness", "color", "supports"),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the recording lights."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[RecordingLight]:
    for description, part in parts_of(place, LIGHTS):
        yield RecordingLight(place, description, part)


class RecordingLight(PartEntity, LightEntity):
    """A lamp that shows a tally as an effect; what it shows is read back from the lamp."""

    entity_description: RecordingLightDescription
    _attr_name = None  # the device's name; in the description, a translated one would win

    @override
    def show(self) -> None:
        """Set the lamp's state and what it can do."""
        on, tally = self.read("on"), self.read("tally")
        brightness, color = self.read("brightness"), self.read("color")
        mode = self._mode()
        self._attr_is_on = on if isinstance(on, bool) else None
        self._attr_color_mode = mode
        self._attr_supported_color_modes = {mode}
        self._attr_brightness = (
            value_to_brightness(_PERCENT, max(brightness, 1))
            if mode is not ColorMode.ONOFF and isinstance(brightness, int | float)
            else None
        )
        if mode is ColorMode.RGB:
            self._attr_rgb_color = _rgb(color)
        if self._board.has(self.part, "tally"):
            self._attr_supported_features = LightEntityFeature.EFFECT
            self._attr_effect_list = [EFFECT_OFF, *Tally]
            self._attr_effect = tally if isinstance(tally, str) else EFFECT_OFF
        else:
            self._attr_supported_features = LightEntityFeature(0)
            self._attr_effect_list = self._attr_effect = None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Light the lamp, or make it show a tally."""
        effect = kwargs.get(ATTR_EFFECT)
        brightness, rgb = kwargs.get(ATTR_BRIGHTNESS), kwargs.get(ATTR_RGB_COLOR)
        await self.place.async_perform(
            SetLight(
                part=self.part,
                on=True if effect in {None, EFFECT_OFF} else None,
                tally=Tally(effect) if effect is not None and effect in {*Tally} else None,
                brightness=None
                if brightness is None
                else brightness_to_value(_PERCENT, brightness),
                color=None if rgb is None else f"#{color_rgb_to_hex(*rgb)}",
            )
        )

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Darken the lamp."""
        await self.place.async_perform(SetLight(part=self.part, on=False))

    def _mode(self) -> ColorMode:
        """Return the one colour mode that the lamp has."""
        supports = self.read("supports")
        words = supports if isinstance(supports, tuple) else ()
        if LightSupport.COLOR in words:
            return ColorMode.RGB
        return ColorMode.BRIGHTNESS if LightSupport.BRIGHTNESS in words else ColorMode.ONOFF


def _rgb(color: object) -> tuple[int, int, int] | None:
    """Read #rrggbb; anything else is unknown."""
    try:
        red, green, blue = rgb_hex_to_rgb_list(str(color).removeprefix("#"))
    except ValueError:
        return None
    return red, green, blue
