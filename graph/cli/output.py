"""How commands print: JSON for programs, tables for people, progress on a terminal's stderr.

A command ends like this:

    if json:
        print_json(result)
    else:
        print_table(("member", "points"), rows)
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from graph.errors import InnerCircleError
from graph.plain_text import visible

Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]

PIPE_WIDTH = 250
"Columns of a table that is not printed on a terminal: wide enough that nothing is cut."


def print_json(value: object) -> None:
    """`value` is on stdout as one line of JSON: dataclasses, times and paths as msgspec writes them."""
    import msgspec

    typer.echo(msgspec.json.encode(value, enc_hook=str))


def print_error(error: InnerCircleError, *, as_json: bool) -> None:
    if as_json:
        print_json({"error": {"code": error.code, "message": str(error)}})
    else:
        message = "\n".join(visible(line) for line in str(error).split("\n"))
        typer.secho(f"error: {message}", err=True, fg="red" if sys.stderr.isatty() else None)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """The rows are on stdout below their column names; numbers to the right, None as nothing."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for position, column in enumerate(columns):
        numeric = any(isinstance(row[position], int | float) for row in rows)
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # Text, because a name such as "[b]" is not markup
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    if title:
        typer.echo(title)
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


def check_output(path: Path, *inputs: Path) -> None:
    """The command may write its file there; asked before it does anything else. Raises ParameterError.

    inputs: files that it reads; they are never written over, nor are those that the settings name.
    """
    from graph import output_files
    from graph.settings import Settings

    output_files.check(path, inputs=[*inputs, *Settings.load().files()])


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done, on stderr, while the block runs; silent off a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _message: None
        return
    with console.status("") as status:
        yield lambda message: status.update(visible(message))
