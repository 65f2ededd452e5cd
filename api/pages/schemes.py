"""The public pages: the list of schemes, and one scheme."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from api.deps.auth import MaybeSignedIn
from api.deps.parameters import SchemeId, TheDatabase
from api.pages.rendering import render
from graph.analysis.lookback import record
from graph.disclosure.band_counts import SMALLEST, counts
from graph.policy import publishing
from graph.policy.glossary import words
from graph.policy.numbers import number, percent
from graph.policy.scheme import LOWEST_POINTS, POINTS_RANGE, Scheme, points_of
from graph.policy.versions import versions
from graph.policy.wording import figures, ranges, sections, values
from graph.rights.founders import at_least
from graph.store.client import Database, utc

CONDUCT, COMPANY = 0.7, 0.6
"Of the example: a member's own conduct, and the mean of the scores of its circle."
WORDS = (
    *("scheme", "policy", "version", "hash", "member", "client", "conduct", "contact", "circle", "share", "score"),
    *("points", "band", "half-life", "weight", "run", "sweep", "error", "engine"),
)

router = APIRouter()


@router.get("/schemes")
def schemes_page(somebody: MaybeSignedIn, database: TheDatabase) -> Response:
    """The published schemes."""
    return render("schemes.html.jinja", principal=somebody, public=True, **all_schemes(database))


@router.get("/schemes/{scheme}")
def scheme_page(somebody: MaybeSignedIn, scheme: SchemeId, database: TheDatabase) -> Response:
    """One scheme: its policy in words and in numbers, counts of bands, what became of it, its last run."""
    return render("scheme.html.jinja", principal=somebody, public=True, **one_scheme(database, scheme))


@dataclass(frozen=True)
class Part:
    """One line of the example."""

    name: str
    sum: str
    points: float


@dataclass(frozen=True)
class Example:
    """A rating that is worked out with the numbers of a policy."""

    conduct: float
    company: float
    share: float
    parts: tuple[Part, ...]
    points: float
    band: str


def example(scheme: Scheme) -> Example:
    """How CONDUCT and COMPANY make a rating."""
    share = scheme.circle.share if scheme.circle.size else 0.0
    own = POINTS_RANGE * (1 - share) * CONDUCT
    parts = [
        Part("Where every rating starts", number(LOWEST_POINTS), LOWEST_POINTS),
        Part("Own conduct", f"{POINTS_RANGE:.0f} × {percent(1 - share)} × {number(CONDUCT)}", round(own, 1)),
    ]
    if share:
        company = POINTS_RANGE * share * COMPANY
        text = f"{POINTS_RANGE:.0f} × {percent(share)} × {number(COMPANY)}"
        parts.append(Part("The circle", text, round(company, 1)))
    points = points_of((1 - share) * CONDUCT + share * COMPANY)
    return Example(CONDUCT, COMPANY, share, tuple(parts), round(points, 1), scheme.band_of_points(points).name)


def all_schemes(database: Database) -> dict[str, Any]:
    """The published schemes, by id."""
    rows = database.run("schemes")
    return {"schemes": [row | {"as_of": row["as_of"] and utc(row["as_of"])} for row in rows]}


def one_scheme(database: Database, scheme_id: str) -> dict[str, Any]:
    """Everything that is public of a scheme. Raises NotFound."""
    published = publishing.published(database, scheme_id)
    scheme = published.scheme
    told = counts(database, scheme_id)
    runs = [row for row in database.run("runs", scheme=scheme_id) if row["run"] == published.run]
    run = runs[0] | {"as_of": utc(runs[0]["as_of"])} if runs else None
    has_founders = bool(published.founders) or at_least(scheme) is not None
    return {
        "scheme": scheme,
        "sections": sections(scheme),
        "example": example(scheme),
        "values": values(scheme),
        "ranges": ranges(scheme),
        "figures": figures(scheme),
        "versions": versions(database, published),
        "counts": told,
        "most": max((cell.members for cell in told.cells), default=0) if told else 0,
        "smallest": SMALLEST,
        "look_back": record.published(database, scheme_id),
        "run": run,
        "founders": published.founders if has_founders else None,
        "waits": run is not None and run["hash"] != scheme.hash,
        "notice": [" ".join(each.split()) for each in scheme.notice.text.strip().split("\n\n")],
        "words": list(words(*WORDS, *(["founder"] if has_founders else []))),
    }
