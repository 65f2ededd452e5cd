"""What was refused, as a CSV file for whoever mends the source."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path

from graph.errors import ParameterError
from graph.model import Reject
from graph.plain_text import no_formula, visible


@contextmanager
def write_rejects(path: str | Path) -> Iterator[Callable[[Iterable[Reject]], None]]:
    """A function that takes rejects; when the block ends, a CSV file at `path` has them all, header first.

    Without a reject no file is made, and one that is there is left alone; the same if the block raises.
    The file is for its owner's eyes only: it quotes people's data. A value that a spreadsheet would take for a
    formula is quoted with an apostrophe before it. Raises ParameterError where no file
    can be written.
    """
    path = Path(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise ParameterError(f"no file can be written at {path}: {error.strerror}") from error
    temporary, count = Path(name), 0
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([column.name for column in fields(Reject)])

            def write(rejects: Iterable[Reject]) -> None:
                nonlocal count
                for reject in rejects:
                    writer.writerow([no_formula(visible(x)) if isinstance(x, str) else x for x in astuple(reject)])
                    count += 1

            yield write
        if count:
            try:
                temporary.replace(path)
            except OSError as error:
                raise ParameterError(f"no file can be written at {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
