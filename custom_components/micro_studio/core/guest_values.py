"""One reader for each thing that an event may tell of its guest; None: the text is none."""

from collections.abc import Iterable, Mapping
import re
from typing import Final

_EMAIL: Final = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])"
)
_NOBODYS: Final = re.compile(
    r"(?:no|do[-_.]?not)[-_.]?reply|\S+@(?:\w+\.)?calendar\.google\.com", re.IGNORECASE
)
_PHONE: Final = re.compile(r"(?<![\w.:])[+(0-9][0-9 ()./-]{2,28}[0-9](?!\w)")
_BARE_PHONE: Final = re.compile(
    r"(?<![\w.:/=-])(?![0-9]{1,2}[./-][0-9]{1,2}[./-])"  # no date
    r"(?:(?:\+|00?(?=[1-9])|\((?=[0-9]))[0-9 ()./-]{6,26}[0-9]"
    r"|(?<![0-9][-. ])[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}(?![-. ][0-9]))(?!\w)"
)
_LABELLED_NUMBER: Final = range(4, 16)  # digits; some sources tell only the last four
_FULL_NUMBER: Final = range(7, 16)
_NOISE: Final = re.compile(  # numbers and links of conferences
    r"://|\b(?:pin|passcode|kenncode|dial|einwahl|join|zoom|teams|meet|meeting id|fax)\b",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 80
_MOST_WORDS: Final = 6
_NO_NAMES: Final = frozenset(
    {"n/a", "none", "no", "kein", "keine", "nein", "unknown", "unbekannt", "tbd", "not available"}
)
_PARTY: Final = re.compile(r"\s*([0-9]{1,3})(?!\s*[-\u2013.,/]?\s*[0-9])(?!\w)")
_LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("english", "englisch"), "en"),
    **dict.fromkeys(("german", "deutsch"), "de"),
    **dict.fromkeys(("french", "französisch", "français"), "fr"),
    **dict.fromkeys(("spanish", "spanisch", "español"), "es"),
    **dict.fromkeys(("italian", "italienisch", "italiano"), "it"),
    **dict.fromkeys(("dutch", "niederländisch", "nederlands"), "nl"),
    **dict.fromkeys(("polish", "polnisch", "polski"), "pl"),
    **dict.fromkeys(("portuguese", "portugiesisch", "português"), "pt"),
    **dict.fromkeys(("turkish", "türkisch", "türkçe"), "tr"),
    **dict.fromkeys(("ukrainian", "ukrainisch", "українська"), "uk"),
}
_LANGUAGE_TAG: Final = re.compile(r"[a-z]{2}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE | re.ASCII)
# Safe to show: one word with a digit in it, and no phone number.
_REFERENCE: Final = re.compile(
    r"#?((?=[a-z._/-]*[0-9])(?!0[0-9]{7,}$)[a-z0-9][a-z0-9._/-]{2,63})", re.IGNORECASE | re.ASCII
)
_RESERVATION_LINK: Final = re.compile(r"/reservations?/(?:details/)?([A-Z0-9]{6,20})\b")
_HOLD_WORDS: Final = (
    r"hold|on hold|held|tentative|pending|pencil(?:led)?|provisional|unconfirmed|requested|option"
    r"|vorläufig|vorgemerkt|angefragt|anfrage|ausstehend|unbestätigt"
)
_TENTATIVE: Final = re.compile(rf"\W*(?:{_HOLD_WORDS})\b", re.IGNORECASE)
_CONFIRMED: Final = re.compile(
    r"\W*(?:confirmed|accepted|approved|booked|bestätigt|gebucht|angenommen|fest)\b", re.IGNORECASE
)
# "HOLD: Ada", "Option - Ada", "Ada (tentative)", but not "Hold the line".
_HOLD: Final = re.compile(
    rf"^(?:{_HOLD_WORDS})\s*(?::|\||\s[-\u2013]\s|$)|[\[(](?:{_HOLD_WORDS})[\])]", re.IGNORECASE
)
_MOST_NEEDS: Final = 20
_LONGEST_NEED: Final = 60
_NOTHING: Final = frozenset({"none", "no", "nothing", "n/a", "keine", "keins", "nein", "nichts"})
_LONGEST_TITLE: Final = 255


def read_name(text: str) -> str | None:
    """Read a name; an address or number beside it is cut off."""
    text = re.sub(r"\([^()]*\)|<[^<>]*>", " ", text)
    text = " ".join(_BARE_PHONE.sub(" ", _EMAIL.sub(" ", text)).split()).strip(" -\u2013<>()[],;|/")
    plausible = len(text) <= _LONGEST_NAME and len(text.split()) <= _MOST_WORDS
    if not plausible or not any(map(str.isalpha, text)) or any(sign in text for sign in ":@=?!"):
        return None
    return None if text.casefold() in _NO_NAMES else text


def read_email(text: str) -> str | None:
    """Read an address."""
    found = _EMAIL.search(text)
    return found[0] if found else None


def read_phone(text: str) -> str | None:
    """Read a number; a labelled one may be short, some sources tell the last four digits."""
    numbers = (" ".join(found[0].split()) for found in _PHONE.finditer(text))
    return next((it for it in numbers if len(_digits(it)) in _LABELLED_NUMBER), None)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def read_party_size(text: str) -> int | None:
    """Read how many come; a range is no number."""
    found = _PARTY.match(text)
    return (int(found[1]) or None) if found else None


def read_language(text: str) -> str | None:
    """Read a language by its tag or name."""
    word = text.strip()
    if word.casefold() in _LANGUAGES:
        return _LANGUAGES[word.casefold()]
    return word.replace("_", "-") if _LANGUAGE_TAG.fullmatch(word) else None


def read_reference(text: str) -> str | None:
    """Read what a source calls its guest; it is shown, so it must name nobody."""
    found = _RESERVATION_LINK.search(text) or _REFERENCE.fullmatch(text.strip())
    return found[1] if found else None


def read_tentative(text: str) -> bool | None:
    """Read whether a status is that of a hold."""
    if _TENTATIVE.match(text):
        return True
    return False if _CONFIRMED.match(text) else None


def hold(headline: str, *, told: bool | None) -> bool | None:
    """Let a title say that it is a hold where no field says anything."""
    return True if told is None and _HOLD.search(headline) else told


def read_needs(text: str) -> frozenset[str] | None:
    """Read items, as they are written."""
    items = (" ".join(item.split()) for item in re.split(r"[,;\n]", text)[:_MOST_NEEDS])
    kept = frozenset(it for it in items if it and it.casefold() not in _NOTHING)
    return frozenset(it for it in kept if len(it) <= _LONGEST_NEED) or None


def read_title(text: str) -> str | None:
    """Read one line."""
    return " ".join(text.split())[:_LONGEST_TITLE] or None


def bare_phone(texts: Iterable[str]) -> str:
    """Return the only number in the texts that looks like a phone's."""
    lines = [line for text in texts for line in text.split("\n") if not _NOISE.search(line)]
    found = {_digits(it[0]): it[0] for line in lines for it in _BARE_PHONE.finditer(line)}
    left = [found[digits] for digits in found if len(digits) in _FULL_NUMBER]
    return " ".join(left[0].split()) if len(left) == 1 else ""


def bare_email(texts: Iterable[str], hosts: set[str]) -> str:
    """Return the only address in the texts that may be a guest's."""
    found = {it.casefold(): it for text in texts for it in emails(text)}
    left = [found[it] for it in found if it not in hosts and not _NOBODYS.match(it)]
    return left[0] if len(left) == 1 else ""


def emails(text: str) -> list[str]:
    """Return all addresses of a text."""
    return [found[0] for found in _EMAIL.finditer(text)]
