"""Disputes: a member says that a fact of its own is wrong, and a reviewer decides."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from api.actions import decisions
from api.actions.told import told_of
from api.deps.auth import Member, Reviewer, ReviewerOrOperator, one_text, own_entity
from api.deps.idempotency import Asked, Done, TheKey, once
from api.deps.parameters import TheDatabase, about_a_person
from api.openapi import AWAY, responses
from api.schemas.disputes import (
    Admission,
    Admitted,
    Answered,
    Decided,
    Decision,
    NewAnswer,
    NewDispute,
    OwnDispute,
    OwnDisputes,
    ToldDispute,
    ToldDisputes,
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
from graph.identity import Principal, Role
from graph.rights import admissions, dispute_records, disputes
from graph.store.transaction import Transaction

PAGE = 200
"Disputes that are listed at most: those that wait longest."
OPERATORS: tuple[str, ...] = ("id", "kind", "state", "opened", "due", "days_left", "overdue", "reminded")
"What the operator sees of a dispute."
TOLD = (NotRecorded, StoreConflict, *AWAY)
WRITES = (NotFound, Refused, ParameterError, StoreConflict, CommitUnknown, *AWAY)
DisputeId = Annotated[str, Path(max_length=100, description="A dispute's id.", examples=["d-1"])]

PLACE = 130
router = APIRouter(prefix="/v1", tags=["disputes"], dependencies=[Depends(about_a_person)])


@router.get("/me/disputes", summary="Own disputes", responses=responses(*AWAY))
def list_own_disputes(member: Member, database: TheDatabase) -> OwnDisputes:
    """Every dispute that the member opened, the newest first: what became of it, its reviewer and the reason.

    Each has the clients that read a rating of the member since the fact was loaded, until the dispute ended.
    """
    found = dispute_records.of_entity(database, own_entity(member), now=datetime.now(UTC))
    return OwnDisputes(disputes=[OwnDispute.model_validate(each) for each in found])


@router.post(
    "/me/disputes",
    status_code=201,
    summary="Dispute a fact",
    responses=responses(Conflict, *WRITES, missing=NOTHING_OPEN),
)
def open_dispute(member: Member, wanted: NewDispute, asked: TheKey, database: TheDatabase) -> OwnDispute:
    """The fact counts for nothing from now on, and every rating that it touches is re-rated.

    It is one of the member's own: an obligation that it owes, a purchase, a visit, a contact at either end. Its
    other side is told, and can answer. Where a dispute of it was rejected or taken back, and the fact was not
    corrected since, this one is `proposed`: nothing changes until a reviewer has admitted it.
    Refused (409) where it is disputed already, or where nothing is said that was not said before.
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
        for found in dispute_records.by_id(database, [dispute], now=now):
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

    Those that are `proposed` wait to be admitted first, and have no days.
    The reviewer sees more of each: the member, the fact, the statement, and which clients have read a rating that
    the fact was in. The members see this read on record. The operator sees none of that.
    """
    now = datetime.now(UTC)
    found = dispute_records.open_ones(database, now=now)
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
    and for a dispute that is not open.
    """

    def work(transaction: Transaction) -> Done[Decided]:
        said = _said(reviewer, decision.reason, asked)
        changes = disputes.decide(transaction, dispute, upheld=decision.upheld, **said)
        [found] = dispute_records.by_id(transaction, [dispute], now=asked.now)
        answer = Decided.model_validate({name: getattr(found, name) for name in Decided.model_fields})
        return Done(answer, changes, about=found.entity)

    with one_text():
        return once(asked, database, reviewer, Decided, work)


@router.post(
    "/disputes/{dispute}/admission",
    summary="Admit a dispute that is proposed",
    responses=responses(Conflict, *WRITES, missing=NOTHING_OPEN),
)
def admit_dispute(
    reviewer: Reviewer, dispute: DisputeId, admission: Admission, asked: TheKey, database: TheDatabase
) -> Admitted:
    """The dispute is open from now on, and every rating that its fact touches is re-rated; or it is refused.

    A dispute is proposed where one of the same fact was rejected or taken back before. Refused (409) for those who
    may not decide it, and for one that is not proposed, or whose fact is gone or disputed otherwise.
    """

    def work(transaction: Transaction) -> Done[Admitted]:
        said = _said(reviewer, admission.reason, asked)
        changes = admissions.admit(transaction, dispute, admitted=admission.admitted, **said)
        [found] = dispute_records.by_id(transaction, [dispute], now=asked.now)
        by, why = (found.admitted_by, found.admission) if admission.admitted else (found.reviewer, found.reason)
        answer = {"id": found.id, "state": found.state, "at": asked.now, "reviewer": by, "reason": why}
        return Done(Admitted.model_validate(answer), changes, about=found.entity)

    with one_text():
        return once(asked, database, reviewer, Admitted, work)


def _said(reviewer: Principal, reason: str, asked: Asked) -> dict[str, Any]:
    """Who decides, why and when."""
    return {
        "reason": reason,
        "reviewer": reviewer.subject,
        "acts_for": reviewer.acts_for,
        "now": asked.now,
    }


@router.get("/me/disputed", summary="Disputes of facts of which one is the other side", responses=responses(*TOLD))
def list_told_disputes(member: Member, database: TheDatabase) -> ToldDisputes:
    """Every dispute of a debt towards this entity, or of a contact with it, that another opened; the newest first.

    This side can answer each of them once, while it is open. That they were read is on the others' record.
    """
    found = told_of(database, own_entity(member))
    return ToldDisputes(disputes=[ToldDispute.model_validate(each) for each in found])


@router.post(
    "/me/disputed/{dispute}/answer",
    status_code=201,
    summary="Answer a dispute",
    responses=responses(Conflict, *WRITES, missing=NOTHING_OPEN),
)
def answer_dispute(
    request: Request, member: Member, dispute: DisputeId, wanted: NewAnswer, asked: TheKey, database: TheDatabase
) -> Answered:
    """What this side says goes to the reviewer, and to the member who disputes. It cannot be changed.

    Refused (409) where the dispute has ended or is answered, and for a subject that acts for the other side too.
    """
    operator: str = request.app.state.operator
    return decisions.answer(
        database, member, asked, dispute=dispute, statement=wanted.statement, operator=operator
    )
