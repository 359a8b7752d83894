"""Automations of the demo, made from the shipped blueprints."""

from .entities import DOMAIN, Entities
from .home_assistant import HomeAssistant
from .sites import SITES


async def create_automations(home: HomeAssistant, entities: Entities) -> None:
    """Let a lamp follow the first studio's take, and tell about degraded interfaces."""
