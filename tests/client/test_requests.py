"""What a client asks a node over HTTPS."""

from asyncio import StreamReader, StreamWriter, start_server
import gzip
from pathlib import Path
import tracemalloc

from aiohttp import ClientSession, web
import pytest

from custom_components.micro_studio.client.client import Address, NodeClient, Trust
from custom_components.micro_studio.client.errors import (
    CertificateChangedError,
    NoRouteError,
    NotANodeError,
    PairingClosedError,
    RefusedError,
    TooManyAttemptsError,
    UnauthorizedError,
    WrongCodeError,
)
from custom_components.micro_studio.wire.vocabulary import PairingState
from tests.client.conftest import address, trust
from tests.impostor import Impostor
from tests.middleman import Middleman
from tests.node_process import HOST, NodeProcess

WRONG_CODE = "0000-0000-0000"


async def test_a_stranger_learns_who_answers(session: ClientSession, node: NodeProcess) -> None:
    """Without a token only name and version are told."""
    info = await NodeClient(session, address(node)).info()

    assert (info.id, info.name, info.site) == (node.ticket.id, "City centre", "Berlin")
    assert info.api.startswith("1.")
    assert info.pairing is PairingState.CLOSED


async def test_the_right_code_gives_a_token_that_works(
    session: ClientSession, node: NodeProcess
) -> None:
    """Pairing leaves the node's certificate and a token behind."""
    code = await node.pairing_code()

    won = await NodeClient(session, address(node)).pair(code.lower().replace("-", " "), "Test")

    assert won.fingerprint == node.ticket.fingerprint
    assert await NodeClient(session, address(node), won).diagnostics()
    assert won.token not in repr(won)


async def test_a_code_is_good_for_one_client(session: ClientSession, node: NodeProcess) -> None:
    """The second client needs a code of its own."""
    code = await node.pairing_code()
    client = NodeClient(session, address(node))
    await client.pair(code, "First")

    with pytest.raises(PairingClosedError):
        await client.pair(code, "Second")


async def test_a_wrong_code_gives_no_token(session: ClientSession, node: NodeProcess) -> None:
    """The node says so, and stays as it was."""
    await node.pairing_code()
    before = await node.tokens()

    with pytest.raises(WrongCodeError):
        await NodeClient(session, address(node)).pair(WRONG_CODE, "Test")

    assert await node.tokens() == before


async def test_a_node_that_shows_no_code_does_not_pair(
    session: ClientSession, own_node: NodeProcess
) -> None:
    """Pairing needs somebody at the node."""
    with pytest.raises(PairingClosedError):
        await NodeClient(session, address(own_node)).pair(WRONG_CODE, "Test")


async def test_five_wrong_codes_end_the_right_one(
    session: ClientSession, own_node: NodeProcess
) -> None:
    """Nobody guesses for long."""
    code = await own_node.pairing_code()
    client = NodeClient(session, address(own_node))
    for _ in range(4):
        with pytest.raises(WrongCodeError):
            await client.pair(WRONG_CODE, "Test")

    with pytest.raises(TooManyAttemptsError):
        await client.pair(WRONG_CODE, "Test")
    with pytest.raises(PairingClosedError):
        await client.pair(code, "Test")


async def test_a_man_in_the_middle_gets_neither_code_nor_token(
    session: ClientSession, node: NodeProcess, tmp_path: Path
) -> None:
    """They relay every byte, but the client has seen another certificate: no proof fits."""
    code = await node.pairing_code()
    before = await node.tokens()
    async with Middleman.before(node.port, tmp_path) as middleman:
        with pytest.raises(WrongCodeError):
            await NodeClient(session, Address(HOST, middleman.port)).pair(code, "Test")

    assert await node.tokens() == before
    assert b"/v1/pair" in middleman.heard
    assert b"wrong_code" in middleman.heard
    assert code.encode() not in middleman.heard
    assert code.replace("-", "").encode() not in middleman.heard
    assert b'"token"' not in middleman.heard


async def test_a_paired_client_tells_a_man_in_the_middle_nothing(
    session: ClientSession, node: NodeProcess, tmp_path: Path
) -> None:
    """The certificate is looked at before the token is sent."""
    async with Middleman.before(node.port, tmp_path) as middleman:
        client = NodeClient(session, Address(HOST, middleman.port), trust(node))
        with pytest.raises(CertificateChangedError) as changed:
            await client.diagnostics()
        with pytest.raises(CertificateChangedError):
            await client.connect()

    assert changed.value.expected == node.ticket.fingerprint.hex()
    assert middleman.heard == b""


async def test_diagnostics_hold_no_secret(session: ClientSession, node: NodeProcess) -> None:
    """Not even the token that was shown to get them."""
    report = await NodeClient(session, address(node), trust(node)).diagnostics()

    assert report
    assert node.ticket.token not in str(report)


async def test_a_wrong_token_is_told_apart(session: ClientSession, node: NodeProcess) -> None:
    """Pairing again helps, trying again does not."""
    wrong = Trust(node.ticket.fingerprint, "wrong")
    client = NodeClient(session, address(node), wrong)

    with pytest.raises(UnauthorizedError):
        await client.diagnostics()
    with pytest.raises(UnauthorizedError):
        await client.connect()


async def test_a_client_that_never_paired_asks_for_nothing(
    session: ClientSession, node: NodeProcess
) -> None:
    """It does not even open a connection."""
    with pytest.raises(UnauthorizedError):
        await NodeClient(session, address(node)).diagnostics()


async def test_a_closed_port_is_told_apart(session: ClientSession, own_node: NodeProcess) -> None:
    """The machine is there, the node is not."""
    own_node.stop()
    with pytest.raises(RefusedError):
        await NodeClient(session, address(own_node)).info()


async def test_an_address_that_is_none_is_told_apart(session: ClientSession) -> None:
    """No machine has this name."""
    with pytest.raises(NoRouteError):
        await NodeClient(session, Address("node.invalid", 8765)).info()


async def test_a_stranger_cannot_fill_the_memory(session: ClientSession, tmp_path: Path) -> None:
    """An answer that is small on the wire and huge unpacked is given up early."""
    packed = gzip.compress(bytes(256 * 1024 * 1024))

    async def bomb(_: web.Request) -> web.StreamResponse:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with Impostor.acting(tmp_path) as impostor:
        impostor.info = bomb
        tracemalloc.start()
        try:
            with pytest.raises(NotANodeError):
                await NodeClient(session, Address(HOST, impostor.port)).info()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


async def test_something_without_tls_is_no_node(session: ClientSession) -> None:
    """It answers, but not like a node."""

    async def chat(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 welcome\r\n")
        writer.close()

    async with await start_server(chat, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotANodeError):
            await NodeClient(session, Address(HOST, port)).info()
