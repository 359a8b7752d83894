"""What can go wrong in the core; each error names its subject and its reason."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused or happened; the glue translates it by this key."""

    # a booking cannot be like this
    NO_IDENTITY = "no_identity"
    NAIVE_TIME = "naive_time"
    ENDS_BEFORE_START = "ends_before_start"
    WRONG_SOURCE = "wrong_source"
    # a command is not possible
    UNKNOWN_BOOKING = "unknown_booking"
    NO_BOOKING = "no_booking"
    NOT_POSSIBLE = "not_possible"
    NOT_CONFIRMED = "not_confirmed"
    NOT_OPEN_YET = "not_open_yet"
    ALREADY_CHECKED_IN = "already_checked_in"
    ALREADY_OVER = "already_over"
    ROOM_IN_USE = "room_in_use"
    NOBODY_CHECKED_IN = "nobody_checked_in"
    NO_ROOM_TO_EXTEND = "no_room_to_extend"
    NO_MORE_EXTENSIONS = "no_more_extensions"
    NO_NO_SHOW = "no_no_show"
    NO_ROOM_TO_BOOK = "no_room_to_book"
    OUT_OF_SERVICE = "out_of_service"
    NOT_ACCEPTING = "not_accepting"
    GUEST_INSIDE = "guest_inside"
    NOT_TIDY = "not_tidy"
    # why a booking event happened
    CANCELLED_BY_SOURCE = "cancelled_by_source"
    VANISHED = "vanished"
    LAPSED = "lapsed"
    GONE_WHILE_PRESENT = "gone_while_present"
    MOVED = "moved"
    RELEASED = "released"
    ENDED_EARLY = "ended_early"
    RESCHEDULED = "rescheduled"
    REROUTED = "rerouted"
    IN_ANOTHER_STUDIO = "in_another_studio"


class CoreError(Exception):
    """Base of every error the core raises."""


class BookingError(CoreError):
    """A booking was asked for something it cannot be or do."""

    def __init__(self, booking: str, reason: Reason) -> None:
        """Keep both parts, so the glue can translate them."""
        super().__init__(f"booking {booking or '(none)'}: {reason}")
        self.booking = booking
        self.reason = reason


class PolicyError(CoreError):
    """A policy field holds a value that it may not have."""

    def __init__(self, field: str, reason: str) -> None:
        """Keep both parts, so a form can show the error at its field."""
        super().__init__(f"policy {field}: {reason}")
        self.field = field
        self.reason = reason


class PartError(CoreError):
    """A text names no part of a studio."""

    def __init__(self, text: str) -> None:
        """Keep the text."""
        super().__init__(f"{text!r} names no part of a studio")
        self.text = text


class TimeError(CoreError):
    """A moment without a time zone was passed to the engine."""


class PersistError(CoreError):
    """A stored document is broken; a broken document is never read as an empty one."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the place, so that a person can find it in the file."""
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
