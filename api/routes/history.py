"""What a rating was before, and why it changed."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps.auth import Member, own
from api.deps.parameters import EntityId, SchemeId, TheDatabase, about_a_person, of_a_scheme
from api.openapi import AWAY, responses
from api.schemas.ratings import RatingHistory
from graph import disclosure
from graph.errors import NotFound, ParameterError, StoreConflict

PLACE = 50
router = APIRouter(prefix="/v1/schemes/{scheme}/ratings", tags=["ratings"], dependencies=[Depends(about_a_person)])

Since = Annotated[
    datetime | None,
    Query(
        description="with its zone, such as 2026-07-01T00:00:00Z; without it: the first state that is known",
        examples=["2026-07-01T00:00:00Z"],
    ),
]


@router.get(
    "/{entity:path}/history",
    summary="What a rating was",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY),
)
def rating_history(
    member: Member, scheme: SchemeId, entity: EntityId, database: TheDatabase, since: Since = None
) -> RatingHistory:
    """Every state of a member's rating, and what changed between one of them and the present one, by cause.

    A state ends when a publication changes the points or the band as they are shown. The `causes` sum to the
    difference of the points of the two states.
    """
    own(member, entity)
    if since is not None and since.tzinfo is None:
        raise ParameterError(f"since={since.isoformat()} has no zone: write it as {since.isoformat()}Z for UTC")
    with of_a_scheme(database, scheme):
        return RatingHistory.model_validate(disclosure.history(database, entity, scheme, since=since))
