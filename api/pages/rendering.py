"""A template becomes a page, with the headers that keep a browser from doing anything else with it."""

import uuid
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages.files import address
from api.pages.writing import FILTERS
from api.prefix import Root
from graph.facts.kinds import STORED, WORDS
from graph.identity import Principal
from graph.policy.numbers import number
from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS, NEW, POINTS_RANGE

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    # With `no-referrer` a browser would not say where a form comes from: see api/deps/sessions.py.
    "Referrer-Policy": "same-origin",
}
PRIVATE = {"Cache-Control": "no-store"}
PUBLIC = {"Cache-Control": "no-cache", "Vary": "Cookie"}
"For a public page, read by nobody in particular. A person who is signed in gets another one, to sign out on."

MOST_CHOICES = 100
"Rows of a list to choose from, beside the chosen one."


def shown_first(rows: list[Any], name: str, chosen: str) -> list[Any]:
    """The rows to choose from: the first of them, and the one whose attribute `name` is what was chosen."""
    return [row for place, row in enumerate(rows) if place < MOST_CHOICES or getattr(row, name) == chosen]


ENVIRONMENT = Environment(
    loader=PackageLoader("api.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= FILTERS
ENVIRONMENT.globals |= {
    "root": Root(),
    "static": address,
    "shown_first": shown_first,
    "STORED": STORED,
    "WORDS": WORDS,
    "points_range": POINTS_RANGE,
    "NEW": NEW.name,
    "lowest_points": number(LOWEST_POINTS),
    "highest_points": number(HIGHEST_POINTS),
}


def new_key() -> str:
    """A key for a form: sent twice, the form has one effect."""
    return uuid.uuid4().hex


def render(
    template: str, *, principal: Principal | None = None, public: bool = False, status: int = 200, **words: Any
) -> HTMLResponse:
    """The page that the template makes of these words.

    principal: the person that is signed in. public: the page is the same for everybody else, so a browser may keep
    it if it asks each time.
    """
    text = ENVIRONMENT.get_template(template).render(principal=principal, **words)
    return HTMLResponse(
        text, status_code=status, headers={**HEADERS, **(PUBLIC if public and not principal else PRIVATE)}
    )
