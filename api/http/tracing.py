"""Spans for OpenTelemetry, where its own variables ask for them: one of each request, and one of each query in it.

A span says a method, the template of a route and a status, or the name of a query. It holds no path, no query
string, no header, no address and no parameter. FastAPI's own spans have path and query string, and its logs the
messages of exceptions, so they are off (api/app.py). Trace ids that a caller sends are not taken on.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.http.metrics import METHODS, OTHER
from graph import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

LOG = logging.getLogger("innercircle.api")
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
SERVICE = "innercircle"
Ended = Callable[[str, str | None, int | None], None]
"Told the method, the template of the route and the status of a request, once they are known."


class Spans:
    """Spans of requests and of queries, given to one provider."""

    def __init__(self, provider: "TracerProvider"):
        from opentelemetry.trace import SpanKind

        self._tracer = provider.get_tracer(SERVICE, __version__)
        self._server, self._client = SpanKind.SERVER, SpanKind.CLIENT

    @contextmanager
    def request(self) -> Iterator[Ended]:
        """The block answers a request, and tells what it was."""
        with self._tracer.start_as_current_span(
            "HTTP", kind=self._server, record_exception=False, set_status_on_exception=False
        ) as span:

            def ended(method: str, route: str | None, status: int | None) -> None:
                verb = method if method in METHODS else OTHER
                span.update_name(f"{verb} {route}" if route else verb)
                span.set_attribute("http.request.method", verb)
                if route:
                    span.set_attribute("http.route", route)
                if status is not None:
                    span.set_attribute("http.response.status_code", status)
                if status is None or status >= 500:
                    _failed(span)

            yield ended

    @contextmanager
    def query(self, name: str) -> Iterator[None]:
        """The block asks the query of this name."""
        with self._tracer.start_as_current_span(
            name,
            kind=self._client,
            attributes={"db.system.name": "neo4j", "db.query.summary": name},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                _failed(span)
                raise


def _failed(span: object) -> None:
    from opentelemetry.trace import Span, Status, StatusCode

    if isinstance(span, Span):
        span.set_status(Status(StatusCode.ERROR))


def asked_for(variables: Mapping[str, str]) -> bool:
    """Whether the variables of OpenTelemetry name a place for spans."""
    return (
        any(variables.get(each) for each in ENDPOINTS)
        and variables.get("OTEL_SDK_DISABLED", "").lower() != "true"
        and variables.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp"
    )


def by_environment() -> Spans | None:
    """Spans that go where the environment says, over HTTP; None: it asks for none, or the extra is not there.

    A service without its spans is better than none: what is missing is in the log.
    """
    if not asked_for(os.environ):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        LOG.warning("no spans are sent: pip install 'innercircle[tracing]' (%s)", error)
        return None
    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    provider = TracerProvider(resource=Resource.create({} if named else {"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider)
