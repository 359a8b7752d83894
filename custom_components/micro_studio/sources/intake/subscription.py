"""What a webhook's subentry holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import secrets
from typing import Any, Final, Self

from homeassistant.const import CONF_WEBHOOK_ID

from .delivery import Format

CONF_FORMAT: Final = "format"
CONF_SECRET: Final = "secret"  # noqa: S105 - the name of a field
CONF_USER_ID: Final = "user_id"
_SECRET: Final = 32  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One webhook: where it listens, whose words it speaks, and the secret that signs them."""

    webhook_id: str = field(repr=False)  # who knows it may knock
    secret: str = field(repr=False)  # Acuity signs with the account's API key
    format: Format = Format.NEUTRAL
    user_id: str = ""  # Acuity's

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Read the data of a subentry."""
        return cls(
            webhook_id=data[CONF_WEBHOOK_ID],
            secret=data[CONF_SECRET],
            format=Format(data[CONF_FORMAT]),
            user_id=data.get(CONF_USER_ID, ""),
        )

    def dump(self) -> dict[str, Any]:
        """Write the data of a subentry."""
        data: dict[str, Any] = {
            CONF_WEBHOOK_ID: self.webhook_id,
            CONF_SECRET: self.secret,
            CONF_FORMAT: self.format.value,
        }
        return data | ({CONF_USER_ID: self.user_id} if self.user_id else {})


def new_secret() -> str:
    """Return a secret that nobody guesses, in signs that every form takes."""
    return secrets.token_hex(_SECRET)
