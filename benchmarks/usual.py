"""The usual pattern: a coordinator per device, and all entities write on every update."""

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import EntityComponent
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator

from .home import LOGGER

type Values = dict[str, float]
type Device = DataUpdateCoordinator[Values]


class UsualSensor(CoordinatorEntity[Device], SensorEntity):
    """A sensor like our telemetry."""

    _attr_device_class = SensorDeviceClass.DURATION
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_native_unit_of_measurement = UnitOfTime.MILLISECONDS
    _attr_state_class = SensorStateClass.MEASUREMENT

    def __init__(self, coordinator: Device, key: str) -> None:
        """Take the key of the value."""
        super().__init__(coordinator)
        self._key = key
        self._attr_unique_id = f"{coordinator.name}_{key}"
        self._attr_name = self._attr_unique_id

    @property
    def native_value(self) -> float:
        """Return the value."""
        return self.coordinator.data[self._key]


async def set_up(hass: HomeAssistant, entities: int) -> Device:
    """Add a device's sensors."""
    device: Device = DataUpdateCoordinator(hass, LOGGER, name="usual", config_entry=None)
    device.data = {f"r{number}": 10.0 for number in range(entities)}
    component: EntityComponent[SensorEntity] = EntityComponent(LOGGER, "sensor", hass)
    await component.async_add_entities([UsualSensor(device, key) for key in device.data])
    return device
