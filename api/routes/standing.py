"""What courts say of an entity, apart from any rating; and organisations under their registered numbers."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from api.deps.auth import Anyone, MemberOrClient, asking_of, one_text, own
from api.deps.parameters import EntityId, TheDatabase, about_a_person
from api.http.constant_time import ConstantTimeRoute
from api.http.in_flight import IsUnderWay, only_about
from api.openapi import AWAY, responses
from api.schemas.grants import LONGEST_PURPOSE
from api.schemas.standing import Organisation, Standing
from graph.errors import (
    NOTHING_OPEN,
    NotFound,
    NotRecorded,
    ParameterError,
    PurposeMismatch,
    Refused,
    StoreConflict,
)
from graph.identity import Role
from graph.standing import judgments, organisations

PLACE = 150
router = APIRouter(
    prefix="/v1",
    tags=["standing"],
    dependencies=[Depends(about_a_person), IsUnderWay],
    route_class=ConstantTimeRoute,
)

Purpose = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=LONGEST_PURPOSE,
        description="Of a client, what for: literally a purpose in a published policy. A member needs none.",
        examples=["setting the size of a deposit inside the community"],
    ),
]
Number = Annotated[
    str,
    Path(
        max_length=40,
        description="A unified social credit code, or a legal entity identifier of any country.",
        examples=["5493001KJTIIGC8Y1R12"],
    ),
]


@router.get(
    "/entities/{entity:path}/standing",
    summary="Whether a court restricts an entity",
    responses=responses(
        NotFound, ParameterError, PurposeMismatch, NotRecorded, StoreConflict, *AWAY, missing=NOTHING_OPEN
    ),
)
def show_standing(
    principal: MemberOrClient,
    entity: EntityId,
    database: TheDatabase,
    request: Request,
    purpose: Purpose = None,
) -> Standing:
    """An entity is restricted if a judgment against it is past due and unpaid. No rating leads there.

    A member asks about itself. A client names a purpose. It may ask about an organisation, or about a person or
    sole trader that granted it this purpose; each of its reads is on record.
    """
    only_about(request, entity)
    now = datetime.now(UTC)
    if principal.role is Role.MEMBER:
        own(principal, entity)
        with one_text():
            return Standing.model_validate(judgments.standing(database, entity, now=now))
    if purpose is None:
        raise ParameterError("query.purpose: a client says what for")
    with asking_of(request, principal, 1):
        found = judgments.standing_for_client(database, entity, client=principal.subject, purpose=purpose, now=now)
    return Standing.model_validate(found)


@router.get(
    "/organisations/{number}",
    summary="An organisation by its registered number",
    responses=responses(NotFound, ParameterError, Refused, *AWAY, missing=NOTHING_OPEN),
)
def find_organisation(_anyone: Anyone, number: Number, database: TheDatabase) -> Organisation:
    """The id under which an organisation is asked for, its name and its numbers. A sole trader is not found here.

    The check digits of the number have to hold. Refused (409) where several were loaded with it.
    """
    with one_text():
        found = organisations.find(database, number)
    return Organisation(id=found.id, kind="organisation", name=found.name, uscc=found.uscc, lei=found.lei)
