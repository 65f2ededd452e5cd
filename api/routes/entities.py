"""What an entity has in several schemes."""

from fastapi import APIRouter, Depends

from api.deps.auth import Member, own
from api.deps.parameters import EntityId, TheDatabase, about_a_person
from api.openapi import AWAY, responses
from api.schemas.ratings import ShownRating, SideBySide
from graph import disclosure
from graph.errors import NotFound, ParameterError, StoreConflict

PLACE = 80
router = APIRouter(prefix="/v1/entities", tags=["ratings"], dependencies=[Depends(about_a_person)])


@router.get(
    "/{entity:path}/ratings",
    summary="An entity's ratings side by side",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY, missing="there is no entity 'p-9'"),
)
def show_entity_ratings(member: Member, entity: EntityId, database: TheDatabase) -> SideBySide:
    """One rating for each scheme that the entity is rated in, by scheme; nothing combines them."""
    own(member, entity)
    ratings = disclosure.side_by_side(database, entity)
    return SideBySide(entity=entity, ratings=[ShownRating.of(each) for each in ratings])
