"""What can go wrong between us and a node, grouped by what the caller does next."""

from ..wire.vocabulary import ErrorCode


class NodeError(Exception):
    """Base of every error of the client."""


class UnreachableError(NodeError):
    """Nothing answers; try again later."""


class NoRouteError(UnreachableError):
    """The address does not exist, or nothing comes back from it."""


class RefusedError(UnreachableError):
    """The machine is there, but nothing listens on the port."""


class ConnectionLostError(UnreachableError):
    """The connection ended, or has gone silent."""


class BrokenListenerError(NodeError):
    """Our own side failed at what the node said; a bug, but no reason to give the node up."""


class NotANodeError(NodeError):
    """Something answers that is no studio node; check the address."""


class CertificateChangedError(NodeError):
    """The node shows another certificate than the one that was paired; pair again or beware."""

    def __init__(self, expected: str, seen: str) -> None:
        """Keep both fingerprints, in hex."""
        super().__init__(f"certificate {seen[:16]} instead of {expected[:16]}")
        self.expected = expected
        self.seen = seen


class UnauthorizedError(NodeError):
    """The node does not know the token any more; pair again."""


class ApiMismatchError(NodeError):
    """The node speaks another major version of the protocol; one of the two must be updated."""

    def __init__(self, ours: str, theirs: str) -> None:
        """Keep both versions."""
        super().__init__(f"protocol {theirs} is not compatible with {ours}")
        self.ours = ours
        self.theirs = theirs


class PairingError(NodeError):
    """The node does not pair; ask the person for another code."""


class WrongCodeError(PairingError):
    """The code is not the one that the node shows."""


class PairingClosedError(PairingError):
    """The node shows no code now."""


class TooManyAttemptsError(PairingError):
    """The node has had enough; wait before the next attempt."""


class CommandRefusedError(NodeError):
    """The node does not do what was asked; tell the person why."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        """Keep the reason for programs and the node's own words for logs."""
        super().__init__(f"{code.value}: {message}" if message else code.value)
        self.code = code
        self.message = message


class CommandUnansweredError(NodeError):
    """Nobody knows whether the command was carried out; look at the state."""
