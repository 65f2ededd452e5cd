"""Commands about grants: which client may read a member's rating, and what for."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.rating import end_of_day
from graph.cli.reading import open_database
from graph.text import days

PANEL = "Who may see what"
grants = typer.Typer(help="Give, end and list grants: which client may read a rating.", no_args_is_help=True)
app.add_typer(grants, name="grants", rich_help_panel=PANEL)


class What(StrEnum):
    BAND = "band"
    POINTS = "points"
    REASONS = "reasons"


@grants.command("add")
def add_grant(
    entity: Annotated[str, typer.Argument(help="The member's id.", callback=as_kept)],
    scheme: Annotated[str, typer.Option(help="The scheme whose rating may be read.")],
    client: Annotated[str, typer.Option(help="Who may read it: the subject of the client's token.")],
    purpose: Annotated[str, typer.Option(help="What for: literally one of the scheme's purposes.")],
    what: Annotated[What, typer.Option(help="How much; each says more than the one before.")],
    until: Annotated[str, typer.Option(help="The last day (UTC), or an instant; at most 366 days ahead.")],
    json: Json = False,
) -> None:
    """Give a grant in the name of a member who asked for it. An earlier one to the client for the purpose ends."""
    from graph.rights import grants
    from graph.settings import Settings

    operator, instant = Settings.load().operator, end_of_day(until, "--until")
    with open_database() as database:
        grant = database.write(
            lambda transaction: grants.grant(
                transaction,
                entity,
                scheme=scheme,
                client=client,
                purpose=purpose,
                what=what.value,
                until=instant,
                now=datetime.now(UTC),
                by=operator,
            )
        )
    if json:
        print_json(grant)
    else:
        print_text(f"{grant.id}: {client} may read {what.value} of {entity} until {days.until(instant)}")


@grants.command("revoke")
def revoke_grant(grant: Annotated[str, typer.Argument(help="The id of the grant.")], json: Json = False) -> None:
    """End a grant at once. Ending it again changes nothing."""
    from graph.rights import grants

    with open_database() as database:
        revoked = database.write(lambda transaction: grants.revoke(transaction, grant, now=datetime.now(UTC)))
    if json:
        print_json(revoked)
    else:
        print_text(f"{grant}: {revoked.client} may no longer read {revoked.what} in {revoked.scheme}")


@grants.command("list")
def list_grants(
    entity: Annotated[str, typer.Argument(help="A person's id.", callback=as_kept)], json: Json = False
) -> None:
    """List the grants that somebody gave, the newest first."""
    from graph.rights import grants

    with open_database() as database:
        found = grants.given(database, entity, now=datetime.now(UTC))
    if json:
        print_json({"entity": entity, "grants": found})
    else:
        print_table(
            ("grant", "scheme", "client", "what", "purpose", "until", "state"),
            [
                (each.id, each.scheme, each.client, each.what, each.purpose, days.until(each.until), each.state)
                for each in found
            ],
        )
