"""Secrets of a database: random, made when first needed, and never changed.

They are in the graph, so anyone with the database's password can read them: they hide things from members and
clients only.
"""

import secrets
from typing import Literal

from graph.store.client import Database

Name = Literal["objections", "veil", "cursors", "refusals", "pseudonyms", "journal"]


def salt(database: Database, name: Name) -> bytes:
    """The secret of this name; 32 bytes."""
    found = known(database, name)
    if found is None:
        found = bytes.fromhex(database.one("make_secret", name=name, value=secrets.token_hex(32))["value"])
    return found


def known(database: Database, name: Name) -> bytes | None:
    """The secret of this name, if it was ever needed."""
    found = database.optional("secret", name=name)
    return None if found is None else bytes.fromhex(found["value"])
