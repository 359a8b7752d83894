"""Names that several modules of the integration share."""

import logging
from typing import Final

DOMAIN: Final = "micro_studio"
LOGGER: Final = logging.getLogger(__package__)
MANUFACTURER: Final = "Micro-Studio Network"

SUBENTRY_STUDIO: Final = "studio"

CONF_FINGERPRINT: Final = "fingerprint"
CONF_KNOWN: Final = "known"  # ids of all studios ever added: one without a subentry was removed
CONF_POLICY: Final = "policy"
CONF_KIND: Final = "kind"  # of an entry; one without is a node's
CONF_ALIASES: Final = "aliases"  # names of a studio in booking systems
CONF_AREA: Final = "area"
CONF_CALENDAR: Final = "calendar"
CONF_PATTERNS: Final = "patterns"
CONF_TIME_ZONE: Final = "time_zone"
CONF_KIT: Final = "kit"
CONF_OPENING_HOURS: Final = "opening_hours"
KIND_SITE: Final = "site"
SUBENTRY_WEBHOOK: Final = "webhook"
CONF_INSTALL_BLUEPRINTS: Final = "install_blueprints"
