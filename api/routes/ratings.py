"""Ratings within one scheme. There is no list of its members by score, and no way to ask for one."""

from fastapi import APIRouter, Depends

from api.openapi import AWAY, responses
from api.parameters import EntityId, SchemeId, TheDatabase, about_a_person
from api.schemas import OpenRating
from api.security import Member, own
from graph import publishing, reading
from graph.errors import NotFound, ParameterError, StoreConflict

router = APIRouter(prefix="/v1/schemes/{scheme}/ratings", tags=["ratings"], dependencies=[Depends(about_a_person)])


# An id may hold a slash, hence `:path`.
@router.get(
    "/{entity:path}",
    summary="One rating, opened",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY),
)
def open_rating(member: Member, scheme: SchemeId, entity: EntityId, database: TheDatabase) -> OpenRating:
    """A member's rating with everything that it is made of.

    The `points` of the `parts` sum to the rating's `points`, and their `whole` to its `whole_points`. A contact's
    part is its `weight` in the circle and the score that was `used` for it: those are in `circle`.

    There is no rating of whoever has not joined the scheme, nor of a member who joined after its last run.
    """
    own(member, entity)
    try:
        return OpenRating.of(reading.open_rating(database, entity, scheme))
    except NotFound:
        publishing.published(database, scheme)  # says so where it is the scheme that is missing
        raise
