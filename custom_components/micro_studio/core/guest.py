"""Who comes: personal data, which never enters a state, an event or a log."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What a booking tells of its guest; text that is not known is empty."""

    reference: str = ""  # what the source calls them: safe to show, it names nobody
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    party_size: int | None = None
    language: str = ""  # BCP 47

    def is_also(self, other: "Guest") -> bool:
        """Tell whether two sources mean the same person: any proof of it does."""
        pairs = (
            (self.email, other.email),
            (_number(self.phone), _number(other.phone)),
            (self.name, other.name),
        )
        return any(mine and mine.casefold() == theirs.casefold() for mine, theirs in pairs)


NOBODY: Final = Guest()
_WHOLE_NUMBER: Final = 7  # digits; some feeds tell only the last four


def _number(phone: str) -> str:
    """Compare numbers, not the way they are written; the last digits alone prove nothing."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    return digits if len(digits) >= _WHOLE_NUMBER else ""
