"""Disputes: a member says that a fact of its own is wrong, and a reviewer decides."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.actions import decisions
from api.deps.auth import Member, Reviewer, ReviewerOrOperator, one_text, own_entity
from api.deps.idempotency import Done, TheKey, once
from api.deps.parameters import TheDatabase, about_a_person
from api.openapi import AWAY, responses
from api.schemas.disputes import (
    Decided,
    Decision,
    NewDispute,
    OwnDispute,
    OwnDisputes,
    WaitingDispute,
    WaitingDisputes,
)
from graph.audit import log
from graph.errors import (
    NOTHING_OPEN,
    CommitUnknown,
    Conflict,
    NotFound,
    NotRecorded,
    ParameterError,
    Refused,
    StoreConflict,
)
from graph.identity import Role
from graph.rights import disputes
from graph.store.transaction import Transaction

PAGE = 200
"Disputes that are listed at most: those that wait longest."
OPERATORS: tuple[str, ...] = ("id", "kind", "opened", "due", "days_left", "overdue", "reminded")
"What the operator sees of a dispute."
WRITES = (NotFound, Refused, ParameterError, StoreConflict, CommitUnknown, *AWAY)
DisputeId = Annotated[str, Path(max_length=100, description="A dispute's id.", examples=["d-1"])]

PLACE = 130
router = APIRouter(prefix="/v1", tags=["disputes"], dependencies=[Depends(about_a_person)])


@router.get("/me/disputes", summary="Own disputes", responses=responses(*AWAY))
def list_own_disputes(member: Member, database: TheDatabase) -> OwnDisputes:
    """Every dispute that the member opened, the newest first: what became of it, its reviewer and the reason.

    Each has the clients that read a rating of the member since the fact was loaded, until the dispute ended.
    """
    found = disputes.of_entity(database, own_entity(member), now=datetime.now(UTC))
    return OwnDisputes(disputes=[OwnDispute.model_validate(each) for each in found])


@router.post(
    "/me/disputes",
    status_code=201,
    summary="Dispute a fact",
    responses=responses(Conflict, *WRITES, missing=NOTHING_OPEN),
)
def open_dispute(member: Member, wanted: NewDispute, asked: TheKey, database: TheDatabase) -> OwnDispute:
    """The fact counts for nothing from now on, and every rating that it touches is re-rated.

    It is one of the member's own: an obligation that it owes, a purchase, a visit, a contact at either end.
    Refused (409) where it is disputed already, or was and the dispute was rejected, and not corrected since.
    """
    return decisions.dispute(
        database, member, asked, kind=wanted.kind, fact=wanted.fact, statement=wanted.statement
    )


@router.delete(
    "/me/disputes/{dispute}", summary="Take a dispute back", responses=responses(*WRITES, missing=NOTHING_OPEN)
)
def withdraw_dispute(member: Member, dispute: DisputeId, database: TheDatabase) -> OwnDispute:
    """The fact counts again, and every rating that it touches is re-rated. Done again, it changes nothing."""
    entity, now = own_entity(member), datetime.now(UTC)
    with one_text():
        decisions.decide(database, lambda transaction: disputes.withdraw(transaction, entity, dispute, now=now))
        for found in disputes.by_id(database, [dispute], now=now):
            return OwnDispute.model_validate(found)
        raise NotFound(NOTHING_OPEN)  # erased this moment


@router.get(
    "/disputes",
    summary="Disputes that wait for a decision",
    responses=responses(NotRecorded, *AWAY),
    response_model_exclude_none=True,
)
def list_disputes(principal: ReviewerOrOperator, database: TheDatabase) -> WaitingDisputes:
    """The disputes that wait for a decision, the oldest first, and the days that are left for each.

    The reviewer sees more of each: the member, the fact, the statement, and which clients have read a rating that
    the fact was in. The members see this read on record. The operator sees none of that.
    """
    now = datetime.now(UTC)
    found = disputes.open_ones(database, now=now)
    listed, names = found[:PAGE], OPERATORS
    if principal.role is Role.REVIEWER:
        names = tuple(WaitingDispute.model_fields)
        log.record_reads(
            database,
            "",
            (each.entity for each in listed),
            who=principal.subject,
            role=principal.role.value,
            purpose="deciding disputes",
            what="dispute",
            now=now,
        )
    return WaitingDisputes(
        waiting=len(found),
        disputes=[WaitingDispute.model_validate({name: getattr(each, name) for name in names}) for each in listed],
    )


@router.post(
    "/disputes/{dispute}/decision",
    summary="Decide a dispute",
    responses=responses(Conflict, *WRITES, missing=NOTHING_OPEN),
)
def decide_dispute(
    reviewer: Reviewer, dispute: DisputeId, decision: Decision, asked: TheKey, database: TheDatabase
) -> Decided:
    """The fact is removed, or counts again, and every rating that it touches is re-rated.

    Refused (409) for the member who disputes, for an entity in the fact, for a person who loaded or corrected it,
    and for a dispute that has ended.
    """

    def work(transaction: Transaction) -> Done[Decided]:
        changes = disputes.decide(
            transaction,
            dispute,
            upheld=decision.upheld,
            reason=decision.reason,
            reviewer=reviewer.subject,
            acts_for=reviewer.acts_for,
            now=asked.now,
        )
        [found] = disputes.by_id(transaction, [dispute], now=asked.now)
        answer = Decided.model_validate({name: getattr(found, name) for name in Decided.model_fields})
        return Done(answer, changes, about=found.entity)

    with one_text():
        return once(asked, database, reviewer, Decided, work)
