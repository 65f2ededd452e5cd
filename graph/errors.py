"""Everything that can go wrong, as one tree.

InnerCircleError(code)
  InputError
    RecordError(file, line, column)   a row or a file that cannot be used
    ParameterError                    a value given to a command, query or route
    NotFound                          no such entity, scheme, membership, run or query
    Refused                           not as things stand, or not by this caller
    Conflict                          the Idempotency-Key of another request
  AccessError
    Unauthenticated                   nobody known asks: no token, or one that does not hold
    Forbidden                         the caller is known, and may not
    TooMany(retry_seconds)            the caller asked too often
    IssuerUnavailable                 the issuer of a token does not give its keys
  PolicyError
    SchemeInvalid(file, key)          a policy, mapping or categories file that does not hold
    PurposeMismatch                   a request outside the purposes of a scheme
  NotConverged(sweeps, bound)         a run missed its tolerance; nothing was published
  StoreError
    StoreUnavailable                  no connection, no certificate that holds, or no database online
    StoreFull                         the disk has no room: nothing is written until there is some
    StoreConflict                     another writer has locked it; try again later
    CommitUnknown                     the connection broke during a commit; repeating is safe
    QueryRejected                     the server refused a query
    NotRecorded                       a read of a person, or an ending, that cannot be recorded
  SetupError
    SettingInvalid                    an INNERCIRCLE_* variable that does not hold
    QueryFileInvalid(file, line)      a query file whose header does not match its text
    MigrationEdited                   an applied migration whose file has changed
    MigrationPending                  the database is behind the migrations
    LocalServerFailed                 the managed Neo4j did not start or stop

Every message says what is wrong, where, and what to do. The codes are stable: they appear in
`--json` output and in the API's problem documents, and docs/errors.md lists them.
"""


class InnerCircleError(Exception):
    """The root; `code` is the stable name of a kind of failure."""

    code = "error"


class InputError(InnerCircleError):
    code = "input"


class RecordError(InputError):
    """A row or a file cannot be used; says which file, line (1-based) and column."""

    code = "record"

    def __init__(self, message: str, *, file: str = "", line: int | None = None, column: str = ""):
        where = ":".join(str(part) for part in (file, line, column) if part not in ("", None))
        super().__init__(f"{where}: {message}" if where else message)
        self.file, self.line, self.column = file, line, column


class ParameterError(InputError):
    code = "parameter"


class NotFound(InputError):
    code = "not-found"


class Refused(InputError):
    """What is asked for makes sense, but not as things stand, or not from this caller."""

    code = "refused"


class Conflict(InputError):
    """The Idempotency-Key of a request belongs to another one."""

    code = "conflict"


NOTHING_OPEN = "nothing of this entity is open to you"
"""The message of every NotFound about an entity that may not be the caller's own: unknown, not a member, nothing
granted and not theirs read the same."""


class AccessError(InnerCircleError):
    code = "access"


class Unauthenticated(AccessError):
    code = "unauthenticated"


class Forbidden(AccessError):
    code = "forbidden"


class TooMany(AccessError):
    """`retry_seconds`: when the next request will be heard."""

    code = "too-many"

    def __init__(self, message: str, *, retry_seconds: int = 1):
        super().__init__(message)
        self.retry_seconds = retry_seconds


class IssuerUnavailable(AccessError):
    code = "issuer-unavailable"


class PolicyError(InnerCircleError):
    code = "policy"


class SchemeInvalid(PolicyError):
    """A TOML file does not hold; `key` is the dotted path of the offending value."""

    code = "scheme-invalid"

    def __init__(self, message: str, *, file: str = "", key: str = ""):
        where = ": ".join(part for part in (file, key) if part)
        super().__init__(f"{where}: {message}" if where else message)
        self.file, self.key = file, key


class PurposeMismatch(PolicyError):
    code = "purpose-mismatch"


class NotConverged(InnerCircleError):
    """`bound` is how far a score could still be from the exact one after `sweeps` sweeps."""

    code = "not-converged"

    def __init__(self, message: str, *, sweeps: int, bound: float):
        super().__init__(message)
        self.sweeps, self.bound = sweeps, bound


class StoreError(InnerCircleError):
    code = "store"


class StoreUnavailable(StoreError):
    code = "store-unavailable"


class StoreFull(StoreError):
    code = "store-full"


class StoreConflict(StoreError):
    code = "store-conflict"


class CommitUnknown(StoreError):
    code = "commit-unknown"


class QueryRejected(StoreError):
    code = "query-rejected"


class NotRecorded(StoreError):
    code = "not-recorded"


class SetupError(InnerCircleError):
    code = "setup"


class SettingInvalid(SetupError):
    code = "setting-invalid"


class QueryFileInvalid(SetupError):
    code = "query-file-invalid"

    def __init__(self, message: str, *, file: str, line: int | None = None):
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {message}")
        self.file, self.line = file, line


class MigrationEdited(SetupError):
    code = "migration-edited"


class MigrationPending(SetupError):
    code = "migration-pending"


class LocalServerFailed(SetupError):
    code = "local-server-failed"
