"""An archive as one zip file: all of it as JSON, a CSV file for each kind, and a page to read."""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import jinja2
import msgspec

from graph.disclosure.archive.content import MEANING, Archive, Rows
from graph.text.days import moment
from graph.text.plain import no_formula

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["moment"] = moment


def write(archive: Archive, out: BinaryIO) -> None:
    """The archive is in `out`, as a zip file."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        _add(zipped, archive.made, "index.html", _page(archive))
        _add(zipped, archive.made, "archive.json", msgspec.json.format(msgspec.json.encode(archive)).decode())
        _add(zipped, archive.made, "entity.csv", table([archive.entity | {"objects": archive.objects}]))
        for kind, rows in archive.tables.items():
            _add(zipped, archive.made, f"{kind}.csv", table(rows))


def _add(zipped: zipfile.ZipFile, made: datetime, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, date_time=made.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    zipped.writestr(entry, text)


def table(rows: Rows) -> str:
    """The rows as CSV below their column names; empty where there are none."""
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(rows[0])
        writer.writerows([cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """The value as a cell. A text that a spreadsheet would take for a formula begins with an apostrophe.

    Numbers stay numbers, also those below 0; instants are ISO 8601 in UTC; a list is one text.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case datetime() | date():
            return value.isoformat().replace("+00:00", "Z")
        case list() | tuple():
            return cell("; ".join(map(str, value)))
    return no_formula(str(value))


def _page(archive: Archive) -> str:
    return _TEMPLATES.get_template("archive.html.jinja").render(archive=archive, meaning=MEANING, plain=_plain)


def _plain(value: Any) -> str:
    """The value as the page shows it: nothing there is ever taken for a formula."""
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return value if isinstance(value, str) else cell(value)
