"""All that is simulated on one node: its rooms, and the node itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from studio_node.devices.base import Device
from studio_node.probes.base import Probe
from studio_node.wire.parts import PARTS, part_kind

from .clock import Clock
from .model.computer import Computer, ComputerOptions
from .model.part import Vault
from .model.place import Place
from .model.room import Room, RoomOptions
from .stage import SimulatedPart, Stage
from .vault import FileVault, MemoryVault

NODE = "node"


class Server(Protocol):
    """What a story may do to the node's server."""

    def drop_connections(self) -> None:
        """Cut all connections; clients may come back at once."""

    def suspend(self, seconds: float) -> None:
        """Freeze the process as a computer that sleeps: sockets stay, nothing answers."""


@dataclass(frozen=True, slots=True)
class SimulatedRig:
    """The devices and probes of one place."""

    devices: Sequence[Device]
    probes: Sequence[Probe]


class SimulatedStudio:
    """One studio: a model, its stage, and a rig for the hub."""

    def __init__(
        self, options: RoomOptions, clock: Clock, *, state_dir: Path | None = None
    ) -> None:
        self.options = options
        self.room = Room(options, _vault(state_dir, options.id), clock.now())
        self.stage = Stage(self.room, clock)
        self.rig = rig(self.stage)


class World:
    """Studios that share a node and a clock."""

    def __init__(
        self,
        studios: Sequence[RoomOptions],
        clock: Clock,
        *,
        node: ComputerOptions | None = None,
        state_dir: Path | None = None,
    ) -> None:
        self.clock = clock
        self.server: Server | None = None
        self.studios = {
            options.id: SimulatedStudio(options, clock, state_dir=state_dir) for options in studios
        }
        rooms = [studio.room for studio in self.studios.values()]
        # A studio's id begins with a letter or a digit, so that no studio takes this name.
        vault = _vault(state_dir, "_node")
        self.node = Stage(Computer(node or ComputerOptions(), vault, rooms, clock.now()), clock)
        self.node_rig = rig(self.node)

    def stage(self, studio: str | None) -> Stage:
        """
        Return a studio's stage, or the node's.

        Raises:
            KeyError: there is no such studio.

        """
        return self.node if studio is None else self.studios[studio].stage

    def rigs(self) -> dict[str | None, SimulatedRig]:
        """Return the rigs of all places; None is the node itself."""
        return {None: self.node_rig, **{key: item.rig for key, item in self.studios.items()}}


def rig(stage: Stage) -> SimulatedRig:
    """Return devices for the parts that take commands, and probes for the others."""
    parts = [SimulatedPart(stage, part) for part in _parts(stage.place)]
    return SimulatedRig(
        devices=[part for part in parts if PARTS[part_kind(part.part)].actions],
        probes=[part for part in parts if not PARTS[part_kind(part.part)].actions],
    )


def _parts(place: Place) -> list[str]:
    return list(place.parts)


def _vault(state_dir: Path | None, name: str) -> Vault:
    return MemoryVault() if state_dir is None else FileVault(state_dir, name)
