"""A mapping of one kind with some cells of its own, and what it makes of a text."""

from pathlib import Path
from typing import Any, NamedTuple

from graph.facts.files import mapping, read
from graph.facts.files.mapping import Mapping
from graph.model import Reject

AT = "2026-01-31T09:30:00.000000Z"
SECRET = b"s" * 32
HERE = Path()
OWN = {
    "obligations": {"debtor": 'value = "ann"', "creditor": 'value = "mill"', "due": f'value = "{AT}"'},
    "payments": {"obligation": 'value = "o1"', "at": f'value = "{AT}"'},
    "visits": {"entity": 'value = "ann"', "site": 'value = "s1"', "at": f'value = "{AT}"'},
    "entities": {"id": 'column = "who"', "kind": 'value = "person"'},
}


class Taken(NamedTuple):
    rows: list[dict[str, Any]]
    lines: list[int]
    rejects: list[Reject]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    @property
    def refused(self) -> list[tuple[int, str, str]]:
        return [(each.line, each.column, each.value) for each in self.rejects]


def mapped(kind: str, top: str = "", where: str = "", *, folder: Path = HERE, **cells: str) -> Mapping:
    """A mapping of this kind. top: what stands above the table. cells: each the inside of a TOML table."""
    return mapping.parse(text_of(kind, top, where, **cells), "test.toml", folder)


def text_of(kind: str, top: str = "", where: str = "", **cells: str) -> str:
    """The file of such a mapping."""
    lines = [f"{name} = {{ {cell} }}" for name, cell in (OWN[kind] | cells).items()]
    filtered = [f"where = [{where}]"] if where else []
    return "\n".join(['about = "a test"', top, f"[{kind}]", *filtered, *lines])


def taken(directory: Path, content: str | bytes, made: Mapping, **options: Any) -> Taken:
    """What the mapping takes from a CSV file with this content."""
    path = directory / "export.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return of_file(path, made, **options)


def of_file(path: Path, made: Mapping | Path | None, **options: Any) -> Taken:
    chunks = list(read(path, mapping=made, secret=lambda: SECRET, **options))
    return Taken(
        [row for chunk in chunks for row in chunk.rows],
        [line for chunk in chunks for line in chunk.lines],
        [reject for chunk in chunks for reject in chunk.rejects],
    )
