"""What the service counts: requests by the template of their route, and queries by name. No label is an id.

With several workers each counts in files of its own, and whoever is asked adds them up: the multiprocess mode of
prometheus_client, chosen by a variable that api/workers.py sets before they begin. What a worker that has ended
counted stays.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Summary,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"The variable that names the folder of those files."
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"Of a method that HTTP does not know: a caller can make up any number of them."
NO_ROUTE = "none"
"Of a request that came to no route; its path may hold anything."
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which says when it began
_OWN = CollectorRegistry()
_REQUESTS = Counter(
    "innercircle_requests", "Requests that were answered", ["method", "route", "status"], registry=_OWN
)
_SECONDS = Histogram(
    "innercircle_request_seconds",
    "From the head of a request to the end of its answer",
    ["method", "route"],
    buckets=SECONDS,
    registry=_OWN,
)
_QUERIES = Summary(
    "innercircle_query_seconds", "Queries, with what they wait and are repeated for", ["query"], registry=_OWN
)
_FAILED = Counter("innercircle_query_failures", "Queries that ended with an error", ["query"], registry=_OWN)


def count_request(method: str, route: str | None, status: int | None, seconds: float) -> None:
    """One request has ended.

    route: the template of its path; None: it came to none. status: None: nobody waited for the answer any more.
    """
    verb, template = method if method in METHODS else OTHER, NO_ROUTE if route is None else route
    _REQUESTS.labels(verb, template, "gone" if status is None else str(status)).inc()
    _SECONDS.labels(verb, template).observe(seconds)


@contextmanager
def count_query(name: str) -> Iterator[None]:
    """The block asks the query: its seconds are counted, and whether it failed."""
    begun = time.perf_counter()
    try:
        yield
    except BaseException:
        _FAILED.labels(name).inc()
        raise
    finally:
        _QUERIES.labels(name).observe(time.perf_counter() - begun)


def exposition(*more: Collector) -> bytes:
    """Everything that all workers of the service have counted, and `more`, in Prometheus' text format 0.0.4."""
    told = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(told)  # type: ignore[no-untyped-call]
    else:
        told.register(_OWN)
    for each in more:
        told.register(each)
    return generate_latest(told)
