"""What the free text of an event says about the guest."""

from dataclasses import replace
from time import process_time

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.guest import NOBODY, Guest
from custom_components.micro_studio.core.guest_fields import (
    LONGEST_PATTERN,
    LONGEST_TEXT,
    MOST_PATTERNS,
    Fields,
    PatternError,
    PatternFault,
    Patterns,
    read_fields,
)

ADA = Guest(name="Ada Lovelace", phone="+49 30 1234567", email="ada@example.org")


def read(description: str, title: str = "", location: str = "", *patterns: str) -> Fields:
    """Read an event."""
    return read_fields(title, description, location, Patterns.compile(patterns))


AIRBNB = """\
Reservation URL: https://www.airbnb.com/hosting/reservations/details/HMABC123XY
Phone Number (Last 4 Digits): 1234
"""
RENTAL = """\
Guest: Ada Lovelace
guest_email: ada@example.org
phone_number: +49 30 1234567
Number of Guests: 4 (3 adults, 1 child)
Confirmation Code: HMABC123XY
Check-in: 4:00 PM
"""
VRBO = """\
Reservation Confirmed
Guest Name: Ada Lovelace
Contact Email: ada@example.org
Contact Phone: 555-456-7890
Party Size: 6
Booking Reference: VRBO-XYZ789
Check In Date: 2026-11-25
"""
JAMMED = """\
Room: Studio A\r
Booked by: Ada Lovelace (ada@example.org)\r
Mobile: +49 30 1234567\r
People: 3\r
"""
GOOGLE = (
    "<b>Booked by</b>\nAda Lovelace\nada@example.org\n<br><b>Mobile</b>\n+49 30 1234567\n"
    "<br><b>How many people come?</b>\n3\n<br>Questions? Write to hello@studio.example\n"
    "Join with Google Meet: https://meet.google.com/abc-defg-hij\n"
    "Or dial: (US) +1 413-123-4567 PIN: 123 456 789#"
)
ACUITY = """\
Name: Ada Lovelace
Phone: +49 30 1234567
Email: ada@example.org

Price: $10.00

Location
============
2 Main Street, 10115 Berlin

AcuityID=1234567890
Goto: https://secure.acuityscheduling.com/appointments/view/1234567890
"""
CAL_COM = """\
What:
Podcast session

Invitee Time Zone:
Europe/Berlin

Who:
Studio North - Organizer
hello@studio.example
Ada Lovelace - +49 30 1234567
ada@example.org
Grace Hopper
grace@example.org

Where:
Studio A

Additional notes:
We are three.

Need to reschedule or cancel?
https://cal.com/booking/8UHhcWnQEKzvxFWN7oTrbh
"""
CAL_COM_EARLIER = """
Who:

Studio Nord - Veranstalter
hello@studio.example

Ada Lovelace
ada@example.org

"""
HTML = (
    "<p><strong>Name:</strong>&nbsp;Ada Lovelace</p><p><b>E-Mail</b>: "
    '<a href="mailto:ada@example.org">ada@example.org</a></p>'
    "<ul><li>Telefon: &#43;49 30 1234567</li></ul>"
)
GERMAN = """\
Gast: Ada Lovelace
Telefon: +49 30 1234567
E-Mail-Adresse: ada@example.org
Personen: 3
Sprache: Deutsch
Buchungsnummer: B-2026-17
Status: vorgemerkt
Ausstattung: 2 Mikrofone, Kamera
"""


@pytest.mark.parametrize(
    ("description", "guest"),
    [
        pytest.param(AIRBNB, Guest(phone="1234", reference="HMABC123XY"), id="airbnb"),
        pytest.param(RENTAL, replace(ADA, party_size=4, reference="HMABC123XY"), id="rental"),
        pytest.param(
            VRBO,
            replace(ADA, phone="555-456-7890", party_size=6, reference="VRBO-XYZ789"),
            id="vrbo",
        ),
        pytest.param(JAMMED, replace(ADA, party_size=3), id="jammed"),
        pytest.param(GOOGLE, ADA, id="google"),
        pytest.param(GOOGLE.replace("<b>", "").replace("</b>", ""), ADA, id="google-plain"),
        pytest.param(ACUITY, replace(ADA, reference="1234567890"), id="acuity"),
        pytest.param(CAL_COM, ADA, id="cal.com"),
        pytest.param(CAL_COM_EARLIER, replace(ADA, phone=""), id="cal.com-earlier"),
        pytest.param(HTML, ADA, id="html"),
        pytest.param(
            GERMAN, replace(ADA, party_size=3, language="de", reference="B-2026-17"), id="german"
        ),
        pytest.param("Who: Ada Lovelace - ada@example.org", replace(ADA, phone=""), id="who"),
        pytest.param("Name: Ada Lovelace | Phone: +49 30 1234567, Email: ada@example.org", ADA),
        pytest.param("Name: Ada Lovelace <ada@example.org>, Tel.: +49 30 1234567", ADA),
        pytest.param("**Name:** Ada Lovelace\n* Mail: ada@example.org", replace(ADA, phone="")),
        pytest.param("First name: Ada\nLast name: Lovelace", Guest(name="Ada Lovelace")),
        pytest.param("Vorname: Ada\nNachname:\nLovelace", Guest(name="Ada Lovelace")),
        pytest.param("Participants: 3", Guest(party_size=3)),
        pytest.param("Language: en-GB", Guest(language="en-GB")),
        pytest.param("Guest: Šárka Ó Brian-Müller", Guest(name="Šárka Ó Brian-Müller")),
        pytest.param("NAME : Ada\nname: Grace", Guest(name="Ada")),
        pytest.param("Contact: ada@example.org", Guest(email="ada@example.org")),
        # as a last resort, what stands alone
        pytest.param("Write to ada@example.org.", Guest(email="ada@example.org")),
        pytest.param("call 030 1234567 before", Guest(phone="030 1234567")),
        pytest.param("call (555) 987-6543", Guest(phone="(555) 987-6543")),
    ],
)
def test_the_guest_is_read(description: str, guest: Guest) -> None:
    """From what booking systems and people write."""
    assert read(description).guest == guest


@pytest.mark.parametrize(
    "description",
    [
        "",
        "Name:\n\nPlease be in time.",
        "Name:\nPhone:\nEmail:",
        "Name: -\nPhone: none\nEmail: n/a\nGuests: many",
        "Name: n/a",
        "Name: https://example.org/profile",
        "Name: We all are looking forward to a very long evening",
        "Event name: Ada",
        "Please name the guest",
        "Personen: 2-3",
        "Guests: 0",
        "Language: yes please",
        "Reference: Ada Lovelace",
        "Reference: room 03012345678x",
        "two: ada@example.org or grace@example.org",  # whose is it?
        "030 1234567 or 030 7654321",
        "Organizer: Grace grace@example.org",
        "Who:\nGrace - Organizer\ngrace@example.org",
        "noreply@example.org",
        "Dial 030 1234567, PIN 1234",
        "https://zoom.us/j/0123456789",
        "01.12.2026-03.12.2026, 10:00-12:00, room 0815",
        "Meeting 123 456 7890 12",
        "Price: 0.00 EUR",
    ],
)
def test_what_is_not_there_is_not_invented(description: str) -> None:
    """Empty is better than wrong: a message would go to somebody else."""
    assert read(description).guest == NOBODY


@pytest.mark.parametrize("value", ["Ada Lovelace", "ada@example.org", "03012345678", "Ada"])
def test_a_reference_names_nobody(value: str) -> None:
    """It is shown to everybody; a name or number under its label is none."""
    assert read(f"Reference: {value}").guest.reference == ""


@pytest.mark.parametrize(
    "title", ["Ada Lovelace", "Reserved", "Podcast (Ada Lovelace)", "30min between Us and Ada"]
)
def test_a_title_is_no_name(title: str) -> None:
    """A source's own pattern may say that it is one."""
    assert read("", title) == Fields(guest=NOBODY, title=title)
    own = read("", title, "", r"(?P<name>Ada(?: Lovelace)?)")
    assert own.guest.name == ("" if title == "Reserved" else title[title.find("Ada") :].strip("()"))


def test_a_title_and_a_location_are_read_too() -> None:
    """People write where there is room."""
    found = read("", "  Podcast,\tGuest: Ada Lovelace ", "Phone: +49 30 1234567")
    assert found.guest == Guest(name="Ada Lovelace", phone="+49 30 1234567")
    assert found.title == "Podcast, Guest: Ada Lovelace"


@pytest.mark.parametrize(
    ("title", "description", "tentative"),
    [
        ("Ada", "", None),
        ("HOLD: Ada", "", True),
        ("[Hold] Ada", "", True),
        ("Ada (tentative)", "", True),
        ("Option - Ada", "", True),
        ("Vorgemerkt", "", True),
        ("Hold the line, episode 4", "", None),
        ("Options for everyone", "", None),
        ("Ada", "Status: on hold", True),
        ("Ada", "Booking status: Pending", True),
        ("Ada", "Status: Bestätigt", False),
        ("HOLD: Ada", "Status: confirmed", False),
        ("Ada", "Status: ???", None),
        ("Ada", GERMAN, True),
    ],
)
def test_a_hold_is_seen(title: str, description: str, *, tentative: bool | None) -> None:
    """The field outranks the title; silence is neither."""
    assert read(description, title).tentative is tentative


@pytest.mark.parametrize(
    ("description", "needs"),
    [
        (GERMAN, {"2 Mikrofone", "Kamera"}),
        ("Needs: 2 microphone; camera", {"2 microphone", "camera"}),
        ("Equipment:\n- 2 microphones\n- camera\n\nThanks", {"2 microphones", "camera"}),
        ("Equipment needed: none", set()),
        ("Kit: ,,", set()),
        (f"Kit: {'x' * 61}, camera", {"camera"}),
    ],
)
def test_what_the_guest_needs_is_read(description: str, needs: set[str]) -> None:
    """Item by item, as it is written."""
    assert read(description).needs == needs


def test_a_sources_own_patterns_win() -> None:
    """The first one that finds something, field by field."""
    found = read(
        f"{RENTAL}Artist > Grace Hopper / grace@example.com / 4 heads / hold / de",
        "Session 7 · Studio A",
        "",
        r"^Nobody > (?P<name>.+)$",
        "",
        r"^artist > (?P<name>[^/]+) / (?P<email>\S+) / (?P<party_size>\d+) heads / (?P<status>\w+)",
        r"/ (?P<language>\w\w)$",
        r"(?P<reference>Session) (?P<title>.+)",
        r"Studio (?P<needs>\w)",
    )
    assert found == Fields(
        guest=Guest(
            name="Grace Hopper",
            email="grace@example.com",
            phone="+49 30 1234567",
            party_size=4,
            language="de",
            reference="HMABC123XY",  # "Session" may be a name
        ),
        needs=frozenset({"A"}),
        tentative=True,
        title="7 · Studio A",
    )


@pytest.mark.parametrize(
    ("lines", "line", "reason", "detail"),
    [
        (["(?P<name>.+)", "", "(?P<name>"], 3, PatternFault.BAD_EXPRESSION, "unterminated"),
        (["(?L)(?P<name>.+)"], 1, PatternFault.BAD_EXPRESSION, "flag"),
        (["Name: (.+)"], 1, PatternFault.NO_FIELD, "Name: (.+)"),
        (["(?P<name>.+) (?P<nmae>.+)"], 1, PatternFault.UNKNOWN_FIELD, "nmae"),
        (["x" * (LONGEST_PATTERN + 1)], 1, PatternFault.TOO_LONG, f"> {LONGEST_PATTERN}"),
        (
            ["(?P<name>.+)"] * (MOST_PATTERNS + 1),
            MOST_PATTERNS + 1,
            PatternFault.TOO_MANY,
            f"> {MOST_PATTERNS}",
        ),
        (["(?P<name>(a+)+)$"], 1, PatternFault.NESTED_REPEAT, "(a+)+"),
        (["(?P<name>(?:a|a)*)$"], 1, PatternFault.NESTED_REPEAT, "(?:a|a)*"),
        ([r"(?P<name>(?:\w\s?){2,}x)"], 1, PatternFault.NESTED_REPEAT, r"(?:\w\s?){2,}"),
        (["(?P<name>((a*)b)+)"], 1, PatternFault.NESTED_REPEAT, "((a*)b)+"),
    ],
)
def test_a_wrong_pattern_is_named(
    lines: list[str], line: int, reason: PatternFault, detail: str
) -> None:
    """With its line, so that the form can show it."""
    with pytest.raises(PatternError, match=f"line {line}: ") as caught:
        Patterns.compile(lines)
    assert (caught.value.line, caught.value.reason) == (line, reason)
    assert detail in caught.value.detail


@pytest.mark.parametrize(
    "text",
    [
        r"(?P<name>[a-z()+*|]+)\)+",
        r"(?P<name>\(a+\)+)",
        r"(?P<phone>(?:\d{3}-){2}\d{4})",
        r"(?P<name>[]+*]+)(?: x+)?",
        r"(?:Guest|Gast): (?P<name>.+)",
        r"(?P<name>[^)]+)\)*",
    ],
)
def test_a_harmless_pattern_is_taken(text: str) -> None:
    """Brackets and signs mean nothing within classes and after backslashes."""
    (expression,) = Patterns.compile([text]).expressions
    assert expression.pattern == text


def test_only_the_beginning_of_a_huge_text_is_read() -> None:
    """A feed may hold anything."""
    late = f"{' ' * LONGEST_TEXT}Name: Ada"
    assert read(late).guest == NOBODY
    assert len(read("", "x" * 2 * LONGEST_TEXT).title) == LONGEST_TEXT


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "a.", "@", "a@", "a@a.", "1 ", "0", "+1", "(", "<", "<b>", "<b>a", "&", "&lt;"),
        *("Name:", "Name: ", "name ", "\n", ",", "|", ", guest", "Who:\n", "Who: a\n", " \n"),
        *("- Organizer\n", "hold ", "[hold", "*", "=", "/reservations/", "Reference: a", "://"),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """Whatever is repeated, reading a full text stays far below a second."""
    text = (piece * LONGEST_TEXT)[:LONGEST_TEXT]
    before = process_time()
    found = read(text, text, text)
    assert process_time() - before < 1
    assert read(text, text, text) == found


PIECES = st.sampled_from(
    [
        *("Name", "Guest", "guest_email", "Who", "Telefon", "Personen", "Needs", "Status", "ref"),
        *(":", ": ", "=", "\n", "\r\n", " ", ",", "|", "- Organizer", "<b>", "</b>", "<br/>"),
        *("&amp;", "&#0;", "&nbsp;", "Ada", "ada@example.org", "+49 30 1234567", "3", "hold"),
    ]
)
texts = st.one_of(st.text(max_size=80), st.lists(PIECES | st.text(max_size=3)).map("".join))
OWN = ("", r"(?P<name>\w+) (?P<party_size>\S+)", r"(?s)(?P<needs>.*)(?P<email>@)?")


@settings(max_examples=200, deadline=None)
@given(title=texts, description=texts, location=texts, own=st.sampled_from(OWN))
def test_any_text_is_read_and_always_the_same_way(
    title: str, description: str, location: str, own: str
) -> None:
    """Reading never fails, and its own title changes nothing when it is read again."""
    found = read(description, title, location, own)
    assert read(description, title, location, own) == found
    assert found.guest.party_size is None or found.guest.party_size > 0
    for text in (found.title, found.guest.name, found.guest.phone, found.guest.email):
        assert "\n" not in text
    if not own:
        assert read(description, found.title, location) == found


names = st.text("abcXYZäßÓ'-. ", min_size=1, max_size=20)


@settings(max_examples=200)
@given(description=texts, name=names, number=st.integers(10**6, 10**10))
def test_what_was_read_is_read_again_when_it_is_written_down(
    description: str, name: str, number: int
) -> None:
    """A person may copy it into an event."""
    once = read(f"{description}\n\nName: {name}\nPhone: +{number}").guest
    lines = {
        "Name": once.name,
        "Phone": once.phone,
        "Email": once.email,
        "Guests": once.party_size or "",
        "Language": once.language,
        "Reference": once.reference,
    }
    written = "\n".join(f"{label}: {value}" for label, value in lines.items())
    assert read(written).guest == once
