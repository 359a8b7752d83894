"""What must not stand in a log."""

import logging
import secrets

from studio_node.secrecy import Secrecy, SecretiveFormatter
from studio_node.wire.pairing import new_code


def line(secrecy: Secrecy, message: str, *args: object) -> str:
    """Return a log line as it is written."""
    record = logging.LogRecord("x", logging.INFO, "", 0, message, args, None)
    return SecretiveFormatter(secrecy).format(record)


def test_tokens_and_codes_never_reach_the_log() -> None:
    token, code = secrets.token_urlsafe(32), new_code()
    written = line(Secrecy(), "got %s and %s", token, {"code": code})
    assert token not in written
    assert code not in written
    assert "abc" not in line(Secrecy(), "Authorization: Bearer abc")


def test_an_entry_code_is_hidden_also_in_a_traceback_while_it_is_about() -> None:
    secrecy = Secrecy()
    with secrecy.hold(["4711"]):
        try:
            int("bad code 4711")
        except ValueError as error:
            info = (type(error), error, error.__traceback__)
            record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), info)
            assert "4711" not in SecretiveFormatter(secrecy).format(record)
    assert "4711" in line(secrecy, "port 4711")
