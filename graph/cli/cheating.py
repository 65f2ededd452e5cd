"""The command that says what cheating could move in a scheme, and what partners and groups move today."""

from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text, progress
from graph.cli.reading import open_database
from graph.policy.numbers import percent
from graph.text.days import last_day

if TYPE_CHECKING:
    from graph.analysis.cheating.price import Price

PANEL = "Analysis"
Accomplices = Annotated[int, typer.Option(help="How many there are to help a cheat.")]


@app.command(rich_help_panel=PANEL)
def cheating(
    scheme: Annotated[str, typer.Argument(help="A published scheme that was rated.")],
    accomplices: Accomplices = 10,
    json: Json = False,
) -> None:
    """Say what accomplices could move a rating at most, and what partners and groups move. It names nobody."""
    from graph.analysis.cheating import price

    price.check(accomplices)
    with open_database(writes=False) as database, progress() as tell:
        tell("reading all facts, and rating them")
        found = price.price(database, scheme, accomplices=accomplices)
    if json:
        print_json(described(found))
    else:
        print_price(found)


def described(found: "Price") -> dict[str, object]:
    """The figures as JSON has them, with the sentences."""
    from graph.analysis.cheating import wording

    return {name: getattr(found, name) for name in found.__dataclass_fields__} | {
        "sentences": wording.sentences(found)
    }


def print_price(found: "Price") -> None:
    """What could be moved at most, by whom most is supplied, and what that says."""
    from graph.analysis.cheating import wording
    from graph.disclosure.band_counts import SMALLEST

    print_table(
        ("accomplices", "heard as", "points in a month", "points in a year", "through the circle"),
        [
            (each.who, each.reports, round(each.month), round(each.year), round(each.circle))
            for each in found.bounds
        ],
        title=f"{found.scheme} {found.version} as of {last_day(found.as_of)}: what {found.accomplices:,} can move",
    )
    print_table(
        ("partner", "supplies of all reports", "members", "moves each by"),
        [
            (
                place,
                percent(each.supplies),
                f"fewer than {SMALLEST}" if each.members is None else each.members,
                None if each.moves is None else round(each.moves),
            )
            for place, each in enumerate(found.partners, start=1)
        ],
        title="whose reports weigh most",
    )
    for sentence in wording.sentences(found):
        print_text(sentence)
