"""How a person fixes what `issues` has raised."""

from typing import override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .issues import CERTIFICATE_CHANGED

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


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: IssueData | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    flow = PairAgainFlow if issue_id.startswith(CERTIFICATE_CHANGED) else RemoveStudioFlow
    return flow(data or {})
