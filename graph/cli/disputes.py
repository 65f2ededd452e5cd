"""Commands about disputes: list the disputed facts, and decide what becomes of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import open_database
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.text.counts import counted
from graph.text.days import day

if TYPE_CHECKING:
    from graph.model import Changes
    from graph.rights.dispute_records import Dispute

PANEL = "Disputes"
disputes = typer.Typer(help="List, decide and keep in time disputes of facts.", invoke_without_command=True)
app.add_typer(disputes, name="disputes", rich_help_panel=PANEL)

Reason = Annotated[str, typer.Option(help="Why, in one line; the member sees it.")]
Reviewer = Annotated[
    str | None, typer.Option(help="The name of the reviewer; the operator if not given. The member sees it.")
]


@disputes.callback()
def list_disputes(
    context: typer.Context,
    statements: Annotated[bool, typer.Option("--statements", help="Show what members say, too.")] = False,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """List the disputes that wait for a decision, or to be admitted, the oldest first.

    With --statements also the members, their facts and what they say: that read is recorded.
    """
    if context.invoked_subcommand is not None:
        return
    from graph.rights.dispute_records import open_ones

    with open_database() as database:
        found = open_ones(database, now=datetime.now(UTC))
        if statements:
            record_reads(database, "", (each.entity for each in found), what="disputes", purpose=purpose)
    if json:
        print_json({"disputes": [_listed(each, statements=statements) for each in found]})
        return
    if statements:
        _print_opened(found)
    elif found:
        print_table(
            ("dispute", "of", "state", "opened", "decide by", "days left"),
            [
                (each.id, each.kind, each.state, day(each.opened), day(each.due), each.days_left)
                if each.state == "open"
                else (each.id, each.kind, each.state, day(each.opened), None, None)
                for each in found
            ],
        )
        print_text("Whose they are, which fact and what is said: --statements. That read is recorded.")
    else:
        print_text("No dispute waits for a decision.")


def _listed(dispute: "Dispute", *, statements: bool) -> dict[str, object]:
    """What the operator sees of a dispute."""
    whose = ("entity", "fact", "says", "statement", "answer", "answered") if statements else ()
    names = ("id", "kind", "state", "opened", "due", "days_left", "reminded", *whose)
    return {name: getattr(dispute, name) for name in names}


def _print_opened(found: "list[Dispute]") -> None:
    """Each dispute in a block: its member, the fact, the statement, and until when to decide."""
    from graph.facts.wording import in_words

    for each in found:
        print_text(f"dispute {each.id}, {each.state}")
        print_text(f"  {each.entity} disputes: {in_words(each.kind, each.says)} [{each.kind}, id {each.fact}]")
        print_text(f"  says: {each.statement}")
        if each.answer:
            print_text(f"  the other side says: {each.answer}")
        if each.days_left is None:
            print_text(f"  proposed {day(each.opened)}: `innercircle disputes admit` lets it in, or refuses it")
        else:
            left = f"{counted(each.days_left, 'days')} left" if each.days_left >= 0 else "overdue"
            print_text(f"  opened {day(each.opened)}, to be decided by {day(each.due)}: {left}")
    if not found:
        print_text("No dispute waits for a decision.")


@disputes.command("decide")
def decide_dispute(
    dispute: Annotated[str, typer.Argument(help="The id of the dispute.")],
    upheld: Annotated[
        bool, typer.Option("--upheld/--rejected", help="The fact is removed, or counts again.", show_default=False)
    ],
    reason: Reason,
    reviewer: Reviewer = None,
    json: Json = False,
) -> None:
    """Decide a dispute, and re-rate at once all members that it touches.

    Never by the member who disputes, by an entity in the fact, or by a person who loaded it.
    """
    from graph.rights.disputes import decide

    state, fact = ("upheld", "is removed") if upheld else ("rejected", "counts again")
    _decided(partial(decide, id_=dispute, upheld=upheld), dispute, state, fact, reason, reviewer, json)


@disputes.command("admit")
def admit_dispute(
    dispute: Annotated[str, typer.Argument(help="The id of a dispute that is proposed.")],
    admitted: Annotated[
        bool,
        typer.Option(
            "--admitted/--refused", help="The fact counts for nothing, or as before.", show_default=False
        ),
    ],
    reason: Reason,
    reviewer: Reviewer = None,
    json: Json = False,
) -> None:
    """Admit a dispute of a fact that outlived one before, or refuse it.

    Never by those who may not decide it.
    """
    from graph.rights.admissions import admit

    state, fact = ("open", "counts for nothing") if admitted else ("refused", "counts as before")
    _decided(partial(admit, id_=dispute, admitted=admitted), dispute, state, fact, reason, reviewer, json)


def _decided(
    work: "Callable[..., Changes]",
    dispute: str,
    state: str,
    fact: str,
    reason: str,
    reviewer: str | None,
    json: bool,
) -> None:
    """The reviewer has decided so, and what it touches is re-rated; it is said what that makes of the fact."""
    from graph.rating import rerate
    from graph.settings import Settings

    name, now = reviewer or Settings.load().operator, datetime.now(UTC)
    with open_database() as database:
        changes = database.write(lambda transaction: work(transaction, reason=reason, reviewer=name, now=now))
        passed_on = rerate.passed_on(database, changes)
    if json:
        print_json({"id": dispute, "state": state, "reviewer": name, "passed_on": passed_on})
    else:
        print_text(f"{dispute} is {state}: the fact {fact}")
        _print_passed_on(passed_on=passed_on)


@disputes.command("due")
def due_disputes(json: Json = False) -> None:
    """Name the disputes to be reminded of (25 days), and remove the facts of those that are 45 days old.

    Once a day is often enough; repeating it changes nothing.
    """
    from graph.rating import rerate
    from graph.rights.dispute_records import open_ones
    from graph.rights.disputes import due

    now = datetime.now(UTC)
    with open_database() as database:
        done = database.write(lambda transaction: due(transaction, now=now))
        passed_on = rerate.passed_on(database, done.changes)
        late = [each for each in open_ones(database, now=now) if each.overdue]
    if json:
        print_json(
            {
                "reminded": done.reminded,
                "overdue": [each.id for each in late],
                "expired": done.expired,
                "passed_on": passed_on,
            }
        )
        return
    for id_ in done.reminded:
        print_text(f"{id_}: waits for 25 days, to be decided within 5, or to be admitted")
    for each in late:
        print_text(f"{each.id}: overdue, was to be decided by {day(each.due)}")
    for id_ in done.expired:
        print_text(f"{id_}: was not decided in 45 days, and the fact is removed")
    _print_passed_on(passed_on=passed_on)


def _print_passed_on(*, passed_on: bool) -> None:
    if not passed_on:
        print_text("A run is under way: the next one settles the ratings that this touches.")
