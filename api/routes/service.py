"""Whether the service lives and is ready, and what its problems mean."""

from datetime import UTC, datetime

from fastapi import APIRouter

from api.deps.parameters import ProblemCode, TheAllowed, TheStore
from api.openapi import AWAY, responses
from api.problems import CATALOGUE
from api.schemas.service import Alive, HowOld, ProblemKind, Ready
from graph.analysis.monitoring import ages
from graph.errors import MigrationEdited, NotFound, SettingInvalid

PLACE = 170
router = APIRouter(tags=["service"])


# async: it must not wait for a thread while every thread waits for the database
@router.get("/livez", summary="Whether the service lives", responses=responses())
async def live() -> Alive:
    """The service answers. Says nothing of the database, which is not asked."""
    return Alive(status="alive")


@router.get(
    "/readyz",
    summary="Whether the service is ready",
    responses=responses(*AWAY, MigrationEdited, SettingInvalid),
)
def ready(store: TheStore, allowed: TheAllowed) -> Ready:
    """The database answers and has every migration, and how old ratings and loads are; else what to do."""
    server = store.prove()
    with store.use() as database:
        found = ages(database, now=datetime.now(UTC), allowed=allowed)
    return Ready(
        status="ready",
        neo4j=f"{server.version} {server.edition}",
        migrations="all applied",
        ages=[
            HowOld(
                what=x.what, scheme=x.scheme, last_day=x.last_day, days_ago=x.days_ago, late=x.late, says=x.says
            )
            for x in (each.to_anybody() for each in found)
        ],
    )


@router.get(
    "/problems/{code}",
    summary="A kind of problem",
    responses=responses(NotFound, missing="there is no problem 'lost'; the codes are ..."),
)
async def explain_problem(code: ProblemCode) -> ProblemKind:
    """What the `type` of a problem leads to."""
    if code not in CATALOGUE:
        raise NotFound(f"there is no problem {code!r}; the codes are {', '.join(sorted(CATALOGUE))}")
    kind = CATALOGUE[code]
    return ProblemKind(code=code, title=kind.title, status=kind.status, detail=kind.advice or kind.example)
