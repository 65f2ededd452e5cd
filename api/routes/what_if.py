"""What a rating would be if one thing had been otherwise, and what would lift it. Nothing is written."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from api.deps.auth import Member, own
from api.deps.parameters import EntityId, SchemeId, TheDatabase, about_a_person, of_a_scheme
from api.openapi import AWAY, responses
from api.schemas.what_if import AskLift, AskUnderPolicy, Lift, Question, WhatIf
from graph import disclosure
from graph.errors import NotFound, ParameterError, StoreConflict
from graph.explain import what_if

PLACE = 60
router = APIRouter(prefix="/v1/schemes/{scheme}/ratings", tags=["ratings"], dependencies=[Depends(about_a_person)])


@router.post(
    "/{entity:path}/what-if",
    summary="One rating, if one thing had been otherwise",
    responses=responses(NotFound, ParameterError, StoreConflict, *AWAY),
)
def ask_what_if(
    member: Member,
    scheme: SchemeId,
    entity: EntityId,
    question: Annotated[Question, Body()],
    database: TheDatabase,
) -> WhatIf | Lift:
    """What would be shown after the change: points, band and the lines that moved.

    A `lift` is the reverse: the fewest payments that lift the rating one band. It gives no advice on whom to be
    in touch with, or on what to buy.

    The answer is made from own facts and from what is shown already: the ratings of others stay as they are shown,
    and a new contact in the circle counts with the circle's average.
    """
    own(member, entity)
    with of_a_scheme(database, scheme):
        match question:
            case AskLift():
                return Lift.model_validate(disclosure.lift(database, entity, scheme))
            case AskUnderPolicy(version=str(version), share=None):
                change: what_if.Change = what_if.under_version(database, scheme, version)
            case AskUnderPolicy(version=None, share=float(share)):
                change = what_if.under_share(database, entity, scheme, share)
            case AskUnderPolicy():
                raise ParameterError("body: another policy is named by its version or its share, and not by both")
            case _:
                change = question.change()
        return WhatIf.model_validate(disclosure.what_if(database, entity, scheme, change))
