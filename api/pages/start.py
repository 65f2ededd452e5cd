"""Where a browser starts, and the files that every page needs."""

from fastapi import APIRouter, Request, Response

from api.deps.auth import MaybeSignedIn
from api.pages.files import by_served_name
from api.pages.rendering import render
from graph.errors import NOTHING_OPEN, NotFound

FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter()


@router.get("/")
async def start_page(somebody: MaybeSignedIn) -> Response:
    """The first page: what innercircle is, and where to go on."""
    return render("start.html.jinja", principal=somebody, public=True)


@router.get("/static/{file}")
async def static_file(file: str, request: Request) -> Response:
    """A file of the pages, under the name that has its hash."""
    found = by_served_name().get(file)
    if found is None:
        raise NotFound(NOTHING_OPEN)
    headers = {"Cache-Control": FOR_GOOD, "ETag": found.tag, "Vary": "Accept-Encoding"}
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        packed = {**headers, "Content-Encoding": "gzip"}
        return Response(found.packed, media_type=found.kind, headers=packed)
    return Response(found.content, media_type=found.kind, headers=headers)
