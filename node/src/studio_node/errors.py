"""What can go wrong in the node, by what its owner does next."""

from pathlib import Path

from .wire.vocabulary import ErrorCode


class StudioNodeError(Exception):
    """Base of the node's errors; the text is one sentence for the owner."""


class SettingsError(StudioNodeError):
    """The settings must be corrected; names file, line and key where they are known."""

    def __init__(
        self, reason: str, *, source: Path | None = None, line: int | None = None, key: str = ""
    ) -> None:
        """Keep where the mistake is."""
        place = ":".join(str(item) for item in (source, line) if item is not None)
        super().__init__(" ".join(item for item in (place and f"{place}:", key, reason) if item))
        self.source = source
        self.line = line
        self.key = key
        self.reason = reason


class NotRunningError(StudioNodeError):
    """A command of the terminal needs a running node, and there is none."""

    def __init__(self, state_dir: Path) -> None:
        """Keep where we looked."""
        super().__init__(
            f"no studio node is running with state in {state_dir}: start it with 'studio-node run'"
        )
        self.state_dir = state_dir


class AlreadyRunningError(StudioNodeError):
    """Another node holds the same state."""

    def __init__(self, state_dir: Path) -> None:
        """Keep what both want."""
        super().__init__(f"another studio node already runs with state in {state_dir}")
        self.state_dir = state_dir


class PortTakenError(StudioNodeError):
    """Another program listens where this node wants to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        """Keep the address."""
        super().__init__(f"cannot listen on {host}:{port}: {reason}")
        self.host = host
        self.port = port


class StateError(StudioNodeError):
    """The state directory cannot be used."""


class RequestRefusedError(Exception):
    """A client does not get what it asks for, and may know why."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        """Keep the word for the client."""
        super().__init__(message)
        self.code = code
        self.message = message
