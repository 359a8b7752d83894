"""One studio: add a removed one again, give it another name."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from .coordinator import StudioConfigEntry

CONF_STUDIO = "studio"


class StudioSubentryFlow(ConfigSubentryFlow):
    """Studios of a node come by themselves; this flow is for what a person wants otherwise."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a studio again that was removed."""
        entry: StudioConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        removed = entry.runtime_data.studios.removed
        if not removed:
            return self.async_abort(reason="nothing_removed")
        if user_input is not None:
            studio = user_input[CONF_STUDIO]
            return self.async_create_entry(title=removed[studio], data={}, unique_id=studio)
        options = [SelectOptionDict(value=key, label=name) for key, name in removed.items()]
        return self.async_show_form(
            step_id="user",
            data_schema=vol.Schema(
                {vol.Required(CONF_STUDIO): SelectSelector(SelectSelectorConfig(options=options))}
            ),
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Give the studio another name."""
        subentry = self._get_reconfigure_subentry()
        if user_input is not None:
            return self.async_update_and_abort(
                self._get_entry(), subentry, title=user_input[CONF_NAME]
            )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_NAME): TextSelector()}), {CONF_NAME: subentry.title}
            ),
        )
