"""Whoever leaves while a snapshot is read is at no end of a fact in it: others may have its number by then."""

import hashlib
from pathlib import Path

import pytest

from graph.analysis import snapshot
from graph.store.client import Database
from tests import storing
from tests.analysis.test_snapshot import ANN, BOB, BY, CAT, FACTS, VOICED, manifest, table
from tests.conftest import WIPE
from tests.strategies import AS_OF


@pytest.fixture
def graph(database: Database) -> Database:
    database.statement(WIPE)
    storing.store(database, FACTS, VOICED)
    storing.found(database, VOICED, ANN, CAT)
    return database


@pytest.mark.parametrize("step", ["writing members", "writing contacts_in_dispute"])
def test_no_fact_names_whoever_left_while_it_was_read(graph: Database, tmp_path: Path, step: str) -> None:
    def leaving(said: str) -> None:
        if said == step:
            storing.leave_one(graph, VOICED, BOB)

    snapshot.take(graph, VOICED.id, tmp_path / "before", by=BY, as_of=AS_OF)
    snapshot.take(graph, VOICED.id, tmp_path / "while", by=BY, as_of=AS_OF, progress=leaving)
    bob = 2
    for name, end in (("contacts", 1), ("obligations", 2)):
        assert [row for row in table(tmp_path / "before", name) if row[end] == bob], "or it shows nothing"
        assert [row for row in table(tmp_path / "while", name) if row[end] == bob] == []
    for listed in manifest(tmp_path / "while").tables.values():
        for file in listed.files:
            content = (tmp_path / "while" / file.name).read_bytes()
            assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        assert listed.rows == sum(file.rows for file in listed.files)
