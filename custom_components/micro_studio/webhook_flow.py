"""One webhook: for a booking system that tells us of its bookings."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .sources.intake.delivery import Format
from .sources.intake.signature import HEADERS
from .sources.intake.subscription import (
    CONF_FORMAT,
    CONF_SECRET,
    CONF_USER_ID,
    Subscription,
    new_secret,
)

CONF_RENEW: Final = "renew_secret"

_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_LABEL: Final = vol.Schema({vol.Required(CONF_NAME): TextSelector()})
_USER: Final = _LABEL.extend(
    {
        vol.Required(CONF_FORMAT, default=Format.NEUTRAL.value): SelectSelector(
            SelectSelectorConfig(
                options=[kind.value for kind in Format],
                translation_key="webhook_format",
                mode=SelectSelectorMode.LIST,
            )
        ),
    }
)
_ACCOUNT: Final = vol.Schema(
    {vol.Required(CONF_USER_ID): TextSelector(), vol.Required(CONF_SECRET): _PASSWORD}
)
_RECONFIGURE: Final = _LABEL.extend({vol.Required(CONF_RENEW, default=False): BooleanSelector()})
_RECONFIGURE_ACUITY: Final = _LABEL.extend(
    {
        vol.Required(CONF_USER_ID): TextSelector(),
        vol.Optional(CONF_SECRET): _PASSWORD,  # left empty, the key stays
    }
)


class WebhookSubentryFlow(ConfigSubentryFlow):
    """Make an address for a booking system, and show what has to be entered there."""

    _label: str
    _subscription: Subscription

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what the webhook is called and whose words it speaks."""
        errors: dict[str, str] = {}
        if user_input is not None and self._take_label(user_input, errors):
            kind = Format(user_input[CONF_FORMAT])
            self._subscription = Subscription(
                webhook_id=webhook.async_generate_id(),
                secret="" if kind is Format.ACUITY else new_secret(),
                format=kind,
            )
            if kind is Format.ACUITY:
                return await self.async_step_account()
            return await self.async_step_secret()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_USER, user_input),
            errors=errors,
        )

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the account whose key signs, and opens the appointments."""
        errors: dict[str, str] = {}
        if user_input is not None and self._take_account(user_input, errors):
            return await self.async_step_address()
        return self.async_show_form(
            step_id="account",
            data_schema=self.add_suggested_values_to_schema(_ACCOUNT, _without_key(user_input)),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the label or the secret, and show the address again."""
        subentry = self._get_reconfigure_subentry()
        stored = Subscription.load(subentry.data)
        acuity = stored.format is Format.ACUITY
        errors: dict[str, str] = {}
        if user_input is not None and self._take_label(user_input, errors):
            self._subscription = stored
            if user_input.get(CONF_RENEW):
                self._subscription = replace(stored, secret=new_secret())
                return await self.async_step_secret()
            if not acuity or self._take_account(user_input, errors):
                return await self.async_step_address()
        shown = {CONF_NAME: subentry.title, CONF_USER_ID: stored.user_id}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                _RECONFIGURE_ACUITY if acuity else _RECONFIGURE, _without_key(user_input) or shown
            ),
            errors=errors,
        )

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show where deliveries go to; the secret is known already."""
        return self._finish() if user_input is not None else self._show("address")

    async def async_step_secret(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show where deliveries go to, and the new secret: it is shown only here."""
        return self._finish() if user_input is not None else self._show("secret")

    def _show(self, step: str) -> SubentryFlowResult:
        """Show what has to be entered in the booking system, and what keeps it from working."""
        url, problem = _address(self.hass, self._subscription.webhook_id)
        placeholders = {
            "name": self._label,
            "url": url,
            "header": HEADERS[self._subscription.format],
        }
        if step == "secret":
            placeholders["secret"] = self._subscription.secret
        return self.async_show_form(
            step_id=step,
            data_schema=vol.Schema({}),
            errors={"base": problem} if problem else None,
            description_placeholders=placeholders,
        )

    def _finish(self) -> SubentryFlowResult:
        """Create the webhook, or bring it up to date."""
        data = self._subscription.dump()
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=self._label, data=data
            )
        return self.async_create_entry(
            title=self._label, data=data, unique_id=self._subscription.webhook_id
        )

    def _take_label(self, user_input: dict[str, Any], errors: dict[str, str]) -> bool:
        """Take what the webhook is called."""
        self._label = user_input[CONF_NAME].strip()
        if not self._label:
            errors[CONF_NAME] = "no_name"
        return bool(self._label)

    def _take_account(self, user_input: dict[str, Any], errors: dict[str, str]) -> bool:
        """Take Acuity's account; a key that is not typed in stays as it is."""
        user_id = user_input[CONF_USER_ID].strip()
        key = user_input.get(CONF_SECRET, self._subscription.secret).strip()
        if not (user_id.isascii() and user_id.isdigit()):
            errors[CONF_USER_ID] = "no_user_id"
        if not key:
            errors[CONF_SECRET] = "no_key"
        self._subscription = replace(self._subscription, user_id=user_id, secret=key)
        return not errors


def _address(hass: HomeAssistant, webhook_id: str) -> tuple[str, str | None]:
    """Return the address of a webhook, and why nobody on the internet can use it."""
    path = webhook.async_generate_path(webhook_id)
    try:
        return f"{get_url(hass, allow_internal=False, allow_ip=False)}{path}", None
    except NoURLAvailableError:
        pass
    try:
        return f"{get_url(hass, allow_external=False)}{path}", "only_local"
    except NoURLAvailableError:
        return path, "no_address"


def _without_key(user_input: dict[str, Any] | None) -> dict[str, Any]:
    """Return what was typed in, to be shown again; a key never is."""
    return {name: value for name, value in (user_input or {}).items() if name != CONF_SECRET}
