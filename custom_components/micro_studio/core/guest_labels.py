"""The labels that booking systems write, and what stands behind them in a text."""

from collections.abc import Iterable, Iterator, Mapping
import html
from itertools import takewhile
import re
from typing import Final

# In the order in which they are tried; a blank stands for blanks, hyphens and underscores, or for
# nothing. `people` is a list of all who take part, `host` is the studio's own side. What stands
# under `other` only ends the value before it.
_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": ("first name", "given name", "vorname"),
    "last_name": ("last name", "family name", "surname", "nachname", "familienname"),
    "name": (
        *("name", "full name", "your name", "guest name", "guest", "client name", "client"),
        *("customer name", "customer", "contact name", "contact person", "contact", "invitee name"),
        *("invitee", "attendee name", "attendee", "booker", "booking holder", "booked by"),
        *("reserved by", "reserved for", "reserved", "ihr name", "gastname", "gast", "kundenname"),
        *("kunde", "kundin", "ansprechpartner", "ansprechpartnerin", "kontakt", "gebucht von"),
        *("reserviert f[uü]r", "bucher", "mieter", "teilnehmer name"),
    ),
    "people": ("who", "attendees", "participants", "wer", "teilnehmer", "teilnehmende"),
    "host": (
        *("organizer", "organiser", "host", "team member", "owner"),
        *("organisator", "organisatorin", "veranstalter", "veranstalterin", "gastgeber"),
        *("gastgeberin", "teammitglied"),
    ),
    "phone": (
        *("phone number", "phone", "guest phone", "guest phone number", "contact phone"),
        *("contact number", "attendee phone number", "sms reminder number", "telephone number"),
        *("telephone", "tel.?", "mobile number", "mobile phone", "mobile", "cell phone", "cell"),
        *("whats app", "telefonnummer", "telefon", "handynummer", "handy", "mobilnummer"),
        *("mobiltelefon", "mobil", "rufnummer"),
    ),
    "email": (
        *("e mail", "e mail address", "guest e mail", "contact e mail", "customer e mail"),
        *("client e mail", "attendee e mail", "invitee e mail", "your e mail", "mail"),
        *("e mail adresse",),
    ),
    "party_size": (
        *("party size", "group size", "guests", "number of guests", "total guests", "guest count"),
        *("number of people", "number of persons", "number of participants", "people", "persons"),
        *("personen", "anzahl personen", "anzahl der personen", "personenzahl", "g[aä]ste"),
        *("anzahl g[aä]ste", "anzahl der g[aä]ste", "g[aä]stezahl", "gruppengr[oö](?:ß|ss)e"),
        *("teilnehmerzahl", "anzahl teilnehmer"),
    ),
    "language": (
        "language",
        "preferred language",
        "guest language",
        "sprache",
        "bevorzugte sprache",
    ),
    "reference": (
        *("reservation code", "reservation number", "reservation id", "reservation url"),
        *("confirmation code", "confirmation number", "confirmation", "booking reference"),
        *("booking number", "booking code", "booking id", "booking ref.?", "reference number"),
        *("reference", "ref.?", "acuity id", "buchungsnummer", "buchungscode", "buchungs id"),
        *("reservierungsnummer", "reservierungscode", "best[aä]tigungscode", "referenz"),
    ),
    "status": ("status", "booking status", "buchungsstatus"),
    "needs": (
        *("needs", "equipment", "equipment needed", "kit", "gear", "extras", "add ons"),
        *("ausstattung", "ben[oö]tigt", "ben[oö]tigte ausstattung", "ben[oö]tigte technik"),
        *("technik", "equipment bedarf", "zubeh[oö]r"),
    ),
    "other": (
        *("what", "when", "where", "location", "date", "time", "duration", "price", "calendar"),
        *("notes", "additional notes", "message", "description", "cancel", "reschedule", "change"),
        *("invitee time zone", "organizer time zone", "time zone", "was", "wann", "wo", "ort"),
        *("datum", "zeit", "uhrzeit", "dauer", "preis", "notizen", "anmerkungen", "nachricht"),
        *("kalender", "zeitzone", "beschreibung", "stornieren", "umbuchen"),
    ),
}


def _group(name: str, labels: Iterable[str]) -> str:
    longest_first = sorted(labels, key=len, reverse=True)
    return f"(?P<{name}>{'|'.join(longest_first).replace(' ', r'[ _-]?')})"


# At the start of a line, after a bullet, or after a separator: "Name: Ada | Phone: 0301234567".
_LABEL: Final = re.compile(
    r"(?:^|[|;,])[ \t>*•·-]{0,8}(?:"
    + "|".join(_group(name, labels) for name, labels in _LABELS.items())
    + r")[ \t*]{0,4}(?:\([^()\n]{0,40}\))?[ \t*]{0,4}[:=](?!/)[ \t*=]*",
    re.IGNORECASE | re.MULTILINE,
)
_BULLETS: Final = " \t>*•·-"
HOST_LINE: Final = re.compile(
    r"[-(]\s*(?:organi[sz]er|host|owner|team member|organisator(?:in)?|veranstalter(?:in)?"
    r"|gastgeber(?:in)?|teammitglied)\s*\)?\s*(?:\S+@\S+)?$",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(  # Google's forms have bold headings without a colon
    r"(^|\n|>)[ \t]*<(b|strong)>([^<>\n]{1,60}?)\s{0,9}:?\s{0,9}</\2>(?=[ \t]*(?:<br|\n|$))",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(
    r"<(?:br|/?p|/?div|/?li|/?ul|/?ol|/?tr|/?h[1-6])(?:[\s/][^<>]*)?>", re.IGNORECASE
)
_TAG: Final = re.compile(  # not "Ada <ada@example.org>"
    r"</?(?:a|b|i|u|s|em|strong|span|font|small|table|tbody|td|th|html-blob|hr)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_INVISIBLE: Final = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BOOKED_BY: Final = re.compile(r"^(booked by|gebucht von)[ \t]*$", re.IGNORECASE | re.MULTILINE)


def plain(text: str) -> str:
    """Turn what may be HTML into lines of plain text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HEADING.sub(r"\1\n\3:", text)
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    text = _INVISIBLE.sub("", text.replace("\xa0", " "))
    return _BOOKED_BY.sub(r"\1:", text)


def labelled(text: str) -> Iterator[tuple[str, list[str]]]:
    """Return each label's field and the lines that belong to it."""
    labels = list(_LABEL.finditer(text))
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=False):
        name = label.lastgroup or ""
        yield name, _value(text[label.end() : end], to_the_end=name == "people")


def _value(segment: str, *, to_the_end: bool) -> list[str]:
    """
    Return the lines that belong to a label: the rest of its line, or else those directly below.

    A list of people goes on to the end of the segment. What ends with a colon is another label.
    """
    first, *below = (line.strip(_BULLETS) for line in segment.split("\n"))
    if to_the_end:
        lines = [line for line in (first, *below) if line]
    else:
        lines = [first] if first else list(takewhile(bool, below))
    return list(takewhile(lambda line: not line.endswith(":"), lines))
