"""A member's own grants: the clients that may read its ratings, and the purposes."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.actions import decisions
from api.deps.auth import Member, own_entity
from api.deps.idempotency import TheKey
from api.deps.parameters import TheDatabase, about_a_person
from api.http.in_flight import TheUnderWay
from api.openapi import AWAY, responses
from api.schemas.grants import Grant, Grants, NewGrant, OwnGrant
from graph.errors import NOTHING_OPEN, Conflict, NotFound, ParameterError, PurposeMismatch, StoreConflict
from graph.rights import grants

PLACE = 90
router = APIRouter(prefix="/v1/me/grants", tags=["grants"], dependencies=[Depends(about_a_person)])

GrantId = Annotated[str, Path(max_length=100, description="A grant's id.", examples=["g-1"])]


@router.get("", summary="Own grants", responses=responses(*AWAY))
def list_grants(member: Member, database: TheDatabase) -> Grants:
    """Every grant that the member gave, the newest first, and whether it holds."""
    given = grants.given(database, own_entity(member), now=datetime.now(UTC))
    return Grants(grants=[OwnGrant.model_validate(each) for each in given])


@router.post(
    "",
    status_code=201,
    summary="Let a client read",
    responses=responses(
        NotFound, ParameterError, PurposeMismatch, Conflict, StoreConflict, *AWAY, missing=NOTHING_OPEN
    ),
)
def give_grant(
    member: Member, wanted: NewGrant, asked: TheKey, database: TheDatabase, under_way: TheUnderWay
) -> Grant:
    """The client may read the member's rating in the scheme for this purpose, as much as `what` says.

    A newer grant to the same client for the same purpose takes the place of the one before, also when it opens
    less.
    """
    given, ended = decisions.grant(
        database,
        member,
        asked,
        scheme=wanted.scheme,
        client=wanted.client,
        purpose=wanted.purpose,
        what=wanted.what,
        until=wanted.until,
    )
    if ended:
        under_way.let_leave(member.entity)
    return given


@router.delete(
    "/{grant}",
    summary="End a grant",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY, missing=NOTHING_OPEN),
)
def revoke_grant(member: Member, grant: GrantId, database: TheDatabase, under_way: TheUnderWay) -> Grant:
    """The grant holds no longer. When this answers, no answer under it leaves any more.

    Ending it again changes nothing.
    """
    now = datetime.now(UTC)
    try:
        revoked = database.write(
            lambda transaction: grants.revoke(transaction, grant, entity=own_entity(member), now=now)
        )
    except NotFound:
        raise NotFound(NOTHING_OPEN) from None
    if revoked.revoked == now:  # it was not ended before
        under_way.let_leave(member.entity)
    return Grant.model_validate(revoked)
