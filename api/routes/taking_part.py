"""A member's decisions about itself: joining, leaving, pausing, showing its part, being a founder, objecting.

No answer tells a member whether anybody else takes part: the answer to a pause is the same for any contact.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends

from api.actions.decisions import decide
from api.deps.auth import Member, own_entity
from api.deps.idempotency import Done, TheKey, once
from api.deps.parameters import EntityId, SchemeId, TheDatabase, about_a_person
from api.http.in_flight import TheUnderWay
from api.openapi import AWAY, responses
from api.schemas.taking_part import Agreement, FounderAnswer, Me, Membership, Objection, Sharing
from graph.errors import (
    NOTHING_OPEN,
    CommitUnknown,
    Conflict,
    NotFound,
    ParameterError,
    Refused,
    StoreConflict,
)
from graph.model import Changes
from graph.rights import founders, membership
from graph.store.transaction import Transaction

WRITES = (ParameterError, StoreConflict, CommitUnknown, *AWAY)
PLACE = 20
router = APIRouter(prefix="/v1", tags=["taking part"], dependencies=[Depends(about_a_person)])


@router.get("/me", summary="What I take part in", responses=responses(*AWAY))
def show_me(member: Member, database: TheDatabase) -> Me:
    """What the member is, what it takes part in, agreed to and decided, and whether it objects to being listed.

    An unknown entity may ask too: it can object.
    """
    return Me.model_validate(membership.taking_part(database, own_entity(member)))


@router.post(
    "/schemes/{scheme}/membership",
    summary="Join a scheme",
    responses=responses(NotFound, Refused, Conflict, *WRITES, missing="no scheme 'lost' is published"),
)
def join_scheme(
    member: Member, scheme: SchemeId, agreed: Agreement, asked: TheKey, database: TheDatabase
) -> Membership:
    """The member has read the scheme's notice, agrees to it, and takes part from now on; it is rated at once.

    One that is a member already stays as it is. Refused (409) for an entity that objects to being listed and, if
    the scheme asks for an age, for a person who is too young or of unknown age.
    """
    entity = own_entity(member)

    def work(transaction: Transaction) -> Done[Membership]:
        joined, changes = membership.join(
            transaction, entity, scheme, notice=agreed.notice, how="member", now=asked.now
        )
        return Done(Membership.model_validate(joined), changes)

    return once(asked, database, member, Membership, work)


@router.delete(
    "/schemes/{scheme}/membership",
    status_code=204,
    summary="Leave a scheme",
    responses=responses(NotFound, *WRITES, missing=NOTHING_OPEN),
)
def leave_scheme(member: Member, scheme: SchemeId, database: TheDatabase, under_way: TheUnderWay) -> None:
    """The rating and its history are gone for everyone, circle ties too, and grants in the scheme are revoked.

    All of this has happened when the answer comes, and earlier answers to clients have left. Members that had this
    one in the circle are re-rated.
    """
    entity, now = own_entity(member), datetime.now(UTC)
    decide(database, lambda transaction: membership.leave(transaction, entity, scheme, now=now))
    under_way.let_leave(entity)


@router.put(
    "/schemes/{scheme}/pauses/{contact:path}",
    status_code=204,
    summary="Pause a tie",
    responses=responses(NotFound, Refused, *WRITES, missing=NOTHING_OPEN),
)
def pause_tie(member: Member, scheme: SchemeId, contact: EntityId, database: TheDatabase) -> None:
    """The member's tie with the contact counts in neither one's rating until it is resumed.

    The answer is the same whether the contact is a member, has not joined, or is not known at all.
    """
    entity, now = own_entity(member), datetime.now(UTC)
    decide(database, lambda transaction: membership.pause(transaction, entity, scheme, contact, now=now))


@router.delete(
    "/schemes/{scheme}/pauses/{contact:path}",
    status_code=204,
    summary="Resume a tie",
    responses=responses(NotFound, *WRITES, missing=NOTHING_OPEN),
)
def resume_tie(member: Member, scheme: SchemeId, contact: EntityId, database: TheDatabase) -> None:
    """The pause is taken back, if there was one: the tie counts unless the other end has paused it too."""
    entity = own_entity(member)
    decide(database, lambda transaction: membership.resume(transaction, entity, scheme, contact))


@router.put(
    "/schemes/{scheme}/sharing",
    status_code=204,
    summary="Show the own part, or do not",
    responses=responses(NotFound, *WRITES, missing=NOTHING_OPEN),
)
def set_sharing(member: Member, scheme: SchemeId, wanted: Sharing, database: TheDatabase) -> None:
    """Members with this one in their circle see its part of their rating, or do not. At first they do not."""
    entity = own_entity(member)

    def work(transaction: Transaction) -> Changes:
        membership.share(transaction, entity, scheme, shares=wanted.shares)
        return Changes()

    decide(database, work)


@router.put(
    "/schemes/{scheme}/founding",
    status_code=204,
    summary="Be a founder, or do not",
    responses=responses(NotFound, Refused, *WRITES, missing=NOTHING_OPEN),
)
def answer_founding(member: Member, scheme: SchemeId, wanted: FounderAnswer, database: TheDatabase) -> None:
    """The member accepts to be a founder, for which it was named; or it declines, or gives it up, at any time.

    It counts from the next run on, and no longer from the next one after it has ended. Refused (409) where it
    accepts and was not named. Nobody else is told, and no answer to anybody else changes by it until that run.
    """
    entity, now = own_entity(member), datetime.now(UTC)

    def work(transaction: Transaction) -> Changes:
        founders.answer(transaction, entity, scheme, accepts=wanted.accepts, now=now)
        return Changes()

    decide(database, work)


@router.post(
    "/me/objection",
    summary="Object to being listed",
    responses=responses(Refused, Conflict, *WRITES),
)
def object_to_listing(member: Member, asked: TheKey, database: TheDatabase) -> Objection:
    """No contact with the entity is kept, or taken from now on; nothing remembers it but a salted hash of its id.

    Refused (409) where it takes part in a scheme: it can pause ties, or leave and then object.
    """
    entity = own_entity(member)

    def work(transaction: Transaction) -> Done[Objection]:
        membership.object_to_listing(transaction, entity, now=asked.now)
        # the record of this request names no entity: it would tell who objects
        return Done(Objection(objects=True), about="")

    return once(asked, database, member, Objection, work)


@router.delete(
    "/me/objection",
    status_code=204,
    summary="Withdraw the objection",
    responses=responses(*WRITES),
)
def withdraw_objection(member: Member, database: TheDatabase) -> None:
    """Contacts with the entity are taken again, and it may join. What is gone is not brought back."""
    entity = own_entity(member)
    database.write(lambda transaction: membership.withdraw_objection(transaction, entity, now=datetime.now(UTC)))
