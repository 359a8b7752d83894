"""One guest's visit, as a partner sees it in Home Assistant."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import secrets

from aiohttp import ClientSession
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from custom_components.micro_studio.client.client import Address, NodeClient, Trust
from tests.client.ears import Ears
from tests.e2e.entities import entity_id, value
from tests.follower import following
from tests.node_process import HOST, NodeProcess
from tests.patience import until

STUDIO = "a"
_PATIENCE = timedelta(seconds=10)


class Visit:
    """The studio ``a`` of one node, and what was told about it."""

    def __init__(self, hass: HomeAssistant, node: NodeProcess) -> None:
        self.hass = hass
        self.node = node
        self.bookings: list[str] = []
        self.access: list[str] = []
        self.booking = ""
        self._key = f"{node.ticket.id}_{STUDIO}"
        self._ends: list[Callable[[], None]] = []

    def listen(self) -> None:
        """Keep what the event entities tell from now on."""
        for what, told in (("booking", self.bookings), ("access", self.access)):
            entity = entity_id(self.hass, "event", f"{self._key}_{what}")
            self._ends.append(async_track_state_change_event(self.hass, entity, _keep(told)))

    def stop(self) -> None:
        """Keep nothing any more."""
        for end in self._ends:
            end()
        self._ends.clear()

    def shows(self, platform: str, what: str) -> str:
        """Return what an entity of the studio shows."""
        return value(self.hass, platform, f"{self._key}_{what}")

    @property
    def room(self) -> str:
        """Return the state of the room."""
        return self.shows("sensor", "state")

    def tally(self) -> str | None:
        """Return what the recording light shows."""
        shown = self.hass.states.get(entity_id(self.hass, "light", f"{self._key}_light/sign_light"))
        assert shown is not None
        effect: str | None = shown.attributes.get("effect")
        return effect

    async def book(self, starts_in: float, lasts: float) -> None:
        """Type a booking into the calendar."""
        start = datetime.now(UTC) + timedelta(seconds=starts_in)
        await self.hass.services.async_call(
            "calendar",
            "create_event",
            {
                "start_date_time": start.isoformat(),
                "end_date_time": (start + timedelta(seconds=lasts)).isoformat(),
                "summary": "Podcast",
            },
            target={"entity_id": entity_id(self.hass, "calendar", f"{self._key}_bookings")},
            blocking=True,
        )
        items = (await self.node.part(STUDIO, "bookings"))["items"]
        (self.booking,) = [item["uid"] for item in items]

    async def give_code(self) -> str:
        """Put the booking's entry code on the keypad, as a second client; return it."""
        code = str(secrets.randbelow(900_000) + 100_000)
        ticket = self.node.ticket
        async with ClientSession() as session:
            client = NodeClient(
                session,
                Address(HOST, self.node.port),
                Trust(ticket.fingerprint, ticket.token),
            )
            async with following(client, Ears()) as connection:
                await connection.command(
                    STUDIO,
                    "door/main",
                    "set_credential",
                    {"tag": self.booking, "code": code},
                    _PATIENCE,
                )
        return code

    async def reaches(self, room: str, seconds: float = 15) -> None:
        """Wait until the room is in a state."""
        await until(lambda: self.room == room, seconds)


def _keep(told: list[str]) -> Callable[[Event[EventStateChangedData]], None]:
    last: list[str] = []

    @callback
    def keep(change: Event[EventStateChangedData]) -> None:
        shown = change.data["new_state"]
        # The state is the moment of the event: it comes back unchanged after a reconnect.
        if shown is None or shown.state in {"unavailable", "unknown", *last}:
            return
        last.append(shown.state)
        told.append(shown.attributes["event_type"])

    return keep
