"""A private file of Home Assistant's storage that keeps nothing to itself."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.core import CoreState
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util.json import load_json

from ..core.document import Node
from ..core.errors import PersistError

_ABSENT: Final[dict[str, Any]] = {}


class CandidStore[T: Mapping[str, Any]](Store[T]):
    """A store that tells when the disk refuses, and never takes a broken file for none."""

    failed = False

    @override
    async def async_load(self) -> T | None:
        """
        Read the file; None if there is none.

        Home Assistant puts a file that is no JSON aside and begins anew; here it stays.

        Raises:
            PersistError: it is broken.

        """
        await self.hass.async_add_executor_job(self._look)
        try:
            return await super().async_load()
        except UnsupportedStorageVersionError as error:
            raise PersistError(self.key, "is of a later version") from error

    async def async_save_now(self, data: T) -> bool:
        """Write at once; tell whether it worked."""
        if self.hass.state is CoreState.stopping:
            return False  # it would be put off to a moment at which nobody hears of a failure
        await self.async_save(data)
        return not self.failed

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        self.failed = True
        await super()._async_write_data(data)
        self.failed = False

    def _look(self) -> None:
        try:
            document = load_json(self.path, _ABSENT)
        except HomeAssistantError as error:
            raise PersistError(self.key, "cannot be read") from error
        if document is not _ABSENT:
            stored = Node(place=self.key, value=document)
            stored.integer("version")
            stored.child("data")
