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
CONF_INSTALL_BLUEPRINTS: Final = "install_blueprints"
