"""Commands apart from any rating: what courts say of an entity, and organisations by number."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import open_database
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.text.days import day

PANEL = "Standing"


@app.command(rich_help_panel=PANEL)
def standing(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """Show whether an entity is restricted by judgments past due and unpaid. The read is recorded."""
    from graph.standing import judgments

    with open_database() as database:
        found = judgments.standing(database, entity, now=datetime.now(UTC))
        record_reads(database, "", [entity], what="standing", purpose=purpose)
    if json:
        print_json(found)
        return
    print_text(f"{entity} is {'restricted' if found.restricted else 'not restricted'}")
    if found.judgments:
        print_table(
            ("judgment", "court", "case", "amount", "", "issued", "due"),
            [
                (j.id, j.court, j.case_number, j.amount, j.currency, day(j.issued), day(j.due))
                for j in found.judgments
            ],
            title="past due and unpaid",
        )


@app.command(rich_help_panel=PANEL)
def organisation(
    number: Annotated[
        str, typer.Argument(help="A unified social credit code or a legal entity identifier, also a foreign one.")
    ],
    json: Json = False,
) -> None:
    """Find an organisation by its registered number."""
    from graph.standing import organisations

    with open_database() as database:
        found = organisations.find(database, number)
    if json:
        print_json(found)
    else:
        print_table(("id", "name", "uscc", "lei"), [(found.id, found.name, found.uscc, found.lei)])
