"""A scenario as it is played in a studio."""

import logging
from typing import Final

from .act import ActError
from .acts import perform_act
from .clock import sleep_until
from .scenario import Scenario
from .world import World

_LOGGER: Final = logging.getLogger(__name__)


async def play(scenario: Scenario, world: World, studio: str) -> None:
    """Let everything happen in its time; what cannot happen is logged and left out."""
    begin = world.clock.now()
    for moment, step in scenario.timeline():
        await sleep_until(world.clock, begin + moment)
        where = step.studio or studio
        try:
            perform_act(world, where, step.act, step.given)
        except ActError as error:
            _LOGGER.warning(
                "%s, step %d: %s in %s: %s", scenario.name, step.number, step.act, where, error
            )
        else:
            _LOGGER.info("%s, step %d: %s in %s", scenario.name, step.number, step.act, where)
