"""Commands that set the graph up and fill it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from graph.cli.app import app
from graph.cli.output import Json, check_output, print_json, print_table, print_text, progress
from graph.cli.reading import open_database
from graph.errors import ParameterError
from graph.facts.kinds import CORRECTABLE, CorrectableKind
from graph.text.counts import counted
from graph.text.days import last_day

if TYPE_CHECKING:
    from graph.model import Chunk, Loaded
    from graph.rating.rerate import Rerated

PANEL = "Data"
Paths = Annotated[
    list[Path], typer.Argument(help="CSV, XLSX, ODS, JSON, XML or Parquet files, or directories of them.")
]
RowKind = Annotated[str | None, typer.Option(help="What the rows are, where the file's name does not say.")]
Mapping = Annotated[
    str | None, typer.Option(help="A mapping file, or the name of a shipped one, such as bitcoin-otc.")
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--set", help="What a mapping asks, as NAME=VALUE: --set zone=Europe/Berlin; several times."),
]
Prefix = Annotated[
    str | None, typer.Option(help="Put before the id of every fact, so that those of two sources stay apart.")
]
AllIds = Annotated[
    bool,
    typer.Option("--all-ids", help="Put the prefix before the ids of entities, products and sites, too."),
]
Zone = Annotated[
    str | None,
    typer.Option(
        help="Where days and times without a zone are read, and days late counted, such as Europe/Berlin; else "
        "they are rejected, and counted in UTC. A row's own zone goes first."
    ),
]
Removable = Literal[CorrectableKind, "memberships"]
Rejects = Annotated[Path, typer.Option(help="Where bad rows go, with their reasons.")]
# Fewer rejects than this share end with 0.
RejectRate = Annotated[
    float, typer.Option(min=0, max=1, help="End with 2 when more than this share of the rows is rejected.")
]
Tolerance = Annotated[
    float,
    typer.Option(min=0.000001, max=1, help="Points by which re-rating may leave a rating from the exact one."),
]


@app.command(rich_help_panel=PANEL)
def migrate(json: Json = False) -> None:
    """Bring the database's constraints and indexes up to date; repeating it changes nothing."""
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    with connect(Settings.load()) as database:
        applied = migrations.apply(database)
    if json:
        print_json({"applied": applied})
    else:
        print_text(f"applied {', '.join(applied)}" if applied else "the database is up to date")


@app.command(rich_help_panel=PANEL)
def load(
    paths: Paths,
    kind: RowKind = None,
    mapping: Mapping = None,
    answers: Answers = None,
    prefix: Prefix = None,
    all_ids: AllIds = False,
    zone: Zone = None,
    rejects: Rejects = Path("rejects.csv"),
    max_reject_rate: RejectRate = 0.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, show ten rows, write nothing.")
    ] = False,
    at_once: Annotated[bool, typer.Option("--rerate", help="Re-rate at once all that the facts touch.")] = False,
    tolerance: Tolerance = 0.05,
    json: Json = False,
) -> None:
    """Load facts and memberships. Good rows load, bad rows come back; loading a file twice changes nothing.

    Nothing is written where ids are known with other content: `--prefix` keeps those of two sources apart.
    """
    from graph.facts import load
    from graph.facts.files.answers import given
    from graph.model import Changes
    from graph.policy import categories
    from graph.rating import rerate
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    if at_once and dry_run:
        raise ParameterError("--dry-run writes nothing, so there is nothing to re-rate")
    settings = Settings.load()
    check_output(rejects, *paths, *([Path(mapping)] if mapping else []))
    changes, shown = Changes(), _Shown()
    with connect(settings) as database, progress() as tell:
        migrations.require(database)
        loaded = load.load(
            database,
            paths,
            kind=kind,
            mapping=mapping,
            answers=given(answers or []),
            rejects=rejects,
            dry_run=dry_run,
            by=settings.operator,
            batch=settings.batch_rows,
            categories=categories.read(settings.categories),
            prefix=prefix,
            all_ids=all_ids,
            zone=zone,
            most_clashes=max_reject_rate,
            progress=tell,
            touch=changes.add if at_once else lambda kind, touched: None,
            preview=shown.add if dry_run else lambda chunk: None,
        )
        rerated = rerate.rerate(database, changes, tolerance_points=tolerance) if at_once else []
    if dry_run and not json:
        shown.print()
    print_loaded(loaded, rerated, rejects, dry_run=dry_run, json=json)
    end_if_rejected(loaded, max_reject_rate)


class _Shown:
    """The first rows of each kind of each file, as they would be loaded."""

    ROWS = 10

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[dict[str, object]]] = {}

    def add(self, chunk: "Chunk") -> None:
        rows = self._rows.setdefault((chunk.kind, chunk.file), [])
        room = self.ROWS - len(rows)
        pairs = zip(chunk.rows[:room], chunk.lines[:room], strict=True)
        rows += [
            {"line": line} | {name: value for name, value in row.items() if name != "line"} for row, line in pairs
        ]

    def print(self) -> None:
        for (kind, file), rows in self._rows.items():
            if rows:
                said = [name for name in rows[0] if any(row[name] is not None for row in rows)]
                cells = [["" if row[name] is None else row[name] for name in said] for row in rows]
                print_table(said, cells, title=f"{kind} of {file}, as they would be loaded")
                if empty := [name for name in rows[0] if name not in said]:
                    print_text(f"empty in all of these: {', '.join(empty)}")


@app.command(rich_help_panel=PANEL)
def import_assistant(
    file: Annotated[Path, typer.Argument(help="Somebody else's file, in any form that `load` reads.")],
    sheet: Annotated[
        str | None, typer.Option(help="Of a workbook; the first that has something if not given.")
    ] = None,
    members: Annotated[
        Path | None,
        typer.Option(help="A list that says the id of each name; else the other sheets are looked at."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where the mapping goes; it is printed if not given.")
    ] = None,
    json: Json = False,
) -> None:
    """Name the shipped mapping that a file fits, or write one to begin with and ask what cannot be known from it.

    Nothing is loaded. What is open is a `?` or a line that is commented out, with which no row is loaded. Try the
    mapping with `load --dry-run --mapping`, which shows ten rows as they would be loaded. `load --prefix NAME-`
    keeps its ids apart from those of other sources.
    """
    from graph import output_files
    from graph.facts import assistant

    if output is not None:
        check_output(output, file, *([members] if members else []))
    folder = output.parent if output else Path()
    found = assistant.suggest(file, sheet=sheet, members=members, folder=folder)
    if output is not None:
        output_files.write_text(output, found.mapping)
    if json:
        print_json(
            {
                "shipped": found.shipped or None,
                "kind": found.kind or None,
                "mapping": found.mapping,
                "questions": found.questions,
            }
        )
        return
    if output is None:
        typer.echo(found.mapping, nl=False)
        return
    if found.shipped:
        print_text(
            f"the file fits the shipped mapping {found.shipped}: the first lines of {output} say how to load it"
        )
    if found.questions:
        print_text(f"wrote {output}, which needs {counted(len(found.questions), 'answers')}:")
        for number, question in enumerate(found.questions, start=1):
            print_text(f"{number}. {question}", indent=3)


@app.command(rich_help_panel=PANEL)
def apply(
    paths: Paths,
    kind: RowKind = None,
    mapping: Mapping = None,
    answers: Answers = None,
    prefix: Prefix = None,
    all_ids: AllIds = False,
    zone: Zone = None,
    rejects: Rejects = Path("rejects.csv"),
    max_reject_rate: RejectRate = 0.0,
    tolerance: Tolerance = 0.05,
    json: Json = False,
) -> None:
    """Load facts and corrections, and re-rate at once all members that they touch.

    A row whose id is known with other values corrects what is stored; what it leaves empty stays as it is. Of
    entities, names and registered numbers are corrected; of products and sites, the category.
    """
    from graph.facts.files.answers import given
    from graph.policy import categories
    from graph.rating import apply
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    settings = Settings.load()
    check_output(rejects, *paths, *([Path(mapping)] if mapping else []))
    with connect(settings) as database, progress() as tell:
        migrations.require(database)
        loaded, rerated = apply.apply(
            database,
            paths,
            kind=kind,
            mapping=mapping,
            answers=given(answers or []),
            rejects=rejects,
            by=settings.operator,
            batch=settings.batch_rows,
            categories=categories.read(settings.categories),
            prefix=prefix,
            all_ids=all_ids,
            zone=zone,
            tolerance_points=tolerance,
            progress=tell,
        )
    print_loaded(loaded, rerated, rejects, dry_run=False, json=json)
    end_if_rejected(loaded, max_reject_rate)


@app.command(rich_help_panel=PANEL)
def remove(
    kind: Annotated[Removable, typer.Argument(help=f"{', '.join(CORRECTABLE)} or memberships.")],
    ids: Annotated[list[str], typer.Argument(help="Ids of facts; of a membership: 'scheme|entity'.")],
    tolerance: Tolerance = 0.05,
    json: Json = False,
) -> None:
    """Remove facts, or let members leave, and re-rate at once all members that this touches.

    With a membership its rating and history go, and it counts in no one's rating any more. Ends with 2 when an
    id is not known; the others are removed all the same.
    """
    from graph.rating import apply

    with open_database() as database:
        removed, rerated = apply.remove(database, kind, ids, tolerance_points=tolerance)
    unknown = sorted(set(ids) - set(removed))
    if json:
        print_json({"removed": removed, "unknown": unknown, "rerated": rerated})
    else:
        print_text(f"removed {counted(len(removed), kind)}")
        print_rerated(rerated)
        for each in unknown:
            print_text(f"not known: {each}", err=True)
    if unknown:
        raise typer.Exit(2)


def print_loaded(
    loaded: "list[Loaded]", rerated: "list[Rerated]", rejects: Path, *, dry_run: bool, json: bool
) -> None:
    """What became of the rows, and which ratings were published anew."""
    rejected = sum(each.rejected for each in loaded)
    if json:
        print_json(
            {
                "dry_run": dry_run,
                "rejects": str(rejects) if rejected else None,
                "loaded": loaded,
                "rerated": rerated,
            }
        )
        return
    print_table(
        ("file", "kind", "stored", "completed", "corrected", "known", "rejected"),
        [
            (each.file, each.kind, each.stored, each.completed, each.corrected, each.known, each.rejected)
            for each in loaded
        ],
        title="dry run: nothing was written" if dry_run else None,
    )
    if rejected:
        were = "was" if rejected == 1 else "were"
        print_text(
            f"{rejected:,} of {counted(sum(map(rows, loaded)), 'rows')} {were} rejected: {rejects} says why"
        )
    if left_out := sum(each.left_out for each in loaded):
        print_text(f"left out: {counted(left_out, 'rows')} with somebody who is in no table of the mapping")
    print_rerated(rerated)


def print_rerated(rerated: "list[Rerated]") -> None:
    for each in rerated:
        if each.stale:
            print_text(f"{each.scheme} is stale until its next run: {each.stale}")
        else:
            print_text(
                f"re-rated {counted(each.published, 'members')} of {each.scheme} as of {last_day(each.as_of)}: "
                f"{each.touched:,} touched, {counted(each.rounds, 'rounds')}, every score within {each.bound:.2g}"
            )


def rows(loaded: "Loaded") -> int:
    """How many rows were read."""
    return loaded.stored + loaded.completed + loaded.corrected + loaded.known + loaded.rejected


def end_if_rejected(loaded: "list[Loaded]", max_reject_rate: float) -> None:
    """The command ends with 2 when more than this share of the rows was rejected."""
    if sum(each.rejected for each in loaded) > max_reject_rate * sum(map(rows, loaded)):
        raise typer.Exit(2)
