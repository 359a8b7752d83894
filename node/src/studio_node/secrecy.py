"""What must never stand in a log: the last thing that sees every line takes it out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
import logging
import re
from typing import Final, override

HIDDEN: Final = "[secret]"
# A pairing code with its dashes, and anything as long as a token in the alphabet of one.
_SHAPES: Final = re.compile(
    r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}\b"
    r"|(?i:bearer) \S+"
    r"|(?<![\w-])[\w-]{43}(?![\w-])",
    re.ASCII,
)


class Secrecy:
    """The secrets that are about right now."""

    def __init__(self) -> None:
        self._secrets: Counter[str] = Counter()

    def add(self, secret: str) -> None:
        """Keep a text out of the log."""
        if secret:
            self._secrets[secret] += 1

    def discard(self, secret: str) -> None:
        """Stop keeping it out."""
        self._secrets[secret] -= 1
        self._secrets = +self._secrets

    @contextmanager
    def hold(self, secrets: Iterable[str]) -> Iterator[None]:
        """Keep texts out of the log for a while."""
        held = list(secrets)
        for secret in held:
            self.add(secret)
        try:
            yield
        finally:
            for secret in held:
                self.discard(secret)

    def clean(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _SHAPES.sub(HIDDEN, text)


class SecretiveFormatter(logging.Formatter):
    """Cleans the finished line, with everything that tracebacks add to it."""

    def __init__(self, secrecy: Secrecy) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrecy = secrecy

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return self._secrecy.clean(super().format(record))
