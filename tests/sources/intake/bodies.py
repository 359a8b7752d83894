"""Bodies as booking systems send them, and bodies that nobody should send."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.sources.intake.delivery import Book, Delivery, DeliveryError

SOURCE: Final = "01JWEBHOOK"
SAMPLES: Final = Path(__file__).parent / "samples"

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a body as it comes, to be changed by the test that wants another."""
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def booked(delivery: Delivery) -> Booking:
    """Return the booking that a delivery asks for."""
    assert isinstance(delivery, Book)
    return delivery.booking


def outcome[Read](read: Callable[[], Read]) -> Read | DeliveryError:
    """Return what was read, or the complaint; anything else that is raised fails the test."""
    try:
        return read()
    except DeliveryError as error:
        return error


@st.composite
def mutations(draw: st.DrawFn, body: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a body in which one value, however deep, is anything at all."""
    if isinstance(body, (dict, list)) and body and draw(st.integers(0, 3)):
        copy: Any = body.copy()
        keys = list(body) if isinstance(body, dict) else range(len(body))
        key = draw(st.sampled_from(keys))
        copy[key] = draw(mutations(body[key]))
        return copy
    return draw(json_values)
