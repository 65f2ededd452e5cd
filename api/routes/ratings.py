"""Ratings within one scheme. There is no list of its members by score, and no way to ask for one."""

from fastapi import APIRouter, Depends

from api.deps.auth import MemberAsking, own
from api.deps.parameters import EntityId, SchemeId, TheDatabase, about_a_person, of_a_scheme
from api.http.threads import in_a_thread
from api.openapi import AWAY, responses
from api.schemas.ratings import ShownRating
from graph import disclosure
from graph.errors import NotFound, ParameterError, StoreConflict

PLACE = 70
"After all routes that go on behind an entity's id: this one takes any path as an id."
router = APIRouter(prefix="/v1/schemes/{scheme}/ratings", tags=["ratings"], dependencies=[Depends(about_a_person)])


# An id may hold a slash, hence `:path`.
@router.get(
    "/{entity:path}",
    summary="One's own rating",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY),
)
@in_a_thread
def open_rating(caller: MemberAsking, scheme: SchemeId, entity: EntityId, database: TheDatabase) -> ShownRating:
    """The member's own rating, as it is shown, with its lines. The `parts` sum to the `whole_points`.

    The lines of its own facts are exact. Contacts who do not show their part are one line, and their scores are
    veiled, so that the points are within `within_points` of those that the operator sees.

    An entity that has not joined the scheme has no rating, nor has a member that joined after its last run.
    """
    with caller.admitted(database) as member:
        own(member, entity)
        with of_a_scheme(database, scheme):
            return ShownRating.of(disclosure.shown(database, entity, scheme))
