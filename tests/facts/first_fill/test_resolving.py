"""Rows that are staged for the importer: what becomes of each is what the queries of a load make of it."""

import csv
import io
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.errors import Refused, StoreFull
from graph.facts.first_fill import kept, outputs
from graph.facts.first_fill.filling import schemes_of
from graph.facts.first_fill.forms import ARRAY_DELIMITER, form_of
from graph.facts.first_fill.resolving import Resolver, as_cypher_writes
from graph.facts.first_fill.staged import Staged
from graph.facts.kinds import KINDS
from graph.facts.store import Load, store
from graph.policy import publishing, scheme
from graph.server.compaction import whole
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.conftest import samples

LOAD = Load("1f2e3d4c5b6a7988", "olga", datetime(2026, 7, 1, tzinfo=UTC), ("made-up.csv",), "a digest")
OLD, NOW, THEN = "2026-01-31T09:30:00.000000Z", "2026-06-28T21:59:59.999999Z", "2027-01-01T00:00:00.000000Z"
TIMES = st.sampled_from([OLD, NOW, THEN])
WHO = st.sampled_from(["ann", "bob", "cat", "nobody"])
NAMES = st.sampled_from([None, "Ann", 'She said "well", \\ then; left', "Łucja, 张伟"])
AMOUNTS = st.sampled_from([(None, None), (10.0, "CNY"), (12345678.5, "CNY"), (0.0001, "EUR"), (0.3, "CNY")])


def rows_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Checked rows of a kind, of few ids, so that many contradict each other or complete what is there."""
    makers: dict[str, dict[str, Any]] = {
        "entities": {
            "id": st.sampled_from(["ann", "bob", "cat"]),
            "kind": st.sampled_from(["person", "organisation", "sole-trader"]),
            "name": NAMES,
            "born": st.sampled_from([None, "1990-12-31", "2008-07-01", "2008-02-29", "2015-01-01"]),
            "uscc": st.none(),
            "lei": st.sampled_from([None, "999900MADEUP00000148"]),
        },
        "products": {"id": st.sampled_from(["bread", "novel"]), "category": st.sampled_from(["books", "games"])},
        "sites": {"id": st.sampled_from(["park", "pier"]), "category": st.sampled_from(["sports", "travel"])},
        "contacts": {"source": WHO, "target": WHO, "at": TIMES, "channel": st.sampled_from([None, "call"])},
        "obligations": {
            "debtor": WHO,
            "creditor": WHO,
            "kind": st.sampled_from([None, "loan"]),
            "money": AMOUNTS,
            "due": st.just(NOW),
            "settled": st.sampled_from([None, None, OLD, NOW]),
            "outcome": st.sampled_from([None, 0.5, 1.0]),
            "zone": st.sampled_from([None, "Europe/Berlin"]),
        },
        "payments": {
            "obligation": st.sampled_from(["obligations-1", "obligations-2", "lost"]),
            "at": TIMES,
            "amount": st.sampled_from([10.0, 4.0, 6.0, -4.0, 0.1, 0.2]),
            "currency": st.sampled_from([None, "CNY", "EUR"]),
        },
        "purchases": {"entity": WHO, "product": st.sampled_from(["bread", "lost"]), "at": TIMES, "money": AMOUNTS},
        "visits": {"entity": WHO, "site": st.sampled_from(["park", "lost"]), "at": TIMES},
        "judgments": {
            "entity": WHO,
            "court": st.just("court"),
            "case_number": st.sampled_from(["7", "8"]),
            "money": AMOUNTS.filter(lambda money: money[0] is not None),
            "issued": st.just(OLD),
            "due": st.just(NOW),
            "settled": st.sampled_from([None, NOW]),
        },
        "memberships": {
            "entity": WHO,
            "scheme": st.sampled_from(["reliability", "own-conduct", "lost"]),
            "at": st.sampled_from([OLD, NOW]),
            "notice": st.sampled_from(["1", "1", "1", "lost"]),
        },
    }
    columns = dict(makers[kind])
    if "id" in {column.name for column in KINDS[kind].columns}:
        columns.setdefault("id", st.sampled_from([f"{kind}-1", f"{kind}-2", f"{kind}-3"]))
    return st.fixed_dictionaries(columns).map(lambda row: _with_money(kind, row))


def _with_money(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    row["amount"], row["currency"] = row.pop("money", (row.get("amount"), row.get("currency")))
    return {column.name: row[column.name] for column in KINDS[kind].columns}


def _key(kind: str, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KINDS[kind].key)


def chunks() -> st.SearchStrategy[list[tuple[str, list[dict[str, Any]]]]]:
    """Chunks in any order, as files of several kinds give them; no two rows of one have the same name."""
    of_kind = [
        st.tuples(st.just(kind), st.lists(rows_of(kind), min_size=1, max_size=4, unique_by=partial(_key, kind)))
        for kind in KINDS
    ]
    return st.lists(st.one_of(of_kind), max_size=14)


def entity(id_: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "person", "name": None, "born": None, "uscc": None, "lei": None} | more


def owed(id_: str, **more: Any) -> dict[str, Any]:
    row = {"id": id_, "debtor": "ann", "creditor": "bob", "kind": None, "amount": None, "currency": None}
    return row | {"due": NOW, "settled": None, "outcome": None, "zone": None} | more


def paid(id_: str, amount: float, at: str = OLD) -> dict[str, Any]:
    return {"id": id_, "obligation": "obligations-1", "at": at, "amount": amount, "currency": None}


PEOPLE = ("entities", [entity("ann", born="1990-12-31"), entity("bob"), entity("cat", name="Cat")])
TEN = {"amount": 10.0, "currency": "CNY"}


@given(parts=chunks())
@example(parts=[PEOPLE, ("obligations", [owed("obligations-1", **TEN)]),
                ("payments", [paid("p1", 4.0), paid("p2", 6.0, NOW)]),
                ("obligations", [owed("obligations-1", settled=NOW, zone="Europe/Berlin")]),
                ("payments", [paid("p3", -4.0, THEN)])])  # fmt: skip
@example(parts=[PEOPLE, ("obligations", [owed("obligations-1", **TEN)]),
                ("payments", [paid("p1", 10.0)]), ("payments", [paid("p2", -10.0, NOW), paid("p1", 10.0)]),
                ("payments", [paid("p3", 11.0, THEN), paid("p4", 10.0, THEN)]),
                ("obligations", [owed("obligations-1", settled=OLD)])])  # fmt: skip
@example(parts=[("memberships", [{"entity": "ann", "scheme": "reliability", "at": OLD, "notice": "1"}]), PEOPLE,
                ("memberships", [{"entity": who, "scheme": "reliability", "at": OLD, "notice": "1"}
                                 for who in ("bob", "ann")]),
                ("entities", [entity("bob", born="1990-12-31")]),
                ("memberships", [{"entity": who, "scheme": "reliability", "at": OLD, "notice": "1"}
                                 for who in ("bob", "ann")])])  # fmt: skip
@settings(
    max_examples=samples(12, 300),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_becomes_of_each_row_is_what_a_load_makes_of_it(
    parts: list[tuple[str, list[dict[str, Any]]]], graph: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    graph.statement("MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    for each in ("reliability", "own-conduct"):
        publishing.publish(graph, scheme.read(each))
    nodes, ties = whole(graph)
    directory = tmp_path_factory.mktemp("staged")
    resolver = Resolver(directory, schemes_of(nodes))
    for kind, rows in parts:
        wanted = graph.write(partial(graph_store, kind, rows))
        found = resolver.store(kind, numbered(rows), LOAD)
        names = ("stored", "completed", "known")
        assert {name: found[name] for name in names} == {name: wanted[name] for name in names}, (kind, rows)
        assert by_line(found["rejects"]) == by_line(wanted["rejects"])
    made = outputs.complete(directory, resolver, nodes, ties)
    assert told_by_files(directory, made.arguments) == told_by(graph)
    [counts] = graph.statement(
        "RETURN COUNT { (n) WHERE NOT n:Migration|Secret } AS nodes, COUNT { ()-->() } AS ties"
    )
    assert (made.nodes, made.relationships) == (counts["nodes"], counts["ties"])


def graph_store(kind: str, rows: list[dict[str, Any]], transaction: Transaction) -> dict[str, Any]:
    return store(transaction, kind, numbered(rows), load=LOAD)


def numbered(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"line": line} for line, row in enumerate(rows, 2)]


def by_line(rejects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rejects, key=lambda reject: int(reject["line"]))


# What a graph and the importer's files say, in one form ------------------------------------------------

READ: dict[str, Callable[[str], Any]] = {
    "double": float,
    "long": int,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "string": str,
}


def told_by(database: Database) -> list[str]:
    nodes = database.statement(
        "MATCH (n) WHERE NOT n:Migration|Secret RETURN labels(n) AS is, properties(n) AS says"
    )
    ties = database.statement(
        "MATCH (a)-[r]->(b) RETURN type(r) AS is, a.id AS source, b.id AS target, properties(r) AS says"
    )
    said = [_said(sorted(row["is"]), row["says"]) for row in nodes]
    return sorted(said + [_said([row["is"], row["source"], row["target"]], row["says"]) for row in ties])


def _said(what: list[str], properties: dict[str, Any]) -> str:
    native = {
        key: value.to_native() if hasattr(value, "to_native") else value
        for key, value in properties.items()
        if value is not None
    }
    told = {
        key: ""
        if key == "changed"
        else value.astimezone(UTC).isoformat()
        if isinstance(value, datetime)
        else value
        for key, value in native.items()
    }
    return f"{what} {sorted(told.items(), key=lambda each: each[0])}"


def told_by_files(directory: Path, arguments: list[str]) -> list[str]:
    """What the importer would make of the files, as its manual says; but for records of migrations and secrets."""
    found = []
    for argument in arguments:
        option, _, value = argument.partition("=")
        if option not in ("--nodes", "--relationships"):
            continue
        named, _, names = value.rpartition("=")
        text = "".join((directory / name).read_text(encoding="utf-8") for name in names.split(","))
        lines = list(csv.reader(io.StringIO(text, newline="")))
        for row in lines[1:]:
            what, ends, says = named.split(":") if named else [], ["", ""], dict[str, Any]()
            for head, cell in zip(lines[0], row, strict=True):
                name, _, type_ = head.partition(":")
                if type_ == "LABEL":
                    what += cell.split(ARRAY_DELIMITER)
                elif type_.startswith(("START_ID", "END_ID")):
                    ends[type_.startswith("END")] = cell
                elif type_ != "IGNORE" and name and cell:
                    says[name] = _value("string" if type_.startswith("ID") else type_ or "string", cell)
            if what != ["Secret"]:
                found.append(_said(sorted(what) if option == "--nodes" else [*what, *ends], says))
    return sorted(found)


def _value(type_: str, cell: str) -> Any:
    one = READ[type_.removesuffix("[]")]
    return [one(each) for each in cell.split(ARRAY_DELIMITER)] if type_.endswith("[]") else one(cell)


ODD = """
CREATE (:Secret {name: 'veil', value: 'ab', empty: '', yes: true, part: -0.5, days: [1, 2],
                 made: datetime('2026-01-01T00:00:00Z')})
       -[:OF {why: 'a "b"\\n,c'}]->(:Secret {name: 'x'})
"""

# The parts ---------------------------------------------------------------------------------------------


@given(amount=st.floats(allow_nan=False, allow_infinity=False))
@example(amount=1e7)
@example(amount=9999999.999)
@example(amount=0.001)
@example(amount=0.00099)
@example(amount=1e22)
@example(amount=5e-324)
@example(amount=-1e-323)
@settings(max_examples=samples(60, 2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_rejected_number_is_written_as_the_queries_write_it(amount: float, graph: Database) -> None:
    [row] = graph.statement("RETURN toString($amount) AS text", amount=amount)
    assert as_cypher_writes(amount) == row["text"]


@given(
    ids=st.lists(st.text("abcž\"',", min_size=1, max_size=3), min_size=1, max_size=60, unique=True),
    batch=st.integers(1, 7),
    changes=st.lists(st.tuples(st.integers(0, 59), NAMES), max_size=5),
)
@settings(max_examples=samples(40, 500))
def test_each_staged_row_is_found_again_as_it_was_or_was_changed(
    ids: list[str], batch: int, changes: list[tuple[int, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("staged") / "rows.csv"
    staged = Staged(file, {"id": "string", "name": "string", "amount": "double", "parts": "long"})
    rows = [{"id": id_, "name": None, "amount": n / 3, "parts": n or None} for n, id_ in enumerate(ids)]
    for start in range(0, len(rows), batch):
        before = staged.known(ids)
        assert [id_ for id_ in ids if id_ in before] == ids[:start]
        staged.add(rows[start : start + batch])
    for place, name in changes:
        row = rows[place % len(rows)]
        row["name"] = name
        staged.change(place % len(rows), row)
    assert staged.known([*ids, "lost"]) == {row["id"]: (n, row) for n, row in enumerate(rows)}
    assert staged.there(["lost", ids[0]]) == [False, True]
    staged.finish()
    with file.open(newline="") as stream:
        assert [row[0] for row in csv.reader(stream)] == ids
    assert [path.name for path in file.parent.iterdir()] == ["rows.csv"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_kind_has_a_form_whose_headers_fit_its_columns() -> None:
    for kind in KINDS:
        form = form_of(kind)
        assert form.parts
        for part in form.parts:
            assert len(part.header) == len(form.columns)


def test_what_is_kept_of_an_empty_store_is_written_as_it_is(graph: Database, tmp_path: Path) -> None:
    publishing.publish(graph, scheme.read("reliability"))
    graph.statement(ODD)
    nodes, ties = whole(graph)
    arguments = kept.write(tmp_path, kept.changed(nodes, {}), ties)
    text = "".join((tmp_path / name.rpartition("=")[2]).read_text() for name in arguments)
    assert '"ab"' in text
    assert "why:string\n" in text
    assert '"a ""b""\n,c"' in text
    assert f'"1{ARRAY_DELIMITER}2"' in text
    assert not any("Migration" in argument for argument in arguments)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("odd", ["['a', '']", "date('2026-01-01')", "[datetime('2026-01-01T00:00:00Z')]"])
def test_what_no_file_can_carry_is_refused_and_named(odd: str, graph: Database, tmp_path: Path) -> None:
    graph.statement(f"CREATE (:Secret {{name: 'odd', odd: {odd}}})")
    nodes, ties = whole(graph)
    with pytest.raises(
        Refused, match=r"a property 'odd' that no file of the importer can carry.*`innercircle load`"
    ):
        kept.write(tmp_path, nodes, ties)


@pytest.mark.parametrize("label", ["Entity", "Absent", "Product", "Membership", "Load", "Objection", "Run"])
def test_a_graph_that_was_loaded_into_is_refused(label: str, graph: Database) -> None:
    kept.require_empty(graph)
    graph.statement(f"CREATE (:{label} {{id: 'x', hash: 'x', name: 'x'}})")
    with pytest.raises(Refused, match=f"the graph has nodes of {label}, .*use `innercircle load`"):
        kept.require_empty(graph)


def test_staging_ends_before_the_disk_is_full(tmp_path: Path) -> None:
    def no_room() -> None:
        raise StoreFull("no room")

    with closing(Resolver(tmp_path, schemes_of([]), no_room)) as resolver, pytest.raises(StoreFull):
        resolver.store("entities", numbered([entity("ann")]), LOAD)
    assert (tmp_path / "entities.csv").stat().st_size == 0

    staged = Staged(tmp_path / "rows.csv", {"id": "string", "name": "string"})
    staged.add([{"id": "ann", "name": None}])
    staged.change(0, {"id": "ann", "name": "Ann"})
    with closing(staged), pytest.raises(StoreFull):  # as much again, where rows have changed
        staged.finish(no_room)
