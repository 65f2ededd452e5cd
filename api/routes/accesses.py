"""The record of reads: a member's own, and whether all of it is whole."""

import time
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import pagination
from api.deps.auth import Auditor, Member, own_entity
from api.deps.parameters import TheDatabase, about_a_person
from api.openapi import AWAY, responses
from api.schemas.grants import Accesses, AccessRecord, Ledger, Verification
from graph.audit import log
from graph.audit.verify import Place, Verified, verify_piece
from graph.errors import NotFound, NotRecorded, ParameterError
from graph.policy.publishing import policy_of

PAGE = 100
VERIFIED_SECONDS = 2.0
"After which a verification answers with what it has so far."

PLACE = 100
router = APIRouter(prefix="/v1", tags=["accesses"], dependencies=[Depends(about_a_person)])

Scheme = Annotated[
    str | None,
    Query(
        pattern="^[a-z0-9][a-z0-9-]*$",
        max_length=60,
        description="Only the ledgers of this scheme; without it, all.",
        examples=["reliability"],
    ),
]

After = Annotated[
    str | None,
    Query(
        max_length=1_000,
        description="The cursor of a page, as `next` of the one before it; without it, the newest.",
        examples=["kP3vV0bC5Xo2m7rV9q1sTlsiMjAyNi0wNy0wMVQwODowMDowMFoiXQ"],
    ),
]


@router.get(
    "/me/accesses", summary="The reads of one's ratings", responses=responses(ParameterError, NotRecorded, *AWAY)
)
def list_accesses(member: Member, database: TheDatabase, after: After = None) -> Accesses:
    """Each read of the member by another: the reader, its role and purpose, what, when and what came of it.

    docs/access.md says how a hash is made: with it anybody can check the chain.
    """
    entity = own_entity(member)
    whose = f"accesses {entity}"
    before = None
    if after is not None:
        at, id_ = pagination.read(database, whose, after)
        before = (datetime.fromisoformat(at), id_)
    found = log.accesses(database, entity, before=before, limit=PAGE)
    last = found[-1] if len(found) == PAGE else None
    return Accesses(
        ledgers=[Ledger.model_validate(each) for each in log.ledgers_of(database, entity)],
        accesses=[AccessRecord.model_validate(each) for each in found],
        next=None if last is None else pagination.cursor(database, whose, [last.at.isoformat(), last.id]),
    )


@router.get(
    "/accesses/verification",
    summary="Whether the record of reads is whole",
    responses=responses(NotFound, ParameterError, *AWAY, missing="no scheme 'lost' is published"),
)
def verify_accesses(
    auditor: Auditor, database: TheDatabase, scheme: Scheme = None, after: After = None
) -> Verification:
    """How many ledgers are whole, and how many broken: every chain of hashes is computed anew.

    Nobody is named. The operator finds the places with `innercircle verify-access`. After some seconds the answer
    comes with the counts so far and with `next`. Ask on with that as `after`, today or later, and add up the
    counts, until there is no `next`.
    """
    if scheme is not None:
        policy_of(database, scheme)
    whose = f"verification {scheme} {auditor.subject}"
    place: Place | None = Place()
    if after is not None:
        ledger, number, head, *strays = pagination.revealed(database, whose, after)
        place = Place(ledger, int(number), head, *strays)
    found = Verified()
    until = time.monotonic() + VERIFIED_SECONDS
    while place is not None:
        place = verify_piece(database, found, place, scheme=scheme)
        if time.monotonic() > until:
            break
    if place is None:
        following = None
    else:
        strays = [] if place.strays is None else [place.strays]
        following = pagination.hidden(database, whose, [place.ledger, str(place.number), place.head, *strays])
    return Verification(
        scheme=scheme, whole=found.whole, broken=found.broken, records=found.records, next=following
    )
