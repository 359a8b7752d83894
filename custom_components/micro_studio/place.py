"""Where entities stand: a device, the boards of its parts, and a way to ask them for something."""

from collections.abc import Callable, Iterator

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo

from .const import DOMAIN
from .core.requests import PartRequest
from .sources.base import RequestError, Source
from .sources.board import Board

type _Watch = Callable[[Board], Callable[[], None]]


class Place:
    """A node, a site or a studio."""

    def __init__(
        self, hass: HomeAssistant, *, key: str, device: dr.DeviceEntry, subentry_id: str | None
    ) -> None:
        self.hass = hass
        self.key = key
        self.subentry_id = subentry_id
        self._device = device
        self._sources: list[Source] = []
        self._how: dict[object, _Watch] = {}  # by what was asked for, one each
        self._watches: dict[object, dict[Board, Callable[[], None]]] = {}
        self._fitters: dict[CALLBACK_TYPE, None] = {}

    @property
    def device_id(self) -> str:
        """Return the device in the registry."""
        return self._device.id

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return where the facts about this place come from."""
        return tuple(self._sources)

    @property
    def boards(self) -> tuple[Board, ...]:
        """Return what the parts last reported, a board for each source."""
        return tuple(source.board for source in self._sources)

    @property
    def available(self) -> bool:
        """Tell whether anything that tells how the place is can be heard."""
        return any(source.live and source.board.available for source in self._sources)

    @property
    def identifiers(self) -> frozenset[tuple[str, str]]:
        """Return what identifies the device and those of all parts that are fitted."""
        own = frozenset((DOMAIN, f"{self.key}_{part}") for part in self.parts())
        return own | frozenset(self._device.identifiers)

    @property
    def device_info(self) -> DeviceInfo:
        """Return the reference to the device; the coordinator has registered it."""
        return DeviceInfo(identifiers=self._device.identifiers)

    @callback
    def attach(self, source: Source) -> None:
        """Take facts from a source, too."""
        self._sources.append(source)
        for asked, watch in self._how.items():
            self._watches[asked][source.board] = watch(source.board)
        for fitted in tuple(self._fitters):  # its parts are on the board already
            fitted()

    @callback
    def detach(self, source: Source) -> None:
        """Take no more facts from a source."""
        self._sources.remove(source)
        for ends in self._watches.values():
            ends.pop(source.board)()

    def parts(self) -> Iterator[str]:
        """Yield the names of the parts that are fitted."""
        for board in self.boards:
            yield from board

    def source_of(self, part: str) -> Source | None:
        """Return the source that a part belongs to."""
        return next((source for source in self._sources if part in source.board), None)

    def board_of(self, part: str) -> Board:
        """Return the board that a part is on."""
        return next(board for board in self.boards if part in board)

    @callback
    def watch_availability(self, change: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``change`` when a source comes or goes."""
        return self._watch(lambda board: board.watch_availability(change))

    @callback
    def watch_fittings(self, change: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``change`` when a part or a field is fitted or taken away, or a source is added."""
        self._fitters[change] = None
        end = self._watch(lambda board: board.watch_fittings(change))

        def stop() -> None:
            self._fitters.pop(change, None)
            end()

        return stop

    def _watch(self, watch: _Watch) -> CALLBACK_TYPE:
        """Watch all boards, those included that are attached later."""
        asked = object()
        self._how[asked] = watch
        self._watches[asked] = {board: watch(board) for board in self.boards}

        def end() -> None:
            self._how.pop(asked, None)
            for stop in self._watches.pop(asked, {}).values():
                stop()

        return end

    def part_device(self, part: str) -> ChildDeviceInfo:
        """Return the device of a part that people see as a thing of its own."""
        kind, _, key = part.partition("/")
        named = sum(other.partition("/")[0] == kind for other in self.parts()) > 1
        label = self.board_of(part).get(part, "label")
        name = label if isinstance(label, str) else key.replace("_", " ").title()
        return ChildDeviceInfo(
            identifiers={(DOMAIN, f"{self.key}_{part}")},
            parent_device_id=self._device.id,
            translation_key=f"{kind}_named" if named else kind,
            translation_placeholders={"name": name} if named else {},
        )

    async def async_perform(self, request: PartRequest) -> None:
        """Ask a part for something and wait until it reports that it is done."""
        source = self.source_of(request.part)
        if source is None or not source.board.available:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="request_offline")
        try:
            await source.perform(request)
        except RequestError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=f"request_{error.reason}",
                translation_placeholders={"detail": error.detail},
            ) from None
