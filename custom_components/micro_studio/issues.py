"""What a person has to repair; one method per kind of trouble, raised and cleared here only."""

from collections.abc import Mapping
from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .sources.home import Missing

API_MISMATCH = "api_mismatch"
CERTIFICATE_CHANGED = "certificate_changed"
CLOCK_OFFSET = "clock_offset"
STUDIO_VANISHED = "studio_vanished"
BINDING_MISSING = "binding_missing"
CALENDAR_EMPTY = "calendar_empty"


class Issues:
    """The repairs of one entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    @callback
    def api_mismatch(self, ours: str, theirs: str) -> None:
        """Say which of the two ends is too old."""
        self._raise(API_MISMATCH, ours=ours, theirs=theirs)

    @callback
    def certificate_changed(self, expected: str, seen: str) -> None:
        """Say that somebody else may be answering; fixing it means to pair again."""
        self._raise(CERTIFICATE_CHANGED, fixable=True, expected=expected[:16], seen=seen[:16])

    @callback
    def clock_offset(self, seconds: float) -> None:
        """Say that times of bookings and codes will be wrong."""
        self._raise(CLOCK_OFFSET, seconds=str(round(seconds)))

    @callback
    def studios_vanished(self, studios: Mapping[str, str]) -> None:
        """Say which studios, subentry to name, the node does not know; fixing removes one."""
        current = {self._id(STUDIO_VANISHED, subject) for subject in studios}
        for issue_id in self._standing(self._id(STUDIO_VANISHED)) - current:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        for subject, name in studios.items():
            self._raise(STUDIO_VANISHED, fixable=True, subject=subject, studio=name)

    @callback
    def bindings_missing(self, subentry: ConfigSubentry, missing: Mapping[str, Missing]) -> None:
        """Say which entities that stand for a studio's parts are gone; fixing binds others."""
        prefix = self._id(BINDING_MISSING, subentry.subentry_id)
        current = {f"{prefix}_{binding}" for binding in missing}
        for issue_id in self._standing(prefix) - current:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        for binding, gone in missing.items():
            self._raise(
                BINDING_MISSING,
                fixable=True,
                subject=f"{subentry.subentry_id}_{binding}",
                data={"subentry": subentry.subentry_id, "binding": binding, "role": gone.role},
                name=subentry.title,
                entity=gone.entity_id,
                part=gone.name,
            )

    @callback
    def calendar_empty(self, subentry: ConfigSubentry, calendar: str, *, empty: bool) -> None:
        """Say that a calendar lost all its events at once; fixing says that it is really so."""
        subject = subentry.subentry_id
        if not empty:
            ir.async_delete_issue(self._hass, DOMAIN, self._id(CALENDAR_EMPTY, subject))
            return
        self._raise(
            CALENDAR_EMPTY, fixable=True, subject=subject, name=subentry.title, calendar=calendar
        )

    @callback
    def forget(self, subentry: ConfigSubentry) -> None:
        """Take back what a studio is made of wrongly: it was removed."""
        self.bindings_missing(subentry, {})
        self.calendar_empty(subentry, "", empty=False)

    @callback
    def clear(self, kind: str) -> None:
        """Take an issue back."""
        ir.async_delete_issue(self._hass, DOMAIN, self._id(kind))

    @callback
    def clear_connection(self) -> None:
        """Take back what a good connection disproves."""
        for kind in (API_MISMATCH, CERTIFICATE_CHANGED):
            self.clear(kind)

    @callback
    def clear_all(self) -> None:
        """Take everything back: the entry is removed."""
        for issue_id in self._standing(f"_{self._entry.entry_id}"):
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)

    def _standing(self, part: str) -> set[str]:
        """Return the issues whose id holds this."""
        issues = ir.async_get(self._hass).issues
        return {issue for domain, issue in issues if domain == DOMAIN and part in issue}

    def _id(self, kind: str, subject: str = "") -> str:
        return f"{kind}_{self._entry.entry_id}" + (f"_{subject}" if subject else "")

    def _raise(
        self,
        kind: str,
        *,
        fixable: bool = False,
        subject: str = "",
        data: Mapping[str, str] = MappingProxyType({}),
        **placeholders: str,
    ) -> None:
        placeholders = {"name": self._entry.title, **placeholders}
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(kind, subject),
            is_fixable=fixable,
            severity=ir.IssueSeverity.ERROR,
            translation_key=kind,
            translation_placeholders=placeholders,
            data={"entry_id": self._entry.entry_id, "subject": subject, **placeholders, **data},
        )
