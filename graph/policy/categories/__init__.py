"""What products and sites may be: neutral categories of an allow-list; and the subjects that are refused.

neutral.toml is the list that ships, refused.toml has the words of the subjects. An operator can add neutral
categories in a file of their own (INNERCIRCLE_CATEGORIES), and none that names a refused subject.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graph.errors import SchemeInvalid, SettingInvalid
from graph.policy.categories.refused import refusal, subjects

__all__ = [
    "NOT_NEUTRAL",
    "REFUSED",
    "SLUG_IS",
    "SLUG_WRITTEN",
    "Categories",
    "read",
    "refusal",
    "shipped_categories",
    "subjects",
]

SHIPPED = Path(__file__).with_name("neutral.toml")
SLUG_LENGTH = 40
LARGEST = 1_000_000
"Characters of a file of categories."
SLUG_WRITTEN = rf"(?=.{{1,{SLUG_LENGTH}}}$)[a-z0-9]+(?:-[a-z0-9]+)*"
SLUG_IS = f"small letters, digits and single hyphens, at most {SLUG_LENGTH}"
REFUSED = "refused: it says something of {}"
NOT_NEUTRAL = "not a neutral category that is known here; docs/loading.md says which are, and how to add one"


@dataclass(frozen=True)
class Categories:
    """The neutral categories, each with what it is."""

    neutral: dict[str, str]


@cache
def shipped_categories() -> Categories:
    return Categories(_parse(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name))


def read(further: Path | None) -> Categories:
    """The shipped categories, and those of a further file.

    Raises SchemeInvalid naming the key (a slug that does not hold, or names a refused subject), SettingInvalid
    (no such file).
    """
    if further is None:
        return shipped_categories()
    try:
        with further.expanduser().open(encoding="utf-8") as stream:
            text = stream.read(LARGEST + 1)  # a device may never end
    except (OSError, ValueError) as error:
        raise SettingInvalid(f"INNERCIRCLE_CATEGORIES={str(further)!r}: cannot be read: {error}") from error
    if len(text) > LARGEST:
        raise SettingInvalid(f"INNERCIRCLE_CATEGORIES={str(further)!r}: longer than {LARGEST:,} characters")
    return Categories(shipped_categories().neutral | _parse(text, str(further)))


def _parse(text: str, file: str) -> dict[str, str]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeInvalid(f"not TOML: {error}", file=file) from error
    for key in raw:
        if key != "categories":
            raise SchemeInvalid("unknown key; there is one table, categories", file=file, key=key)
    table = raw.get("categories")
    if not isinstance(table, dict):
        raise SchemeInvalid("must be a table: slug = what it is", file=file, key="categories")
    for slug, says in table.items():
        key = f"categories.{slug}"
        if not isinstance(says, str) or not says.strip():
            raise SchemeInvalid("say in a text what it is", file=file, key=key)
        if subject := refusal(slug):
            raise SchemeInvalid(REFUSED.format(subject), file=file, key=key)
        if not re.fullmatch(SLUG_WRITTEN, slug):
            raise SchemeInvalid(f"not a slug: {SLUG_IS}", file=file, key=key)
    return dict(table)
