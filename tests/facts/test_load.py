"""Files get into the graph: once, whole, in order, also beside other loads."""

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import graph.facts.load
from graph.errors import ParameterError, RecordError
from graph.facts import synthetic
from graph.facts.kinds import KINDS
from graph.model import Loaded
from graph.policy import publishing, scheme
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.facts.looking import content, whole, written
from tests.kept import kept

AT, LATER = "2026-01-31T09:30:00Z", "2026-02-28T09:30:00Z"
AT_STORED, LATER_STORED = "2026-01-31T09:30:00.000000Z", "2026-02-28T09:30:00.000000Z"
SCHEME = scheme.read("reliability")
NOTICE, VERSION = SCHEME.notice_id, SCHEME.notice.version

HEADERS = {kind: ",".join(columns) for kind, columns in synthetic.HEADERS.items()}
# One good row of each kind with every column, about these entities.
ROWS = {
    "entities": ["ann,person,Ann,1990-12-31,,", "bob,person,Bob,,,", "cyd,person,,,,"],
    "products": ["p1,books"],
    "sites": ["s1,news"],
    "contacts": [f"c1,ann,bob,{AT},call"],
    "obligations": [
        f"o1,ann,bob,loan,5.5,CNY,{AT},{LATER},0.5",
        # what is paid in parts does not say itself when it was settled
        f"o9,bob,ann,loan,10,CNY,{AT},,",
        f"o8,bob,ann,loan,10,CNY,{AT},,",
    ],
    "payments": [f"y1,o9,{AT},2.5,CNY"],
    "purchases": [f"b1,ann,p1,{AT},5,EUR"],
    "visits": [f"v1,ann,s1,{AT}"],
    "judgments": [f"j1,ann,court,case 1,5,CNY,{AT},{LATER},{LATER}"],
    "memberships": [f"ann,reliability,{AT},{NOTICE}"],
}


@pytest.fixture
def market(graph: Database) -> Database:
    """A graph in which the scheme `reliability` is published, and own-conduct too."""
    publishing.publish(graph, SCHEME)
    publishing.publish(graph, scheme.read("own-conduct"))
    return graph


@pytest.fixture
def filled(market: Database, tmp_path: Path) -> Database:
    """A market with the ROWS of every kind."""
    files = directory(tmp_path / "filled", ROWS)

    def make() -> None:
        load(market, files)

    return kept(market, make)


def directory(path: Path, rows: dict[str, list[str]]) -> Path:
    path.mkdir()
    for kind, lines in rows.items():
        written(path, f"{kind}.csv", HEADERS[kind], *lines)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """A file of rows of one kind; `name` tells several of a kind apart."""

    def write(kind: str, *lines: str, name: str = "") -> Path:
        return written(tmp_path, f"{kind}{name}.csv", HEADERS[kind], *lines)

    return write


def load(database: Database, *paths: Path, **options: int | bool | Path) -> list[Loaded]:
    """What was loaded, where nothing is rejected."""
    loaded = graph.facts.load.load(database, paths, **options)  # type: ignore[arg-type]
    assert [each for each in loaded if each.rejected] == []
    return loaded


def refused(database: Database, path: Path, batch: int = 10_000) -> list[tuple[int, str, str, str]]:
    """Line, column, value and reason of each row that is rejected."""
    rejects = path.with_name("rejects-of-this-load")
    rejects.unlink(missing_ok=True)
    loaded = graph.facts.load.load(database, [path], rejects=rejects, batch=batch)
    if not rejects.exists():
        return []
    with rejects.open(newline="", encoding="utf-8") as stream:
        found = [(int(r["line"]), r["column"], r["value"], r["reason"]) for r in csv.DictReader(stream)]
    assert sum(each.rejected for each in loaded) == len(found)
    return found


def counts(loaded: list[Loaded]) -> list[tuple[int, int, int, int]]:
    return [(each.stored, each.completed, each.known, each.rejected) for each in loaded]


# Twice ----------------------------------------------------------------------------------------------


def test_a_row_of_every_kind_loaded_twice_is_stored_once(market: Database, tmp_path: Path) -> None:
    organisation = "acme,organisation,Acme,1999-12-31,91110000600037341L,213800KUD8LAJWSQ9D15"
    trader = "tom,sole-trader,Tom,1980-12-31,91110000600037341L,"
    files = directory(tmp_path / "all", ROWS | {"entities": [*ROWS["entities"], organisation, trader]})
    first = load(market, files)
    before = whole(market)
    second = load(market, files)
    assert whole(market) == before
    assert [each.stored for each in first] == [5, 1, 1, 1, 3, 1, 1, 1, 1, 1]
    assert counts(second) == [(0, 0, each.stored, 0) for each in first]


@pytest.mark.slow
def test_a_community_loaded_twice_changes_nothing_whatever_the_chunks(market: Database, tmp_path: Path) -> None:
    synthetic.write(tmp_path, entities=60, members=50, contacts=900, obligations=300, purchases=200, visits=200)
    first = load(market, tmp_path)
    before = whole(market)
    second = load(market, tmp_path, batch=170)
    assert whole(market) == before
    assert counts(second) == [(0, 0, each.stored, 0) for each in first]


def test_equal_rows_without_ids_are_stored_once_each_however_often_the_file_is_loaded(
    filled: Database, tmp_path: Path
) -> None:
    path = written(tmp_path, "visits-2.csv", "entity,site,at", *[f"bob,s1,{AT}"] * 5)
    assert counts(load(filled, path, batch=2)) == [(5, 0, 0, 0)]
    before = whole(filled)
    assert counts(load(filled, path, batch=3)) == [(0, 0, 5, 0)]
    assert whole(filled) == before


def test_each_fact_makes_ratings_of_members_older_than_it_and_marks_nobody_else(
    filled: Database, file: Callable[..., Path]
) -> None:
    def changed() -> dict[str, Any]:
        rows = filled.statement("MATCH (e:Entity) WHERE e.changed IS NOT NULL RETURN e.id AS id, e.changed AS at")
        return {row["id"]: row["at"] for row in rows}

    assert changed() == {}, "nobody had joined"
    load(filled, file("contacts", f"c5,bob,ann,{AT},"))
    first = changed()
    assert set(first) == {"ann"}
    for number, (kind, row) in enumerate(
        {"contacts": f"c6,ann,bob,{AT},", "visits": f"v6,ann,s1,{AT}", "purchases": f"b6,ann,p1,{AT},,"}.items()
    ):
        load(filled, file(kind, row, name=f"-{number}"))
        again = changed()
        assert again["ann"] > first["ann"]
        first = again
    load(filled, file("visits", f"v7,bob,s1,{AT}", name="-of-bob"))
    assert changed() == first


# Order ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [False, True], ids=["a directory", "named one by one"])
def test_files_load_in_the_order_in_which_kinds_depend_on_each_other(
    market: Database, tmp_path: Path, named: bool
) -> None:
    files = directory(tmp_path / "all", ROWS)
    written(files, "contacts-2.csv", HEADERS["contacts"], f"c2,bob,ann,{AT},")
    paths = sorted(files.iterdir()) if named else [files]
    assert paths[0].name == "contacts-2.csv" or not named
    loaded = load(market, *paths)
    assert list(dict.fromkeys(each.kind for each in loaded)) == list(KINDS)
    assert [each.stored for each in loaded] == [3, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1]


def test_other_files_of_a_directory_are_left_alone(market: Database, tmp_path: Path) -> None:
    files = directory(tmp_path / "all", {"entities": ROWS["entities"]})
    (files / "README.md").write_text("what this is")
    (files / "PRODUCTS.CSV").write_text("id,category\np1,books\n")
    assert [(each.kind, each.stored) for each in load(market, files)] == [("entities", 3), ("products", 1)]


def test_the_rejects_of_an_earlier_load_are_no_file_of_a_directory(market: Database, tmp_path: Path) -> None:
    path = written(tmp_path, "products.csv", HEADERS["products"], "p1,")
    rejects = tmp_path / "rejects.csv"
    for _ in range(2):
        assert [each.rejected for each in graph.facts.load.load(market, [tmp_path], rejects=rejects)] == [1]
    written(tmp_path, path.name, HEADERS["products"], "p1,books")
    assert counts(load(market, tmp_path, rejects=rejects)) == [(1, 0, 0, 0)]


def test_an_empty_directory_is_an_error(graph: Database, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="holds no file that ends in"):
        load(graph, tmp_path)
    with pytest.raises(ParameterError, match="at least one file"):
        load(graph)


# Contradictions -------------------------------------------------------------------------------------

# Rows that say something else than ROWS in one cell, with that cell's column and value.
OTHER = {
    "entities": [
        ("ann,organisation,Ann,1990-12-31,,", "kind", "organisation"),
        ("ann,person,Anna,1990-12-31,,", "name", "Anna"),
        ("ann,person,Ann,1991-12-31,,", "born", "1991-12-31"),
    ],
    "products": [("p1,games", "category", "games")],
    "sites": [("s1,games", "category", "games")],
    "contacts": [
        (f"c1,cyd,bob,{AT},call", "source", "cyd"),
        (f"c1,ann,cyd,{AT},call", "target", "cyd"),
        (f"c1,bob,ann,{AT},call", "source", "bob"),
        (f"c1,ann,bob,{LATER},call", "at", LATER_STORED),
        (f"c1,ann,bob,{AT},sms", "channel", "sms"),
    ],
    "obligations": [
        (f"o1,cyd,bob,loan,5.5,CNY,{AT},{LATER},0.5", "debtor", "cyd"),
        (f"o1,ann,cyd,loan,5.5,CNY,{AT},{LATER},0.5", "creditor", "cyd"),
        (f"o1,ann,bob,trade,5.5,CNY,{AT},{LATER},0.5", "kind", "trade"),
        (f"o1,ann,bob,loan,6,CNY,{AT},{LATER},0.5", "amount", "6.0"),
        (f"o1,ann,bob,loan,5.5,EUR,{AT},{LATER},0.5", "currency", "EUR"),
        (f"o1,ann,bob,loan,5.5,CNY,{LATER},{LATER},0.5", "due", LATER_STORED),
        (f"o1,ann,bob,loan,5.5,CNY,{AT},{AT},0.5", "settled", AT_STORED),
        (f"o1,ann,bob,loan,5.5,CNY,{AT},{LATER},1", "outcome", "1.0"),
    ],
    "payments": [
        (f"y1,o8,{AT},2.5,CNY", "obligation", "o8"),
        (f"y1,o9,{LATER},2.5,CNY", "at", LATER_STORED),
        (f"y1,o9,{AT},2,CNY", "amount", "2.0"),
        (f"y1,o9,{AT},2.5,EUR", "currency", "EUR"),
    ],
    "purchases": [
        (f"b1,bob,p1,{AT},5,EUR", "entity", "bob"),
        (f"b1,ann,p2,{AT},5,EUR", "product", "p2"),
        (f"b1,ann,p1,{LATER},5,EUR", "at", LATER_STORED),
        (f"b1,ann,p1,{AT},6,EUR", "amount", "6.0"),
        (f"b1,ann,p1,{AT},5,CNY", "currency", "CNY"),
    ],
    "visits": [
        (f"v1,bob,s1,{AT}", "entity", "bob"),
        (f"v1,ann,s2,{AT}", "site", "s2"),
        (f"v1,ann,s1,{LATER}", "at", LATER_STORED),
    ],
    "judgments": [
        (f"j1,bob,court,case 1,5,CNY,{AT},{LATER},{LATER}", "entity", "bob"),
        (f"j1,ann,other,case 1,5,CNY,{AT},{LATER},{LATER}", "court", "other"),
        (f"j1,ann,court,case 2,5,CNY,{AT},{LATER},{LATER}", "case_number", "case 2"),
        (f"j1,ann,court,case 1,6,CNY,{AT},{LATER},{LATER}", "amount", "6.0"),
        (f"j1,ann,court,case 1,5,EUR,{AT},{LATER},{LATER}", "currency", "EUR"),
        (f"j1,ann,court,case 1,5,CNY,{LATER},{LATER},{LATER}", "issued", LATER_STORED),
        (f"j1,ann,court,case 1,5,CNY,{AT},{AT},{LATER}", "due", AT_STORED),
        (f"j1,ann,court,case 1,5,CNY,{AT},{LATER},{AT}", "settled", AT_STORED),
    ],
    "memberships": [(f"ann,reliability,{LATER},{NOTICE}", "at", LATER_STORED)],
}
# A row that is new and loads beside those.
NEW = {
    "entities": "dan,person,,,,",
    "products": "p3,books",
    "sites": "s3,news",
    "contacts": f"c3,bob,ann,{AT},",
    "obligations": f"o3,bob,ann,,,,{AT},,",
    "payments": f"y3,o9,{AT},1,",
    "purchases": f"b3,bob,p1,{AT},,",
    "visits": f"v3,bob,s1,{AT}",
    "judgments": f"j3,bob,court,case 3,5,CNY,{AT},{LATER},",
    "memberships": f"bob,reliability,{AT},{VERSION}",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_other_content_under_a_known_id_is_rejected_and_nothing_else(
    filled: Database, file: Callable[..., Path], kind: str
) -> None:
    load(filled, file("products", "p2,books", name="-more"), file("sites", "s2,news", name="-more"))
    before, known = content(filled), ROWS[kind][0]
    rows = [row for row, _, _ in OTHER[kind]]

    in_one_chunk = refused(filled, file(kind, known, *rows))
    key = ("entity" if kind == "memberships" else "id", known.partition(",")[0])
    assert [each[:3] for each in in_one_chunk] == [(line, *key) for line in range(3, len(rows) + 3)]
    assert {each[3].partition(" says")[0] for each in in_one_chunk} == {"line 2"}
    assert content(filled) == before

    in_the_graph = [(line, column, value) for line, (_, column, value) in enumerate(OTHER[kind], start=3)]
    across_chunks = refused(filled, file(kind, known, *rows, NEW[kind]), batch=1)
    assert [each[:3] for each in across_chunks] == in_the_graph
    assert all("another" in each[3] for each in across_chunks)
    after = content(filled)
    assert counts(load(filled, file(kind, known, NEW[kind]))) == [(0, 0, 2, 0)]
    for line, row in enumerate(rows, start=3):  # across files
        assert refused(filled, file(kind, row)) == [(2, *across_chunks[line - 3][1:])]
    assert content(filled) == after


def test_a_notice_that_was_not_agreed_to_is_another_one(market: Database, file: Callable[..., Path]) -> None:
    load(market, file("entities", *ROWS["entities"]), file("memberships", *ROWS["memberships"]))
    market.statement("MATCH (s:Scheme {id: 'reliability'}) SET s.notices = ['0 abc'] + s.notices")
    before = whole(market)
    [found] = refused(market, file("memberships", f"ann,reliability,{AT},0"))
    assert found == (2, "notice", "0", "the entity agreed to another notice")
    assert whole(market) == before


KINDS_OF_ENTITY = {
    "person": ["Person"],
    "organisation": ["Organisation"],
    "sole-trader": ["Organisation", "SoleTrader"],
}


def test_an_entity_keeps_the_kind_that_it_came_with(market: Database, file: Callable[..., Path]) -> None:
    for kind, labels in KINDS_OF_ENTITY.items():
        load(market, file("entities", f"{kind}-1,{kind},,,,", name="-new"))
        assert market.one("entity", id=f"{kind}-1")["kind"] == kind
        [row] = market.statement("MATCH (e {id: $id}) RETURN labels(e) AS labels", id=f"{kind}-1")
        assert sorted(row["labels"]) == sorted(["Entity", *labels])
        rows = [f"{kind}-1,{other},,,," for other in KINDS_OF_ENTITY if other != kind]
        found = refused(market, file("entities", *rows), batch=1)
        assert {each[1:2] + each[3:] for each in found} == {("kind", "the id is known with another kind")}
        assert len(found) == len(rows)
    counted = market.one("overview")
    assert (counted["persons"], counted["organisations"]) == (1, 2)


# More and less knowledge ----------------------------------------------------------------------------

# (kind, what is known first, what is learnt later)
LEARNT = [
    ("entities", "dan,person,,,,", "dan,person,Dan,1990-12-31,,"),
    (
        "entities",
        "acme,organisation,,,,",
        "acme,organisation,Acme,1999-12-31,91110000600037341L,213800KUD8LAJWSQ9D15",
    ),
    ("contacts", f"c9,ann,bob,{AT},", f"c9,ann,bob,{AT},call"),
    ("obligations", f"o6,ann,bob,,,,{AT},,", f"o6,ann,bob,,,,{AT},{LATER},"),
    ("obligations", f"o6,ann,bob,,,,{AT},,", f"o6,ann,bob,loan,5,CNY,{AT},{LATER},0.5"),
    ("purchases", f"b9,ann,p1,{AT},,", f"b9,ann,p1,{AT},5,EUR"),
    (
        "judgments",
        f"j9,ann,court,case 9,5,CNY,{AT},{LATER},",
        f"j9,ann,court,case 9,5,CNY,{AT},{LATER},{LATER}",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "less", "more"), LEARNT)
def test_what_is_learnt_later_completes_and_what_is_forgotten_stays(
    filled: Database, file: Callable[..., Path], kind: str, less: str, more: str
) -> None:
    first, second = file(kind, less, name="-1"), file(kind, more, name="-2")
    assert counts(load(filled, first)) == [(1, 0, 0, 0)]
    assert counts(load(filled, second)) == [(0, 1, 0, 0)]
    after = content(filled)
    assert counts(load(filled, first)) == [(0, 0, 1, 0)]
    assert counts(load(filled, second)) == [(0, 0, 1, 0)]
    assert content(filled) == after
    bit_by_bit, id_ = content(filled), more.partition(",")[0]
    filled.statement("MATCH (n {id: $id}) DETACH DELETE n", id=id_)
    filled.statement("MATCH ()-[r {id: $id}]->() DELETE r", id=id_)
    assert counts(load(filled, second)) == [(1, 0, 0, 0)]
    assert content(filled) == bit_by_bit, "the same as told at once"


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 10_000])
@pytest.mark.parametrize(("kind", "less", "more"), [each for each in LEARNT if each[0] != "entities"])
def test_rows_of_one_file_complete_each_other_however_it_is_cut(
    filled: Database, file: Callable[..., Path], kind: str, less: str, more: str, batch: int
) -> None:
    loaded = load(filled, file(kind, less, more, less), batch=batch)
    assert [(each.stored, each.rejected) for each in loaded] == [(1, 0)]
    together = content(filled)
    filled.statement("MATCH ()-[r {id: $id}]->() DELETE r", id=more.partition(",")[0])
    load(filled, file(kind, more, name="-alone"))
    assert content(filled) == together


def test_an_open_obligation_is_settled_by_a_later_row(filled: Database, file: Callable[..., Path]) -> None:
    load(filled, file("obligations", f"o7,ann,bob,loan,5,CNY,{AT},,"))
    assert counts(load(filled, file("obligations", f"o7,ann,bob,loan,5,CNY,{AT},{LATER},"))) == [(0, 1, 0, 0)]
    [row] = filled.statement(
        "MATCH ()-[o:OWED {id: 'o7'}]->() RETURN toString(o.settled) AS settled, o.kind AS kind"
    )
    assert row == {"settled": "2026-02-28T09:30:00Z", "kind": "loan"}


# Unknown entities and things ------------------------------------------------------------------------


NOBODY = "there is no such entity"
NOT_THERE = {
    "contacts": [(f"x,eve,bob,{AT},", "source", "eve", NOBODY), (f"y,ann,eve,{AT},", "target", "eve", NOBODY)],
    "obligations": [
        (f"x,eve,bob,,,,{AT},,", "debtor", "eve", NOBODY),
        (f"y,ann,eve,,,,{AT},,", "creditor", "eve", NOBODY),
    ],
    "purchases": [
        (f"x,eve,p1,{AT},,", "entity", "eve", NOBODY),
        (f"y,ann,p9,{AT},,", "product", "p9", "there is no such product"),
    ],
    "visits": [
        (f"x,eve,s1,{AT}", "entity", "eve", NOBODY),
        (f"y,ann,s9,{AT}", "site", "s9", "there is no such site"),
    ],
    "memberships": [
        (f"eve,reliability,{AT},{NOTICE}", "entity", "eve", NOBODY),
        (f"cyd,trading,{AT},{NOTICE}", "scheme", "trading", "no such scheme is published"),
        (f"bob,own-conduct,{AT},99", "notice", "99", "the scheme published no such notice"),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", NOT_THERE)
def test_rows_about_what_is_not_there_are_rejected_and_the_good_ones_load(
    filled: Database, file: Callable[..., Path], kind: str
) -> None:
    bad = NOT_THERE[kind]
    found = refused(filled, file(kind, ROWS[kind][0], *(row for row, *_ in bad), NEW[kind]))
    assert found == [(line, *rest) for line, (_, *rest) in enumerate(bad, start=3)]
    after = content(filled)
    assert counts(load(filled, file(kind, NEW[kind]))) == [(0, 0, 1, 0)]
    assert content(filled) == after


def test_an_id_with_a_bar_is_no_member_of_another_scheme(market: Database, file: Callable[..., Path]) -> None:
    load(market, file("entities", "ann,person,,,,", "own-conduct|ann,person,,,,"))
    rows = [f"own-conduct|ann,reliability,{AT},{NOTICE}", f"ann,reliability,{AT},{NOTICE}"]
    assert counts(load(market, file("memberships", *rows))) == [(2, 0, 0, 0)]


# Members --------------------------------------------------------------------------------------------

RIDS = """
MATCH (e:Entity)-[:JOINED]->(m:Membership {scheme: $scheme})
RETURN e.id AS entity, m.rid AS rid, m.id AS id ORDER BY rid
"""


def rids(database: Database, scheme_id: str = "reliability") -> list[tuple[str, int]]:
    return [(row["entity"], row["rid"]) for row in database.statement(RIDS, scheme=scheme_id)]


@pytest.mark.parametrize("batch", [10_000, 3])
def test_rids_are_dense_and_in_the_order_of_the_rows(
    market: Database, file: Callable[..., Path], batch: int
) -> None:
    names = [f"m{number * 7 % 20:02}" for number in range(20)]
    load(market, file("entities", *(f"{name},person,,,," for name in names)))
    rows = [f"{name},reliability,{AT},{VERSION}" for name in names[:10]]
    rows[4:4] = [f"nobody,reliability,{AT},{VERSION}", rows[0]]  # neither takes a number
    assert [each[0] for each in refused(market, file("memberships", *rows), batch=batch)] == [6]
    assert rids(market) == [(name, rid) for rid, name in enumerate(names[:10])]
    mixed = [f"{name},{each},{AT},{VERSION}" for name in names for each in ("own-conduct", "reliability")]
    load(market, file("memberships", *mixed, name="-2"), batch=batch)
    assert rids(market) == rids(market, "own-conduct") == [(name, rid) for rid, name in enumerate(names)]


# Two at once ----------------------------------------------------------------------------------------


def at_once(settings: Settings, *loads: tuple[Path, int]) -> list[list[Loaded]]:
    """Each of the paths is loaded with its batch, all at the same time, each by a Database of its own."""
    with ExitStack() as stack, ThreadPoolExecutor(len(loads)) as pool:
        databases = [stack.enter_context(connect(settings)) for _ in loads]
        futures = [
            pool.submit(graph.facts.load.load, database, [path], batch=batch)
            for database, (path, batch) in zip(databases, loads, strict=True)
        ]
        return [future.result() for future in futures]


@pytest.mark.slow
def test_two_loaders_of_the_same_files_at_once_give_the_same_graph_as_one(
    market: Database, settings: Settings, tmp_path: Path
) -> None:
    synthetic.write(tmp_path, entities=60, members=50, contacts=800, obligations=300, purchases=300, visits=300)
    one, other = at_once(settings, (tmp_path, 150), (tmp_path, 130))
    both = content(market)
    market.statement("MATCH (n) WHERE NOT n:Migration AND NOT n:Scheme DETACH DELETE n")
    market.statement("MATCH (s:Scheme) REMOVE s.next_rid")
    alone = load(market, tmp_path)
    assert content(market) == both
    for a, b, c in zip(one, other, alone, strict=True):
        assert (a.kind, a.stored + b.stored, a.rejected, b.rejected) == (c.kind, c.stored, 0, 0)
        assert a.stored + a.known == b.stored + b.known == c.stored


@pytest.mark.slow
def test_two_loaders_of_different_members_give_each_a_rid_of_its_own(
    market: Database, settings: Settings, file: Callable[..., Path]
) -> None:
    names = [f"m{number:03}" for number in range(200)]
    load(market, file("entities", *(f"{name},person,,,," for name in names)))
    rows = [f"{name},reliability,{AT},{VERSION}" for name in names]
    at_once(
        settings,
        (file("memberships", *rows[:100], name="-1"), 7),
        (file("memberships", *rows[100:], name="-2"), 7),
    )
    found = rids(market)
    assert [rid for _, rid in found] == list(range(200))
    for half in (names[:100], names[100:]):
        assert [name for name, _ in found if name in set(half)] == half


# A dry run ------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_happen_and_writes_nothing(market: Database, tmp_path: Path) -> None:
    load(market, directory(tmp_path / "before", {"products": ROWS["products"], "entities": ROWS["entities"][:1]}))
    rows = {kind: [*lines, NEW[kind]] for kind, lines in ROWS.items()}
    rows["contacts"] += [f"c4,ann,eve,{AT},", "c5,ann,bob,yesterday,", f"c1,ann,bob,{LATER},call"]
    rows["entities"][0] = "ann,person,Ann,1990-12-31,,213800KUD8LAJWSQ9D15"
    rows["products"] += ["p1,games"]
    files, rejects = directory(tmp_path / "all", rows), [tmp_path / "dry.csv", tmp_path / "real.csv"]
    before = whole(market)
    dry = graph.facts.load.load(market, [files], rejects=rejects[0], dry_run=True, batch=3)
    assert whole(market) == before
    real = graph.facts.load.load(market, [files], rejects=rejects[1], batch=3)
    assert dry == real
    assert rejects[0].read_text() == rejects[1].read_text()
    assert {each.kind: each.stored for each in dry}["contacts"] == 2
    assert sum(each.rejected for each in dry) == 5


# Rejects --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [10_000, 4])
def test_the_rejects_file_has_those_of_the_file_and_of_the_database_by_line(
    filled: Database, file: Callable[..., Path], tmp_path: Path, batch: int
) -> None:
    path = file(
        "contacts",
        f"c2,ann,eve,{AT},",
        "c3,ann,bob,yesterday,",
        f"c1,ann,bob,{AT},call",
        f"c1,ann,cyd,{AT},call" if batch == 4 else "",
        f"c4,ann,ann,{AT},",
        "c5,ann",
        f"c6,eve,ann,{AT},",
        f"c7,ann,bob,{AT},",
        f"c8,,bob,{AT},",
    )
    rejects = tmp_path / "rejects.csv"
    [loaded] = graph.facts.load.load(filled, [path], rejects=rejects, batch=batch)
    with rejects.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["file", "line", "column", "value", "reason"]
    assert {row[0] for row in rows} == {str(path)}
    contradiction = [["5", "id", "c1", "line 4 says something else under the same id"]] if batch == 4 else []
    assert [row[1:] for row in rows] == [
        ["2", "target", "eve", "there is no such entity"],
        ["3", "at", "yesterday", "not a time; write it as in 2026-01-31T09:30:00Z"],
        *contradiction,
        ["6", "target", "ann", "a contact with oneself"],
        ["7", "", "c5,ann", "the number of fields is 2 and not 5"],
        ["8", "source", "eve", "there is no such entity"],
        ["10", "source", "", "empty"],
    ]
    assert (loaded.stored, loaded.known, loaded.rejected) == (1, 1, len(rows))


def test_without_rejects_no_file_is_made(filled: Database, file: Callable[..., Path], tmp_path: Path) -> None:
    load(filled, file("sites", "s5,news"), rejects=tmp_path / "rejects.csv")
    assert not (tmp_path / "rejects.csv").exists()


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("visits.csv", ["entity,site,when", f"ann,s1,{AT}"]),
        ("visits.csv", []),
        ("visits.parquet", ["entity"]),
        ("letters.csv", ["id"]),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_load_before_anything_is_written(
    market: Database, tmp_path: Path, name: str, lines: list[str]
) -> None:
    files = directory(tmp_path / "all", {"entities": [*ROWS["entities"], "bad"], "products": ROWS["products"]})
    (files / name).write_text("\n".join(lines))
    before = whole(market)
    with pytest.raises(RecordError, match=name):
        graph.facts.load.load(market, [files], rejects=tmp_path / "rejects.csv")
    assert whole(market) == before
    assert not (tmp_path / "rejects.csv").exists()


def test_a_rejects_file_that_cannot_be_written_stops_the_load(market: Database, tmp_path: Path) -> None:
    files = directory(tmp_path / "all", ROWS)
    before = whole(market)
    with pytest.raises(ParameterError, match="nowhere"):
        graph.facts.load.load(market, [files], rejects=tmp_path / "nowhere" / "rejects.csv")
    assert whole(market) == before
