"""Plain text that somebody typed: nothing in it is invisible, and it is no longer than it may be."""

import re

from graph.errors import ParameterError

# Also line separators, spaces without width and marks of the direction of writing: none of them is
# visible, and two ids that look the same must be the same.
CONTROL = "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"
LONGEST = 2_000
LONGEST_NAME = 200


def plain(text: str, what: str, *, longest: int = LONGEST) -> str:
    """The text without blanks around it. Raises ParameterError where it is empty, too long or no plain text.

    what: names the text in the message, such as `statement`.
    """
    text = text.strip(" ")
    if not text or text.isspace():
        raise ParameterError(f"{what}: empty")
    if len(text) > longest:
        raise ParameterError(f"{what}: {len(text):,} characters, and at most {longest:,} are taken")
    if re.search(CONTROL, text) or any("\ud800" <= each <= "\udfff" for each in text):
        raise ParameterError(
            f"{what}: a line break or another control character; write it as one line of plain text"
        )
    return text


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: capitals and blanks do not tell them apart."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


# What a spreadsheet takes for the beginning of a formula, or for something before one; wide forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def no_formula(text: str) -> str:
    """The text as a cell of a CSV file: what a spreadsheet would take for a formula begins with an apostrophe."""
    after_blanks = (text.lstrip(" \u00a0\u3000"), text.lstrip())
    return f"'{text}" if any(each.startswith(FORMULA) for each in after_blanks) else text
