"""The command that looks back: what became of the ratings of a day."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text, progress
from graph.cli.rating import end_of_day
from graph.cli.reading import open_database
from graph.text.counts import counted
from graph.text.days import last_day

if TYPE_CHECKING:
    from graph.analysis.lookback.backtest import Backtest

PANEL = "Analysis"


@app.command(rich_help_panel=PANEL)
def backtest(
    scheme: Annotated[str, typer.Argument(help="A published scheme.")],
    at: Annotated[str, typer.Option(help="The day such as 2026-03-31 as of whose end members are rated.")],
    days: Annotated[int, typer.Option(help="Of the days after it: what became due in them.")] = 90,
    publish: Annotated[
        bool, typer.Option("--publish", help="Put the figures on the scheme's page, for everybody.")
    ] = False,
    json: Json = False,
) -> None:
    """Look back: rate as of a day, and see what became of what fell due after it. It names nobody."""
    from graph.analysis.lookback import backtest, record

    instant = end_of_day(at, "--at")
    with open_database(writes=publish) as database, progress() as tell:
        tell("reading all facts, and rating them")
        found = backtest.look_back(database, scheme, at=instant, days=days, now=datetime.now(UTC))
        if publish:
            record.publish(database, found)
    if json:
        print_json(described(found) | {"published": publish})
        return
    print_backtest(found)
    if publish:
        print_text(f"On the page of {scheme} from now on.")


def described(found: "Backtest") -> dict[str, object]:
    """The figures as JSON has them, with the sentences."""
    from graph.analysis.lookback import wording

    return {name: getattr(found, name) for name in found.__dataclass_fields__} | {
        "sentences": wording.sentences(found.cells, found.separations)
    }


def print_backtest(found: "Backtest") -> None:
    """The bands, what the scores tell apart, and what that says."""
    from graph.analysis.lookback import wording

    print_table(
        ("band", "members", "of them owed", "obligations", "late or broken (95 %)"),
        [
            (
                wording.named(cell),
                cell.members,
                cell.debtors,
                cell.obligations,
                wording.as_share(cell.broken),
            )
            for cell in found.cells
        ],
        title=f"{found.scheme} {found.version} as of {last_day(found.at)}, and the {counted(found.days, 'days')} "
        f"after it: {counted(found.obligations, 'obligations')} of {counted(found.debtors, 'members')}",
    )
    if found.separations is not None:
        print_table(
            ("by", "AUC (95 %)", "Gini (95 %)", "KS (95 %)", "AUC of the rating above it (95 %)"),
            [
                (
                    wording.NAMES[name],
                    wording.as_figure(each.auc),
                    wording.as_figure(each.gini),
                    wording.as_figure(each.ks),
                    None if each.more is None else wording.as_figure(each.more, sign=True),
                )
                for name, each in found.separations.items()
            ],
        )
    for sentence in wording.sentences(found.cells, found.separations):
        print_text(sentence)
