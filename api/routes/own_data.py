"""Everything about a member, at its own request: handed over, or erased."""

import io
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Response

from api.actions.decisions import erase
from api.deps.auth import Member
from api.deps.parameters import TheDatabase, about_a_person
from api.http.in_flight import TheUnderWay
from api.openapi import AWAY, file, responses
from api.problems import NO_STORE
from api.schemas.papers import Erased
from graph.disclosure import archive
from graph.errors import NOTHING_OPEN, NotFound, StoreConflict

ZIP = "application/zip"

PLACE = 120
router = APIRouter(prefix="/v1/me", tags=["own data"], dependencies=[Depends(about_a_person)])


@router.get(
    "/archive",
    summary="Everything that is kept about one",
    response_class=Response,
    responses=file(
        "A zip file", **{ZIP: {"schema": {"type": "string", "description": "a zip file", "examples": ["PK"]}}}
    )
    | responses(NotFound, StoreConflict, *AWAY, missing=NOTHING_OPEN),
)
def get_archive(member: Member, database: TheDatabase) -> Response:
    """All facts, memberships, ratings with their history, grants, reads, disputes and where the facts come from.

    As a page to read, as JSON and as a CSV file for each kind. Others are in it by id, and by nothing else.
    """
    out = io.BytesIO()
    try:
        archive.write(archive.gather(database, member.entity or "", now=datetime.now(UTC)), out)
    except NotFound:
        raise NotFound(NOTHING_OPEN) from None
    name = 'attachment; filename="archive.zip"'
    return Response(out.getvalue(), media_type=ZIP, headers=NO_STORE | {"Content-Disposition": name})


@router.delete(
    "",
    summary="Erase everything about one",
    responses=responses(NotFound, StoreConflict, *AWAY, missing=NOTHING_OPEN),
)
def erase_me(member: Member, database: TheDatabase, under_way: TheUnderWay) -> Erased:
    """The member is gone with all that was kept about it, at once and for good.

    When this answers, no answer about it leaves any more. The debts of others to it stay with them, without its
    name.
    Asked again, there is nothing left: 404.
    """
    done, passed_on = erase(database, member, now=datetime.now(UTC))
    under_way.let_leave(member.entity)
    return Erased(gone=done.gone, kept=done.kept, passed_on=passed_on)
