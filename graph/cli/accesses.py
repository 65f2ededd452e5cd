"""Commands about the record of reads: who read a person, and whether the record is whole."""

from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.grants import PANEL
from graph.cli.output import Json, print_json, print_table
from graph.cli.reading import open_database
from graph.days import second

if TYPE_CHECKING:
    from graph.ledgers import Verified

MOST_FAULTS = 20
"Broken ledgers that are named in text; --json has them all."


@app.command(rich_help_panel=PANEL)
def accesses(
    entity: Annotated[str, typer.Argument(help="A person's id.")],
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest to show.")] = 100,
    json: Json = False,
) -> None:
    """Show who read a person's ratings: the newest first, and where each ledger ends."""
    from graph import access

    with open_database() as database:
        ledgers = access.ledgers_of(database, entity)
        found = access.accesses(database, entity, limit=limit)
    if json:
        print_json({"entity": entity, "ledgers": ledgers, "accesses": found})
        return
    print_table(
        ("at", "scheme", "number", "who", "role", "purpose", "what", "outcome"),
        [(second(a.at), a.scheme, a.number, a.who, a.role, a.purpose, a.what, a.outcome) for a in found],
    )
    for ledger in ledgers:
        typer.echo(f"{ledger.scheme}: {ledger.count:,} records, the last has the hash {ledger.head}")


@app.command(rich_help_panel=PANEL)
def verify_access(
    entity: Annotated[str | None, typer.Argument(help="A person's id; everyone's ledgers if not given.")] = None,
    scheme: Annotated[str | None, typer.Option(help="Only the ledgers of this scheme.")] = None,
    json: Json = False,
) -> None:
    """Check that the record of reads is whole: every chain of hashes anew. Ends with 2 when one is broken."""
    from graph import ledgers

    with open_database() as database:
        if entity is None:
            found = ledgers.verify(database, scheme=scheme)
        else:
            found = ledgers.verify_entity(database, entity, scheme=scheme)
    if json:
        print_json({"holds": found.holds, **vars(found)})
    else:
        _print_verified(found)
    if not found.holds:
        raise typer.Exit(2)


def _print_verified(found: "Verified") -> None:
    typer.echo(f"{found.whole:,} ledgers with {found.records:,} records are whole, {found.broken:,} are broken")
    if found.faults:
        print_table(
            ("ledger", "record", "what is wrong"),
            [(each.ledger, each.number, each.why) for each in found.faults[:MOST_FAULTS]],
        )
