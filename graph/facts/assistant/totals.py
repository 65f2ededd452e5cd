"""Rows at the end of a table that sum up the others, by the words that people write there."""

from collections.abc import MutableMapping

WORDS = ("total", "totals", "sum", "sums", "summe", "gesamt", "insgesamt", "zusammen", "totale", "suma", "somme")


def left_out(columns: MutableMapping[str, list[str | None]]) -> tuple[str, ...]:
    """The words with which the last rows begin, as they are written; the columns are without these rows then."""
    found: list[str] = []
    while row := next(iter(zip(*(cells[-1:] for cells in columns.values()), strict=False)), ()):
        first = next((cell.strip() for cell in row if cell and cell.strip()), "")
        if first.rstrip(":").lower() not in WORDS:
            break
        if first not in found:
            found.append(first)
        for cells in columns.values():
            cells.pop()
    return tuple(found)
