"""The parameters of a query, read from texts that somebody typed."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from graph.errors import ParameterError
from graph.store.queries import Query
from graph.text.instants import in_utc

_PYTHON: dict[str, type | tuple[type, ...]] = {"INTEGER": int, "FLOAT": (int, float), "BOOLEAN": bool, "MAP": dict}


def parse_params(query: Query, given: Sequence[str]) -> dict[str, Any]:
    """The parameters of the query from texts such as `limit=10`, each read as its declared type.

    A STRING is taken as it is, an instant as ISO 8601, everything else as JSON. Raises ParameterError naming
    the parameter and the value.
    """
    types = {field.name: field.type for field in query.params}
    params: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in types:
            wanted = ", ".join(f"{name}=<{type_}>" for name, type_ in types.items()) or "none"
            raise ParameterError(f"{query.name}: {text!r} is not one of its parameters: {wanted}")
        params[name] = _parse_value(query, name, types[name], value)
    return params


def _parse_value(query: Query, name: str, type_: str, value: str) -> Any:
    if type_ == "STRING":
        return value
    try:
        found = datetime.fromisoformat(value) if type_ == "ZONED DATETIME" else json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, bool):
        good = type_ == "BOOLEAN"
    elif isinstance(found, datetime):
        good = found.tzinfo is not None
        found = in_utc(found, f"{query.name}: {name}") if good else found
    else:
        good = isinstance(found, _PYTHON.get(type_, list))
    if not good:
        raise ParameterError(f"{query.name}: {name}={value!r} is not of the type {type_}")
    return float(found) if isinstance(found, int) and type_ == "FLOAT" else found
