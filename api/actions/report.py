"""A report on a member's rating, made at the member's request, signed, and on record."""

from datetime import UTC, datetime
from functools import partial

from fastapi import Request

from api.deps.auth import one_text, own_entity
from graph.audit import log
from graph.disclosure import report
from graph.disclosure.report import Report
from graph.identity import Principal, Verifier
from graph.store.client import Database


def made_for(
    request: Request, member: Principal, database: Database, scheme: str, *, audience: str, purpose: str
) -> tuple[Report, str]:
    """(the report, its signed text). Making it is on the member's record of reads.

    Raises NotFound (no member, or not rated yet), ParameterError (audience), PurposeMismatch, SettingInvalid (no
    key that signs), NotRecorded, StoreConflict.
    """
    verifier: Verifier = request.app.state.verifier
    key, now, entity = verifier.ring.signing(), datetime.now(UTC), own_entity(member)
    with one_text():
        made = report.make(
            database, entity, scheme, audience=audience, purpose=purpose, issuer=verifier.issuer, now=now
        )
    record = partial(
        log.record,
        scheme=scheme,
        entity=entity,
        who=member.subject,
        role=member.role.value,
        purpose=purpose,
        what=f"report for {made.audience}",
        now=now,
    )
    log.recorded(database, record)
    return made, report.sign(made, key)
