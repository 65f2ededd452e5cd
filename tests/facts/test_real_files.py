"""Real files get into a graph: bare dates where the load says the zone, and addresses as pseudonyms."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import ParameterError
from graph.facts.load import load
from graph.store import secrets
from graph.store.client import Database
from tests.facts.looking import whole, written

PEOPLE = """
about = "People, by their addresses."
[entities]
id = { column = "mail", pseudonym = true, prefix = "m-" }
kind = { value = "person" }
"""
DEBTS = """
about = "Debts, by addresses."
[obligations]
debtor = { column = "from", pseudonym = true, prefix = "m-" }
creditor = { column = "to", pseudonym = true, prefix = "m-" }
due = { column = "due", format = "%d.%m.%Y", day = { zone = "Europe/Berlin", end = true } }
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "people.toml").write_text(PEOPLE)
    (tmp_path / "debts.toml").write_text(DEBTS)
    written(tmp_path, "people.csv", "mail", "ann@example.org", "bob@example.org")
    written(tmp_path, "debts.csv", "from,to,due", "Ann@example.org ,bob@example.org,31.01.2026")
    return tmp_path


def test_an_address_is_one_person_in_every_file_and_is_nowhere_in_the_graph(graph: Database, files: Path) -> None:
    load(graph, [files / "people.csv"], mapping=str(files / "people.toml"))
    [debts] = load(graph, [files / "debts.csv"], mapping=str(files / "debts.toml"))
    assert (debts.stored, debts.rejected) == (1, 0)
    assert "example.org" not in str(whole(graph))
    [due] = graph.statement(
        "MATCH ()-[d:OWED]->() RETURN d.due.epochSeconds AS second, d.due.microsecond AS micro"
    )
    assert due == {"second": int(datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC).timestamp()), "micro": 999_999}


def test_a_dry_run_makes_no_secret_and_knows_each_address_again(graph: Database, files: Path) -> None:
    before = whole(graph)
    both = PEOPLE.replace('"mail"', '"from"') + DEBTS.split("\n", 2)[2]
    (files / "both.toml").write_text(
        both.replace('column = "from", pseudonym', 'columns = ["from", "to"], pseudonym', 1)
    )
    loaded = load(graph, [files / "debts.csv"], mapping=str(files / "both.toml"), dry_run=True)
    assert [(each.kind, each.stored, each.rejected) for each in loaded] == [
        ("entities", 2, 0),
        ("obligations", 1, 0),
    ]
    assert whole(graph) == before
    assert secrets.known(graph, "pseudonyms") is None


def test_a_bare_date_is_loaded_where_the_load_says_the_zone(graph: Database, tmp_path: Path) -> None:
    written(tmp_path, "entities.csv", "id,kind", "ann,person", "bob,person")
    debts = written(tmp_path, "obligations.csv", "id,debtor,creditor,due", "o1,ann,bob,2026-01-31")
    load(graph, [tmp_path / "entities.csv"])
    [refused] = load(graph, [debts])
    assert (refused.stored, refused.rejected) == (0, 1)
    [taken] = load(graph, [debts], zone="America/New_York")
    assert (taken.stored, taken.rejected) == (1, 0)
    [known] = load(graph, [debts], zone="America/New_York")
    assert (known.stored, known.known) == (0, 1)


def test_no_rejects_replace_a_table_of_words(graph: Database, files: Path) -> None:
    table = written(files, "members.csv", "name,id", "Ann,ann")
    (files / "named.toml").write_text(
        'about = "People, by name."\n[entities]\nid = { column = "mail", values_from = "members.csv" }\n'
        'kind = { value = "person" }\n'
    )
    with pytest.raises(ParameterError, match=r"members\.csv"):
        load(graph, [files / "people.csv"], mapping=str(files / "named.toml"), rejects=table)
    assert table.read_text() == "name,id\nAnn,ann\n"
