"""The command that writes a scheme to files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table
from graph.cli.reading import open_database

PANEL = "Analysis"


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    GRAPHML = "graphml"


@app.command(rich_help_panel=PANEL)
def export(
    scheme: Annotated[str, typer.Option(help="The scheme.")],
    purpose: Annotated[
        str, typer.Option(help="What for: it is kept on record with every member, and each of them sees it.")
    ],
    out: Annotated[Path, typer.Option(help="The directory for the files.")],
    form: Annotated[Format, typer.Option("--format", help="Of the files.")] = Format.CSV,
    json: Json = False,
) -> None:
    """Write a scheme's members, facts, circles and ratings to files, in order of id. Recorded for every member."""
    from graph.analysis import export
    from graph.analysis.frames import Reader
    from graph.settings import Settings

    by = Reader(Settings.load().operator, purpose)
    export.check(out, form.value)
    with open_database() as database:
        done = export.export(database, scheme, out, form.value, by=by)
    if json:
        print_json({"out": out, "scheme": done.scheme, "rows": done.files})
    else:
        print_table(("file", "rows"), [(str(out / name), rows) for name, rows in done.files.items()])
