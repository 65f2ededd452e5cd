"""What a row does not say is not said: a missing column and an empty cell take nothing away.

The rules go over every kind and every optional column that graph/facts/kinds.py declares.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.facts import formats, kinds
from graph.facts.kinds import CORRECTABLE
from graph.facts.load import load
from graph.model import Loaded
from graph.rating import published
from graph.rating.apply import apply
from graph.rating.run import rate
from graph.standing.judgments import standing
from graph.store.client import Database
from tests.conftest import Command
from tests.facts.looking import OTHER_LOADS, content, whole, written

CASES = Path(__file__).parents[1] / "cases"
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)

# A cell of each form that an optional column has; a new form needs its cell here.
WRITTEN = {
    id(formats.SLUG): "loan",
    id(formats.AMOUNT): "100.5",
    id(formats.PAYMENT): "40.5",
    id(formats.CURRENCY): "EUR",
    id(formats.TIME): "2026-05-01T00:00:00Z",
    id(formats.OUTCOME): "0.25",
    id(formats.NAME): "Name",
    id(formats.DATE): "1990-12-31",
    id(formats.USCC): "91110000600037341L",
    id(formats.LEI): "213800KUD8LAJWSQ9D15",
    id(formats.ZONE): "Europe/Berlin",
}
OF_REQUIRED = {
    "source": "ann",
    "target": "bea",
    "debtor": "ann",
    "creditor": "mill",
    "obligation": "open-1",
    "entity": "ann",
    "product": "pr-1",
    "site": "si-1",
    "court": "Court A",
    "case_number": "7/2026",
    "issued": "2026-01-01T00:00:00Z",
    "kind": "organisation",
    "category": "books",
}
LATER = "2026-06-01T00:00:00Z"
"Of the required time of a fact, in a correction."
TOGETHER = ({"amount", "currency"},)
"Neither of them is there without the other."
Row = dict[str, str | None]
KINDS = [kind for kind, declared in kinds.KINDS.items() if declared.key == ("id",)]


OWED = "open-1,ann,mill,1000,EUR,2026-05-01T00:00:00Z"
"What payments are parts of."


@pytest.fixture
def town(graph: Database, tmp_path: Path) -> Database:
    load(
        graph,
        [CASES / "base", written(tmp_path, "obligations.csv", "id,debtor,creditor,amount,currency,due", OWED)],
    )
    return graph


def full(kind: str, id_: str) -> Row:
    """A good row that leaves nothing out."""
    row: Row = {"id": id_}
    for column in kinds.KINDS[kind].columns:
        if column.name != "id":
            needed = OF_REQUIRED.get(column.name) if column.required else None
            row[column.name] = needed or WRITTEN[id(column.format)]
    return row


def optional(kind: str) -> list[str]:
    return [column.name for column in kinds.KINDS[kind].columns if not column.required and column.name != "id"]


def without(row: Row, column: str) -> set[str]:
    """The columns that go when this one goes."""
    return next((pair for pair in TOGETHER if column in pair and pair <= set(row)), {column})


def no_column(path: Path, kind: str, row: Row, left_out: set[str]) -> Path:
    names = [name for name in row if name not in left_out]
    return written(path, f"{kind}.csv", ",".join(names), ",".join(str(row[name]) for name in names))


def empty_cell(path: Path, kind: str, row: Row, left_out: set[str]) -> Path:
    cells = ["" if name in left_out else str(value) for name, value in row.items()]
    return written(path, f"{kind}.csv", ",".join(row), ",".join(cells))


def parquet_null(path: Path, kind: str, row: Row, left_out: set[str]) -> Path:
    file = path / f"{kind}.parquet"
    cells = {name: pa.array([None if name in left_out else value], pa.string()) for name, value in row.items()}
    pq.write_table(pa.table(cells), file)
    return file


Way = Callable[[Path, str, Row, set[str]], Path]
WAYS: list[Way] = [no_column, empty_cell, parquet_null]


def stored(database: Database, id_: str) -> dict[str, Any]:
    """What is kept under the id, but for where it came from."""
    [found] = database.statement(
        "MATCH (n) WHERE n.id = $id RETURN properties(n) AS said UNION ALL "
        "MATCH ()-[r]->() WHERE r.id = $id RETURN properties(r) AS said",
        id=id_,
    )
    without = ("load", "changed", *OTHER_LOADS)
    return {name: value for name, value in found["said"].items() if name not in without}


def counts(loaded: Iterable[Loaded]) -> list[tuple[int, int, int, int]]:
    return [(each.stored, each.corrected, each.known, each.rejected) for each in loaded]


def each_left_out(tmp_path: Path, kind: str, way: Way, **changed: str) -> tuple[list[Path], list[Path]]:
    """(files of full rows, files of the same rows, an optional column left out of each, and of the last all)."""
    first: list[Path] = []
    second: list[Path] = []
    for number, left_out in enumerate([*({name} for name in optional(kind)), set(optional(kind))]):
        row = full(kind, f"{kind}-{number}")
        gone = {more for name in left_out for more in without(row, name)} & set(optional(kind))
        for files, name, cells, out in (
            (first, "first", row, set()),
            (second, "second", row | changed, gone),
        ):
            folder = tmp_path / name / str(number)
            folder.mkdir(parents=True)
            files.append(way(folder, kind, cells, out))
    return first, second


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", CORRECTABLE)
def test_a_correction_takes_nothing_away_that_it_does_not_name(
    town: Database, tmp_path: Path, kind: str, way: Way
) -> None:
    moved = "due" if "due" in full(kind, "") else "at"
    first, second = each_left_out(tmp_path, kind, way, **{moved: LATER})
    assert counts(load(town, first)) == [(1, 0, 0, 0)] * len(first)
    before = {file: stored(town, f"{kind}-{number}") for number, file in enumerate(second)}
    loaded, _ = apply(town, second)
    assert counts(loaded) == [(0, 1, 0, 0)] * len(second)
    for number, file in enumerate(second):
        after = stored(town, f"{kind}-{number}")
        assert after.pop(moved).iso_format()[:10] == LATER[:10]
        assert set(optional(kind)) <= set(after)
        del before[file][moved]
        assert after == before[file]


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_says_less_than_is_known_changes_nothing(
    town: Database, tmp_path: Path, kind: str, way: Way
) -> None:
    first, second = each_left_out(tmp_path, kind, way)
    assert counts(load(town, first)) == [(1, 0, 0, 0)] * len(first)
    before = content(town)
    assert counts(load(town, second)) == [(0, 0, 1, 0)] * len(second)
    assert counts(apply(town, second)[0]) == [(0, 0, 1, 0)] * len(second)
    assert content(town) == before


MAPPING = """
about = "Loans of a bank, without what became of them."
[obligations]
id = { column = "loan", prefix = "bank-" }
debtor = { column = "who" }
creditor = { value = "mill" }
due = { column = "end", zone = "Europe/Berlin" }
amount = { column = "sum" }
currency = { column = "money" }
"""


def test_a_correction_through_a_mapping_takes_nothing_away(town: Database, tmp_path: Path) -> None:
    """Neither what the mapping has no column for, nor what is empty in the file."""
    row = full("obligations", "bank-7")
    load(town, [no_column(tmp_path, "obligations", row, set())])
    before = stored(town, "bank-7")
    (tmp_path / "bank.toml").write_text(MAPPING)
    file = written(tmp_path, "loans.csv", "loan,who,end,sum,money", "7,ann,2026-06-01 02:00:00,,")
    [loaded], _ = apply(town, [file], mapping=str(tmp_path / "bank.toml"))
    after = stored(town, "bank-7")
    assert (loaded.corrected, after.pop("due").iso_format()[:13]) == (1, "2026-06-01T00")
    del before["due"]
    assert after == before


def test_a_cell_that_is_not_a_number_refuses_the_correction_and_takes_nothing_away(
    town: Database, tmp_path: Path
) -> None:
    load(town, [no_column(tmp_path, "obligations", full("obligations", "o-1"), set())])
    before = whole(town)
    cells: dict[str, list[Any]] = {name: [value] for name, value in full("obligations", "o-1").items()}
    pq.write_table(pa.table(cells | {"amount": [float("nan")], "due": [LATER]}), tmp_path / "obligations.parquet")
    loaded, _ = apply(town, [tmp_path / "obligations.parquet"])
    assert counts(loaded) == [(0, 0, 0, 1)]
    assert whole(town) == before


def test_what_a_later_row_of_a_correction_says_is_added_to_what_the_first_said(
    town: Database, tmp_path: Path
) -> None:
    row = full("obligations", "o-1")
    load(town, [no_column(tmp_path, "obligations", row, set())])
    one = ",".join(["o-1", "ann", "mill", LATER, "", ""])
    two = ",".join(["o-1", "ann", "mill", LATER, "7", "CNY"])
    file = written(tmp_path, "obligations-2.csv", "id,debtor,creditor,due,amount,currency", one, two)
    assert counts(apply(town, [file], batch=1)[0]) == [(0, 2, 0, 0)]
    after = stored(town, "o-1")
    assert (after["amount"], after["currency"], after["kind"], after["outcome"]) == (7.0, "CNY", "loan", 0.25)


@pytest.mark.slow
def test_the_cases_that_were_tried_lose_nothing(town: Database, innercircle: Command, tmp_path: Path) -> None:
    case, rejects = CASES / "apply", tmp_path / "rejects.csv"
    assert innercircle("scheme", "publish", "own-conduct", "--operator", "A made-up town").returncode == 0
    first = ["obligations-1", "purchases-1", "contacts-1", "judgments-1", "entities-z", "memberships-z"]
    first.append("obligations-z1")
    done = innercircle("load", *(case / f"{name}.csv" for name in first), "--rejects", rejects)
    assert done.returncode == 0, done.stderr
    rate(town, "own-conduct", as_of=AS_OF)
    assert published.open_rating(town, "zed", "own-conduct").whole_points == 675
    second = ["obligations-2-amount-only", "obligations-3-blank-cells", "purchases-2", "contacts-2", "judgments-2"]
    second.append("obligations-z2")
    done = innercircle("apply", *(case / f"{name}.csv" for name in second), "--rejects", rejects)
    assert done.returncode == 0, done.stderr
    for name in ("k1", "k2"):
        kept = stored(town, name)
        assert (kept["kind"], kept["amount"], kept["settled"].iso_format()[:10]) == ("loan", 90.0, "2026-04-30")
    assert stored(town, "kp")["amount"] == 5.0
    assert stored(town, "kc")["channel"] == "mail"
    assert (stored(town, "kj")["amount"], stored(town, "kj")["settled"].iso_format()[:10]) == (12.0, "2026-01-15")
    assert standing(town, "ann", now=AS_OF).restricted is False
    assert published.open_rating(town, "zed", "own-conduct").whole_points == 675


@pytest.mark.slow
def test_loading_and_re_rating_takes_nothing_away(town: Database, innercircle: Command, tmp_path: Path) -> None:
    case, rejects = CASES / "apply", tmp_path / "rejects.csv"
    load(town, [case / "obligations-1.csv"])
    before = stored(town, "k2")
    file = written(tmp_path, "obligations.csv", "id,debtor,creditor,due", "k2,ann,mill,2026-05-01T00:00:00Z")
    done = innercircle("load", file, "--rerate", "--rejects", rejects)
    assert done.returncode == 0, done.stderr
    assert stored(town, "k2") == before
