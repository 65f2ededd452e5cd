"""Whether a text is a way to reach someone: an address of mail or of the web, or a telephone number.

A number is taken for a telephone number if it begins with `+`; follows a word such as `tel`; has brackets; or is
written in groups as telephone numbers are. A bare row of digits is an id as good as any, and so are dates and
UUIDs. The text is looked at in Unicode's form NFKC, without marks on letters, all digits as 0 to 9 and `%40` as
`@`, so that width, script and encoding hide nothing.
"""

import re
import unicodedata
from ipaddress import IPv4Address
from urllib.parse import unquote

import regex

_CALLED = "(?:tel|tlf|tfn|phone|fon|mob(?:ile?)?|cell|handy|fax|sms|whatsapp|тел|电话|電話|手机|手機|携帯)"
# What is worth a closer look; most ids have none of it. Without lookarounds: formats.py says why.
MAYBE = (
    r"[@:+(%]|www|(?i:\bat\b|tel|tlf|tfn|phone|fon|mob|cell|handy|fax|sms|whats)|[0-9][ ()./_-]+[0-9]"
    r"|[^\x00-\x7f]|[0-9A-Za-z]\.[0-9A-Za-z]"
)
_CLOSER = re.compile(MAYBE)

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
_WORD = re.compile(rf"(?<![a-z]){_CALLED}[^a-z0-9]*[0-9](?:[ ()./_-]*[0-9]){{4}}", re.IGNORECASE)
# A host: of an ending that everybody knows; of a country where a path follows, or a second level such as `co`.
_HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|info|biz|app|dev|xyz|online|shop|site|club|blog)(?![\w-])"
    r"|(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2}/[\w~?#%-]"
    r"|(?<![\w.-])(?:[a-z0-9-]+\.)+(?:com?|ac|gov|org|net)\.[a-z]{2}(?![\w-])",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\+[ (./_-]*[0-9](?:[ ()./_-]*[0-9]){6,14}(?![0-9])")
# Digits and what stands between their groups, no letter next to them.
_RUN = re.compile(r"(?<![0-9A-Za-z])\(?[0-9](?:[ ()./_-]*[0-9])*(?![0-9A-Za-z])")
_GROUP = re.compile(r"[0-9]+")


def why(text: str) -> str:
    """`mail`, `phone`, or nothing."""
    if not _CLOSER.search(text):
        return ""
    plain = unicodedata.normalize("NFKC", unquote(text))
    if not plain.isascii():
        plain = regex.sub(r"\p{Mn}", "", unicodedata.normalize("NFKD", plain))
        plain = regex.sub(r"\p{Nd}", lambda digit: str(unicodedata.digit(digit[0])), plain)
        plain = regex.sub(r"\p{Pd}|\u2212", "-", plain)
    if _MAIL.search(plain) or _HOST.search(plain) or _is_numbered_host(plain):
        return "mail"
    plain = _DATE.sub(" x ", _UUID.sub(" x ", plain))
    if _WORD.search(plain) or _PLUS.search(plain) or any(_is_phone(run[0]) for run in _RUN.finditer(plain)):
        return "phone"
    return ""


def _is_numbered_host(text: str) -> bool:
    """Whether it is an IPv4 address, with a port or a path after it or not; `1.2.3.4` is a number of a chapter."""
    try:
        address = IPv4Address(re.split("[:/]", text, maxsplit=1)[0])
    except ValueError:
        return False
    return len(str(address)) > len("10.0.0.10")


def _is_phone(run: str) -> bool:
    """Whether the groups of digits are those of a telephone number."""
    groups = _GROUP.findall(run)
    lengths = list(map(len, groups))
    digits = sum(lengths)
    if len(groups) < 2 or not 7 <= digits <= 15:
        return False
    if " " in run or "(" in run:
        return len(groups[0]) > 1 or set(lengths) == {1} or lengths == [1, 3, 3, 4]
    pairs = len(groups) >= 4 and set(lengths) == {2}
    numbered = lengths[0] <= 2 and re.fullmatch(_YEAR, groups[1]) is not None  # 01-2024-00017: of that year
    trunk = digits >= 9 and re.match(r"0{1,2}[1-9]", run) is not None and lengths[0] <= 5 and not numbered
    return pairs or trunk or lengths in ([3, 3, 4], [3, 4, 4], [1, 3, 3, 4])
