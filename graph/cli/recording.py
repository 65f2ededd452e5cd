"""What the operator reads of a person on the command line is a read by another: recorded before it is printed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from graph.database import Database

Purpose = Annotated[str, typer.Option(help="What for: it is kept on record, and the person sees it.")]
OPERATION = "operation"
ROLE = "operator"
AT_ONCE = 1_000
"Reads in one transaction."


def record_reads(
    database: "Database", scheme: str, entities: Iterable[str], *, what: str, purpose: str = OPERATION
) -> None:
    """That the operator read these is on record. Raises NotRecorded: then nothing may be printed."""
    from graph import access
    from graph.settings import Settings

    operator, now = Settings.load().operator, datetime.now(UTC)
    read = sorted(set(entities))
    for first in range(0, len(read), AT_ONCE):
        work = partial(
            access.record_all,
            scheme=scheme,
            outcomes=access.reads(read[first : first + AT_ONCE]),
            who=operator,
            role=ROLE,
            purpose=purpose,
            what=what,
            now=now,
        )
        access.recorded(database, work)
