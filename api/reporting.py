"""A report on a member's rating, made for the member who asks, signed, and on record."""

from datetime import UTC, datetime
from functools import partial

from fastapi import Request

from api.security import one_text, own_entity
from graph import access, reports
from graph.database import Database
from graph.identity import Principal, Verifier
from graph.reports import Report


def made_for(
    request: Request, member: Principal, database: Database, scheme: str, *, audience: str, purpose: str
) -> tuple[Report, str]:
    """(the report, what is signed of it). That it was made is on the member's record of reads.

    Raises NotFound (no member, or not rated yet), ParameterError (audience), PurposeMismatch, SettingInvalid (no
    key that signs), NotRecorded, StoreConflict.
    """
    verifier: Verifier = request.app.state.verifier
    key, now, entity = verifier.ring.signing(), datetime.now(UTC), own_entity(member)
    with one_text():
        made = reports.make(
            database, entity, scheme, audience=audience, purpose=purpose, issuer=verifier.issuer, now=now
        )
    record = partial(
        access.record,
        scheme=scheme,
        entity=entity,
        who=member.subject,
        role=member.role.value,
        purpose=purpose,
        what=f"report for {made.audience}",
        now=now,
    )
    access.recorded(database, record)
    return made, reports.sign(made, key)
