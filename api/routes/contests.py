"""Contests: nobody may rely on a rating that its member contests, until a reviewer has closed that."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.actions import decisions
from api.deps.auth import Member, Reviewer, one_text, own_entity
from api.deps.idempotency import Done, TheKey, once
from api.deps.parameters import SchemeId, TheDatabase, about_a_person
from api.http.in_flight import TheUnderWay
from api.openapi import AWAY, responses
from api.schemas.contests import (
    Closed,
    Closing,
    NewContest,
    OwnContest,
    OwnContests,
    WaitingContest,
    WaitingContests,
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
from graph.rights import contests
from graph.store.transaction import Transaction

PAGE = 200
"Contests that are listed at most: those that wait longest."
WRITES = (NotFound, Refused, Conflict, ParameterError, StoreConflict, CommitUnknown, *AWAY)
ContestId = Annotated[str, Path(max_length=100, description="A contest's id.", examples=["c-1"])]

PLACE = 140
router = APIRouter(prefix="/v1", tags=["disputes"], dependencies=[Depends(about_a_person)])


@router.get("/me/contests", summary="Own contests", responses=responses(*AWAY))
def list_own_contests(member: Member, database: TheDatabase) -> OwnContests:
    """Every contest that the member opened, the newest first: whether it is open, its reviewer and the reason."""
    found = contests.of_entity(database, own_entity(member))
    return OwnContests(contests=[OwnContest.model_validate(each) for each in found])


@router.post(
    "/schemes/{scheme}/contest",
    status_code=201,
    summary="Contest a rating as a whole",
    responses=responses(*WRITES, missing=NOTHING_OPEN),
)
def contest_rating(
    member: Member,
    scheme: SchemeId,
    wanted: NewContest,
    asked: TheKey,
    database: TheDatabase,
    under_way: TheUnderWay,
) -> OwnContest:
    """The member's rating is shown as contested from now on, and clients are told no more of it than that.

    When this answers, no client is told the rating any more. Refused (409) where it is contested already.
    """
    answer = decisions.contest(database, member, asked, scheme=scheme, statement=wanted.statement)
    under_way.let_leave(member.entity)
    return answer


@router.get("/contests", summary="Contests that wait to be closed", responses=responses(NotRecorded, *AWAY))
def list_contests(reviewer: Reviewer, database: TheDatabase) -> WaitingContests:
    """The contests that wait to be closed, the oldest first, with the members' words. The members see the read."""
    found = contests.open_ones(database)
    listed = found[:PAGE]
    for scheme in sorted({each.scheme for each in listed}):
        log.record_reads(
            database,
            scheme,
            (each.entity for each in listed if each.scheme == scheme),
            who=reviewer.subject,
            role=reviewer.role.value,
            purpose="closing contests",
            what="contest",
            now=datetime.now(UTC),
        )
    return WaitingContests(waiting=len(found), contests=[WaitingContest.model_validate(each) for each in listed])


@router.post(
    "/contests/{contest}/closing",
    summary="Close a contest",
    responses=responses(*WRITES, missing=NOTHING_OPEN),
)
def close_contest(
    reviewer: Reviewer, contest: ContestId, closing: Closing, asked: TheKey, database: TheDatabase
) -> Closed:
    """The rating may be relied on again. Refused (409) for the member who contests, or if it has ended."""

    def work(transaction: Transaction) -> Done[Closed]:
        closed = contests.close(
            transaction,
            contest,
            reason=closing.reason,
            reviewer=reviewer.subject,
            acts_for=reviewer.acts_for,
            now=asked.now,
        )
        answer = Closed.model_validate({name: getattr(closed, name) for name in Closed.model_fields})
        return Done(answer, about=closed.entity)

    with one_text():
        return once(asked, database, reviewer, Closed, work)
