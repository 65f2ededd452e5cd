"""How commands print: JSON for programs, text and tables for people, progress on stderr.

What people read is as wide as the terminal, and 80 columns where there is none: text is wrapped between words,
and a table that does not fit is printed as blocks. What is copied (a link, a token, a policy) goes through
`typer.echo`, as it is.

A command ends like this:

    if json:
        print_json(result)
    else:
        print_table(("member", "points"), rows)
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from graph.errors import InnerCircleError
from graph.text.plain import visible

Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]

COLUMNS = 80
"Of output that goes to no terminal."
NARROWEST = 20
GAP, EDGES = 3, 2
"Columns between two columns of a table, and at its two sides."
LINE_SECONDS = 5
"How often a step of work is told of in lines."


def width(stream: IO[str]) -> int:
    """Columns to print in: as many as COLUMNS says, else those of the terminal, else 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and len(told) < 6 and int(told):
        return max(int(told), NARROWEST)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns or COLUMNS, NARROWEST)
    except (OSError, ValueError):
        return COLUMNS


def wrapped(text: str, columns: int, *, indent: int | None = None) -> str:
    """Each line of the text in lines of at most so many columns; a longer word has a line of its own.

    indent: blanks before what a line goes on with; those that it begins with if not given.
    """
    return "\n".join(line for each in text.split("\n") for line in _lines(each, columns, indent))


def _lines(text: str, columns: int, indent: int | None) -> Iterator[str]:
    from rich.cells import cell_len

    blanks = " " * (len(text) - len(text.lstrip(" ")) if indent is None else indent)
    line = ""
    for word in re.findall(r"^ +[^ ]*| *[^ ]+", text):
        if line.strip() and cell_len(line) + cell_len(word) > columns:
            yield line
            line = blanks + word.lstrip(" ")
        else:
            line += word
    yield line


def print_text(text: str = "", *, err: bool = False, indent: int | None = None) -> None:
    """The text is on stdout, or stderr, wrapped: see `wrapped`."""
    typer.echo(wrapped(text, width(sys.stderr if err else sys.stdout), indent=indent), err=err)


def print_json(value: object) -> None:
    """`value` is on stdout as one line of JSON: dataclasses, times and paths as msgspec writes them."""
    import msgspec

    typer.echo(msgspec.json.encode(value, enc_hook=str))


def print_error(error: InnerCircleError, *, as_json: bool) -> None:
    if as_json:
        print_json({"error": {"code": error.code, "message": str(error)}})
    else:
        message = "\n".join(visible(line) for line in str(error).split("\n"))
        message = wrapped(f"error: {message}", width(sys.stderr))
        typer.secho(message, err=True, fg="red" if sys.stderr.isatty() else None)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """The rows are on stdout below their column names; numbers to the right, None as nothing.

    Where the table is wider than the terminal, each row is a block, with a line for each of its cells.
    """
    from rich.cells import cell_len

    rows = list(rows)
    cells = [["" if cell is None else visible(str(cell)) for cell in row] for row in rows]
    widest = [max(map(cell_len, each)) for each in zip(columns, *cells, strict=True)]
    if title:
        print_text(title)
    if sum(widest) + GAP * (len(columns) - 1) + EDGES > width(sys.stdout):
        _print_blocks(columns, cells)
        return
    numeric = [any(isinstance(row[place], int | float) for row in rows) for place in range(len(columns))]
    _print_grid(columns, cells, numeric)


def _print_grid(columns: Sequence[str], cells: list[list[str]], numeric: list[bool]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column, right in zip(columns, numeric, strict=True):
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))  # Text, because a name such as "[b]" is not markup
    Console(width=width(sys.stdout)).print(table)


def _print_blocks(columns: Sequence[str], cells: list[list[str]]) -> None:
    """A block for each row, parted by an empty line: `column: cell`, without the cells that are empty."""
    from rich.cells import cell_len

    labels = [f"{column}:" if column else "" for column in columns]
    indent = max(map(cell_len, labels)) + 2
    if not cells:
        print_text(", ".join(filter(None, columns)))
    for row in cells:
        for label, cell in zip(labels, row, strict=True):
            if cell:
                print_text(f" {label}{' ' * (indent - 1 - cell_len(label))}{cell}", indent=indent)
        typer.echo()


def check_output(path: Path, *inputs: Path) -> None:
    """The command may write its file there; asked before it does anything else. Raises ParameterError.

    inputs: files that it reads; they are never written over, nor are those that the settings name.
    """
    from graph import output_files
    from graph.settings import Settings

    output_files.check(path, inputs=[*inputs, *Settings.load().files()])


@contextmanager
def progress(*, lines: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done, on stderr, while the block runs; silent off a terminal.

    lines: in lines that stay, on a terminal or not; of one step, a line in LINE_SECONDS.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if lines:
        yield _in_lines()
        return
    if not console.is_terminal:
        yield lambda _message: None
        return
    with console.status("") as status:
        yield lambda message: status.update(visible(message))


def _in_lines() -> Callable[[str], None]:
    """A function that prints a message if its step is new: the step is the part before a colon or a number.

    Of one step, a message is printed once in LINE_SECONDS.
    """
    last, since = "", 0.0

    def tell(message: str) -> None:
        nonlocal last, since
        step, now = re.split(r": | \d", message, maxsplit=1)[0], time.monotonic()
        if step != last or now >= since + LINE_SECONDS:
            print_text(visible(message), err=True)
            last, since = step, now

    return tell
