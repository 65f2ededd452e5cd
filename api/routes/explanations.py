"""A rating opened down to single facts and over all hops, and why it is not higher."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.openapi import AWAY, responses
from api.parameters import EntityId, SchemeId, TheDatabase, about_a_person
from api.schemas import EntityId as Id
from api.schemas import Explanation
from api.security import Member, own
from graph import explaining, publishing, reasons
from graph.errors import NotFound, ParameterError, StoreConflict

LONGEST_PATH = 20
MOST_LINES = 1_000

router = APIRouter(prefix="/v1/schemes/{scheme}/ratings", tags=["ratings"], dependencies=[Depends(about_a_person)])

Path = Annotated[
    list[Id],
    Query(
        max_length=LONGEST_PATH,
        description="opens this contact's line; given again, that of a contact inside it",
        examples=[["p-2"]],
    ),
]
Facts = Annotated[bool, Query(description="also every fact, and who is in the circle or why not", examples=[True])]
Hops = Annotated[bool, Query(description="also whose conduct reached the rating, over all hops", examples=[True])]
Largest = Annotated[
    int, Query(ge=1, le=MOST_LINES, description="how many lines over all hops at most", examples=[20])
]


@router.get(
    "/{entity:path}/explanation",
    summary="One rating, explained",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY),
)
def explain_rating(
    member: Member,
    scheme: SchemeId,
    entity: EntityId,
    database: TheDatabase,
    contact: Path = (),  # type: ignore[assignment]  # a default that nobody can change
    facts: Facts = False,
    hops: Hops = False,
    largest: Largest = 20,
) -> Explanation:
    """Where a member's points come from, and why they are not more.

    The `parts` of each level sum to its `points`: on top to the rating's, below to the line that was opened.
    With `facts`, each factor of the last level is opened, and everyone whom that member had contact with is there.
    With `hops`, the conduct of others is traced through all circles: `members` and `parts` sum to the points, and
    so do the lines of `by_fact`.
    """
    own(member, entity)
    try:
        explained = explaining.explain(database, entity, scheme, path=contact, facts=facts)
        reach = explaining.reach(database, entity, scheme, largest=largest, facts=facts) if hops else None
        return Explanation.of(explained, reach, reasons.why_not_higher(database, explained.rating))
    except NotFound:
        publishing.published(database, scheme)  # says so where it is the scheme that is missing
        raise
