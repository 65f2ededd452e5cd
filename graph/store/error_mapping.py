"""What the driver's errors become: one of ours each, most specific first, always `from` the cause.

Nowhere else: whatever talks to the server does it inside `translated`.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import exceptions as driver_errors

from graph.errors import (
    CommitUnknown,
    InnerCircleError,
    ParameterError,
    QueryRejected,
    StoreConflict,
    StoreUnavailable,
)
from graph.store import encryption
from graph.text.plain import visible

TIMED_OUT = ("TransactionTimedOut", "LockClientStopped")
"In the code of the server's error, for a timeout of either side; the second: while waiting for a lock."
BROKEN_OFF = ("TransactionCommitFailed", "TransactionLogError")
"The database ended in the middle of a commit: nobody knows the outcome until it is open again."
NOT_ONLINE = ("TransactionStartFailed", "DatabaseUnavailable")
"It takes no queries: it did not open, or ended because of a fault of its disk."
VANISHED = "EntityNotFound"
"The same, where somebody removed a node that a query had found and waited for."
NOT_ONLINE_ADVICE = (
    "Neo4j answers, and its database is not online: `innercircle up` opens that of a managed one again, and the "
    "log of another one says why"
)

# What the operator has to put right, by the code of the server's error: no query of ours is at fault.
PUT_RIGHT: tuple[tuple[str, str], ...] = (
    (
        "Security.CredentialsExpired",
        "the password of the user has expired: set a new one in Neo4j (on the database `system`: ALTER CURRENT "
        "USER SET PASSWORD FROM 'old' TO 'new'), and give it as INNERCIRCLE_NEO4J_PASSWORD",
    ),
    (
        "Security.AuthenticationRateLimit",
        "the server refuses the user for a while, after too many wrong passwords: set INNERCIRCLE_NEO4J_PASSWORD "
        "right, and wait some seconds",
    ),
    (
        "Security.Forbidden",
        "the user may not do this: INNERCIRCLE_NEO4J_USER needs to read, write and set up the database",
    ),
    (
        "Security.",
        "the server refused the user or password: set INNERCIRCLE_NEO4J_USER and INNERCIRCLE_NEO4J_PASSWORD right",
    ),
    (
        "Database.DatabaseNotFound",
        "the server has no database of this name: set INNERCIRCLE_NEO4J_DATABASE right (SHOW DATABASES lists "
        "them; the Community edition has `neo4j`)",
    ),
)

# Where a driver error lands, the most specific first: IncompleteCommit is a ServiceUnavailable, for example.
MAPPING: tuple[tuple[type[Exception], type[InnerCircleError], str], ...] = (
    (
        driver_errors.IncompleteCommit,
        CommitUnknown,
        "the connection broke during a commit; repeating is safe",
    ),
    (driver_errors.AuthError, StoreUnavailable, "the server refused the user or password"),
    (driver_errors.ServiceUnavailable, StoreUnavailable, "no connection to Neo4j"),
    (driver_errors.SessionExpired, StoreUnavailable, "the connection to Neo4j was lost"),
    (driver_errors.ConstraintError, StoreConflict, "another writer stored the same id"),
    (driver_errors.DatabaseUnavailable, StoreUnavailable, "the database is not available"),
    (driver_errors.TransientError, StoreConflict, "the server asks to try again"),
    (driver_errors.Neo4jError, QueryRejected, "the server refused the query"),
    (driver_errors.DriverError, StoreUnavailable, "the driver failed"),
)


class Gone(StoreConflict):
    """Something was removed while a transaction waited for it: begun anew, the transaction will not find it."""


def is_not_online(error: BaseException | None) -> bool:
    """Whether the server answered, and its database is not online."""
    return any(name in _code(error) for name in NOT_ONLINE)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Every error of the driver in the block is raised as ours. where: the query file, or what was being done."""
    try:
        yield
    except (driver_errors.Neo4jError, driver_errors.DriverError) as error:
        code = _code(error)
        if any(name in code for name in TIMED_OUT):
            raise StoreUnavailable(f"a query took too long and was ended ({where}): {error}") from error
        if "WriteOnReadOnly" in code:
            raise QueryRejected(f"this Neo4j takes no writes, as an inspection copy does not ({where})") from error
        if fault := encryption.fault(error):
            raise StoreUnavailable(f"no connection to Neo4j ({where}): {fault}") from error
        if is_not_online(error):
            raise StoreUnavailable(f"{NOT_ONLINE_ADVICE} ({where}): {error}") from error
        if any(name in code for name in BROKEN_OFF):
            raise CommitUnknown(
                f"the database ended during a commit; repeating is safe ({where}): {error}"
            ) from error
        if VANISHED in code:
            raise Gone(f"somebody removed it at that moment ({where}): {error}") from error
        for name, meaning in PUT_RIGHT:
            if f".ClientError.{name}" in code:
                raise StoreUnavailable(f"{meaning} ({where}): {error}") from error
        for kind, ours, meaning in MAPPING:
            if isinstance(error, kind):
                hint = encryption.hint(error)
                raise ours(f"{meaning} ({where}): {error}" + (f"; {hint}" if hint else "")) from error
        raise
    except InnerCircleError:
        raise
    except UnicodeEncodeError as error:
        raise ParameterError(
            f"{visible(error.object)!r} holds a byte or half a character that is no text"
        ) from error
    except Exception as error:
        if not _is_of_the_driver(error):
            raise
        raise StoreUnavailable(f"the connection to Neo4j was lost ({where}): {error}") from error


def _code(error: BaseException | None) -> str:
    """The server's code of an error; empty for an error that is none of the server's."""
    return getattr(error, "code", None) or ""


def _is_of_the_driver(error: Exception) -> bool:
    """Whether it was raised inside the driver: a socket that is gone, or what it has no name of its own for."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame in frames]
    places = [place for place, name in enumerate(own) if name == "neo4j"]
    return bool(places) and "graph" not in own[places[-1] :]
