"""The site's policy, and whether the shipped blueprints are installed."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
)
import voluptuous as vol

from .const import CONF_INSTALL_BLUEPRINTS, CONF_POLICY
from .core.errors import PolicyError
from .core.policy import CHECKLIST, COUNTS, MINUTE, TIMES, USUAL_CHECKLIST, WARNINGS, Limits, Policy
from .core.studio import LightMode

# Section of the form: fields of the policy.
SECTIONS: Final = {
    "access": (
        "early_access",
        "close_after",
        "no_show_after",
        "release_no_show",
        "presence_checks_in",
        "door_checks_in",
    ),
    "bookings": ("hold_expiry", "holds_block", "walk_up_length"),
    "buffers": ("setup_buffer", "turnover_buffer", "turnover_checklist"),
    "session": (
        "ending_warnings",
        "overrun_grace",
        "extension_step",
        "max_extensions",
        "end_early_rounding",
        "next_guest_horizon",
    ),
    "light": ("light_mode",),
}
_LIMITS: Final = {limits.name: limits for limits in (*TIMES, *COUNTS)}
_WARNING_CHOICES: Final = ("2", "5", "10", "15", "30")


class PolicyOptionsFlow(OptionsFlow):
    """Change the rules that apply to all studios of the site."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the policy in sections; everything has a sensible default."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                policy = _read(user_input)
                Policy().with_overrides(policy)
            except PolicyError, ValueError:
                errors["base"] = "invalid_policy"
            else:
                return self.async_create_entry(
                    data={
                        CONF_POLICY: policy,
                        CONF_INSTALL_BLUEPRINTS: user_input[CONF_INSTALL_BLUEPRINTS],
                    }
                )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _schema(), user_input or _shown(self.config_entry.options)
            ),
            errors=errors,
        )


def _schema() -> vol.Schema:
    fields: dict[vol.Marker, Any] = {
        vol.Required(name): section(
            vol.Schema({vol.Required(field): policy_selector(field) for field in fields}),
            {"collapsed": name != "access"},
        )
        for name, fields in SECTIONS.items()
    }
    fields[vol.Required(CONF_INSTALL_BLUEPRINTS, default=False)] = BooleanSelector()
    return vol.Schema(fields)


def policy_selector(field: str) -> Selector[Any]:
    """Return how a field of the policy is asked for."""
    if limits := _LIMITS.get(field):
        return _number(limits)
    if field == WARNINGS.name:
        return SelectSelector(
            SelectSelectorConfig(options=list(_WARNING_CHOICES), multiple=True, custom_value=True)
        )
    if field == CHECKLIST:
        return SelectSelector(
            SelectSelectorConfig(
                options=[*USUAL_CHECKLIST],
                multiple=True,
                custom_value=True,
                translation_key=CHECKLIST,
            )
        )
    if field == "light_mode":
        return SelectSelector(
            SelectSelectorConfig(
                options=[mode.value for mode in LightMode], translation_key="light_mode"
            )
        )
    return BooleanSelector()


def _number(limits: Limits) -> NumberSelector:
    config = NumberSelectorConfig(
        min=limits.least, max=limits.most, step=1, mode=NumberSelectorMode.BOX
    )
    if limits in TIMES:
        config["unit_of_measurement"] = UnitOfTime.MINUTES
    return NumberSelector(config)


def _read(user_input: dict[str, Any]) -> dict[str, Any]:
    """Return the policy of a filled form, flat."""
    policy = {field: user_input[name][field] for name in SECTIONS for field in SECTIONS[name]}
    policy[WARNINGS.name] = [float(minutes) for minutes in policy[WARNINGS.name]]
    return policy


def _shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows before anything is changed."""
    policy = Policy().with_overrides(options.get(CONF_POLICY, {}))
    shown: dict[str, Any] = {
        name: {field: _value(policy, field) for field in fields}
        for name, fields in SECTIONS.items()
    }
    shown[CONF_INSTALL_BLUEPRINTS] = options.get(CONF_INSTALL_BLUEPRINTS, False)
    return shown


def _value(policy: Policy, field: str) -> object:
    value = getattr(policy, field)
    if field == WARNINGS.name:
        return [f"{warning / MINUTE:g}" for warning in value]
    if field == CHECKLIST:
        return [*value]
    return value / MINUTE if _LIMITS.get(field) in TIMES else value
