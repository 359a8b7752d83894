"""Software of nodes and interfaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.requests import InstallFirmware
from .core.studio import FirmwareState, PartKind, Value
from .entity import PartEntity, PartEntityDescription, async_setup_platform_entry, parts_of
from .place import Place

PARALLEL_UPDATES = 1

_RUNNING: Final = frozenset(
    {
        FirmwareState.DOWNLOADING,
        FirmwareState.VERIFYING,
        FirmwareState.STAGED,
        FirmwareState.WAITING,
        FirmwareState.TRIAL,
    }
)


@dataclass(frozen=True, kw_only=True)
class SoftwareDescription(PartEntityDescription, UpdateEntityDescription):
    """Software whose version is reported."""


SOFTWARE: Final = SoftwareDescription(
    key="software",
    translation_key="node_software",
    part=PartKind.FIRMWARE,
    fields=("installed", "available", "state", "progress", "notes", "notes_url", "last_error"),
    device_class=UpdateDeviceClass.FIRMWARE,
    entity_category=EntityCategory.CONFIG,
)
INTERFACE_FIRMWARE: Final = SoftwareDescription(
    key="firmware",
    translation_key="interface_firmware",
    part=PartKind.INTERFACE,
    fields=("firmware", "firmware_approved"),
    device_class=UpdateDeviceClass.FIRMWARE,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the software of nodes and interfaces."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PartEntity]:
    for description, part in parts_of(place, (SOFTWARE,)):
        yield NodeSoftware(place, description, part)
    for description, part in parts_of(place, (INTERFACE_FIRMWARE,)):
        yield InterfaceFirmware(place, description, part)


class NodeSoftware(PartEntity, UpdateEntity):
    """Software that installs itself; the installed version is the running process's own."""

    entity_description: SoftwareDescription

    _attr_supported_features = (
        UpdateEntityFeature.INSTALL
        | UpdateEntityFeature.PROGRESS
        | UpdateEntityFeature.RELEASE_NOTES
        | UpdateEntityFeature.SPECIFIC_VERSION
    )

    @override
    def show(self) -> None:
        """Set versions and progress."""
        installed, available = _text(self.read("installed")), _text(self.read("available"))
        progress = self.read("progress")
        self._attr_installed_version = installed
        self._attr_latest_version = available or installed
        self._attr_in_progress = self._running
        self._attr_update_percentage = progress if isinstance(progress, int | float) else None
        self._attr_release_url = _text(self.read("notes_url"))

    @property
    @override
    def in_progress(self) -> bool:
        """Tell whether an installation runs or waits for the end of a take."""
        return self._running

    @override
    async def async_release_notes(self) -> str | None:
        """Return what the node says about the available version, Markdown."""
        return _text(self.read("notes"))

    @override
    async def async_install(self, version: str | None, backup: bool, **kwargs: Any) -> None:
        """Ask the node to install, and see how it ends; a rollback is an error."""
        await self.place.async_perform(InstallFirmware(self.part, version))

    @property
    def _running(self) -> bool:
        return self.read("state") in _RUNNING


class InterfaceFirmware(PartEntity, UpdateEntity):
    """Firmware of an interface, installed against approved; its vendor's tool installs it."""

    entity_description: SoftwareDescription

    @override
    def show(self) -> None:
        """Set the versions."""
        installed = _text(self.read("firmware"))
        self._attr_installed_version = installed
        self._attr_latest_version = _text(self.read("firmware_approved")) or installed


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
