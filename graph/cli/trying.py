"""The command that tries a policy before it is published."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli import backtest, cheating
from graph.cli.cheating import Accomplices
from graph.cli.output import Json, print_json, print_table, print_text, progress
from graph.cli.rating import end_of_day
from graph.cli.reading import open_database
from graph.cli.schemes import scheme_app
from graph.text.counts import counted
from graph.text.days import last_day

if TYPE_CHECKING:
    from graph.analysis.trial import Side, Trial


@scheme_app.command("try")
def try_policy(
    policy: Annotated[str, typer.Argument(metavar="FILE", help="A policy file (.toml) of a published scheme.")],
    accomplices: Accomplices = 10,
    at: Annotated[
        str | None, typer.Option(help="Look back as well, from the end of this day such as 2026-03-31.")
    ] = None,
    days: Annotated[int, typer.Option(help="Of the days after it: what became due in them.")] = 90,
    json: Json = False,
) -> None:
    """Try a policy on its whole scheme before it is published: who changes band, what it tells, what it costs to
    cheat. No rating is written, and nobody is named.
    """
    from graph.analysis import trial
    from graph.policy import categories, scheme
    from graph.settings import Settings

    tried = scheme.read(policy, categories.read(Settings.load().categories))
    instant = end_of_day(at, "--at") if at else None
    with open_database(writes=False) as database, progress() as tell:
        tell("reading all facts, and rating them twice")
        found = trial.trial(database, tried, accomplices=accomplices, at=instant, days=days, now=datetime.now(UTC))
    if json:
        print_json(
            {name: getattr(found, name) for name in found.__dataclass_fields__}
            | {"before": _described(found.before), "after": _described(found.after)}
        )
        return
    _print_moves(found)
    for word, side in (("published", found.before), ("tried", found.after)):
        print_text(f"Under the policy that is {word}, version {side.version}")
        _print_side(side)


def _described(side: "Side") -> dict[str, object]:
    return {name: getattr(side, name) for name in side.__dataclass_fields__} | {
        "price": side.price and cheating.described(side.price),
        "backtest": side.backtest and backtest.described(side.backtest),
    }


def _print_moves(found: "Trial") -> None:
    from graph.disclosure.band_counts import SMALLEST

    print_text(f"{found.scheme} as of {last_day(found.as_of)}: {counted(found.members, 'members')}")
    if found.moved is None:
        print_text(f"Fewer than {SMALLEST} would be in another band.")
        return
    print_text(f"In another band: {found.moved:,}. What fewer than {SMALLEST} do is left out.")
    print_table(("from", "to", "members"), [(each.before, each.after, each.members) for each in found.moves])


def _print_side(side: "Side") -> None:
    if side.bands:
        print_table(
            ("band", "members"),
            [(" and ".join(band.name for band in cell.bands), cell.members) for cell in side.bands],
        )
    if side.price is not None:
        cheating.print_price(side.price)
    if side.backtest is not None:
        backtest.print_backtest(side.backtest)
