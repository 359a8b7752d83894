"""
Who comes, read from the free text of a calendar event.

Booking systems write `Field: value` lines in the studio's language; a source's own expressions win
over them. What is not found is empty, never guessed: a title is no name, and of two bare addresses
none is taken.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Final, Self

from .errors import CoreError
from .guest import Guest
from .guest_labels import HOST_LINE, labelled, plain
from .guest_values import (
    bare_email,
    bare_phone,
    emails,
    hold,
    read_email,
    read_language,
    read_name,
    read_needs,
    read_party_size,
    read_phone,
    read_reference,
    read_tentative,
    read_title,
)

LONGEST_TEXT: Final = 10_000  # of a description; the rest is not read
LONGEST_PATTERN: Final = 500
MOST_PATTERNS: Final = 20

# What a group of a source's own expression may be called.
GROUPS: Final = frozenset(
    {"name", "phone", "email", "party_size", "language", "reference", "status", "needs", "title"}
)


class PatternFault(StrEnum):
    """Why a line is no pattern."""

    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    BAD_EXPRESSION = "bad_expression"
    NO_FIELD = "no_field"  # no group is called like a field
    UNKNOWN_FIELD = "unknown_field"
    NESTED_REPEAT = "nested_repeat"  # could take longer than anybody lives


class PatternError(CoreError):
    """A line of a source's own patterns cannot be used."""

    def __init__(self, line: int, reason: PatternFault, detail: str = "") -> None:
        """Keep line, reason and what is wrong, so that a form can show them."""
        super().__init__(f"line {line}: {reason} {detail}".rstrip())
        self.line = line
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Patterns:
    """A source's own expressions, the first one that finds something wins."""

    expressions: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def compile(cls, texts: Iterable[str]) -> Self:
        """
        Read one expression a line; empty lines are none.

        Raises:
            PatternError: a line is no expression with a known group, or a dangerous one.

        """
        lines = [(line, text) for line, text in enumerate(texts, 1) if text.strip()]
        if len(lines) > MOST_PATTERNS:
            raise PatternError(lines[MOST_PATTERNS][0], PatternFault.TOO_MANY, f"> {MOST_PATTERNS}")
        return cls(expressions=tuple(_expression(line, text.strip()) for line, text in lines))


NO_PATTERNS: Final = Patterns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What an event says."""

    guest: Guest
    needs: frozenset[str] = frozenset()
    tentative: bool | None = None  # None: it does not say
    title: str = ""


def read_fields(
    title: str, description: str, location: str, patterns: Patterns = NO_PATTERNS
) -> Fields:
    """Read an event: its source's own expressions first, then known labels, then bare addresses."""
    headline = " ".join(title[:LONGEST_TEXT].split())
    texts = (headline, plain(description[:LONGEST_TEXT]), plain(location[:LONGEST_TEXT]))
    found = _Found()
    found.search(patterns, "\n".join(texts))
    for text in texts:
        found.read(text)
    first, last = found.first("first_name", read_name), found.first("last_name", read_name)
    both = f"{first} {last}" if first and last else None
    guest = Guest(
        reference=found.first("reference", read_reference) or "",
        name=found.first("name", read_name) or both or "",
        phone=found.first("phone", read_phone) or bare_phone(texts),
        email=found.first("email", read_email) or bare_email(texts, found.hosts),
        party_size=found.first("party_size", read_party_size),
        language=found.first("language", read_language) or "",
    )
    return Fields(
        guest=guest,
        needs=found.first("needs", read_needs) or frozenset(),
        tentative=hold(headline, told=found.first("status", read_tentative)),
        title=found.first("title", read_title) or headline,
    )


def _expression(line: int, text: str) -> re.Pattern[str]:
    """Compile an expression; upper and lower case are the same, `^` and `$` mean lines."""
    if len(text) > LONGEST_PATTERN:
        raise PatternError(line, PatternFault.TOO_LONG, f"> {LONGEST_PATTERN}")
    try:
        expression = re.compile(text, re.IGNORECASE | re.MULTILINE)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise PatternError(line, PatternFault.BAD_EXPRESSION, str(error)) from error
    names = set(expression.groupindex)
    if unknown := sorted(names - GROUPS):
        raise PatternError(line, PatternFault.UNKNOWN_FIELD, unknown[0])
    if not names:
        raise PatternError(line, PatternFault.NO_FIELD, text)
    if repeated := _nested_repeat(text):
        raise PatternError(line, PatternFault.NESTED_REPEAT, repeated)
    return expression


_SIGN: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[P<=!:a-zA-Z-]*|\{\d*,?\d*\}|.", re.DOTALL
)
_REPEATS: Final = re.compile(r"[*+]|\{\d*,?\d*\}")
_VARIES: Final = re.compile(r"[*+?|]|\{\d*,\d*\}")


def _nested_repeat(text: str) -> str:
    """
    Return a repeated group that holds a repeat or a choice, such as `(a+)+`, if there is one.

    Such a group may fit the same text in a number of ways that doubles with each letter.
    """
    signs = [match[0] for match in _SIGN.finditer(text)]
    open_groups: list[tuple[int, bool]] = []  # where it starts, whether it varies inside
    varies, start = False, 0
    for place, sign in enumerate(signs):
        if sign.startswith("("):
            open_groups.append((start, varies))
            varies, start = False, place
        elif sign == ")" and open_groups:
            repeated = place + 1 < len(signs) and _REPEATS.fullmatch(signs[place + 1])
            if varies and repeated:
                return "".join(signs[start : place + 2])
            start, outer = open_groups.pop()
            varies = varies or outer
        else:
            varies = varies or _VARIES.fullmatch(sign) is not None
    return ""


@dataclass(slots=True)
class _Found:
    """The raw texts for each field, best first."""

    raw: dict[str, list[str]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)  # addresses of the studio's own side

    def search(self, patterns: Patterns, text: str) -> None:
        """Note what the source's own expressions find."""
        for expression in patterns.expressions:
            if match := expression.search(text):
                for name, value in match.groupdict().items():
                    self._add(name, value or "")

    def read(self, text: str) -> None:
        """Note what stands behind the labels of a text."""
        persons: list[str] = []
        for name, lines in labelled(text):
            if name == "people":
                persons += self._guest_of(lines)
            elif name == "host":
                self._add_hosts(*lines)
            elif name == "needs":
                self._add(name, ", ".join(lines))
            elif lines:
                self._add(name, lines[0])
                persons += lines if name == "name" else ()
        # Below or beside a name may stand the person's address and number.
        for line in persons:
            self._add("email", line)
            self._add("phone", line)

    def _guest_of(self, people: list[str]) -> list[str]:
        """Return the lines of the first person who is not of the studio's own side."""
        guest: list[str] = []
        of_host = False
        for line in people:
            if HOST_LINE.search(line):
                of_host = True
            elif read_name(line) is not None:
                if guest:
                    break
                of_host = False
            if of_host:
                self._add_hosts(line)
            else:
                guest.append(line)
        if guest:
            self._add("name", guest[0])
            self._add("party_size", guest[0])  # "Participants: 3"
        return guest

    def _add(self, name: str, value: str) -> None:
        self.raw.setdefault(name, []).append(value)

    def _add_hosts(self, *lines: str) -> None:
        self.hosts.update(it.casefold() for line in lines for it in emails(line))

    def first[Value](self, name: str, read: Callable[[str], Value | None]) -> Value | None:
        """Return the first text of a field that can be read."""
        values = map(read, self.raw.get(name, ()))
        return next((value for value in values if value is not None), None)
