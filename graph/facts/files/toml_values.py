"""Values of a mapping file, checked."""

import re
from typing import TypeVar

import msgspec

from graph.errors import SchemeInvalid

T = TypeVar("T")


def convert(raw: object, kind: type[T], file: str, key: str) -> T:
    """The value, checked. msgspec says, for example, "Expected `str`, got `int` - at `$.column`"."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        path = key + re.sub(r"^\$", "", place.strip("`"))
        if named := re.fullmatch(r"Object (?:contains unknown|missing required) field `(.*)`", message):
            message, path = "unknown key" if "unknown" in message else "missing key", f"{path}.{named[1]}"
        message = re.sub(r"^Expected `int` >= ([0-9]+)$", r"must be a whole number, \1 or more", message)
        raise SchemeInvalid(message, file=file, key=path.strip(".")) from error
