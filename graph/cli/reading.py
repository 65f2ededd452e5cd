"""Commands that read ratings and run the shipped queries."""

import csv
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.cells import cell, in_csv, plain
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.errors import ParameterError, Refused
from graph.text.days import day, last_day

if TYPE_CHECKING:
    from graph.model import OpenRating, Rating
    from graph.store.client import Database

PANEL = "Ratings"
CONTESTED = "contested"
NOT_BY_NAME = {"browser": "Neo4j Browser"}
"The purpose of a room of queries that are not run by name; the others are for programs."


class Form(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def open_database(*, writes: bool = True) -> "Database":
    """The database that the settings name, with every migration.

    writes: whether the command writes, if only a record of its read. Raises Refused on an inspection copy.
    """
    from graph.analysis import anonymised_copy
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    settings = Settings.load()
    if writes and anonymised_copy.is_copy(settings):
        raise Refused(
            "this is an inspection copy, in which nothing can be written, nor be on record that it was read: "
            "`query`, `members` and `scheme list` work here"
        )
    database = connect(settings)
    migrations.require(database)
    return database


@app.command(rich_help_panel=PANEL)
def show(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    scheme: Annotated[str | None, typer.Option(help="Open the rating in this scheme: every part of it.")] = None,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """Show an entity's ratings side by side, or one of them opened. No aggregate. The read is recorded."""
    from graph.rating import published

    with open_database() as database:
        if scheme is not None:
            opened = published.open_rating(database, entity, scheme)
            record_reads(database, scheme, [entity], what="show", purpose=purpose)
            if json:
                print_json(opened)
            else:
                print_rating(opened)
            return
        ratings = published.side_by_side(database, entity)
        for each in ratings:
            record_reads(database, each.scheme, [entity], what="show", purpose=purpose)
    if json:
        print_json({"entity": entity, "ratings": ratings})
    elif ratings:
        print_table(
            ("scheme", "points", "band", "as of", "", "in dispute"),
            [
                (
                    each.scheme,
                    each.whole_points,
                    each.band,
                    last_day(each.as_of),
                    _contested(each),
                    each.set_aside.total or None,
                )
                for each in ratings
            ],
        )
    else:
        print_text(f"{entity} is not rated in any scheme")


def print_rating(opened: "OpenRating") -> None:
    """The rating as a sum of its parts."""
    from graph.disclosure.set_aside import caption

    print_table(
        ("part", "from", "points"),
        [(part.source, part.name, part.whole) for part in opened.parts]
        + [("sum", caption(opened.band, opened.set_aside), opened.whole_points)],
        title=f"{opened.entity} in {opened.scheme} {opened.version}, as of {last_day(opened.as_of)}",
    )
    print_reserve(opened)


def print_reserve(rating: "Rating | None") -> None:
    """A warning about a rating that is contested, of which too little is known, or that lacks facts in dispute."""
    from graph.disclosure.set_aside import in_words
    from graph.policy.scheme import NEW

    if rating and rating.band == NEW.name:
        print_text(f"{NEW.name}: too little is known for a band by points, and clients are told no points.")
    if rating and rating.contested:
        print_text(f"{CONTESTED}: nobody may rely on this rating until a reviewer has closed the contest.")
    if rating and rating.set_aside.total:
        print_text(in_words(rating.set_aside))


def rating_now(database: "Database", entity: str, scheme: str) -> "Rating | None":
    """The rating as it is now, for what `print_reserve` says of it."""
    from graph.rating import published

    return next(iter(published.lookup(database, [entity], scheme)), None)


def _contested(rating: "Rating") -> str:
    return CONTESTED if rating.contested else ""


@app.command(rich_help_panel=PANEL)
def members(scheme: Annotated[str, typer.Argument(help="A published scheme.")], json: Json = False) -> None:
    """List a scheme's members by id. Their ratings are shown one by one, and each of these reads is recorded."""
    from graph.rating import published

    with open_database(writes=False) as database:
        found = list(published.members(database, scheme))
    if json:
        print_json({"scheme": scheme, "members": found})
    else:
        print_table(
            ("entity", "joined", "contacts in circle"),
            [(each["entity"], day(each["joined"]), each["contacts"]) for each in found],
        )


@app.command(rich_help_panel=PANEL)
def query(
    name: Annotated[str | None, typer.Argument(help="A shipped query; --list shows them.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="Show every query with its parameters.")] = False,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="key=value; lists and maps as JSON.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How to print the rows.")] = Form.TABLE,
    json: Json = False,
) -> None:
    """Run a shipped query that reads, the same file that Neo4j Browser runs. As there, nothing is recorded."""
    from graph.store import queries
    from graph.store.query_parameters import parse_params

    if list_all or name is None:
        offered = [each for each in queries.catalogue().values() if each.group]
        catalogue = sorted(offered, key=lambda each: queries.GROUPS.index(each.group or ""))
        if json:
            print_json(
                [
                    {"name": q.name, "group": q.group, "title": q.title, "params": q.params, "returns": q.returns}
                    for q in catalogue
                ]
            )
        else:
            print_table(
                ("for", "query", "parameters", "title"),
                [(q.group, q.name, " ".join(f"{p.name}:{p.type}" for p in q.params), q.title) for q in catalogue],
            )
        return
    found = queries.get(name)
    if found.mode != "read":
        raise ParameterError(f"{found.file} writes: only queries that read can be run by name")
    if not found.group:
        raise ParameterError(
            f"{found.file} is for {NOT_BY_NAME.get(found.room, 'programs')}, and not run by name: "
            "`innercircle query --list` shows those that are"
        )
    params = parse_params(found, param or [])
    with open_database(writes=False) as database:
        rows = database.run(name, **params)
    columns = [column.name for column in found.returns]
    rows = [{column.name: plain(row[column.name], column.type) for column in found.returns} for row in rows]
    if json or form is Form.JSON:
        print_json(rows)
    elif form is Form.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(map(in_csv, row.values()) for row in rows)
    else:
        print_table(columns, [[cell(value) for value in row.values()] for row in rows])
