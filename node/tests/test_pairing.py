"""Pairing over a real connection, and the clock's part of it."""

from pathlib import Path

from aiohttp import ClientSession, Fingerprint
import pytest

from node.tests.room import bearer, url
from studio_node.app import Node
from studio_node.database import Database
from studio_node.errors import RequestRefusedError
from studio_node.pairing import Pairing
from studio_node.secrecy import Secrecy
from studio_node.tokens import Tokens
from studio_node.wire import codec
from studio_node.wire.messages import (
    NodeInfo,
    PairChallenge,
    PairProof,
    PairResult,
    PairStart,
    Refusal,
)
from studio_node.wire.pairing import Role, matches, new_nonce, proof
from studio_node.wire.vocabulary import ErrorCode, PairingState

type Answer = tuple[int, str]


async def post(session: ClientSession, node: Node, body: str) -> Answer:
    """Send a body to the pairing endpoint."""
    async with session.post(
        url(node, "/v1/pair"), data=body, ssl=Fingerprint(node.fingerprint)
    ) as answer:
        return answer.status, await answer.text()


async def pair(
    session: ClientSession, node: Node, code: str, fingerprint: bytes | None = None
) -> Answer:
    """Go through pairing; with another fingerprint, as someone in the middle sees it."""
    start = PairStart(client_nonce=new_nonce(), name="Home\nAssistant")
    status, text = await post(session, node, codec.encode_body(start))
    if status != 200:
        return status, text
    challenge = codec.decode_body(PairChallenge, text)
    seen = fingerprint or node.fingerprint
    nonces = {"client_nonce": start.client_nonce, "node_nonce": challenge.node_nonce}
    ours = proof(Role.CLIENT, code, fingerprint=seen, **nonces)
    body = codec.encode_body(PairProof(session=challenge.session, proof=ours))
    status, text = await post(session, node, body)
    if status == 200:
        result = codec.decode_body(PairResult, text)
        theirs = proof(Role.NODE, code, fingerprint=seen, token=result.token, **nonces)
        assert matches(theirs, result.proof)
    return status, text


def refusal(answer: Answer) -> tuple[int, ErrorCode]:
    """Return what an answer says."""
    return answer[0], codec.decode_body(Refusal, answer[1]).error.code


async def info(session: ClientSession, node: Node) -> NodeInfo:
    """Return what a stranger may know."""
    async with session.get(url(node, "/v1/info"), ssl=Fingerprint(node.fingerprint)) as answer:
        return codec.decode_body(NodeInfo, await answer.read())


async def test_the_right_code_gives_a_token_that_opens_the_node(
    session: ClientSession, node: Node
) -> None:
    code = node.open_pairing()
    assert (await info(session, node)).pairing is PairingState.OPEN
    status, text = await pair(session, node, code.lower().replace("-", " "))
    assert status == 200
    token = codec.decode_body(PairResult, text).token
    async with session.get(
        url(node, "/v1/diagnostics"), ssl=Fingerprint(node.fingerprint), headers=bearer(token)
    ) as answer:
        assert answer.status == 200
    assert [known.name for known in node.tokens] == ["HomeAssistant"]


async def test_a_code_is_good_for_one_client(session: ClientSession, node: Node) -> None:
    code = node.open_pairing()
    await pair(session, node, code)
    assert refusal(await pair(session, node, code)) == (403, ErrorCode.PAIRING_CLOSED)
    assert (await info(session, node)).pairing is PairingState.CLOSED


async def test_nobody_pairs_unasked(session: ClientSession, node: Node) -> None:
    assert refusal(await pair(session, node, "")) == (403, ErrorCode.PAIRING_CLOSED)


async def test_five_wrong_codes_end_pairing(
    session: ClientSession, node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    code = node.open_pairing()
    wrong = "0" * 12
    answers = [refusal(await pair(session, node, wrong)) for _ in range(5)]
    assert answers[:4] == [(403, ErrorCode.WRONG_CODE)] * 4
    assert answers[4] == (429, ErrorCode.TOO_MANY_ATTEMPTS)
    assert refusal(await pair(session, node, code)) == (403, ErrorCode.PAIRING_CLOSED)
    assert code not in caplog.text
    assert wrong not in caplog.text


async def test_someone_in_the_middle_gets_nothing(session: ClientSession, node: Node) -> None:
    code = node.open_pairing()
    answer = await pair(session, node, code, fingerprint=bytes(32))
    assert refusal(answer) == (403, ErrorCode.WRONG_CODE)
    assert list(node.tokens) == []


async def test_a_session_is_good_for_one_proof(session: ClientSession, node: Node) -> None:
    node.open_pairing()
    start = codec.encode_body(PairStart(client_nonce=new_nonce(), name="x"))
    challenge = codec.decode_body(PairChallenge, (await post(session, node, start))[1])
    body = codec.encode_body(PairProof(session=challenge.session, proof="0"))
    assert refusal(await post(session, node, body))[1] is ErrorCode.WRONG_CODE
    assert refusal(await post(session, node, body)) == (400, ErrorCode.BAD_REQUEST)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"client_nonce":"x","name":"y"}', "x" * 9000])
async def test_nonsense_is_refused_in_words(session: ClientSession, node: Node, body: str) -> None:
    node.open_pairing()
    status, text = await post(session, node, body)
    assert status in (400, 413)
    assert codec.decode_body(Refusal, text).error.code is ErrorCode.BAD_REQUEST


async def test_an_address_that_is_wrong_too_often_must_wait(
    session: ClientSession, node: Node
) -> None:
    codes = set()
    for _ in range(11):
        node.open_pairing()
        codes.add(refusal(await pair(session, node, "1" * 12)))
    assert codes == {(403, ErrorCode.WRONG_CODE), (429, ErrorCode.TOO_MANY_ATTEMPTS)}


async def test_wrong_tokens_are_refused_then_slowed_and_right_ones_go_on(
    session: ClientSession, node: Node, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def status(header: dict[str, str], path: str = "/v1/ws") -> int:
        async with session.get(
            url(node, path), ssl=Fingerprint(node.fingerprint), headers=header
        ) as answer:
            return answer.status

    assert await status({}) == 401
    assert [await status(bearer("wrong-token-value")) for _ in range(10)] == [401] * 9 + [429]
    assert await status(bearer(token), "/v1/diagnostics") == 200
    assert "wrong-token-value" not in caplog.text


async def test_a_code_lives_five_minutes(tmp_path: Path) -> None:
    now = [0.0]
    database = await Database.open(tmp_path)
    pairing = Pairing(await Tokens.load(database), bytes(32), Secrecy(), lambda: now[0])
    pairing.open()
    states = []
    for now[0] in (299.0, 300.0):
        states.append(pairing.state)
    assert states == [PairingState.OPEN, PairingState.CLOSED]
    with pytest.raises(RequestRefusedError):
        pairing.start(PairStart(client_nonce=new_nonce(), name="x"), "1")
    await database.close()


async def test_sessions_are_few_and_an_address_pushes_out_only_its_own(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    pairing = Pairing(await Tokens.load(database), bytes(32), Secrecy())
    pairing.open()
    start = PairStart(client_nonce=new_nonce(), name="x")
    for _ in range(10):
        pairing.start(start, "noisy")
    assert len(pairing._sessions) == 4
    for number in range(28):
        pairing.start(start, f"address {number}")
    with pytest.raises(RequestRefusedError):
        pairing.start(start, "one more")
    assert len(pairing._sessions) == 32
    assert [s.address for s in pairing._sessions.values()].count("noisy") == 4
    await database.close()
