"""What the service measures, for a monitoring system that asks every few seconds."""

from fastapi import APIRouter, Response

from api.actions.measures import Measures
from api.deps.auth import Monitoring
from api.deps.parameters import TheAllowed, TheStore
from api.http import metrics
from api.openapi import file, responses
from api.problems import NO_STORE

TEXT = "text/plain; version=0.0.4; charset=utf-8"

PLACE = 175
router = APIRouter(tags=["service"])


@router.get(
    "/metrics",
    summary="What the service measures",
    response_class=Response,
    responses=file(
        "Prometheus' text format",
        **{TEXT: {"schema": {"type": "string", "examples": ["innercircle_store_up 1.0"]}}},
    )
    | responses(),
)
def get_metrics(_operator: Monitoring, store: TheStore, allowed: TheAllowed) -> Response:
    """Requests by route and status, their seconds, queries by name, ages, runs, disputes and the last load.

    Nobody is in it. It is answered without the database, too, and then says that it is away.
    """
    return Response(metrics.exposition(Measures(store, allowed)), media_type=TEXT, headers=NO_STORE)
