"""pseudonym, prefix: an address of mail or a telephone number -> an id that says nothing; text before a text.

The id is a keyed hash (HMAC-SHA-256), and the key a secret of the database: the same address gets the same id in
every file that is loaded there, and nobody without the key can find out whose it is by trying addresses. An
address of mail is the same in capitals, and a telephone number however it is grouped.
"""

import hmac
import re
import unicodedata
from hashlib import sha256

from graph.facts import reach
from graph.facts.files.steps.step import Step, each
from graph.facts.formats import TEXT_LENGTH

DIGITS = 32
"128 bits: no two of 10^12 addresses are likely to meet."


def of(secret: bytes) -> Step:
    """The step from an address to its pseudonym."""
    return each(lambda text: pseudonym(secret, text))


def pseudonym(secret: bytes, text: str) -> str:
    """The id of whoever has this address. Raises ValueError for a text of blanks, or one that is too long."""
    if len(text) > TEXT_LENGTH:
        raise ValueError(f"longer than {TEXT_LENGTH} characters")
    address = same(text)
    if not address:
        raise ValueError("empty")
    return hmac.new(secret, address.encode(), sha256).hexdigest()[:DIGITS]


def same(text: str) -> str:
    """One form for all ways to write an address: no blanks at the ends, small letters, digits as 0 to 9."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().casefold())
    if "@" not in plain and reach.why(plain) == "phone":
        digits = "".join(str(unicodedata.digit(each)) for each in plain if each.isdecimal())
        return re.sub(r"^00", "+", digits) if "+" not in plain else f"+{digits}"
    return plain
