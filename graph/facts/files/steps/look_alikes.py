"""Words that look the same and are not: letters of two scripts, wide forms, blanks.

Unicode has no property that tells them. Here are the letters of Cyrillic and Greek that most fonts draw as Latin
ones. They only serve to compare words of one table, where nobody but a cheat has both.
"""

import unicodedata

from graph.text.plain import code_point

_CYRILLIC = "АВЕЗКМНОРСТУХаеорсухіІјЈѕЅһԁԛԝӏ"
_AS_LATIN = "ABE3KMHOPCTYXaeopcyxiIjJsShdqwl"
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαινρτυχκ"
_GREEK_AS_LATIN = "ABEZHIKMNOPTYXoaivptuxk"
_LOOKS = str.maketrans(_CYRILLIC + _GREEK, _AS_LATIN + _GREEK_AS_LATIN)


def looks(text: str) -> str:
    """The same for words that look the same."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_LOOKS).split())


def odd_one(text: str, like: str) -> str:
    """The first character in which the text differs from the word that it looks like, named."""
    differing = (one for one, other in zip(text, like, strict=False) if one != other)
    return code_point(next(differing, (text + " ")[min(len(like), len(text))]))
