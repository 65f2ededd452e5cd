"""What the service says of itself at /openapi.json: every route with its answers, its problems and examples."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api import problems
from api.problems import CATALOGUE, KINDS
from api.schemas.base import EXAMPLES, REFERENCES
from api.schemas.schemes import SchemeDocument
from api.schemas.service import Problem, Unfit
from graph.errors import (
    Forbidden,
    InnerCircleError,
    LocalServerFailed,
    MigrationPending,
    NotFound,
    ParameterError,
    StoreFull,
    StoreUnavailable,
    TooMany,
    Unauthenticated,
)
from graph.policy.scheme import Policy

Responses = dict[int | str, dict[str, Any]]

AWAY = (StoreUnavailable, StoreFull, LocalServerFailed, MigrationPending)
"The problems of any route that needs the database."
INSTANCE = UUID("5d0f6c1e-3b0a-4c7e-9a55-0f7f4a1d2c3b")


def responses(*kinds: type[InnerCircleError], missing: str = "") -> Responses:
    """The problems that a route can answer with, by status, each with an example.

    missing: how the route says that there is no such thing, where it can.
    """
    by_status: dict[int, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(KINDS[kind].status, []).append(kind.code)
    documented: Responses = {status: _response(by_status[status], missing) for status in sorted(by_status)}
    return documented | {"default": _response([problems.UNEXPECTED, problems.NOT_LOOPBACK])}


def file(description: str, **media_types: Any) -> Responses:
    """A route answers with a file, in one of these media types, each with a schema and an example."""
    return {200: {"description": description, "content": media_types}}


def _response(codes: list[str], missing: str = "") -> dict[str, Any]:
    kinds = [CATALOGUE[code] for code in codes]
    described: dict[str, Any] = {
        "description": "; or: ".join(kind.title for kind in kinds),
        "content": {
            problems.MEDIA_TYPE: {
                "schema": {"$ref": REFERENCES.format(name=Problem.__name__)},
                "examples": {code: {"value": _example(code, missing)} for code in codes},
            }
        },
    }
    if any(kind.retry_seconds for kind in kinds):
        described["headers"] = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}
    return described


def _example(code: str, missing: str) -> dict[str, Any]:
    detail = missing if missing and code == NotFound.code else CATALOGUE[code].example
    where, _, message = detail.partition(": ")
    unfit = [Unfit(where=where, message=message)] if code == ParameterError.code else []
    problem = problems.document(code, detail, unfit=unfit, instance=INSTANCE)
    return problem.model_dump(mode="json", exclude_defaults=True)


def describe(app: FastAPI, prefix: str = "") -> Callable[[], dict[str, Any]]:
    """A function that gives the application's OpenAPI document, made once.

    prefix: the path under which a proxy shows the service.
    """

    @cache
    def made() -> dict[str, Any]:
        described = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            servers=[{"url": prefix}] if prefix else None,
        )
        for methods in described["paths"].values():
            for operation in methods.values():
                _add_access(operation)
        components = described["components"]["schemas"]
        components |= _schema(Problem) | _policy()
        # Set here because pydantic follows no reference to a schema that it did not make,
        components[SchemeDocument.__name__]["properties"]["policy"]["$ref"] = REFERENCES.format(name="Policy")
        # and because FastAPI drops what is null in an example.
        for name, example in EXAMPLES.items():
            components[name]["examples"] = [example]
        return described

    return made


def _add_access(operation: dict[str, Any]) -> None:
    """The operation says that one of its roles is enough, and what a caller without such a role gets."""
    if "security" not in operation:
        return
    ((name, roles),) = operation["security"][0].items()
    operation["security"] = [{name: [role]} for role in roles]
    answers = operation["responses"]
    for kind in (Unauthenticated, Forbidden, TooMany):
        codes = [kind.code]
        if told := answers.get(str(KINDS[kind].status)):
            codes += told["content"][problems.MEDIA_TYPE]["examples"]
        answers[str(KINDS[kind].status)] = _response(codes)
    operation["responses"] = dict(sorted(answers.items()))


def _schema(kind: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model and of those in it, as components."""
    schema = kind.model_json_schema(ref_template=REFERENCES.format(name="{model}"))
    parts: dict[str, Any] = schema.pop("$defs", {})
    return parts | {kind.__name__: schema}


def _policy() -> dict[str, Any]:
    """The schema of a policy, from graph/policy/scheme.py itself. JSON Schema knows `$` and not Python's `\\Z`."""
    _, components = msgspec.json.schema_components([Policy], ref_template=REFERENCES)
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(components).replace(rb"\\Z", b"$"))
    return plain
