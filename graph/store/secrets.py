"""Secrets of a database: random, made when first needed, and never changed.

They stand in the graph, so whoever holds the database's password can read them: what they hide, they hide from
members and clients.
"""

import secrets
from typing import Literal

from graph.store.client import Database

Name = Literal["objections", "veil", "cursors", "refusals"]


def salt(database: Database, name: Name) -> bytes:
    """The secret of this name; 32 bytes."""
    found = database.optional("secret", name=name)
    if found is None:
        found = database.one("make_secret", name=name, value=secrets.token_hex(32))
    return bytes.fromhex(found["value"])
