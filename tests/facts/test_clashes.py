"""Ids of two sources: said before anything is written, and kept apart by a prefix."""

import csv
from pathlib import Path

import pytest

from graph.errors import ParameterError
from graph.facts.files import read
from graph.facts.files.reader import named_by_ids
from graph.facts.kinds import KINDS
from graph.facts.load import load
from graph.store.client import Database
from tests.conftest import Command
from tests.facts.looking import content, whole, written
from tests.facts.test_load import HEADERS, NEW, OTHER, ROWS, directory, market
from tests.kept import kept

__all__ = ["market"]

DUE = "2026-05-01T09:00:00Z"
BASE = {"entities": ROWS["entities"], "products": ["p1,books", "p2,books"], "sites": ["s1,news", "s2,news"]}
NAMED = [kind for kind in KINDS if kind != "memberships"]
FACTS = [kind for kind in NAMED if kind not in BASE]
IDS = """
MATCH (j:Judgment) RETURN j.id AS id UNION ALL MATCH ()-[r]->() WHERE r.id IS NOT NULL RETURN r.id AS id
"""


@pytest.fixture
def filled(market: Database, tmp_path: Path) -> Database:
    base = directory(tmp_path / "base", BASE)
    facts = directory(tmp_path / "facts", {kind: ROWS[kind] for kind in FACTS})

    def make() -> None:
        load(market, [base])
        load(market, [facts])

    return kept(market, make)


def a_file(tmp_path: Path, kind: str, *rows: str, name: str = "") -> Path:
    return written(tmp_path, f"{kind}{name}.csv", HEADERS[kind], *rows)


@pytest.mark.slow
@pytest.mark.parametrize("how", [[], ["--dry-run"]], ids=["load", "dry run"])
@pytest.mark.parametrize("kind", NAMED)
def test_ids_that_are_known_with_other_content_are_told_before_anything_is_written(
    filled: Database, innercircle: Command, tmp_path: Path, kind: str, how: list[str]
) -> None:
    rows = [ROWS[kind][0], NEW[kind], OTHER[kind][0][0]]
    files = [
        a_file(tmp_path, kind, *rows, name="-other"),
        a_file(tmp_path, "entities", "zoe,person,,,,", name="-2"),
    ]
    before, rejects = whole(filled), tmp_path / "rejects.csv"
    # the third row is in a chunk of its own, as in a long file
    done = innercircle("load", *files, *how, "--rejects", rejects, INNERCIRCLE_BATCH_ROWS="2")
    assert (done.returncode, done.stdout) == (1, "")
    said = " ".join(done.stderr.split())  # it is as wide as the terminal
    assert f"{files[0]}:4:id: ids are known with other content, so nothing was written" in said
    assert f"1 of 3 {kind}" in said
    assert f"line 4 (the id is known with another {OTHER[kind][0][1]})" in said
    assert ("--prefix NAME-" in said) == (kind in FACTS)
    assert ("a mapping has a prefix" in said) == (kind in BASE)
    assert whole(filled) == before
    with rejects.open(newline="", encoding="utf-8") as stream:
        assert [(row["line"], row["column"]) for row in csv.DictReader(stream)] == [("4", "id")]


@pytest.mark.slow
@pytest.mark.parametrize("kind", FACTS)
def test_a_prefix_keeps_the_facts_of_two_sources_apart_and_loading_them_again_changes_nothing(
    filled: Database, innercircle: Command, tmp_path: Path, kind: str
) -> None:
    unnamed = "," + NEW[kind].partition(",")[2]
    file = a_file(tmp_path, kind, ROWS[kind][0], unnamed, unnamed, name="-other")
    load(filled, [a_file(tmp_path, kind, unnamed, unnamed, name="-derived")])
    more = {"payments": ["obligations"]}.get(kind, [])  # what the rows name gets the prefix as well
    others = [a_file(tmp_path, each, *ROWS[each], name="-other") for each in more]
    arguments: tuple[str | Path, ...] = ("load", file, *others, "--rejects", tmp_path / "rejects.csv")
    for _ in range(2):
        done = innercircle(*arguments, "--prefix", "other-")
        assert done.returncode == 0, done.stderr
    ids = [row["id"] for row in filled.statement(IDS)]
    known = ROWS[kind][0].partition(",")[0]
    times = 1 if kind == "judgments" else 2  # a derived judgment is named by its case
    assert {known, f"other-{known}"} <= set(ids)
    assert len([id_ for id_ in ids if id_.startswith("other-")]) == 1 + times + sum(
        len(ROWS[each]) for each in more
    )
    assert f"other-{known}" in ids
    before = content(filled)
    assert innercircle(*arguments).returncode == 0, "without the prefix it is what it was: known"
    assert content(filled) == before


def test_a_prefix_is_put_before_what_a_mapping_makes_of_ids(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        'about = "A bank."\n[obligations]\nid = { column = "n", prefix = "bank-" }\ndebtor = { value = "ann" }\n'
        'creditor = { value = "bob" }\ndue = { column = "end" }\n[entities]\nid = { column = "n" }\n'
        'kind = { value = "person" }\n'
    )
    file = written(tmp_path, "loans.csv", "n,end", f"7,{DUE}")
    load(filled, [file], mapping=str(tmp_path / "m.toml"), prefix="north-")
    assert filled.statement("MATCH ()-[o:OWED]->() WHERE o.id ENDS WITH '7' RETURN o.id AS id") == [
        {"id": "north-bank-7"}
    ]
    assert filled.statement("MATCH (e:Entity {id: '7'}) RETURN count(e) AS n") == [{"n": 1}], "not of entities"


@pytest.mark.slow
def test_a_correction_with_the_prefix_finds_the_fact(
    filled: Database, innercircle: Command, tmp_path: Path
) -> None:
    row = f"o1,ann,bob,trade,7,CNY,{DUE},,"
    load(filled, [a_file(tmp_path, "obligations", row, name="-1")], prefix="other-")
    file = a_file(tmp_path, "obligations", row.replace("7", "8"), name="-2")
    arguments = ("apply", file, "--prefix", "other-", "--rejects", tmp_path / "rejects.csv")
    assert innercircle(*arguments).returncode == 0
    assert filled.statement(
        "MATCH ()-[o:OWED]->() WHERE o.id ENDS WITH 'o1' RETURN o.id AS id, o.amount AS amount ORDER BY id"
    ) == [
        {"id": "o1", "amount": 5.5},
        {"id": "other-o1", "amount": 8.0},
    ]


def test_the_ids_of_two_files_of_one_load_are_told_apart_before_anything_is_written(
    market: Database, innercircle: Command, tmp_path: Path
) -> None:
    """On an empty graph, and also where the earlier row is not in the first chunk."""
    one = directory(tmp_path / "one", BASE | {"contacts": [NEW["contacts"], ROWS["contacts"][0]]})
    two = directory(tmp_path / "two", {"contacts": [OTHER["contacts"][0][0]]})
    done = innercircle("load", one, two, "--rejects", tmp_path / "rejects.csv", INNERCIRCLE_BATCH_ROWS="1")
    assert done.returncode == 1
    assert f"{one / 'contacts.csv'} has the id with another source" in done.stderr
    assert market.statement("MATCH (n:Entity) RETURN count(n) AS n") == [{"n": 0}]


def test_files_that_complete_each_other_load(market: Database, innercircle: Command, tmp_path: Path) -> None:
    """An obligation in one file and its payment in another, and a file that repeats itself, are no two sources."""
    folder = directory(tmp_path / "all", BASE)
    a_file(folder, "obligations", f"o1,ann,bob,loan,,,{DUE},,", f"o1,ann,bob,loan,,,{DUE},,", name="-1")
    a_file(folder, "obligations", f"o1,ann,bob,,0,CNY,{DUE},{DUE},", name="-2")
    done = innercircle("load", folder, folder, "--rejects", tmp_path / "rejects.csv", INNERCIRCLE_BATCH_ROWS="1")
    assert done.returncode == 0, done.stderr
    [row] = market.statement(
        "MATCH ()-[o:OWED]->() RETURN o.kind AS kind, o.amount AS amount, o.settled AS settled"
    )
    assert (row["kind"], row["amount"], str(row["settled"])[:10]) == ("loan", 0.0, DUE[:10])


@pytest.mark.slow
def test_as_many_clashes_as_are_allowed_are_rejected_one_by_one(
    filled: Database, innercircle: Command, tmp_path: Path
) -> None:
    file = a_file(tmp_path, "contacts", OTHER["contacts"][0][0], NEW["contacts"])
    arguments = ("load", file, "--rejects", tmp_path / "rejects.csv", "--max-reject-rate")
    assert innercircle(*arguments, "0.49").returncode == 1
    done = innercircle(*arguments, "0.5")
    assert done.returncode == 0, done.stderr
    assert "the id is known with another source" in (tmp_path / "rejects.csv").read_text()
    assert filled.statement("MATCH ()-[c:CONTACTED {id: 'c3'}]->() RETURN count(c) AS n") == [{"n": 1}]


def test_other_bad_rows_do_not_stop_a_load(filled: Database, innercircle: Command, tmp_path: Path) -> None:
    file = a_file(tmp_path, "contacts", NEW["contacts"], "c9,ann,nobody,yesterday,", f"c8,ann,nobody,{DUE},")
    assert innercircle("load", file, "--rejects", tmp_path / "rejects.csv").returncode == 2
    assert filled.statement("MATCH ()-[c:CONTACTED {id: 'c3'}]->() RETURN count(c) AS n") == [{"n": 1}]


def test_without_ids_no_file_is_looked_at_twice(filled: Database, tmp_path: Path) -> None:
    file = written(tmp_path, "contacts-3.csv", "source,target,at", f"ann,bob,{DUE}")
    assert named_by_ids(file) == ()
    seen: list[str] = []
    load(filled, [file], most_clashes=0, progress=seen.append)
    assert [line for line in seen if "looked" in line] == []
    again = content(filled)
    load(filled, [file], most_clashes=0)
    assert content(filled) == again


@pytest.mark.parametrize("prefix", ["", " ", "a b-", "+45-", "a" * 41, "a\n", "näh-", "-a"])
def test_a_prefix_that_is_none_is_refused(filled: Database, tmp_path: Path, prefix: str) -> None:
    before = whole(filled)
    with pytest.raises(ParameterError, match="is no prefix of ids: letters"):
        load(filled, [a_file(tmp_path, "contacts", NEW["contacts"])], prefix=prefix)
    assert whole(filled) == before


def test_a_prefix_lets_nothing_in_that_is_refused_without_one(tmp_path: Path) -> None:
    """Neither a telephone number, nor a blank, nor what is too long only with the prefix."""
    ids = ["+4520123456", " c1", "c" * 199, "c1"]
    file = a_file(tmp_path, "contacts", *(f"{id_},ann,bob,{DUE},call" for id_ in ids))
    [chunk] = read(file, prefix="45-")
    assert [row["id"] for row in chunk.rows] == ["45-c1"]
    assert [(each.line, each.value) for each in chunk.rejects] == list(zip((2, 3, 4), ids[:3], strict=True))
