"""Where entities stand: a device, the board of its parts, and a way to ask them for something."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo

from .const import DOMAIN
from .core.requests import PartRequest
from .sources.base import RequestError, Source
from .sources.board import Board


class Place:
    """A node or a studio."""

    def __init__(
        self,
        hass: HomeAssistant,
        source: Source,
        *,
        key: str,
        device: dr.DeviceEntry,
        subentry_id: str | None,
    ) -> None:
        self.hass = hass
        self.key = key
        self.subentry_id = subentry_id
        self._source = source
        self._device = device

    @property
    def device_id(self) -> str:
        """Return the device in the registry."""
        return self._device.id

    @property
    def board(self) -> Board:
        """Return what the parts last reported."""
        return self._source.board

    @property
    def identifiers(self) -> frozenset[tuple[str, str]]:
        """Return what identifies the device and those of all parts that are fitted."""
        own = frozenset((DOMAIN, f"{self.key}_{part}") for part in self.board)
        return own | frozenset(self._device.identifiers)

    @property
    def device_info(self) -> DeviceInfo:
        """Return the reference to the device; the coordinator has registered it."""
        return DeviceInfo(identifiers=self._device.identifiers)

    def part_device(self, part: str) -> ChildDeviceInfo:
        """Return the device of a part that people see as a thing of its own."""
        kind, _, key = part.partition("/")
        named = sum(other.partition("/")[0] == kind for other in self.board) > 1
        return ChildDeviceInfo(
            identifiers={(DOMAIN, f"{self.key}_{part}")},
            parent_device_id=self._device.id,
            translation_key=f"{kind}_named" if named else kind,
            translation_placeholders={"name": key.replace("_", " ").title()} if named else {},
        )

    async def async_perform(self, request: PartRequest) -> None:
        """Ask a part for something and wait until it reports that it is done."""
        if not self.board.available:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="request_offline")
        try:
            await self._source.perform(request)
        except RequestError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=f"request_{error.reason}",
                translation_placeholders={"detail": error.detail},
            ) from None
