"""How a person fixes what `issues` has raised."""

from collections.abc import Callable, Mapping
from typing import Final, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import voluptuous as vol

from .coordinator import Coordinator
from .issues import BINDING_MISSING, CALENDAR_EMPTY, CERTIFICATE_CHANGED, STUDIO_VANISHED
from .sources.bindings import rebound
from .studio_form import selector_of

CONF_ENTITY: Final = "entity"

type IssueData = dict[str, str | int | float | None]


class ConfirmedFlow(RepairsFlow):
    """A fix that one question comes before."""

    def __init__(self, data: IssueData) -> None:
        self._facts = data

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Go on to the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, then fix."""
        if user_input is not None:
            self.fix()
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            description_placeholders={key: str(value) for key, value in self._facts.items()},
        )

    def fix(self) -> None:
        """Do what was confirmed."""
        raise NotImplementedError


class PairAgainFlow(ConfirmedFlow):
    """Pair with a node that shows another certificate."""

    @override
    def fix(self) -> None:
        entry = self.hass.config_entries.async_get_entry(str(self._facts["entry_id"]))
        if entry is not None:
            entry.async_start_reauth(self.hass)


class RemoveStudioFlow(ConfirmedFlow):
    """Remove a studio that its node does not know any more."""

    @override
    def fix(self) -> None:
        entry = self.hass.config_entries.async_get_entry(str(self._facts["entry_id"]))
        subentry_id = str(self._facts["subject"])
        if entry is not None and subentry_id in entry.subentries:
            self.hass.config_entries.async_remove_subentry(entry, subentry_id)


class AcceptEmptyFlow(ConfirmedFlow):
    """Believe a calendar that it has lost all its events."""

    @override
    def fix(self) -> None:
        entry = self.hass.config_entries.async_get_entry(str(self._facts["entry_id"]))
        if entry is not None and entry.state is ConfigEntryState.LOADED:
            coordinator: Coordinator = entry.runtime_data
            coordinator.open_rooms.accept_empty(str(self._facts["subject"]))


class BindAgainFlow(RepairsFlow):
    """Let another entity stand for a part of a studio, or none."""

    def __init__(self, data: IssueData) -> None:
        self._facts = data

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Go on to the choice."""
        return await self.async_step_choose()

    async def async_step_choose(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for another entity; without one, the part goes."""
        if user_input is not None:
            self._bind(user_input.get(CONF_ENTITY))
            return self.async_create_entry(data={})
        role = str(self._facts["role"])
        return self.async_show_form(
            step_id="choose",
            data_schema=vol.Schema({vol.Optional(CONF_ENTITY): selector_of(self.hass, role)}),
            description_placeholders={key: str(value) for key, value in self._facts.items()},
        )

    def _bind(self, entity_id: str | None) -> None:
        entry = self.hass.config_entries.async_get_entry(str(self._facts["entry_id"]))
        if (
            entry is None
            or (subentry := entry.subentries.get(str(self._facts["subentry"]))) is None
        ):
            return
        registered = er.async_get(self.hass).async_get(entity_id) if entity_id else None
        chosen = registered.id if registered else entity_id
        data = rebound(subentry.data, str(self._facts["binding"]), chosen)
        self.hass.config_entries.async_update_subentry(entry, subentry, data=data)


_FLOWS: Final[Mapping[str, Callable[[IssueData], RepairsFlow]]] = {
    CERTIFICATE_CHANGED: PairAgainFlow,
    STUDIO_VANISHED: RemoveStudioFlow,
    CALENDAR_EMPTY: AcceptEmptyFlow,
    BINDING_MISSING: BindAgainFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: IssueData | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    flow = next(flow for kind, flow in _FLOWS.items() if issue_id.startswith(kind))
    return flow(data or {})
