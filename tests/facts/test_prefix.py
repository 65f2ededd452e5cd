"""A prefix that is put before all ids of a source, so that its members 1 to 30 are not those of another."""

import csv
from pathlib import Path

import pytest

from graph.errors import ParameterError
from graph.facts import files
from graph.facts.load import load
from graph.rating.apply import apply
from graph.store.client import Database
from tests.facts.looking import content, written

AT = "2026-01-31T09:30:00Z"
LEI, USCC = "5493001KJTIIGC8Y1R12", "91110000600037341L"
FILES = {
    "entities": ("id,kind,lei", "1,person,", "2,person,", f"{LEI},organisation,{LEI}"),
    "products": ("id,category", "7,books"),
    "sites": ("id,category", "7,news"),
    "contacts": ("source,target,at", f"1,2,{AT}"),
    "obligations": ("id,debtor,creditor,due", f"1,1,2,{AT}", f"2,2,{LEI},{AT}"),
    "purchases": ("entity,product,at", f"1,7,{AT}"),
    "visits": ("entity,site,at", f"2,7,{AT}"),
    "judgments": ("entity,court,case_number,amount,currency,issued,due", f"1,Court,1,5,CNY,{AT},{AT}"),
}
IDS = """
MATCH (n:Entity|Product|Site) RETURN n.id AS id
UNION ALL MATCH ()-[f:OWED]->() RETURN f.id AS id
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    for kind, lines in FILES.items():
        written(source, f"{kind}.csv", *lines)
    return source


def ids(database: Database) -> list[str]:
    return sorted(row["id"] for row in database.statement(IDS))


def test_all_ids_of_two_sources_are_kept_apart_and_a_registered_number_is_the_same_in_both(
    graph: Database, directory: Path
) -> None:
    for prefix in ("north-", "south_"):
        loaded = load(graph, [directory], prefix=prefix, all_ids=True)
        assert sum(each.rejected for each in loaded) == 0
    own = [f"{prefix}{id_}" for prefix in ("north-", "south_") for id_ in ("1", "2", "7", "7", "1", "2")]
    assert ids(graph) == sorted([*own, LEI])
    counts = graph.statement(
        "MATCH (e:Entity) RETURN e.id AS id, COUNT { (e)-[:CONTACTED|OWED|BOUGHT|VISITED]->() } AS facts"
    )
    assert {row["id"]: row["facts"] for row in counts} == {
        "north-1": 3, "north-2": 2, "south_1": 3, "south_2": 2, LEI: 0,
    }  # fmt: skip
    before = content(graph)
    load(graph, [directory], prefix="north-", all_ids=True)
    assert content(graph) == before
    assert [each.known for each in apply(graph, [directory], prefix="south_", all_ids=True)[0]] == [
        len(lines) - 1 for lines in FILES.values()
    ]


def test_a_mapping_gives_ids_that_get_the_prefix_too(graph: Database, tmp_path: Path) -> None:
    mapping = written(
        tmp_path,
        "m.toml",
        'about = "x"',
        "[entities]",
        'id = { columns = ["a", "b"], prefix = "m" }',
        'kind = { value = "person" }',
        "[contacts]",
        'source = { column = "a", prefix = "m" }',
        'target = { column = "b", prefix = "m" }',
        f'at = {{ value = "{AT}" }}',
    )
    file = written(tmp_path, "calls.csv", "a,b", "1,2")
    assert [each.stored for each in load(graph, [file], mapping=str(mapping), prefix="x-", all_ids=True)] == [2, 1]
    assert ids(graph) == ["x-m1", "x-m2"]


def test_rejects_quote_ids_as_the_file_has_them(graph: Database, directory: Path, tmp_path: Path) -> None:
    load(graph, [directory], prefix="north-", all_ids=True)
    written(
        directory, "obligations.csv", "id,debtor,creditor,due", f"1,2,1,{AT}", f"8,9,2,{AT}", f"9,1,{USCC},{AT}"
    )
    rejects = tmp_path / "rejects.csv"
    load(graph, [directory / "obligations.csv"], prefix="north-", all_ids=True, rejects=rejects)
    with rejects.open(encoding="utf-8", newline="") as stream:
        told = [(row["column"], row["value"]) for row in csv.DictReader(stream)]
    assert told == [("debtor", "2"), ("debtor", "9"), ("creditor", USCC)]


def test_without_all_ids_a_prefix_is_put_before_the_ids_of_facts_alone(directory: Path) -> None:
    for kind in FILES:
        [plain] = files.read(directory / f"{kind}.csv")
        [own] = files.read(directory / f"{kind}.csv", prefix="north-")
        [every] = files.read(directory / f"{kind}.csv", prefix="north-", all_ids=True)
        for before, after, most in zip(plain.rows, own.rows, every.rows, strict=True):
            changed = {name for name in before if before[name] != after[name]}
            assert changed == ({"id"} if kind not in ("entities", "products", "sites") else set())
            assert all(most[name] == before[name] for name in ("lei", "category", "at", "due") if name in before)


@pytest.mark.parametrize("prefix", ["", " ", "a b-", "a\n", "x" * 41, "ä-", "-a", "a\u200d-"])
def test_what_is_no_prefix_is_refused_before_anything_is_read(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="is no prefix"):
        next(files.read(tmp_path / "entities.csv", prefix=prefix, all_ids=True))


@pytest.mark.parametrize(
    ("prefix", "reason"), [(None, "give --prefix"), ("coop1:", "of all ids"), ("a.b-", "of all ids")]
)
def test_all_ids_need_a_prefix_that_fits_products_too(prefix: str | None, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=reason):
        next(files.read(tmp_path / "entities.csv", prefix=prefix, all_ids=True))


def test_a_prefix_that_makes_an_id_too_long_or_a_telephone_number_is_told_with_what_the_file_has(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, "entities.csv", "id,kind", f"{'9' * 199},person", "1234567,person", "x,person")
    [chunk] = files.read(file, prefix="tel-", all_ids=True)
    assert [row["id"] for row in chunk.rows] == ["tel-x"]
    assert [reject.value for reject in chunk.rejects] == ["9" * 199, "1234567"]
