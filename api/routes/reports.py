"""A report on a member's own rating, signed for somebody else to check."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from api.actions import report
from api.deps.auth import Member
from api.deps.parameters import TheDatabase
from api.openapi import AWAY, file, responses
from api.problems import NO_STORE
from graph.disclosure.report import page, render
from graph.disclosure.report.content import LONGEST_NAME
from graph.errors import (
    NOTHING_OPEN,
    NotFound,
    NotRecorded,
    ParameterError,
    PurposeMismatch,
    SettingInvalid,
    StoreConflict,
)

JOSE, HTML = "application/jose", "text/html"

PLACE = 110
router = APIRouter(prefix="/v1/me/report", tags=["reports"])

Scheme = Annotated[
    str,
    Query(pattern="^[a-z0-9][a-z0-9-]*$", max_length=60, description="A scheme's id.", examples=["reliability"]),
]
Audience = Annotated[
    str,
    Query(
        min_length=1,
        max_length=LONGEST_NAME,
        description="The only reader for whom the report holds.",
        examples=["Bank of the valley"],
    ),
]
Purpose = Annotated[
    str,
    Query(
        min_length=1,
        max_length=1_000,
        description="Literally one of the purposes in the scheme's policy.",
        examples=["lending and deposits among members"],
    ),
]
Accept = Annotated[
    str | None,
    Header(description=f"With {HTML}, the page to print is answered.", examples=[JOSE, HTML]),
]
CONTENT = {
    JOSE: {
        "schema": {"type": "string", "description": "a JWS in its compact form", "examples": ["eyJhb.eyJpZ.MEUCI"]}
    },
    HTML: {
        "schema": {
            "type": "string",
            "description": "the same to read and to print",
            "examples": ["<!doctype html>"],
        }
    },
}


@router.post(
    "",
    summary="A signed report on one's rating",
    response_class=Response,
    responses=file("The report", **CONTENT)
    | responses(
        NotFound,
        ParameterError,
        PurposeMismatch,
        NotRecorded,
        SettingInvalid,
        StoreConflict,
        *AWAY,
        missing=NOTHING_OPEN,
    ),
)
def make_report(
    request: Request,
    member: Member,
    database: TheDatabase,
    scheme: Scheme,
    audience: Audience,
    purpose: Purpose,
    accept: Accept = None,
) -> Response:
    """The member's rating with all that it is made of, signed for one audience and purpose, valid for 30 days.

    Nobody but the member is named in it. A contested rating is reported as contested, without points and band.
    docs/reports.md says how its reader checks it. Making it is on the member's record of reads.
    """
    made, signed = report.made_for(request, member, database, scheme, audience=audience, purpose=purpose)
    headers = NO_STORE | {"Vary": "Accept"}
    if HTML in (accept or ""):
        return Response(render(made, signed), media_type=HTML, headers=headers | page.HEADERS)
    name = 'attachment; filename="report.jws"'
    return Response(signed, media_type=JOSE, headers=headers | {"Content-Disposition": name})
