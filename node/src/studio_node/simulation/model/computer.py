"""The node itself: its computer, its software, and doors that several studios share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .bookings import Bookings
from .door import Door
from .firmware import Firmware
from .host import Host
from .part import Vault
from .place import Place
from .room import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerOptions:
    """How the node is equipped."""

    seed: str = "node"
    parts: tuple[str, ...] = ("host", "firmware/node")
    software: str = "0.1.0"
    quiet: timedelta = timedelta(minutes=30)  # before a booking nothing is installed


class Computer(Place):
    """The node's own parts; it looks into its rooms before it changes its software."""

    def __init__(
        self, options: ComputerOptions, vault: Vault, rooms: Sequence[Room], now: datetime
    ) -> None:
        super().__init__(now)
        self._quiet = options.quiet
        self._rooms = rooms
        firmware = Firmware(self.tell, vault, options.software, self._occupied)
        booted = now - timedelta(days=3)
        for part in options.parts:
            match part:
                case "host":
                    self.fit(
                        Host(
                            self.tell, booted, lambda: firmware.installed, self._busy, options.seed
                        )
                    )
                case "firmware/node":
                    self.fit(firmware)
                case door if door.startswith("door/"):
                    self.fit(Door(part, self.tell, vault))
                case _:
                    raise ValueError(f"a node has no {part}")
        self.settle(now)

    def _busy(self) -> bool:
        return any(room.busy for room in self._rooms)

    def _occupied(self, now: datetime) -> bool:
        return self._busy() or any(
            bookings is not None and bookings.soon(now, self._quiet)
            for bookings in (room.find(Bookings) for room in self._rooms)
        )
