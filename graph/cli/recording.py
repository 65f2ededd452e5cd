"""Reads of persons by the operator on the command line: each is recorded before anything is printed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from graph.store.client import Database

Purpose = Annotated[str, typer.Option(help="What for: it is kept on record, and the person sees it.")]
OPERATION = "operation"
ROLE = "operator"


def record_reads(
    database: "Database", scheme: str, entities: Iterable[str], *, what: str, purpose: str = OPERATION
) -> None:
    """The operator's reads of these are on record. Raises NotRecorded: then nothing may be printed."""
    from graph.audit import log
    from graph.settings import Settings

    operator, now = Settings.load().operator, datetime.now(UTC)
    log.record_reads(database, scheme, entities, who=operator, role=ROLE, purpose=purpose, what=what, now=now)
