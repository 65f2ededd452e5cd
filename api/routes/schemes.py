"""Schemes and their policies."""

from fastapi import APIRouter

from api.deps.parameters import SchemeId, TheDatabase
from api.openapi import AWAY, responses
from api.schemas.schemes import SchemeDocument, Schemes, SchemeSummary
from graph.errors import NotFound, ParameterError
from graph.policy import publishing

PLACE = 10
router = APIRouter(prefix="/v1/schemes", tags=["schemes"])


@router.get("", summary="The published schemes", responses=responses(*AWAY))
def list_schemes(database: TheDatabase) -> Schemes:
    """Every scheme that is published here, by id, with the version of its policy and its last run."""
    return Schemes(schemes=[SchemeSummary.of(row) for row in database.run("schemes")])


@router.get(
    "/{scheme}",
    summary="One scheme",
    responses=responses(
        NotFound,
        ParameterError,
        *AWAY,
        missing="no scheme 'lost' is published: `innercircle scheme publish` publishes one",
    ),
)
def show_scheme(scheme: SchemeId, database: TheDatabase) -> SchemeDocument:
    """A scheme's whole policy: as the file that was published, key by key, and its hash.

    To check the hash, save `text` to a file and run `innercircle scheme check` on it.
    """
    return SchemeDocument.of_published(publishing.published(database, scheme))
