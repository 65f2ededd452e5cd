"""Commands about loads as a whole: which there are, and taking one back."""

from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.data import PANEL, Tolerance, print_rerated
from graph.cli.output import Json, print_json, print_table, print_text, progress
from graph.cli.reading import open_database
from graph.errors import ParameterError
from graph.text.counts import counted
from graph.text.days import second

if TYPE_CHECKING:
    from graph.rating.rerate import Rerated

LONGEST = 500


@app.command(rich_help_panel=PANEL)
def loads(json: Json = False) -> None:
    """List the loads: when, by whom, which files, what each brought, and what is still there of it.

    It reads every fact. No content of any row is shown.
    """
    from graph.facts import load_records

    with open_database() as database:
        found = load_records.recorded(database)
    if json:
        print_json({"loads": found})
        return
    print_table(
        ("load", "at", "by", "files", "brought", "still there", "taken back"),
        [
            (
                each.id,
                second(each.at),
                each.by or "",
                ", ".join(each.files),
                _counts(each.brought) or "not counted",
                _counts(each.there) or "nothing",
                "" if each.taken_back is None else ("begun " if each.broken_off else "") + second(each.taken_back),
            )
            for each in found
        ],
    )


@app.command(rich_help_panel=PANEL)
def unload(
    load: Annotated[str, typer.Argument(help="A load's id, as `innercircle loads` shows it.")],
    why: Annotated[
        str | None,
        typer.Option(help="The reason: kept with the load, and shown to members who lose a fact by it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go and what would stay, and change nothing.")
    ] = False,
    tolerance: Tolerance = 0.05,
    json: Json = False,
) -> None:
    """Take a load back: what it alone brought goes, and all members that this touches are re-rated at once.

    What another load says too stays, and what is disputed, was decided or corrected, and who takes part. Broken
    off, run it again: it does the rest.
    """
    from graph.facts import unload
    from graph.rating import apply
    from graph.settings import Settings

    if why is not None and not 1 <= len(why.strip()) <= LONGEST:
        raise ParameterError(f"--why is a reason of 1 to {LONGEST} characters")
    with open_database() as database, progress() as tell:
        rerated: list[Rerated] = []
        if dry_run:
            done = unload.rehearse(database, load)
        else:
            operator = Settings.load().operator
            done, rerated = apply.take_back(
                database, load, by=operator, why=why, tolerance_points=tolerance, progress=tell
            )
    if json:
        print_json({"dry_run": dry_run, **_told(done), "rerated": rerated})
        return
    if done.already is not None:
        print_text(
            f"load {load} was taken back already, on {second(done.already.astimezone(UTC))}: nothing is done"
        )
        return
    would = "would be taken back" if dry_run else "is taken back"
    print_text(f"load {load} {would}: {_counts(done.removed) or 'nothing'} {'would go' if dry_run else 'gone'}")
    for reason, counts in done.stays.items():
        stay = "would stay" if dry_run else "stays" if sum(counts.values()) == 1 else "stay"
        print_text(f"{_counts(counts)} {stay}, since {unload.STAYS[reason]}", indent=3)
    if any(set(counts) - {"memberships"} for counts in done.stays.values()):
        print_text("docs/loading.md#taking-a-load-back has the queries that show which they are", indent=3)
    print_rerated(rerated)


def _told(done: object) -> dict[str, object]:
    return {name: getattr(done, name) for name in ("load", "removed", "stays", "already")}


def _counts(of: Mapping[str, int]) -> str:
    return ", ".join(counted(number, kind) for kind, number in of.items())
