"""The rows in earlier files of a load, so that two files do not say different things under one id."""

import json
from array import array
from collections.abc import Sequence

from graph.facts.files.ids import private_database
from graph.model import Row

NOTHING = 0
"In place of the hash of an empty cell."


class Earlier:
    """By id, a hash of each cell that a row had; close it after use.

    Kept as Numbering keeps its counts, because the rows of a load may not fit in memory. Cells are told apart by
    64 bits: a contradiction that they hide, the graph finds when the row is stored.
    """

    def __init__(self) -> None:
        self._files: list[str] = []
        self._database = private_database(
            "said (id INTEGER PRIMARY KEY, file INTEGER NOT NULL, cells BLOB NOT NULL)"
        )

    def close(self) -> None:
        self._database.close()

    def contradicted(self, file: str, kind: str, rows: Sequence[Row]) -> list[tuple[int, str, str]]:
        """(position, earlier file, column) for each row that says something else there than an earlier file did.

        The rows are kept for the files that follow. A missing value contradicts nothing.
        """
        if not self._files or self._files[-1] != file:
            self._files.append(file)
        number, found = len(self._files) - 1, []
        keys = [hash((kind, row["id"])) for row in rows]
        known = self._known(keys)
        for at, (key, row) in enumerate(zip(keys, rows, strict=True)):
            cells = array("q", [NOTHING if value is None else hash(value) or 1 for value in row.values()])
            if key not in known:
                known[key] = number, cells
                continue
            first, said = known[key]
            pairs = zip(row, said, cells, strict=True)
            other = next((name for name, old, new in pairs if NOTHING not in (old, new) and old != new), None)
            if other is not None and first != number:
                found.append((at, self._files[first], other))
            if other is None:
                known[key] = first, array("q", [old or new for old, new in zip(said, cells, strict=True)])
        self._keep(known)
        return found

    def _known(self, keys: Sequence[int]) -> dict[int, tuple[int, "array[int]"]]:
        rows = self._database.execute(
            "SELECT id, file, cells FROM said WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
        )
        return {id_: (file, array("q", cells)) for id_, file, cells in rows}

    def _keep(self, known: dict[int, tuple[int, "array[int]"]]) -> None:
        # In order of the key, so that neighbours in the table are written together.
        rows = ((key, file, cells.tobytes()) for key, (file, cells) in sorted(known.items()))
        self._database.executemany("REPLACE INTO said VALUES (?, ?, ?)", rows)
