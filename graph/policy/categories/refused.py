"""Whether a text names a refused subject, by the words of refused.toml.

Both sides are compared without capitals, accents, marks and separators: `Trade_Union`, `trade-union` and
`tradeUnions` are the same two words.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("refused.toml")
LONGEST = 3  # words in a row that an entry may have
HEAD = 3

# Letters that no decomposition takes apart, and signs that carry no sound of their own.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ـ": None})
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]")
_HAN = re.compile("[\u3400-\u9fff]")
_ARTICLE = "\u0627\u0644"  # the Arabic article, which is written as a part of the word


@dataclass(frozen=True)
class _Words:
    """Every entry with the subject that it names.

    whole: words and rows of words. starts: beginnings of them. inside: Chinese words, found anywhere.
    """

    whole: dict[str, str]
    starts: dict[str, str]
    inside: dict[str, str]
    lengths: tuple[int, ...]
    heads: frozenset[str]
    "the first letters of whole and starts: most words have others, and are done with at once"


@lru_cache(maxsize=65_536)
def refusal(text: str) -> str | None:
    """What the subject is about, such as "health", where the text names a refused one; else None."""
    listed, words = _listed(), _words(text)
    for first, word in enumerate(words):
        if word[:HEAD] not in listed.heads:
            continue
        for last in range(first + 1, min(first + LONGEST, len(words)) + 1):
            if subject := _named(" ".join(words[first:last]), listed):
                return subject
    if _HAN.search(text):
        plain = "".join(words)
        return next((subject for word, subject in listed.inside.items() if word in plain), None)
    return None


def _named(row: str, listed: _Words) -> str | None:
    """The subject of a row of words, as a whole or by its beginning."""
    found = (listed.starts.get(row[:length]) for length in listed.lengths if length <= len(row))
    return listed.whole.get(row) or next(filter(None, found), None)


def subjects() -> dict[str, dict[str, list[str]]]:
    """The entries of refused.toml, by subject and language."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {name: {key: words for key, words in table.items() if key != "says"} for name, table in raw.items()}


@cache
def _listed() -> _Words:
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    whole, starts, inside = dict[str, str](), dict[str, str](), dict[str, str]()
    for table in raw.values():
        for entry in (entry for key, words in table.items() if key != "says" for entry in words):
            row = _words(entry)
            where = starts if entry.endswith("*") else inside if _HAN.search(entry) else whole
            # A phrase is also found where it is written as one word.
            where |= dict.fromkeys((" ".join(row), "".join(row)), table["says"])
    heads = frozenset(row.split(" ")[0][:HEAD] for row in (*whole, *starts))
    return _Words(whole, starts, inside, tuple(sorted({len(start) for start in starts})), heads)


def _words(text: str) -> list[str]:
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKD", text)).casefold()
    if text.isascii():
        return re.findall("[a-z]+", text)
    text = _MARKS.sub("", text).translate(_PLAIN)
    # Vowel signs of Devanagari are marks to Unicode, and no letters; what has no width is nothing at all.
    kinds = ((letter, unicodedata.category(letter)) for letter in text)
    spaced = "".join(letter if kind[0] in "LM" else "" if kind == "Cf" else " " for letter, kind in kinds)
    return [_without_article(word) for word in spaced.split()]


def _without_article(word: str) -> str:
    return word.removeprefix(_ARTICLE) if len(word) > len(_ARTICLE) + 2 else word
