"""The driver ``simulated``: parts of a configured studio that are not fitted yet."""

from studio_node.drivers import Rig
from studio_node.settings import StudioSettings

from .clock import WallClock
from .model.computer import Computer
from .options import computer_options, room_options
from .stage import Stage
from .vault import MemoryVault
from .world import SimulatedStudio, rig


def make_rig(place: StudioSettings) -> Rig:
    """Return the rig of a place; what it holds is forgotten when the node stops."""
    clock = WallClock()
    if place.id:
        return SimulatedStudio(room_options(place), clock).rig
    return rig(Stage(Computer(computer_options(place), MemoryVault(), (), clock.now()), clock))
