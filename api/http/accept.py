"""Whether the caller wants a page or a document: the Accept header (RFC 9110, 12.5.1)."""

PAGES = ("text/html", "application/xhtml+xml")
DOCUMENTS = ("application/problem+json", "application/json")


def asks_for_page(accept: str) -> bool:
    """A page is named, and no document is preferred. Browsers ask so, and programs that take anything do not."""
    weights = _weights(accept)
    page = max((weights.get(kind, 0.0) for kind in PAGES), default=0.0)
    return page > 0 and page >= _wanted(weights, DOCUMENTS)


def asks_for_document(accept: str) -> bool:
    """A document is wanted more than a page is. A caller that says nothing, or takes anything, asks for none."""
    weights = _weights(accept)
    return _wanted(weights, DOCUMENTS) > _wanted(weights, PAGES)


def _wanted(weights: dict[str, float], kinds: tuple[str, ...]) -> float:
    """How much the best of these kinds is wanted, in [0, 1]: the most exact range that fits a kind counts."""
    ranges = ((kind, f"{kind.partition('/')[0]}/*", "*/*") for kind in kinds)
    return max(next((weights[each] for each in exact if each in weights), 0.0) for exact in ranges)


def _weights(accept: str) -> dict[str, float]:
    """The weight of each range of media types that the header names; what cannot be read is left out."""
    found: dict[str, float] = {}
    for each in (accept or "*/*").split(","):
        kind, *parameters = (part.strip().lower() for part in each.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            found[kind] = min(1.0, max(0.0, float(weight)))
        except ValueError:
            continue
    return found
