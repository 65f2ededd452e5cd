"""Commands about contests: list the ratings that their members call wrong as a whole, and close a contest."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.disputes import PANEL
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import open_database
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.text.days import day

contests = typer.Typer(help="List and close contests of ratings as a whole.", invoke_without_command=True)
app.add_typer(contests, name="contests", rich_help_panel=PANEL)


@contests.callback()
def list_contests(
    context: typer.Context,
    statements: Annotated[
        bool, typer.Option("--statements", help="Show whose they are and what they say, too.")
    ] = False,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """List the contests that wait to be closed, the oldest first.

    With --statements also the members and what they say: that read is recorded.
    """
    if context.invoked_subcommand is not None:
        return
    from graph.rights.contests import open_ones

    with open_database() as database:
        found = open_ones(database)
        if statements:
            for scheme in sorted({each.scheme for each in found}):
                whose = [each.entity for each in found if each.scheme == scheme]
                record_reads(database, scheme, whose, what="contest", purpose=purpose)
    if json:
        names = ("id", "scheme", "opened", *(("entity", "statement") if statements else ()))
        print_json({"contests": [{name: getattr(each, name) for name in names} for each in found]})
    elif not found:
        print_text("No contest waits to be closed.")
    elif statements:
        for each in found:
            print_text(f"contest {each.id}")
            print_text(f"  {each.entity} contests its rating in {each.scheme} since {day(each.opened)}")
            print_text(f"  says: {each.statement}")
    else:
        print_table(("contest", "scheme", "opened"), [(each.id, each.scheme, day(each.opened)) for each in found])
        print_text("Whose they are and what is said: --statements. That read is recorded.")


@contests.command("close")
def close_contest(
    contest: Annotated[str, typer.Argument(help="The id of the contest.")],
    reason: Annotated[str, typer.Option(help="Why, in one line; the member sees it.")],
    reviewer: Annotated[
        str | None, typer.Option(help="The name of the reviewer; the operator if not given. The member sees it.")
    ] = None,
    json: Json = False,
) -> None:
    """Close a contest: the rating may be relied on again.

    Never by the member who contests, nor by a person who acts for that member.
    """
    from graph.rights.contests import close
    from graph.settings import Settings

    name = reviewer or Settings.load().operator
    with open_database() as database:
        closed = database.write(
            lambda transaction: close(transaction, contest, reason=reason, reviewer=name, now=datetime.now(UTC))
        )
    if json:
        print_json({"id": closed.id, "state": closed.state, "closed": closed.closed, "reviewer": closed.reviewer})
    else:
        print_text(f"{contest} is closed: the rating in {closed.scheme} may be relied on again")
