"""A listener that keeps what it hears."""

from dataclasses import dataclass, field

from custom_components.micro_studio.client.errors import NodeError
from custom_components.micro_studio.wire.messages import Delta, Event, Hello, Snapshot


@dataclass(slots=True)
class Ears:
    """Everything that a connection has told."""

    hellos: list[Hello] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    losses: list[NodeError] = field(default_factory=list)

    def on_snapshot(self, hello: Hello, snapshot: Snapshot) -> None:
        """Keep the state."""
        self.hellos.append(hello)
        self.snapshots.append(snapshot)

    def on_delta(self, delta: Delta) -> None:
        """Keep a change."""
        self.deltas.append(delta)

    def on_event(self, event: Event) -> None:
        """Keep what happened."""
        self.events.append(event)

    def on_lost(self, loss: NodeError) -> None:
        """Keep why the node is gone."""
        self.losses.append(loss)

    def heard(self, studio: str | None, part: str, **fields: object) -> bool:
        """Tell whether a change of these fields to these values was told."""
        return any(
            (delta.studio, delta.part) == (studio, part) and fields.items() <= delta.set.items()
            for delta in self.deltas
        )
