"""The disputes of which an entity is the other side, over a route or on a page: the read is on record first."""

from datetime import UTC, datetime

from graph.audit import log
from graph.identity import Role
from graph.rights import answers
from graph.store.client import Database

PURPOSE = "answering a dispute"
WHO = "the other side of the fact"
"The reader's name on record: the member knows who that is, and no id has to be taken out of the record later."


def told_of(database: Database, entity: str) -> list[answers.Told]:
    """These disputes; whoever opened one sees that the other side read it. Raises NotRecorded, StoreConflict."""
    found = answers.told(database, entity)
    log.record_reads(
        database,
        "",
        (each.entity for each in found),
        who=WHO,
        role=Role.MEMBER.value,
        purpose=PURPOSE,
        what="dispute",
        now=datetime.now(UTC),
    )
    return found
