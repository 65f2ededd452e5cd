"""Commands by which the operator does for an entity what it decides about itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_text
from graph.cli.reading import open_database
from graph.text.days import moment

if TYPE_CHECKING:
    from graph.model import Changes
    from graph.store.transaction import Transaction

PANEL = "Taking part"
Entity = Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)]
Scheme = Annotated[str, typer.Option(help="The scheme.")]


@app.command(rich_help_panel=PANEL)
def join(
    entity: Entity,
    scheme: Scheme,
    notice: Annotated[
        str, typer.Option(help="The notice that was agreed to: the version of the scheme's present one.")
    ],
    json: Json = False,
) -> None:
    """Let an entity join a scheme, now, and rate it at once. One that is a member already stays as it is."""
    from graph.rating import rerate
    from graph.rights import membership

    now = datetime.now(UTC)
    with open_database() as database:
        joined, changes = database.write(
            lambda transaction: membership.join(
                transaction, entity, scheme, notice=notice, how="operator", now=now
            )
        )
        passed_on = rerate.passed_on(database, changes)
    if json:
        print_json({"entity": entity, "membership": joined, "passed_on": passed_on})
        return
    since = "" if joined.at == now else f" since {moment(joined.at)}"
    print_text(f"{entity} is a member of {scheme}{since}, and agreed to the notice {joined.notice}")
    _print_pending(passed_on)


@app.command(rich_help_panel=PANEL)
def leave(entity: Entity, scheme: Scheme, json: Json = False) -> None:
    """Let a member leave a scheme: its rating and history are gone at once, and its grants are revoked."""
    from graph.rights import membership

    passed_on = _done(lambda transaction: membership.leave(transaction, entity, scheme, now=datetime.now(UTC)))
    _print_done(f"{entity} has left {scheme}", {"entity": entity, "scheme": scheme}, passed_on, json)


@app.command(rich_help_panel=PANEL)
def pause(
    entity: Entity,
    contact: Annotated[
        str, typer.Argument(help="The other end's id; it need not be a member, nor known.", callback=as_kept)
    ],
    scheme: Scheme,
    resume: Annotated[bool, typer.Option("--resume", help="Take the pause back.")] = False,
    json: Json = False,
) -> None:
    """Pause a member's tie with somebody: it counts in neither one's rating until it is resumed."""
    from graph.rights import membership

    def work(transaction: "Transaction") -> "Changes":
        if resume:
            return membership.resume(transaction, entity, scheme, contact)
        return membership.pause(transaction, entity, scheme, contact, now=datetime.now(UTC))

    passed_on = _done(work)
    _print_done(
        f"{entity} has {'resumed' if resume else 'paused'} the tie with {contact} in {scheme}",
        {"entity": entity, "contact": contact, "scheme": scheme, "paused": not resume},
        passed_on,
        json,
    )


@app.command(rich_help_panel=PANEL)
def share(
    entity: Entity,
    scheme: Scheme,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether they may see it.")],
    json: Json = False,
) -> None:
    """Decide whether those who have a member in their circle may see its part. They may not, unless it says so."""
    from graph.rights import membership

    with open_database() as database:
        database.write(lambda transaction: membership.share(transaction, entity, scheme, shares=on))
    if json:
        print_json({"entity": entity, "scheme": scheme, "shares": on})
    else:
        print_text(f"{entity} {'shows' if on else 'does not show'} its part in {scheme}")


@app.command("object", rich_help_panel=PANEL)
def object_to_listing(
    entity: Annotated[str, typer.Argument(help="The id; nothing else needs to be known of it.", callback=as_kept)],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the objection back.")] = False,
    json: Json = False,
) -> None:
    """Let somebody who takes part in nothing object to being listed as a contact: no contact is kept or taken."""
    from graph.rights import membership

    with open_database() as database:
        if withdraw:
            withdrawn = database.write(
                lambda transaction: membership.withdraw_objection(transaction, entity, now=datetime.now(UTC))
            )
            found: dict[str, object] = {"objects": False, "withdrawn": withdrawn}
            told = "no longer objects" if withdrawn else "did not object"
        else:
            gone = database.write(
                lambda transaction: membership.object_to_listing(transaction, entity, now=datetime.now(UTC))
            )
            found = {"objects": True, "contacts": gone}
            told = f"objects to being listed as a contact; contacts that are gone: {gone:,}"
    if json:
        print_json({"entity": entity, **found})
    else:
        print_text(f"{entity} {told}")


def _done(work: "Callable[[Transaction], Changes]") -> bool:
    """The work is done, and whether what it changes is passed on to every rating."""
    from graph.rating import rerate

    with open_database() as database:
        return rerate.passed_on(database, database.write(work))


def _print_done(told: str, found: dict[str, object], passed_on: bool, json: bool) -> None:
    if json:
        print_json({**found, "passed_on": passed_on})
        return
    print_text(told)
    _print_pending(passed_on)


def _print_pending(passed_on: bool) -> None:
    if not passed_on:
        print_text(
            "Ratings that this touches are stale until the next run: one is under way, or much has changed."
        )
