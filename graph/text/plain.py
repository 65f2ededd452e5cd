"""Plain text that somebody typed: nothing in it is invisible, and it is no longer than it may be.

identifier  an id, a subject or a name, as it is compared and kept
plain       a statement or a reason: one line of text
visible     a text as it is printed: nothing in it moves a cursor, turns the line or hides
"""

import unicodedata

import regex

from graph.errors import ParameterError

# Unicode's control, format, private, surrogate and unassigned characters; line separators; all that fonts do not
# draw. Two ids that look the same must be the same, and what is not assigned yet has no normal form to keep to.
# The last three are drawn as nothing and have no property that says so.
UNSEEN = r"[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\U00016FE4\U0001D159]"
# Blanks that are not the one of the keyboard, and several in a row: they look like one.
BLANKS = r"[\p{Zs}--\x20]| {2,}"
# What a text has that `unseen` or `odd_blank` finds a fault in; few of ours have any of it.
MAYBE_ODD = r"[^ -~]|  "
LONGEST = 2_000
LONGEST_NAME = 200

_UNSEEN = regex.compile(UNSEEN)
_BLANKS = regex.compile(BLANKS, regex.VERSION1)
# In prose, two marks that shape letters and draw nothing: Persian and the scripts of India are written with them.
_UNSEEN_IN_PROSE = regex.compile(rf"(?![\u200c\u200d\ufe0e\ufe0f]){UNSEEN}")
_SORTS = {"Cc": "a control character", "Cs": "half a character", "Co": "private use", "Cn": "not assigned"}


def identifier(text: str, what: str, *, longest: int = LONGEST_NAME) -> str:
    """The text in Unicode's normal form NFC, in which ids are kept and compared.

    what: names the text in the message, such as `entity`.
    Raises ParameterError where it is empty, too long, or could be taken for another one: a character that cannot
    be seen, a blank at either end, or one that is not the usual blank.
    """
    text = normal(text)
    if not 1 <= len(text) <= longest:
        raise ParameterError(f"{what}: 1 to {longest} characters are needed, and not {len(text)}")
    if text.strip() != text:
        raise ParameterError(f"{what}: begins or ends with a blank")
    if reason := unseen(text) or odd_blank(text):
        raise ParameterError(f"{what}: {reason}")
    return text


def normal(text: str) -> str:
    """The text in NFC: letters and their marks are one however they were typed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unseen(text: str) -> str:
    """The first invisible character of the text, as a reason against it; empty if there is none."""
    if text.isascii() and text.isprintable():  # a hundred times as fast, and nearly every text
        return ""
    found = _UNSEEN.search(text)
    return f"contains a control character or one that cannot be seen: {code_point(found[0])}" if found else ""


def odd_blank(text: str) -> str:
    """A blank in the text that looks like another one, as a reason against it; empty if there is none."""
    found = _BLANKS.search(text)
    if not found:
        return ""
    if found[0].isascii():
        return "contains several blanks in a row, which look like one"
    return f"contains a blank that looks like the usual one: {code_point(found[0])}"


def code_point(character: str) -> str:
    """Such as `U+200D ZERO WIDTH JOINER`."""
    name = unicodedata.name(character, "") or _SORTS.get(unicodedata.category(character), "no name")
    return f"U+{ord(character):04X} {name}"


def visible(text: str) -> str:
    r"""The text with each character that cannot be seen written out, such as `\x1b` or `\u200d`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written_out(each) if _UNSEEN.match(each) else each for each in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode()


def plain(text: str, what: str, *, longest: int = LONGEST) -> str:
    """The text without blanks around it. Raises ParameterError where it is empty, too long or no plain text.

    what: names the text in the message, such as `statement`.
    """
    text = normal(text).strip(" ")
    if not text or text.isspace():
        raise ParameterError(f"{what}: empty")
    if len(text) > longest:
        raise ParameterError(f"{what}: {len(text):,} characters, and at most {longest:,} are taken")
    if found := _UNSEEN_IN_PROSE.search(text):
        raise ParameterError(
            f"{what}: a line break or another control character, {code_point(found[0])}; "
            "write it as one line of plain text"
        )
    return text


# What a spreadsheet takes for the beginning of a formula, or for something before one; wide forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def no_formula(text: str) -> str:
    """The text as a cell of a CSV file: what a spreadsheet would take for a formula begins with an apostrophe."""
    after_blanks = (text.lstrip(" \u00a0\u3000"), text.lstrip())
    return f"'{text}" if any(each.startswith(FORMULA) for each in after_blanks) else text
