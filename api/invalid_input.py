"""Faults of a request in words of ours: in place of a pattern, the words say what it asks for."""

from collections.abc import Mapping
from typing import Any

SCHEME = "^[a-z0-9][a-z0-9-]*$"
KEY = r"^[\x21-\x7e]+$"
PATTERNS = {
    SCHEME: "small letters of a to z, digits and hyphens, and a letter or digit first, such as 'reliability'",
    KEY: "printable ASCII characters without blanks, such as a UUID",
}
"What each pattern of a parameter or field asks for; a test finds one that lacks its words."


def words(error: Mapping[str, Any]) -> str:
    """Why a value does not fit; error: as pydantic has it. Nothing that was sent is repeated."""
    context = error.get("ctx") or {}
    match error["type"]:
        case "string_pattern_mismatch":
            return PATTERNS.get(context.get("pattern", ""), "this is not how it is written: docs/api.md says how")
        case "value_error" | "assertion_error":
            return str(context.get("error") or error["msg"].partition(", ")[2])
        case "json_invalid":
            return f"no JSON: {context.get('error', 'it cannot be read')}"
        case "model_attributes_type" | "dict_type":
            return "a JSON object is needed, such as {}"
        case "missing":
            return "this is needed, and not there"
        case "extra_forbidden":
            return "there is no such field: /openapi.json lists those that there are"
    return str(error["msg"])
