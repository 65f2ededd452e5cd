"""Rejected rows, as a CSV file for the person who mends the source."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path

from graph import output_files
from graph.model import Reject
from graph.text.plain import no_formula, visible

HEADER = ",".join(column.name for column in fields(Reject))


@contextmanager
def write_rejects(
    path: str | Path, *, inputs: Iterable[Path] = ()
) -> Iterator[Callable[[Iterable[Reject]], None]]:
    """A function that takes rejects; when the block ends, a CSV file at `path` has them all, header first.

    Without a reject no file is made, and one that is there is left alone; the same if the block raises.
    The file is for its owner's eyes only: it quotes people's data. A value that a spreadsheet would take for a
    formula is quoted with an apostrophe before it.
    inputs: the files that rows are read from; `path` is none of them.
    Raises ParameterError where no ordinary file can be written (output_files.check).
    """
    count = 0
    with output_files.replaced(Path(path), inputs=inputs, wanted=lambda: count > 0) as out:
        stream = io.TextIOWrapper(out, encoding="utf-8", newline="")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.name for column in fields(Reject)])

        def write(rejects: Iterable[Reject]) -> None:
            nonlocal count
            for reject in rejects:
                writer.writerow([no_formula(visible(x)) if isinstance(x, str) else x for x in astuple(reject)])
                count += 1

        yield write
        stream.flush()
        stream.detach()


def is_rejects(path: Path) -> bool:
    """Whether it is a file of rejects, by its first line."""
    with path.open("rb") as stream:
        return stream.readline(len(HEADER) + 2).strip() == HEADER.encode()
