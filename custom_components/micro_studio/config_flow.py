"""Find a node, pair with it, keep its address; the site's policy."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, override
from uuid import uuid4

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_NAME, CONF_PORT, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import voluptuous as vol

from .client.client import DEFAULT_PORT, Address, NodeClient, NodeInfo, Trust
from .client.errors import (
    ApiMismatchError,
    CertificateChangedError,
    ConnectionLostError,
    NodeError,
    NoRouteError,
    NotANodeError,
    PairingClosedError,
    PairingError,
    RefusedError,
    TooManyAttemptsError,
    UnauthorizedError,
    WrongCodeError,
)
from .const import (
    CONF_FINGERPRINT,
    CONF_KIND,
    CONF_KNOWN,
    CONF_TIME_ZONE,
    DOMAIN,
    KIND_SITE,
    SUBENTRY_STUDIO,
    SUBENTRY_WEBHOOK,
)
from .node import address_of, trust_of
from .options_flow import PolicyOptionsFlow
from .studio_flow import StudioSubentryFlow
from .studio_form import async_time_zones
from .webhook_flow import WebhookSubentryFlow

_ADDRESS: Final = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): vol.All(
            vol.Coerce(int), vol.Range(1, 65535)
        ),
    }
)
_CODE: Final = vol.Schema({vol.Required(CONF_CODE): TextSelector()})
_ERRORS: Final[Mapping[type[Exception], str]] = MappingProxyType(
    {
        NoRouteError: "no_route",
        RefusedError: "refused",
        ConnectionLostError: "connection_lost",
        NotANodeError: "not_a_node",
        UnauthorizedError: "not_a_node",
        CertificateChangedError: "certificate_changed",
        ApiMismatchError: "api_mismatch",
        WrongCodeError: "wrong_code",
        PairingClosedError: "pairing_closed",
        TooManyAttemptsError: "too_many_attempts",
        PairingError: "pairing_refused",
    }
)


def error_key(error: NodeError) -> str:
    """Return what to tell the person about an error."""
    return _ERRORS.get(type(error), "connection_lost")


class StudioConfigFlow(ConfigFlow, domain=DOMAIN):
    """Connect a studio node, or set up a site without one."""

    VERSION = 1
    MINOR_VERSION = 1

    _address: Address
    _info: NodeInfo

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether there is a node."""
        return self.async_show_menu(step_id="user", menu_options=["node", "site"])

    async def async_step_site(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Set up a site that has no node; its studios are added to it afterwards."""
        if user_input is not None:
            await self.async_set_unique_id(uuid4().hex)
            return self.async_create_entry(
                title=user_input[CONF_NAME].strip() or self.hass.config.location_name,
                data={CONF_KIND: KIND_SITE, CONF_TIME_ZONE: user_input[CONF_TIME_ZONE]},
            )
        return self.async_show_form(
            step_id="site",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_NAME, default=self.hass.config.location_name): TextSelector(),
                    vol.Required(
                        CONF_TIME_ZONE, default=self.hass.config.time_zone
                    ): await async_time_zones(self.hass),
                }
            ),
        )

    async def async_step_node(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address of a node that was not found by itself."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            address = Address(user_input[CONF_HOST].strip(), user_input[CONF_PORT])
            if await self._look(address, errors, placeholders):
                await self.async_set_unique_id(self._info.id, raise_on_progress=False)
                self._abort_if_configured()
                return await self.async_step_pair()
        return self.async_show_form(
            step_id="node",
            data_schema=self.add_suggested_values_to_schema(_ADDRESS, user_input),
            errors=errors,
            description_placeholders=placeholders,
        )

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take a node that announces itself; what its text says is only a hint."""
        self._address = Address(discovery_info.host, discovery_info.port or DEFAULT_PORT)
        if node_id := discovery_info.properties.get("id"):
            await self.async_set_unique_id(node_id)
            self._abort_if_configured()
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if not await self._look(self._address, errors, placeholders):
            return self.async_abort(reason=errors["base"], description_placeholders=placeholders)
        await self.async_set_unique_id(self._info.id)
        self._abort_if_configured()
        self.context["title_placeholders"] = {"name": self._info.name}
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the node that was found belongs here."""
        if user_input is not None:
            return await self.async_step_pair()
        return self.async_show_form(
            step_id="discovery_confirm",
            description_placeholders={
                "name": self._info.name,
                "site": self._info.site or "-",
                "host": self._address.host,
            },
        )

    async def async_step_pair(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Trade the code that the node shows for a token."""
        errors: dict[str, str] = {}
        if user_input is not None and (trust := await self._pair(user_input[CONF_CODE], errors)):
            return self._finish(trust)
        return self.async_show_form(
            step_id="pair",
            data_schema=_CODE,
            errors=errors,
            description_placeholders={"name": self._info.name, "command": "studio-node pair"},
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Pair again: the node does not know our token, or shows another certificate."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a fresh code."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        placeholders = {"name": entry.title, "command": "studio-node pair"}
        if user_input is not None and await self._look(address_of(entry), errors, placeholders):
            await self.async_set_unique_id(self._info.id)
            self._abort_if_unique_id_mismatch(reason="wrong_node")
            if trust := await self._pair(user_input[CONF_CODE], errors):
                return self._finish(trust)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=_CODE,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the new address of a node that has moved; a site has another time zone."""
        entry = self._get_reconfigure_entry()
        if entry.data.get(CONF_KIND) == KIND_SITE:
            return await self.async_step_reconfigure_site()
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {"name": entry.title}
        if user_input is not None:
            address = Address(user_input[CONF_HOST].strip(), user_input[CONF_PORT])
            if await self._look(address, errors, placeholders, trust_of(entry)):
                await self.async_set_unique_id(self._info.id)
                self._abort_if_unique_id_mismatch(reason="wrong_node")
                return self._finish(trust_of(entry))
            if errors["base"] == "certificate_changed" and await self._look(address, {}, {}):
                await self.async_set_unique_id(self._info.id)
                self._abort_if_unique_id_mismatch(reason="wrong_node")
                return await self.async_step_pair()
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(_ADDRESS, user_input or entry.data),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_reconfigure_site(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the time zone of a site."""
        entry = self._get_reconfigure_entry()
        if user_input is not None:
            return self.async_update_and_abort(entry, data_updates=user_input)
        return self.async_show_form(
            step_id="reconfigure_site",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_TIME_ZONE): await async_time_zones(self.hass)}),
                entry.data,
            ),
            description_placeholders={"name": entry.title},
        )

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow for the site's policy."""
        return PolicyOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flows for one studio and for one webhook."""
        return {SUBENTRY_STUDIO: StudioSubentryFlow, SUBENTRY_WEBHOOK: WebhookSubentryFlow}

    async def _look(
        self,
        address: Address,
        errors: dict[str, str],
        placeholders: dict[str, str],
        trust: Trust | None = None,
    ) -> bool:
        """Find out who answers at an address, or why nobody does."""
        client = NodeClient(async_get_clientsession(self.hass), address, trust)
        try:
            info = await client.info()
        except NodeError as error:
            errors["base"] = error_key(error)
            if isinstance(error, ApiMismatchError):
                placeholders |= {"ours": error.ours, "theirs": error.theirs}
            return False
        self._address, self._info = address, info
        return True

    async def _pair(self, code: str, errors: dict[str, str]) -> Trust | None:
        """Pair with the node that was looked at."""
        client = NodeClient(async_get_clientsession(self.hass), self._address)
        try:
            return await client.pair(code, self.hass.config.location_name)
        except NodeError as error:
            errors["base"] = error_key(error)
            return None

    def _abort_if_configured(self) -> None:
        """End a flow for a node that is known; where it is now is worth knowing."""
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, str(self.unique_id)
        )
        try:
            self._abort_if_unique_id_configured(
                updates={CONF_HOST: self._address.host, CONF_PORT: self._address.port},
                reload_on_update=False,
            )
        finally:
            if entry is not None:
                _seen_again(self, entry)

    def _finish(self, trust: Trust) -> ConfigFlowResult:
        """Create the entry, or bring it up to date."""
        data = {
            CONF_HOST: self._address.host,
            CONF_PORT: self._address.port,
            CONF_FINGERPRINT: trust.fingerprint.hex(),
            CONF_TOKEN: trust.token,
        }
        if self.source not in {SOURCE_REAUTH, SOURCE_RECONFIGURE}:
            return self.async_create_entry(title=self._info.name, data={**data, CONF_KNOWN: []})
        entry = (
            self._get_reauth_entry()
            if self.source == SOURCE_REAUTH
            else self._get_reconfigure_entry()
        )
        loaded = bool(entry.update_listeners)
        result = self.async_update_and_abort(entry, data_updates=data)
        if not loaded:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result


def _seen_again(flow: ConfigFlow, entry: ConfigEntry) -> None:
    """Use the good news: do not wait for the next attempt to connect."""
    if entry.state is ConfigEntryState.LOADED:
        entry.runtime_data.connection.retry_now()
    elif entry.state is ConfigEntryState.SETUP_RETRY:
        flow.hass.config_entries.async_schedule_reload(entry.entry_id)
