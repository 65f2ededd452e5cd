"""Commands that look back: what a rating was, and whether a run can be repeated."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import open_database, print_reserve, rating_now
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.text.counts import counted
from graph.text.days import last_day, second

if TYPE_CHECKING:
    from graph.rating.verify import Apart, Verified

PANEL = "Ratings"


@app.command(rich_help_panel=PANEL)
def history(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    scheme: Annotated[str, typer.Option(help="The scheme.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="Split what changed since then (UTC), by cause."
        ),
    ] = None,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """Show what a rating was and is, and why it changed. The read is recorded."""
    from graph.disclosure import losses
    from graph.rating import history

    with open_database() as database:
        found = history.history(database, entity, scheme, since=since and since.replace(tzinfo=UTC))
        record_reads(database, scheme, [entity], what="history", purpose=purpose)
        rated = rating_now(database, entity, scheme)
        taken_back = losses(database, entity)
    if json:
        print_json(
            {name: getattr(found, name) for name in found.__dataclass_fields__} | {"taken_back": taken_back}
        )
        return
    print_table(
        ("since", "points", "band", "as of", "by", "policy"),
        [
            (
                second(state.since),
                state.whole_points,
                state.band,
                last_day(state.as_of),
                "a change" if state.rerated else "a run",
                state.version,
            )
            for state in found.states
        ],
        title=f"{entity} in {scheme}",
    )
    print_reserve(rated)
    for each in taken_back:
        print_text(
            f"Load {each.load} was taken back on {second(each.at)} by {each.by or 'somebody'}, and "
            f"{counted(each.facts, 'facts')} of {entity} with it: {each.why or 'no reason was given'}"
        )
    if found.before == found.after:
        print_text("The whole points and the band have not changed since.")
        return
    before, after = found.before, found.after
    print_table(
        ("cause", "points"),
        [(cause.name, f"{cause.whole:+d}") for cause in found.causes]
        + [("sum", f"{after.whole_points - before.whole_points:+d}")],
        title=f"from {before.whole_points} {before.band} to {after.whole_points} {after.band}",
    )


@app.command(rich_help_panel=PANEL)
def verify_run(
    run: Annotated[str, typer.Argument(help="The id of a finished run; each rating names its own.")],
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """Repeat an old run from the facts, apart from any query, and compare its ratings with what is kept of them.

    Ends with 2 when something differs that nothing explains.
    """
    from graph.rating import verify

    with open_database() as database:
        found = verify.verify_run(database, run)
        named = [each.entity for each in found.apart]
        record_reads(database, found.run.scheme, named, what="verify-run", purpose=purpose)
    if json:
        told = {name: getattr(found, name) for name in found.__dataclass_fields__}
        apart = [{"entity": each.entity, "by": _by(each), "why": each.why} for each in found.apart]
        print_json({"holds": found.holds, **told, "apart": apart})
    else:
        _print_verified(found)
    if not found.holds:
        raise typer.Exit(2)


def _by(apart: "Apart") -> float | None:
    """Points by which the rating differs. What it was is not told: nothing lists people with their points."""
    return None if apart.kept is None else apart.recomputed - apart.kept


def _print_verified(found: "Verified") -> None:
    run = found.run
    print_text(f"run {run.id} of {run.scheme} {run.version}, as of {last_day(run.as_of)}")
    print_text(f"  the policy on record {'has' if found.policy_holds else 'DOES NOT HAVE'} its hash {run.hash}")
    print_text(f"  the same: {counted(found.equal, 'scores')}, the largest difference is {found.largest:.2g}")
    if found.equal_as_shown:
        print_text(f"  the same as they were shown: {counted(found.equal_as_shown, 'ratings')}")
    if found.voices or found.voices_apart:
        print_text(f"  the same: {counted(found.voices, 'voices')}, made anew from the founders on record")
    if found.voices_why:
        print_text(f"  {counted(found.voices_apart, 'voices')} would be another now: {found.voices_why}")
    if found.left:
        print_text(
            f"  left since, so that nothing is kept of them: {found.left:,} of {counted(run.members, 'members')}"
        )
    if found.apart:
        print_table(
            ("entity", "differs by", "why"),
            [(each.entity, "" if (by := _by(each)) is None else f"{by:+.3f}", each.why) for each in found.apart],
        )
    print_text("holds" if found.holds else "DOES NOT HOLD")
