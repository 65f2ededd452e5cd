"""What a rating would be if one thing had been otherwise: a form that asks, and the answer below it."""

import math
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps.auth import SignedInMember, own_entity
from api.deps.parameters import SchemeId, TheDatabase
from api.pages.filling import Filled
from api.pages.rendering import render
from api.pages.viewing import Contact, Opened, names_of, rated
from graph import disclosure
from graph.disclosure import OwnFact, ShownLift, ShownWhatIf
from graph.errors import ParameterError
from graph.explain import what_if
from graph.policy.publishing import policy_of
from graph.policy.scheme import Scheme
from graph.store.client import Database
from graph.text.counts import counted
from graph.text.days import local_day

ON_ITS_DAY = "due"
"When a debt had been paid: on the day it was due; otherwise now, on the last day that counts."
NOTHING = {
    "pay": "What would move is less than a point.",
    "without": "Either this contact is not in your circle, or what would move is less than a point.",
    "day": "One more day does not change your circle, or what would move is less than a point. A tie counts only "
    "if each of you has begun a contact.",
    "share": "Your circle stands where you stand, or what would move is less than a point.",
}

FIELD = {"pay": "debt", "without": "with", "day": "with", "share": "share"}
"The field of the form that each question is asked with."

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
    when: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What the rating would be if one thing had been otherwise. Nothing is changed by asking."""
    entity = own_entity(member)
    found = rated(database, entity, scheme)
    answer: ShownWhatIf | None = None
    lifted: ShownLift | None = None
    met = disclosure.met(database, entity)
    filled = Filled()
    try:
        if ask == "lift":
            lifted = disclosure.lift(database, entity, scheme)
        elif ask:
            change = _change(database, found, ask=ask, debt=debt, contact=contact, share=share, when=when)
            answer = disclosure.what_if(database, entity, scheme, change)
    except ParameterError as error:
        filled = Filled({}, FIELD.get(ask, ""), str(error), 422)
    policy = policy_of(database, scheme)
    return render(
        "what_if.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        found=found,
        met=met,
        names=names_of(database, found, met),
        ask=ask,
        debt=debt,
        contact=contact,
        share=share,
        answer=answer,
        lifted=lifted,
        filled=filled,
        when=when,
        owed=_unpaid(found, debt),
        nothing=why_nothing(found, policy, ask=ask, debt=debt, when=when),
        status=filled.status,
    )


def _change(
    database: Database, found: Opened, *, ask: str, debt: str, contact: str, share: str, when: str
) -> what_if.Change:
    """The question as the form asks it. Raises ParameterError."""
    day = (found.rating.as_of - timedelta(days=1)).date()  # the last that counts in the rating
    match ask:
        case "pay":
            owed = _unpaid(found, debt)
            due = local_day(owed.at, owed.zone) if owed and when == ON_ITS_DAY else day
            return what_if.Settled(debt, min(due, day))
        case "without":
            return what_if.WithoutContact(contact)
        case "day":
            return what_if.NewContactDay(contact, day)
        case "share":
            rating = found.rating
            return what_if.under_share(database, rating.entity, rating.scheme, _number(share))
    raise ParameterError(f"ask: there is no question {ask!r}")


def why_nothing(found: Opened, policy: Scheme, *, ask: str, debt: str, when: str) -> str:
    """Why the answer to this question may be that nothing moves."""
    owed, factor = _unpaid(found, debt), policy.factors.obligations
    if ask == "pay" and factor is None:
        return "This scheme does not look at debts."
    late = (owed.late or 0) if owed and when != ON_ITS_DAY else 0
    if ask == "pay" and factor and late >= factor.late_days:
        return (
            f"From {counted(factor.late_days, 'days')} late on, a debt counts as if it was never paid. "
            "To pay it now moves nothing at once."
        )
    if ask == "pay" and late > 0:
        return "The days that have passed stay late. To pay now only stops the debt from getting later."
    return NOTHING.get(ask, "")


def _unpaid(found: Opened, debt: str) -> OwnFact | None:
    return next((each for each in found.unpaid() if each.fact == debt), None)


def _number(text: str) -> float:
    """Raises ParameterError."""
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not math.isfinite(share):
        raise ParameterError("a share is a number from 0 to 0.5")
    return share
