"""Commands about founders: the operator names them, and does for an entity what it decides about itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import open_database
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.text.counts import counted
from graph.text.days import day

if TYPE_CHECKING:
    from graph.rights.founders import Founder, Founders, Founding
    from graph.store.transaction import Transaction

T = TypeVar("T")
PANEL = "Schemes"
founders = typer.Typer(
    help="Name, end and list founders: the members whose word a scheme begins with.", no_args_is_help=True
)
app.add_typer(founders, name="founders", rich_help_panel=PANEL)

Scheme = Annotated[str, typer.Argument(help="A published scheme.")]
Entity = Annotated[str, typer.Argument(help="The member's id.", callback=as_kept)]


@founders.command("add")
def add_founder(scheme: Scheme, entity: Entity, json: Json = False) -> None:
    """Name a member as a founder: an organisation is one at once, a person is asked. Again, it changes nothing."""
    from graph.rights import founders

    operator, now = _operator(), datetime.now(UTC)
    founding = _decided(lambda transaction: founders.name(transaction, entity, scheme, by=operator, now=now))
    if founding.state == "asked":
        told = "is asked to be a founder, and is none until it accepts"
    else:
        told = "is a founder, and counts from the next run on"
    since = "" if founding.named == now else f"; named on {day(founding.named)} already"
    _print_done(f"{entity} {told}{since}", entity, founding, json)


@founders.command("remove")
def remove_founder(scheme: Scheme, entity: Entity, json: Json = False) -> None:
    """End that a member is a founder, or is asked to be one; also in the name of one who wants no more of it."""
    from graph.rights import founders

    operator, now = _operator(), datetime.now(UTC)
    ended = _decided(lambda transaction: founders.end(transaction, entity, scheme, by=operator, now=now))
    told = "is no founder any more, from the next run on" if ended else "was neither a founder nor asked to be one"
    _print_done(f"{entity} {told}", entity, ended, json)


@founders.command("accept")
def accept_founding(scheme: Scheme, entity: Entity, json: Json = False) -> None:
    """Accept in the name of a member who was named and says yes. Your name is noted with it, and it sees that."""
    from graph.rights import founders

    operator, now = _operator(), datetime.now(UTC)
    founding = _decided(lambda transaction: founders.accept(transaction, entity, scheme, by=operator, now=now))
    _print_done(f"{entity} is a founder, and counts from the next run on", entity, founding, json)


@founders.command("list")
def list_founders(
    scheme: Scheme,
    ended: Annotated[bool, typer.Option("--ended", help="Show those whose naming is over, too.")] = False,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """List the founders of a scheme, and say how many its policy asks for. The read is recorded."""
    from graph.policy.publishing import policy_of
    from graph.rights import founders

    with open_database() as database:
        found = founders.founders(database, policy_of(database, scheme))
        shown = [each for each in found.founders if ended or each.state != "ended"]
        record_reads(database, scheme, (each.entity for each in shown), what="founders", purpose=purpose)
    if json:
        print_json(
            {
                "scheme": scheme,
                "in_force": found.in_force,
                "asked": found.asked,
                "at_least": found.at_least,
                "founders": [_listed(each) for each in shown],
            }
        )
        return
    print_text(in_words(found))
    if shown:
        print_table(
            (
                "entity",
                "kind",
                "state",
                "named",
                "by",
                "accepted",
                "said by",
                "ended",
                "ended by",
                "reports",
                "loaded by",
            ),
            [
                (
                    *(each.entity, each.kind, each.state),
                    *(day(each.named), each.named_by),
                    *(each.accepted and day(each.accepted), each.accepted_by),
                    *(each.ended and day(each.ended), each.ended_by),
                    *(each.reports, ", ".join(each.loaded_by)),
                )
                for each in shown
            ],
        )


def in_words(found: "Founders") -> str:
    """How many there are, how many are asked, and what that means for the next run."""
    told = f"{found.scheme}: {counted(found.in_force, 'founders')} in force, {found.asked} asked."
    if found.at_least is None:
        return f"{told} Its policy weighs all reports alike, so founders count for nothing in it."
    if found.lacking:
        return f"{told} Its policy asks for {found.at_least}: it is not rated until {found.lacking} more accept."
    return f"{told} Its policy asks for {found.at_least}."


def _listed(founder: "Founder") -> dict[str, object]:
    """The naming as JSON, with its state."""
    return {"entity": founder.entity, "state": founder.state, **vars(founder)}


def _operator() -> str:
    """The name that is noted. Raises ParameterError for one that reads as if the member itself had decided."""
    from graph.errors import ParameterError
    from graph.rights.founders import LEFT, MEMBER
    from graph.rights.parties import have_a_part
    from graph.settings import Settings

    operator = Settings.load().operator
    if have_a_part([operator], (MEMBER, LEFT)):
        raise ParameterError(
            f"INNERCIRCLE_OPERATOR={operator}: that word says that a member decided itself; give your own name"
        )
    return operator


def _decided(work: "Callable[[Transaction], T]") -> T:
    """What the work gives, in a transaction."""
    with open_database() as database:
        return database.write(work)


def _print_done(told: str, entity: str, founding: "Founding | None", json: bool) -> None:
    if json:
        print_json({"entity": entity, "founding": founding, "state": founding.state if founding else None})
    else:
        print_text(told)
