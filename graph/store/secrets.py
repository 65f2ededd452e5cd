"""Secrets of a database: random, made when first needed, and never changed.

They are in the graph, so anyone with the database's password can read them: they hide things from members and
clients only.
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
