"""A rating opened down to its own facts, and why it is not higher."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps.auth import MemberAsking, own
from api.deps.parameters import EntityId, SchemeId, TheDatabase, about_a_person, of_a_scheme
from api.http.threads import in_a_thread
from api.openapi import AWAY, responses
from api.schemas.explanations import Explanation
from graph import disclosure
from graph.errors import NotFound, ParameterError, StoreConflict

PLACE = 40
router = APIRouter(prefix="/v1/schemes/{scheme}/ratings", tags=["ratings"], dependencies=[Depends(about_a_person)])

Facts = Annotated[bool, Query(description="also every own fact", examples=[True])]


@router.get(
    "/{entity:path}/explanation",
    summary="One rating, explained",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY),
)
@in_a_thread
def explain_rating(
    caller: MemberAsking, scheme: SchemeId, entity: EntityId, database: TheDatabase, facts: Facts = False
) -> Explanation:
    """Where the member's own points come from, and why they are not more.

    With `facts`, each factor is opened: its `parts` and `facts` sum to its `points`. The facts of others are never
    shown, and no line opens a contact's own circle.
    """
    with caller.admitted(database) as member:
        own(member, entity)
        with of_a_scheme(database, scheme):
            return Explanation.of(disclosure.explain(database, entity, scheme, facts=facts))
