"""What can be wrong with something that came over the wire."""


class WireError(Exception):
    """Base of every error of the wire."""


class BadFrameError(WireError):
    """A frame that cannot be understood; the sender is not to be trusted any further."""

    def __init__(self, reason: str) -> None:
        """Keep the reason; the frame itself may hold a secret and is not kept."""
        super().__init__(reason)
        self.reason = reason


class ApiMismatchError(WireError):
    """The other end speaks another major version of the protocol."""

    def __init__(self, ours: str, theirs: str) -> None:
        """Keep both versions."""
        super().__init__(f"protocol {theirs} is not compatible with {ours}")
        self.ours = ours
        self.theirs = theirs
