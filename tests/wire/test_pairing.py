"""The proofs of pairing."""

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.wire.pairing import (
    ALPHABET,
    Role,
    matches,
    new_code,
    new_nonce,
    normalise,
    proof,
)

FINGERPRINT = bytes(range(32))


def make(role: Role = Role.CLIENT, code: str = "ABCD-EFGH-JKMN", token: str = "") -> str:
    """Return a proof over fixed nonces."""
    return proof(
        role, code, client_nonce="1" * 32, node_nonce="2" * 32, fingerprint=FINGERPRINT, token=token
    )


def test_a_proof_is_the_same_in_every_version() -> None:
    assert make() == "10d7f06b7229b0cdbc2504558996523ee8af94bc169672e4a7befcc1a66d8127"
    assert make(Role.NODE, token="t") != make()


def test_a_proof_depends_on_everything() -> None:
    proofs = {
        make(),
        make(Role.NODE),
        make(code="ABCD-EFGH-JKMP"),
        make(token="t"),
        proof(
            Role.CLIENT,
            "ABCD-EFGH-JKMN",
            client_nonce="1" * 32,
            node_nonce="2" * 32,
            fingerprint=bytes(32),
        ),
        proof(
            Role.CLIENT,
            "ABCD-EFGH-JKMN",
            client_nonce="2" * 32,
            node_nonce="1" * 32,
            fingerprint=FINGERPRINT,
        ),
    }
    assert len(proofs) == 6


@pytest.mark.parametrize("typed", ["abcd efgh jkmn", " ABCDEFGHJKMN ", "abcd-EFGH.jkmn"])
def test_a_code_may_be_typed_carelessly(typed: str) -> None:
    assert matches(make(), make(code=typed))


def test_lookalikes_are_read_as_what_they_look_like() -> None:
    assert normalise("ilou") == "110V"


def test_a_code_is_long_and_readable() -> None:
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(set(code) <= {*ALPHABET, "-"} and len(code) == 14 for code in codes)
    assert len(new_nonce()) == 32


@given(st.text())
def test_any_text_can_be_compared_and_typed(text: str) -> None:
    assert not matches(make(), text)
    assert normalise(normalise(text)) == normalise(text)
