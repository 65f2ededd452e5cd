"""The page of a report, to read and to print on one sheet of A4: no script, and nothing from elsewhere."""

import base64
import hashlib
from pathlib import Path

import jinja2

from graph.disclosure.report.content import Report
from graph.disclosure.set_aside import in_words
from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS
from graph.text.counts import counted
from graph.text.days import last_day, moment, until

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"count": counted, "moment": moment, "until": until, "last_day": last_day}
_TEMPLATES.globals |= {"lowest_points": f"{LOWEST_POINTS:g}", "highest_points": f"{HIGHEST_POINTS:g}"}
_TEMPLATES.filters["number"] = lambda value: f"{value:.3g}" if abs(value) < 1000 else f"{value:g}"

HEADERS = {
    # Were something in the text to get past the escaping, it could still load and run nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"What goes with the page over HTTP."


def render(report: Report, signed: str) -> str:
    """The page; signed: the report as it is signed, which can be saved from the page."""
    return _TEMPLATES.get_template("report.html.jinja").render(
        report=report,
        rating=report.rating,
        circle=report.circle,
        aside=in_words(report.set_aside) if report.set_aside else "",
        signed=base64.b64encode(signed.encode()).decode(),
        digest=hashlib.sha256(signed.encode()).hexdigest(),
    )
