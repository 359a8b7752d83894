"""One studio: make it of what Home Assistant has, add to what its node has, see its bookings."""

from typing import Any
from uuid import uuid4

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectOptionDict, SelectSelector, SelectSelectorConfig
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import CONF_CALENDAR, CONF_KIND, CONF_PATTERNS, CONF_TIME_ZONE, KIND_SITE
from .coordinator import StudioConfigEntry
from .core.guest_fields import Patterns
from .node import NodeCoordinator
from .preview import preview_text
from .sources.base import RequestError
from .sources.calendar import async_preview
from .studio_form import FormError, async_schema, from_form, to_form

CONF_STUDIO = "studio"


class StudioSubentryFlow(ConfigSubentryFlow):
    """Nothing is saved before the next bookings have been shown as they will be understood."""

    _title: str
    _data: dict[str, Any]

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Make a studio of a site, or add one of a node again that was removed."""
        entry: StudioConfigEntry = self._get_entry()
        if entry.data.get(CONF_KIND) == KIND_SITE:
            return await self.async_step_details(user_input)
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        coordinator = entry.runtime_data
        removed = coordinator.studios.removed if isinstance(coordinator, NodeCoordinator) else {}
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

    async def async_step_details(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the studio is made of."""
        return await self._async_ask("details", user_input, {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the studio is made of now."""
        subentry = self._get_reconfigure_subentry()
        shown = to_form(self.hass, subentry.title, dict(subentry.data))
        return await self._async_ask("reconfigure", user_input, shown)

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the next bookings as they will be understood, then save."""
        if user_input is not None:
            return self._finish()
        text, errors = "", {}
        try:
            text = await self._async_preview()
        except RequestError as error:
            errors["base"] = error.reason
        return self.async_show_form(
            step_id="preview",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={"bookings": text},
        )

    async def _async_preview(self) -> str:
        calendar, name = self._data[CONF_CALENDAR], self._data.get(CONF_TIME_ZONE)
        named = await dt_util.async_get_time_zone(name) if name else None
        zone = named or dt_util.get_default_time_zone()
        registered = er.async_get(self.hass).async_get(calendar)
        reading = await async_preview(
            self.hass,
            calendar if registered is None else registered.entity_id,
            zone,
            Patterns.compile(self._data.get(CONF_PATTERNS, ())),
            dt_util.utcnow(),
        )
        return preview_text(reading, zone)

    async def _async_ask(
        self, step: str, user_input: dict[str, Any] | None, shown: dict[str, Any]
    ) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        again = self.source == SOURCE_RECONFIGURE
        kept = self._get_reconfigure_subentry().data if again else {}
        if user_input is not None:
            try:
                self._title, data = from_form(self.hass, user_input, kept)
            except FormError as error:
                errors, placeholders = dict(error.errors), dict(error.placeholders)
            else:
                self._data = data
                return await self._async_previewed()
        site = self._get_entry().data.get(CONF_KIND) == KIND_SITE
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                await async_schema(self.hass, site=site), user_input or shown
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_previewed(self) -> SubentryFlowResult:
        """Go on to the preview where there is a calendar to look at."""
        if self._data.get(CONF_CALENDAR):
            return await self.async_step_preview()
        return self._finish()

    def _finish(self) -> SubentryFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            return self.async_update_and_abort(
                self._get_entry(), subentry, title=self._title, data=self._data
            )
        return self.async_create_entry(title=self._title, data=self._data, unique_id=uuid4().hex)
