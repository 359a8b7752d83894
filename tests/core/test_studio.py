"""The words for the parts of a studio."""

import pytest

from custom_components.micro_studio.core.errors import PartError
from custom_components.micro_studio.core.studio import PartId, PartKind


@pytest.mark.parametrize("text", ["door/main", "recorder", "firmware/interface/usb-1"])
def test_a_part_is_read_as_it_is_written(text: str) -> None:
    """There and back."""
    assert str(PartId.parse(text)) == text


def test_a_part_has_a_kind_and_a_key() -> None:
    """The key is all that follows the first slash."""
    assert PartId.parse("door/main") == PartId(kind=PartKind.DOOR, key="main")


@pytest.mark.parametrize("text", ["", "window/main", "door/", "/main", "Door/main"])
def test_what_names_no_part_is_refused(text: str) -> None:
    """The error keeps the text."""
    with pytest.raises(PartError) as caught:
        PartId.parse(text)
    assert caught.value.text == text
