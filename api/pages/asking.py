"""What a rating would be if one thing had been otherwise: a form that asks, and the answer below it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.pages.rendering import render
from api.pages.viewing import Contact, Opened, rated
from api.parameters import SchemeId, TheDatabase
from api.security import SignedInMember, own_entity
from graph import grants, showing, what_if
from graph.database import Database
from graph.errors import ParameterError
from graph.showing import ShownLift, ShownWhatIf

router = APIRouter(prefix="/me/schemes/{scheme}")


@router.get("/what-if")
def what_if_page(
    member: SignedInMember,
    scheme: SchemeId,
    database: TheDatabase,
    ask: Annotated[str, Query(max_length=20)] = "",
    debt: Annotated[str, Query(max_length=200)] = "",
    contact: Contact = "",
    share: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What the rating would be if one thing had been otherwise. Nothing is changed by asking."""
    entity = own_entity(member)
    found = rated(database, entity, scheme)
    answer: ShownWhatIf | None = None
    lifted: ShownLift | None = None
    wrong = False
    try:
        if ask == "lift":
            lifted = showing.lift(database, entity, scheme)
        elif ask:
            change = _change(database, found, ask=ask, debt=debt, contact=contact, share=share)
            answer = showing.what_if(database, entity, scheme, change)
    except (ParameterError, ValueError):
        wrong = True
    return render(
        "what_if.html.jinja",
        principal=member,
        scheme=scheme,
        policy=grants.policy_of(database, scheme),
        found=found,
        met=showing.met(database, entity),
        ask=ask,
        debt=debt,
        contact=contact,
        share=share,
        answer=answer,
        lifted=lifted,
        wrong=wrong,
        status=422 if wrong else 200,
    )


def _change(database: Database, found: Opened, *, ask: str, debt: str, contact: str, share: str) -> what_if.Change:
    """The question as the form asks it. Raises ParameterError, ValueError."""
    day = (found.rating.as_of - timedelta(days=1)).date()  # the last that counts in the rating
    match ask:
        case "pay":
            return what_if.Settled(debt, day)
        case "without":
            return what_if.WithoutContact(contact)
        case "day":
            return what_if.NewContactDay(contact, day)
        case "share":
            rating = found.rating
            return what_if.under_share(database, rating.entity, rating.scheme, float(share))
    raise ParameterError(f"ask: there is no question {ask!r}")
