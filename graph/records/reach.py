"""Whether a text is a way to reach someone: an address of mail or of the web, or a telephone number.

A number is one of a telephone where it begins with `+`; follows a word such as `tel`; has brackets; or is written
in groups as telephone numbers are. A bare row of digits is an id as good as any, and so are dates and UUIDs. The
text is looked at in Unicode's form NFKC with all digits as 0 to 9, so that width and script hide nothing.
"""

import re
import unicodedata

import regex

# What is worth a closer look; most ids have none of it.
_MAYBE = re.compile(r"[@:+(]|www|(?i:\bat\b|tel|phone|mob|cell|fax|sms|whats)|[0-9][ ()./_-]+[0-9]|[^\x00-\x7f]")

_MAIL = re.compile(
    r"\S@\S|\S\s*@\s*\S+\.\S"
    r"|\S\s*[(\[{<]\s*(?:at|@)\s*[)\]}>]\s*\S"
    r"|\S\s+at\s+\S+\s*[(\[{]?\s*\bdot\b\s*[)\]}]?\s*\S"
    r"|[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:mailto|tel|sms|callto|skype|whatsapp)\s*:",
    re.IGNORECASE,
)
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(rf"(?<![0-9])(?:{_YEAR}([-./ _]){_MONTH}\1{_DAY}|{_DAY}([-./ ]){_MONTH}\2{_YEAR})(?![0-9])")
_WORD = re.compile(
    r"(?:tel|phone|mobile?|cell|fax|sms|whatsapp|电话|手机)[^a-z0-9]*[0-9](?:[ ()./_-]*[0-9]){4}", re.I
)
_PLUS = re.compile(r"\+[ (./_-]*[0-9](?:[ ()./_-]*[0-9]){6,14}(?![0-9])")
# Digits and what stands between their groups, no letter next to them.
_RUN = re.compile(r"(?<![0-9A-Za-z])\(?[0-9](?:[ ()./_-]*[0-9])*(?![0-9A-Za-z])")
_GROUP = re.compile(r"[0-9]+")


def why(text: str) -> str:
    """`mail`, `phone`, or nothing."""
    if not _MAYBE.search(text):
        return ""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        plain = regex.sub(r"\p{Nd}", lambda digit: str(unicodedata.digit(digit[0])), plain)
        plain = regex.sub(r"\p{Pd}|\u2212", "-", plain)
    if _MAIL.search(plain):
        return "mail"
    plain = _DATE.sub(" x ", _UUID.sub(" x ", plain))
    if _WORD.search(plain) or _PLUS.search(plain) or any(_is_phone(run[0]) for run in _RUN.finditer(plain)):
        return "phone"
    return ""


def _is_phone(run: str) -> bool:
    """Whether the groups of digits are those of a telephone number."""
    groups = _GROUP.findall(run)
    lengths = list(map(len, groups))
    digits = sum(lengths)
    if len(groups) < 2 or not 7 <= digits <= 15:
        return False
    if " " in run or "(" in run:
        return len(groups[0]) > 1 or lengths == [1, 3, 3, 4]
    pairs = len(groups) >= 4 and set(lengths) == {2}
    trunk = digits >= 9 and re.match(r"0{1,2}[1-9]", run) is not None and lengths[0] <= 5
    return pairs or trunk or lengths in ([3, 3, 4], [1, 3, 3, 4])
