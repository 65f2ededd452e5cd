"""Commands for backups, what comes out of them, and the journal that keeps those away who have left."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text, progress
from graph.errors import ParameterError, Refused
from graph.text.counts import counted
from graph.text.days import moment

PANEL = "Server"
Keep = Annotated[
    str | None,
    typer.Option(help="Days, weeks and months of which the newest backup stays, as in 7,4,12; all if not given."),
]


@app.command(rich_help_panel=PANEL)
def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to put it; INNERCIRCLE_BACKUPS if not given.")
    ] = None,
    keep: Keep = None,
    json: Json = False,
) -> None:
    """Back up the managed Neo4j, its keys and the journal into one sealed file. Neo4j is stopped for the dump.

    The file is sealed with the passphrase in INNERCIRCLE_BACKUP_PASSPHRASE_FILE, or to the public key in
    INNERCIRCLE_BACKUP_PUBLIC_KEY_FILE.
    """
    from graph.rights import backing_up
    from graph.settings import Settings

    settings = Settings.load()
    where = folder or settings.backups
    if where is None:
        raise ParameterError("name a folder, or set INNERCIRCLE_BACKUPS to one")
    with progress() as tell:
        done = backing_up.back_up(
            settings, where.expanduser(), now=datetime.now(UTC), keep=kept(keep), progress=tell
        )
    if json:
        print_json(done)
        return
    print_text(
        f"{done.file}: {done.bytes / 2**20:,.1f} MB, {counted(done.nodes, 'nodes')} and "
        f"{counted(done.relationships, 'relationships')}; the journal goes as far as line {done.journal:,}; "
        f"sealed with {done.sealed_with}"
    )
    if done.removed:
        print_text(f"not kept: {', '.join(done.removed)}")


@app.command(rich_help_panel=PANEL)
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `innercircle backup` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of a graph that is there, which is gone then.")
    ] = False,
    without_journal: Annotated[
        bool,
        typer.Option("--without-journal", help="There is no journal any more: whoever left since is back."),
    ] = False,
    with_keys: Annotated[
        bool,
        typer.Option("--with-keys", help="Put its keys back, too, also those that were revoked since."),
    ] = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of the managed Neo4j's graph; who was erased, left or objected since is not back.

    The journal says who that was; without it, or with an older one than the backup knew, nothing is restored.
    """
    from api import address
    from graph.rights import restoring
    from graph.settings import Settings

    settings = Settings.load()
    if url := address.running(settings):
        raise Refused(f"the API runs at {url}, and would answer from two graphs: stop it first")
    with progress() as tell:
        done = restoring.restore(
            settings,
            file.expanduser(),
            replace=replace,
            without_journal=without_journal,
            with_keys=with_keys,
            progress=tell,
        )
    if json:
        print_json(done)
        return
    print_text(
        f"restored as of {moment(done.at)}: {counted(done.nodes, 'nodes')} and "
        f"{counted(done.relationships, 'relationships')}"
    )
    print_text(f"ended since, and so here too: {_kinds(done.repeated)}")
    if without_journal:
        print_text(
            "without a journal: whoever was erased, left or objected since is back. Tell them, and ask them"
        )
    elif done.until is not None:
        print_text(f"the journal ends at {moment(done.until)}: of what ended later nobody knows here")
    print_text("run `innercircle rate` for each scheme: ratings are those of the backup")


@app.command(rich_help_panel=PANEL)
def journal(
    as_it_is: Annotated[
        bool,
        typer.Option("--as-it-is", help="Lines that the graph knows are lost: go on with those that are there."),
    ] = False,
    repeat: Annotated[
        bool,
        typer.Option("--repeat", help="The graph is older: what it does not know ends in it as well."),
    ] = False,
    json: Json = False,
) -> None:
    """Show the journal of what has ended: how far it goes, and whether each line is the one that was written.

    Ends with 1 where one is not, or where the journal or the graph, if it runs, lacks what the other knows.
    """
    from collections import Counter

    from graph.rights import kept_journal
    from graph.server import local
    from graph.server.connect import connect
    from graph.server.connect import journal as journal_of
    from graph.settings import Settings

    settings = Settings.load()
    kept_in = journal_of(settings)
    found, done = kept_in.endings(), Counter[str]()
    kinds = Counter(each.kind for each in found)
    asked = as_it_is or repeat or settings.neo4j_uri is not None or local.status(settings) is not None
    if asked:
        with connect(settings) as database:
            if as_it_is:
                kept_journal.go_on(database, kept_in)
            if repeat:
                done = kept_journal.repeat(database, kept_in)
            kept_journal.check(database, kept_in)
    if json:
        print_json(
            {
                "folder": str(kept_in.folder),
                "lines": len(found),
                "kinds": dict(kinds),
                "from": found[0].at if found else None,
                "until": found[-1].at if found else None,
                "hash": kept_in.end().hash,
                "compared": asked,
                "repeated": dict(done),
            }
        )
        return
    if repeat:
        print_text(f"ended in the graph as well: {_kinds(done)}")
    if not found:
        print_text(f"the journal in {kept_in.folder} has no line: nothing has ended yet")
        return
    print_table(("what has ended", "times"), [(kind, f"{number:,}") for kind, number in sorted(kinds.items())])
    print_text(
        f"{counted(len(found), 'lines')} in {kept_in.folder}, each as it was written, "
        f"from {moment(found[0].at)} to {moment(found[-1].at)}"
        + ("" if asked else "; no graph runs that could say whether one is lost at the end")
    )


def _kinds(done: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in sorted(done.items())) or "nothing"


def kept(text: str | None) -> tuple[int, int, int] | None:
    """The three numbers of `7,4,12`. Raises ParameterError."""
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != 3 or not all(each.strip().isdecimal() and len(each) < 6 for each in parts):
        raise ParameterError(f"--keep {text}: three numbers for days, weeks and months are meant, as in 7,4,12")
    days, weeks, months = (int(each) for each in parts)
    return days, weeks, months
