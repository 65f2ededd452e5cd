"""The id of the request that is being answered: in its answer, in each problem, and in the lines of the log.

It is drawn here. One that a caller sends is not taken: anybody could put another's id, or a name, into the log.
"""

import uuid
from contextvars import ContextVar

HEADER = "X-Request-Id"
_CURRENT: ContextVar[uuid.UUID | None] = ContextVar("request", default=None)


def begin() -> uuid.UUID:
    """A new id, which is that of everything that this request does from now on, in whichever thread."""
    drawn = uuid.uuid4()
    _CURRENT.set(drawn)
    return drawn


def current() -> uuid.UUID | None:
    """The id of the request that this is done for; None: it is done for none."""
    return _CURRENT.get()
