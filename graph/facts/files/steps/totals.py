"""totals: rows at the end of a file that sum up the others are left out.

    totals = ["Total", "Sum"]

They are known by their first cell that is not empty. Only what stands at the very end is left out: the same word
further up is a row, so that nobody can hide rows below a text of theirs.
"""

import re
from collections.abc import Iterator, Sequence

from graph.facts.files.sources import Piece
from graph.facts.files.steps.texts import trimmed
from graph.model import Reject
from graph.text.plain import normal

MOST = 100
"Rows at the end of a file that are left out at most."
_BEFORE = r'[\s,;|"]*'


def without(pieces: Iterator[Piece], words: Sequence[str]) -> Iterator[Piece]:
    """The pieces without the totals at their end. Their columns are all of the file's, in its order."""
    if not words:
        yield from pieces
        return
    known = {normal(trimmed(word)) for word in words}
    held: Piece | None = None
    for piece in pieces:
        whole = piece if held is None else _both(held, piece)
        last = 0 if whole.broken else _totals_at_end(whole, known)
        head, held = _cut(whole, last)
        if head.lines or head.rejects:
            yield head


def _totals_at_end(piece: Piece, known: set[str]) -> int:
    """How many of the last rows and rejects sum up the others."""
    columns = list(piece.columns.values())
    rows, rejects, number = len(piece.lines), len(piece.rejects), 0
    while number < MOST and rows + rejects:
        if not rows or (rejects and piece.rejects[rejects - 1].line > piece.lines[rows - 1]):
            rejects -= 1
            reject = piece.rejects[rejects]
            begins = piece.beginnings.get(reject.line)
            sums_up = _begins(reject, known) if begins is None else normal(trimmed(begins)) in known
        else:
            rows -= 1
            first = next((cell for column in columns if (cell := column[rows])), "")
            sums_up = normal(trimmed(first)) in known
        if not sums_up:
            break
        number += 1
    return number


def _begins(reject: Reject, known: set[str]) -> bool:
    """Whether a line that is no record begins with a word for a total."""
    line = normal(reject.value)
    return any(re.match(rf"{_BEFORE}{re.escape(word)}(?!\w)", line) for word in known)


def _both(one: Piece, other: Piece) -> Piece:
    columns = {name: [*cells, *other.columns[name]] for name, cells in one.columns.items()}
    beginnings = {**one.beginnings, **other.beginnings}
    return Piece(columns, [*one.lines, *other.lines], [*one.rejects, *other.rejects], other.broken, beginnings)


def _cut(piece: Piece, last: int) -> tuple[Piece, Piece | None]:
    """The piece without its last rows and rejects, and those."""
    if not last:
        return piece, None
    every = sorted([*piece.lines, *(reject.line for reject in piece.rejects)])
    border = every[-last]
    rows = sum(line < border for line in piece.lines)
    rejects = [reject for reject in piece.rejects if reject.line < border]
    head = Piece({name: cells[:rows] for name, cells in piece.columns.items()}, piece.lines[:rows], rejects)
    tail = Piece(
        {name: cells[rows:] for name, cells in piece.columns.items()},
        piece.lines[rows:],
        [reject for reject in piece.rejects if reject.line >= border],
        beginnings=piece.beginnings,
    )
    return head, tail
