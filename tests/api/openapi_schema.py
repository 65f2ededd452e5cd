"""Whether a value fits a schema of an OpenAPI document: as much of JSON Schema as ours uses, and no more."""

import re
from datetime import date, datetime
from typing import Any

import pytest

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "null": (type(None),),
    "boolean": (bool,),
}
SAYS_NOTHING = {"discriminator", "title", "description", "examples", "default"}


def check(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str = "$") -> None:
    """The value fits, else the test fails and names the place. A keyword that is not known here fails too."""
    for keyword, wanted in schema.items():
        match keyword:
            case "$ref":
                name = wanted.removeprefix("#/components/schemas/")
                check(value, document["components"]["schemas"][name], document, where)
            case "type":
                fits = isinstance(value, TYPES[wanted]) and isinstance(value, bool) == (wanted == "boolean")
                _say(fits, value, where, f"is no {wanted}")
            case "const":
                _say(value == wanted, value, where, f"is not {wanted!r}")
            case "enum":
                _say(value in wanted, value, where, f"is none of {wanted}")
            case "anyOf":
                _say(any(_fits(value, each, document) for each in wanted), value, where, "fits nothing of anyOf")
            case "oneOf":
                fits = sum(_fits(value, each, document) for each in wanted) == 1
                _say(fits, value, where, "fits not just one of oneOf")
            case "properties":
                for name in value.keys() & wanted.keys():
                    check(value[name], wanted[name], document, f"{where}.{name}")
            case "required":
                _say(set(wanted) <= value.keys(), value, where, f"lacks one of {wanted}")
            case "additionalProperties":
                for name in value.keys() - schema.get("properties", {}).keys():
                    _say(wanted is not False, name, where, "is an unknown property")
                    check(value[name], wanted, document, f"{where}.{name}")
            case "propertyNames":
                for name in value:
                    check(name, wanted, document, where)
            case "items":
                for position, item in enumerate(value):
                    check(item, wanted, document, f"{where}[{position}]")
            case "pattern":
                _say(re.search(wanted, value), value, where, f"does not match {wanted}")
            case "format":
                parse = {"date-time": datetime.fromisoformat, "date": date.fromisoformat}[wanted]
                _say(parse(value), value, where, f"is no {wanted}")
            case "minLength" | "minItems" | "minProperties":
                _say(len(value) >= wanted, value, where, f"is shorter than {wanted}")
            case "maxLength" | "maxItems":
                _say(len(value) <= wanted, value, where, f"is longer than {wanted}")
            case "minimum":
                _say(value >= wanted, value, where, f"is below {wanted}")
            case "exclusiveMinimum":
                _say(value > wanted, value, where, f"is not above {wanted}")
            case "maximum":
                _say(value <= wanted, value, where, f"is above {wanted}")
            case _:
                _say(keyword in SAYS_NOTHING, keyword, where, "is a keyword that is not checked here")


def _fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    try:
        check(value, schema, document)
    except (pytest.fail.Exception, TypeError, AttributeError):
        return False
    return True


def _say(holds: object, value: object, where: str, fault: str) -> None:
    if not holds:
        pytest.fail(f"{where}: {value!r} {fault}")
