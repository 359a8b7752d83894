"""The context of telemetry: values that nobody caused share one."""

from time import monotonic
from typing import Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.singleton import singleton

from .const import DOMAIN

_RENEWAL: Final = 5.0  # s; Home Assistant itself takes a context for the cause no longer


class TelemetryContext:
    """
    One context for the telemetry of some seconds.

    A write with a context of its own leaves a cycle (`Context.origin_event`, `Event.context`);
    collecting it takes about as long as the write did.
    """

    def __init__(self) -> None:
        self._context = Context()
        self._until = monotonic() + _RENEWAL

    def current(self) -> Context:
        """Return the context of this moment."""
        if (now := monotonic()) >= self._until:
            self._context = Context()
            self._until = now + _RENEWAL
        return self._context


@singleton(f"{DOMAIN}_telemetry")
def telemetry_context(hass: HomeAssistant) -> TelemetryContext:
    """Return the context that all telemetry of this Home Assistant shares."""
    return TelemetryContext()
