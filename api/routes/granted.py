"""Reads by clients: as much as each entity granted, on record before the answer leaves."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps.auth import Client, ClientAsking, asking_of
from api.deps.parameters import EntityId, SchemeId, TheDatabase, about_a_person
from api.http.constant_time import STEP_SECONDS, ConstantTimeRoute, all_open
from api.http.in_flight import IsUnderWay, only_about
from api.http.threads import in_a_thread
from api.openapi import AWAY, responses
from api.problems import NO_STORE
from api.schemas.grants import LONGEST_PURPOSE, Found, GrantedRating, Wanted
from graph.disclosure import to_clients
from graph.errors import NOTHING_OPEN, NotFound, NotRecorded, ParameterError, PurposeMismatch, StoreConflict

IDS_A_STEP = 25
"So many ids take less than one more step: a member takes about 1 ms more than an unknown id."

PLACE = 30
router = APIRouter(
    prefix="/v1/schemes/{scheme}/ratings",
    tags=["grants"],
    dependencies=[Depends(about_a_person), IsUnderWay],
    route_class=ConstantTimeRoute,
)

Purpose = Annotated[
    str,
    Query(
        min_length=1,
        max_length=LONGEST_PURPOSE,
        description="Literally one of the purposes in the scheme's policy.",
        examples=["setting the size of a deposit inside the community"],
    ),
]
REFUSALS = responses(
    NotFound, ParameterError, PurposeMismatch, NotRecorded, StoreConflict, *AWAY, missing=NOTHING_OPEN
)


@router.get(
    "/{entity:path}/granted",
    summary="A rating, as far as it is granted",
    responses=REFUSALS,
    response_model_exclude_none=True,
)
@in_a_thread
def granted_rating(
    caller: ClientAsking,
    scheme: SchemeId,
    entity: EntityId,
    purpose: Purpose,
    database: TheDatabase,
    request: Request,
) -> GrantedRating:
    """The band, the points or all with reasons, as the member granted it to this client for this purpose.

    While the rating is contested the answer says so, and has neither band nor points. Organisations are open to
    every client where the scheme's policy says so. An entity that granted nothing, is no member, is
    not rated or does not exist gets the same 404 after the same time. Each read is on record, and the member sees
    it.
    """
    only_about(request, entity)
    now = datetime.now(UTC)
    with caller.admitted(database, of_another=True) as client:
        told = to_clients.ask_one(database, scheme, entity, client=client.subject, purpose=purpose, now=now)
    all_open(request)
    return GrantedRating.of(told)


@router.post("/lookup", summary="Several ratings by id", responses=REFUSALS, response_model=Found)
@in_a_thread
def look_up_ratings(
    client: Client, scheme: SchemeId, wanted: Wanted, database: TheDatabase, request: Request
) -> Response:
    """What is granted of up to 1,000 entities, by entity id; all others are `missing`, whatever the reason.

    It reads, so it takes no Idempotency-Key: asked again, it is another read.
    """
    request.state.step_seconds = STEP_SECONDS * (1 + (len(wanted.ids) - 1) // IDS_A_STEP)
    only_about(request, *wanted.ids)
    now = datetime.now(UTC)
    with asking_of(request, client, len(wanted.ids)):
        told = to_clients.ask(database, scheme, wanted.ids, client=client.subject, purpose=wanted.purpose, now=now)
    missing = sorted(set(wanted.ids).difference(each.entity for each in told))
    if not missing:
        all_open(request)
    return Response(Found.written(scheme, told, missing), media_type="application/json", headers=NO_STORE)
