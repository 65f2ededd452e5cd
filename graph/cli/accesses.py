"""Commands about the record of reads: the reads of a person, and whether the record is whole."""

from contextlib import suppress
from dataclasses import asdict
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.grants import PANEL
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import open_database
from graph.errors import ParameterError, StoreError
from graph.text.counts import counted
from graph.text.days import second

if TYPE_CHECKING:
    from graph.audit.verify import Place, Verified
    from graph.store.client import Database

MOST_FAULTS = 20
"Broken ledgers that are named in text; --json has them all."


@app.command(rich_help_panel=PANEL)
def accesses(
    entity: Annotated[str, typer.Argument(help="A person's id.", callback=as_kept)],
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest to show.")] = 100,
    json: Json = False,
) -> None:
    """Show who read a person's ratings: the newest first, and where each ledger ends."""
    from graph.audit import log

    with open_database() as database:
        ledgers = log.ledgers_of(database, entity)
        found = log.accesses(database, entity, limit=limit)
    if json:
        print_json({"entity": entity, "ledgers": ledgers, "accesses": found})
        return
    print_table(
        ("at", "scheme", "number", "who", "role", "purpose", "what", "outcome"),
        [(second(a.at), a.scheme, a.number, a.who, a.role, a.purpose, a.what, a.outcome) for a in found],
    )
    for ledger in ledgers:
        print_text(f"{ledger.scheme}: {counted(ledger.count, 'records')}, the last has the hash {ledger.head}")


@app.command(rich_help_panel=PANEL)
def verify_access(
    entity: Annotated[
        str | None, typer.Argument(help="A person's id; everyone's ledgers if not given.", callback=as_kept)
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="Only the ledgers of this scheme.")] = None,
    place: Annotated[
        Path | None,
        typer.Option(
            help="A file that keeps how far it has come: broken off, the same command goes on from there."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check that the record of reads is whole: every chain of hashes anew. Ends with 2 when one is broken."""
    from graph import output_files
    from graph.audit import refusals
    from graph.audit.verify import verify_entity

    if place is not None and entity is not None:
        raise ParameterError("--place: the ledgers of one entity are checked in one go; leave it out")
    if place is not None:
        output_files.check(place)
    with open_database() as database:
        with suppress(StoreError):  # a graph that takes no writes has none that wait
            refusals.put_on_record(database)
        if entity is None:
            found = _verify_on(database, scheme, place)
        else:
            found = verify_entity(database, entity, scheme=scheme)
    if json:
        print_json({"holds": found.holds, **vars(found)})
    else:
        _print_verified(found)
    if not found.holds:
        raise typer.Exit(2)


def _verify_on(database: "Database", scheme: str | None, file: Path | None) -> "Verified":
    """Every ledger of a scheme, or of all, from where the file says; after the last piece the file is gone."""
    from graph import output_files
    from graph.audit.verify import verify, verify_piece

    if file is None:
        return verify(database, scheme=scheme)
    found, begun = _place_in(file, scheme)
    place: Place | None = begun
    while (place := verify_piece(database, found, place or begun, scheme=scheme)) is not None:
        kept = {"scheme": scheme, "place": asdict(place), "found": asdict(found)}
        output_files.write_text(file, dumps(kept))
    file.unlink(missing_ok=True)
    return found


def _place_in(file: Path, scheme: str | None) -> "tuple[Verified, Place]":
    from graph.audit.verify import Fault, Place, Verified

    if not file.exists():
        return Verified(), Place()
    try:
        kept = loads(file.read_text(encoding="utf-8"))
        faults = [Fault(**each) for each in kept["found"].pop("faults")]
        found, place = Verified(**kept["found"], faults=faults), Place(**kept["place"])
        begun = kept["scheme"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ParameterError(f"--place: {file} is no file that this command has kept: name another") from None
    if begun != scheme:
        raise ParameterError(f"--place: {file} is of {begun or 'all schemes'}: name another, or the same scheme")
    return found, place


def _print_verified(found: "Verified") -> None:
    print_text(
        f"whole: {counted(found.whole, 'ledgers')} with {counted(found.records, 'records')}; "
        f"broken: {found.broken:,}"
    )
    if found.faults:
        print_table(
            ("ledger", "record", "what is wrong"),
            [(each.ledger, each.number, each.why) for each in found.faults[:MOST_FAULTS]],
        )
