"""``studio-node tokens``: who may talk to the node."""

import argparse

from studio_node.control import ask
from studio_node.database import Database
from studio_node.errors import NotRunningError, StudioNodeError
from studio_node.tokens import Tokens
from studio_node.wire.parts import Fields, Json

from .options import Commands, add_config, say, state_dir


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("tokens", help="list the clients of the node, or revoke one")
    add_config(parser)
    actions = parser.add_subparsers(metavar="ACTION")
    add_config(actions.add_parser("list", help="list the clients (the default)"), again=True)
    revoke = actions.add_parser("revoke", help="take a client's token back")
    add_config(revoke, again=True)
    revoke.add_argument("id", help="the token's id, from the list")
    parser.set_defaults(run=tokens, id=None)


async def tokens(options: argparse.Namespace) -> None:
    """List or revoke, in the running node or else in what it has stored."""
    request: Fields = {"do": "revoke", "id": options.id} if options.id else {"do": "tokens"}
    directory = state_dir(options)
    try:
        answer = await ask(directory, request)
    except NotRunningError:
        if not directory.is_dir():
            raise
        database = await Database.open(directory)
        try:
            answer = await _answer(await Tokens.load(database), options.id)
        finally:
            await database.close()
    if options.id is None:
        _show(answer["tokens"])
    elif answer["revoked"]:
        say(f"Token {options.id} is revoked.")
    else:
        raise StudioNodeError(f"there is no token {options.id}: see 'studio-node tokens list'")


async def _answer(known: Tokens, token: str | None) -> Fields:
    if token is not None:
        return {"revoked": await known.revoke(token)}
    return {"tokens": [item.describe() for item in known]}


def _show(listed: Json) -> None:
    rows = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    if not rows:
        say("No client is paired. Show a code with 'studio-node pair'.")
        return
    say(f"{'ID':10}{'CREATED':12}{'LAST USED':12}NAME")
    for row in rows:
        used = str(row["used"] or "never")[:10]
        say(f"{row['id']:10}{str(row['created'])[:10]:12}{used:12}{row['name']}")
