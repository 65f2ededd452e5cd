"""The demo: a made-up community goes through the same files, queries and commands as a real one."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text, progress, width, wrapped
from graph.cli.recording import record_reads
from graph.errors import ParameterError
from graph.text.counts import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.explain import Explanation
    from graph.explain.reasons import Reasons
    from graph.model import OpenRating, Run
    from graph.store.client import Database

PANEL = "Data"
SCHEMES = ("reliability", "own-conduct")
OPERATOR = "A made-up community"
"The operator of the schemes of the demo."
HISTOGRAM_WIDTH = 50
GLUE = "\N{NO-BREAK SPACE}"
WHERE = 17
"Columns before a place to look at."


@app.command(rich_help_panel=PANEL)
def demo(
    seed: Annotated[int, typer.Option(help="Another seed makes up another community.")] = 20,
    json: Json = False,
) -> None:
    """Make up a community, load it, rate it in two schemes and show some ratings. Neo4j stays up."""
    from api import address
    from graph.cli.explaining import print_explanation, print_reasons
    from graph.cli.what_if import print_what_if
    from graph.explain import what_if
    from graph.facts import synthetic
    from graph.facts.load import load
    from graph.policy import publishing, scheme
    from graph.rating import published
    from graph.rating.run import rate
    from graph.server import local
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    settings = Settings.load()
    with progress(lines=True) as tell:
        server = None if settings.neo4j_uri else local.start(settings, progress=tell)
        with connect(settings) as database, tempfile.TemporaryDirectory() as directory:
            migrations.apply(database)
            for name in SCHEMES:
                if database.optional("scheme", id=name) is None:  # a demo before this one has published it
                    publishing.publish(database, publishing.named(database, scheme.read(name), OPERATOR))
            tell("making up a community: about 45,000 rows in 8 files")
            synthetic.write(Path(directory), seed=seed)
            tell("looking whether the graph is empty")
            known = load(database, [Path(directory) / "entities.csv"], dry_run=True)
            if any(each.rejected or each.completed for each in known):
                raise ParameterError(
                    "the graph holds another community: name an empty place for this one with INNERCIRCLE_HOME"
                )
            loaded = load(
                database,
                [Path(directory)],
                by=settings.operator,
                batch=settings.batch_rows,
                progress=_inside("loading", tell),
            )
            runs = [
                rate(
                    database,
                    name,
                    as_of=synthetic.AS_OF,
                    engine=settings.engine,
                    batch=settings.batch_members,
                    progress=_inside(f"rating {name}", tell),
                )
                for name in SCHEMES
            ]
            tell("opening some ratings")
            opened = [published.open_rating(database, entity, SCHEMES[0]) for entity in _examples(database)]
            explained, why = _telling(database)
            example = explained.rating
            strongest = max(example.circle, key=lambda contact: contact.weight).entity
            asked = what_if.what_if(database, example.entity, SCHEMES[0], what_if.WithoutContact(strongest))
            read = [example.entity, *(each.entity for each in opened)]
            record_reads(database, SCHEMES[0], read, what="demo")
            bands = database.run("bands", scheme=SCHEMES[0])
            overview = database.one("overview")
    where = {
        "api": address.address(settings),
        "browser": server.browser_url if server else None,
        "user": server.user if server else settings.neo4j_user,
        "password_file": str(server.home / "password") if server else None,
    }
    if json:
        print_json(
            {
                "loaded": loaded,
                "runs": runs,
                "ratings": opened,
                "explanation": explained,
                "reasons": why,
                "what_if": asked,
                "bands": bands,
                "graph": overview,
                "where": where,
            }
        )
    else:
        _print(overview, runs, opened, bands)
        print_explanation(explained)
        print_reasons(why)
        print_text()
        print_what_if(asked)
        _print_where(where, example.entity)


def _inside(work: str, tell: "Callable[[str], None]") -> "Callable[[str], None]":
    """Tells of a step of some work."""
    return lambda step: tell(f"{work}: {step}")


def _examples(database: "Database") -> list[str]:
    """Three members to look at, of the first by id: with the largest circle, a middling one and the smallest."""
    found = database.run("members", scheme=SCHEMES[0], after="", limit=200)
    by_circle = sorted(found, key=lambda each: (-each["contacts"], each["entity"]))
    return [by_circle[place]["entity"] for place in (0, len(by_circle) // 2, -1)]


def _telling(database: "Database") -> "tuple[Explanation, Reasons]":
    """The first member by id with a circle who loses most by debts that were paid late or not at all."""
    from graph import explain
    from graph.explain import reasons

    found = database.run("members", scheme=SCHEMES[0], after="", limit=200)
    for each in found:
        explained = explain.explain(database, each["entity"], SCHEMES[0])
        why = reasons.why_not_higher(database, explained.rating)
        if each["contacts"] >= 3 and why.reasons and why.reasons[0].code in ("overdue", "paid-late"):
            break
    return explained, why


def _print(
    overview: dict[str, int],
    runs: "list[Run]",
    opened: "list[OpenRating]",
    bands: list[dict[str, Any]],
) -> None:
    from graph.cli.rating import print_run
    from graph.cli.reading import print_rating

    print_text("A made-up community: no one in it is real.\n")
    counts = "  ".join(counted(number, name).replace(" ", GLUE) for name, number in overview.items())
    typer.echo(wrapped(counts, width(sys.stdout)).replace(GLUE, " ") + "\n")
    for run in runs:
        print_run(run)
    for each in opened:
        print_rating(each)
    print_table(
        ("band", "members", ""),
        [(band["band"], band["members"], _bar(band["members"], bands)) for band in bands],
        title=f"{runs[0].scheme}: members by band",
    )


def _print_where(where: dict[str, str | None], entity: str) -> None:
    api = f"{where['api']}/v1/schemes  (start it with: innercircle serve)" if where["api"] else "innercircle serve"
    lines = [("HTTP API", api)]
    if where["browser"]:
        password = f"user {where['user']}, password in {where['password_file']}"
        lines = [("Neo4j Browser", where["browser"]), ("", password), *lines]
    print_text("\nWhere to look next")
    for name, what in lines:
        print_text(f"  {name:14} {what}", indent=WHERE)
    for name, command in (
        ("Its page", "key create"),
        ("", "serve"),
        ("", f"link issue --entity {entity}"),
        ("Try", "members reliability"),
        ("", f"explain {entity} --scheme reliability --facts"),
        ("", "query --list"),
    ):
        typer.echo(f"  {name:14} innercircle {command}")


def _bar(members: int, bands: list[dict[str, Any]]) -> str:
    largest: int = max(band["members"] for band in bands)
    return "█" * round(HISTOGRAM_WIDTH * members / largest)
