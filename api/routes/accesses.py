"""The record of reads: who read the member who asks, and whether all of it is whole."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.openapi import AWAY, responses
from api.parameters import TheDatabase, about_a_person
from api.schemas import Accesses, AccessRecord, Ledger, Verification
from api.security import Auditor, Member, own_entity
from graph import access, grants, ledgers
from graph.errors import NotFound, ParameterError

PAGE = 100

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


@router.get("/me/accesses", summary="Who read one's ratings", responses=responses(*AWAY))
def list_accesses(member: Member, database: TheDatabase) -> Accesses:
    """Each read of the member by another: who, in which role, for which purpose, what, when and what came of it.

    docs/access.md says how a hash is made: with it anybody can check the chain.
    """
    entity = own_entity(member)
    found = access.accesses(database, entity, limit=PAGE)
    return Accesses(
        ledgers=[Ledger.model_validate(each) for each in access.ledgers_of(database, entity)],
        accesses=[AccessRecord.model_validate(each) for each in found],
        next=None,
    )


@router.get(
    "/accesses/verification",
    summary="Whether the record of reads is whole",
    responses=responses(NotFound, ParameterError, *AWAY, missing="no scheme 'lost' is published"),
)
def verify_accesses(_auditor: Auditor, database: TheDatabase, scheme: Scheme = None) -> Verification:
    """How many ledgers are whole, and how many broken: every chain of hashes is computed anew.

    Nobody is named. The operator finds out where with `innercircle verify-access`.
    """
    if scheme is not None:
        grants.policy_of(database, scheme)
    found = ledgers.verify(database, scheme=scheme)
    return Verification(scheme=scheme, whole=found.whole, broken=found.broken, records=found.records)
