"""Entities as tests find them: by unique id, for nobody relies on entity ids."""

from dataclasses import dataclass

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from custom_components.micro_studio.const import DOMAIN


@dataclass(frozen=True, slots=True)
class Sight:
    """What Home Assistant shows of one node."""

    hass: HomeAssistant
    node_id: str

    def find(self, platform: Platform, key: str, studio: str | None = "a") -> str | None:
        """Return an entity's id, if there is such an entity."""
        place = self.node_id if studio is None else f"{self.node_id}_{studio}"
        registry = er.async_get(self.hass)
        return registry.async_get_entity_id(platform, DOMAIN, f"{place}_{key}")

    def entity(self, platform: Platform, key: str, studio: str | None = "a") -> str:
        """Return an entity's id."""
        found = self.find(platform, key, studio)
        assert found is not None, f"no {platform} {key} in {studio}"
        return found

    def state(self, platform: Platform, key: str, studio: str | None = "a") -> State:
        """Return an entity's state with its attributes."""
        state = self.hass.states.get(self.entity(platform, key, studio))
        assert state is not None, f"{platform} {key} of {studio} is not enabled"
        return state

    def shows(self, platform: Platform, key: str, studio: str | None = "a") -> str:
        """Return what an entity shows."""
        return self.state(platform, key, studio).state

    def there(self, platform: Platform, key: str, studio: str | None = "a") -> bool:
        """Tell whether an entity is available."""
        return self.shows(platform, key, studio) != STATE_UNAVAILABLE

    async def call(
        self, platform: Platform, service: str, key: str, studio: str | None = "a", **data: object
    ) -> None:
        """Call an action of an entity and wait for its end."""
        await self.hass.services.async_call(
            platform,
            service,
            {ATTR_ENTITY_ID: self.entity(platform, key, studio), **data},
            blocking=True,
        )
