"""`innercircle snapshot`: what a run would read, as numbers in Parquet; on record for everyone, and whole."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.audit.verify import verify
from graph.errors import NotFound, NotRecorded, ParameterError, Refused
from graph.facts.values import Facts, Obligation, Purchase, Visit
from graph.rating.engines.arrays.groups import numbered_alone
from graph.rating.engines.arrays.pages import SIDE_BY_SIDE, Kind, pages
from graph.rating.engines.contract import Work
from graph.rating.engines.spark import layout
from graph.server.local import Server
from graph.store.client import Database
from tests import storing
from tests.commands import Run
from tests.conftest import WIPE
from tests.strategies import AS_OF, PRODUCTS, SITES, make_scheme, numbered
from tests.worlds.chosen_conduct import contact
from tests.worlds.rated_twice import FORGET

BY = Reader("olga", "a run on Spark")
VOICED = make_scheme(voice={"founders_at_least": 1})
MEMBERS = ("ann-of-the-hill", "bob-the-miller", "cat-from-town", "dan-the-late")
ANN, BOB, CAT, DAN = MEMBERS
SHOP = "shop-by-the-bridge"


def day(age: int) -> datetime:
    return datetime.fromordinal(AS_OF.toordinal() - age - 1).replace(tzinfo=UTC)


FACTS = numbered(
    Facts(
        obligations=[
            Obligation(ANN, BOB, day(20), day(21)),
            Obligation(ANN, SHOP, day(20), None),
            Obligation(BOB, SHOP, day(9), None, 0.5),
            Obligation(BOB, ANN, day(-9), None),
            Obligation(SHOP, ANN, day(9), None),
        ],
        contacts=[*contact(ANN, BOB, (1, 2)), *contact(ANN, CAT, (3,)), *contact(BOB, SHOP, (1,))],
        purchases=[
            Purchase(ANN, "bread", day(3)),
            Purchase(CAT, "novel", day(4)),
            Purchase(SHOP, "bread", day(4)),
        ],
        visits=[Visit(CAT, "gazette", day(3)), Visit(CAT, "somewhere", day(3))],
        products=PRODUCTS,
        sites=SITES,
        members=[(who, 2 * rid) for rid, who in enumerate(MEMBERS)],
    )
)
DISPUTE = """
MATCH (who:Entity {id: $who})-[f]->() WHERE f.id = $fact
CREATE (who)-[:OPENED]->(d:Dispute {id: 'd-' + $fact, fact: $fact, kind: $kind, state: 'open'})
SET f.disputed = d.id
"""
PAUSE = """
MATCH (m:Membership {id: $id}), (e:Entity {id: $contact})
CREATE (m)-[:PAUSED {at: datetime()}]->(e)
"""


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    database.statement(WIPE)
    storing.store(database, FACTS, VOICED)
    storing.found(database, VOICED, BOB, ANN)
    database.statement(DISPUTE, who=ANN, fact="o1", kind="obligations")
    database.statement(DISPUTE, who=CAT, fact="c5", kind="contacts")
    database.statement(PAUSE, id=f"{VOICED.id}|{ANN}", contact=CAT)
    return database


@pytest.fixture
def graph(community: Database) -> Database:
    community.statement(FORGET)
    return community


def manifest(directory: Path) -> layout.Manifest:
    return layout.decoded((directory / layout.MANIFEST).read_bytes(), "manifest.json")


def table(directory: Path, name: str) -> list[tuple[Any, ...]]:
    """The rows of a table, without an order."""
    files = sorted((directory / name).iterdir())
    found = [tuple(row.values()) for file in files for row in parquet.read_table(file).to_pylist()]
    return sorted(found)


def files_in(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def test_the_tables_have_what_a_run_reads_by_rid(graph: Database, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = snapshot.take(graph, VOICED.id, out, by=BY, as_of=AS_OF)
    today = AS_OF.toordinal() - datetime(1970, 1, 1).toordinal() - 1
    assert [row[:2] for row in table(out, "members")] == [(0, 0), (2, 0), (4, 0), (6, 0)]
    assert table(out, "founders") == [(0,), (2,)]
    owed = {row[:1] + row[2:] for row in table(out, "obligations")}
    assert owed == {
        (0, 2, today - 20, today - 21, -1, -1.0, 0),
        (0, -1, today - 20, -1, 20, -1.0, 1),
        (2, -1, today - 9, -1, 9, 0.5, 0),
        (2, 0, today + 9, -1, -9, -1.0, 0),
    }
    named = layout.categories(VOICED.factors.purchases)  # type: ignore[arg-type]
    assert table(out, "purchases") == [
        (0, today - 3, named.index("groceries"), 0),
        (4, today - 4, named.index("books"), 0),
    ]
    assert [row[:2] for row in table(out, "visits")] == [(4, today - 3)], (
        "a category without a value counts for none"
    )
    assert set(table(out, "contacts")) == {
        *((one, other, today - age) for age in (1, 2) for one, other in ((0, 2), (2, 0))),
        (0, 4, today - 3),
    }, "neither with those that have not joined nor in dispute"
    assert table(out, "contacts_in_dispute") == [(4, 0, today - 3, True, False)]
    assert table(out, "pauses") == [(0, 4)]
    assert done.rows == {name: len(table(out, name)) for name in layout.TABLES}


def test_the_manifest_has_policy_rows_and_the_hash_of_every_file_and_names_nobody(
    graph: Database, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    snapshot.take(graph, VOICED.id, out, by=BY, as_of=AS_OF)
    said = manifest(out)
    assert (said.policy, said.hash, said.version) == (VOICED.text, VOICED.hash, VOICED.version)
    assert layout.midnight(said) == AS_OF
    assert (said.range, said.members, said.format) == (7, 4, 1)
    listed = {file.name: file for each in said.tables.values() for file in each.files}
    found = {path.relative_to(out).as_posix() for path in files_in(out)}
    assert found == {*listed, layout.MANIFEST}
    for name, file in listed.items():
        content = (out / name).read_bytes()
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        assert file.rows == parquet.read_metadata(out / name).num_rows
    text = (out / layout.MANIFEST).read_text()
    assert not [each for each in (*MEMBERS, SHOP, BY.who, BY.purpose) if each in text]


def test_every_column_is_a_number_and_no_file_has_an_id_or_says_who_wrote_it(
    graph: Database, tmp_path: Path
) -> None:
    snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY, as_of=AS_OF)
    files = [path for path in files_in(tmp_path / "out") if path.suffix == ".parquet"]
    assert {path.parent.name for path in files} == set(layout.TABLES)
    for path in files:
        schema = parquet.read_schema(path)
        assert all(pa.types.is_primitive(field.type) and not pa.types.is_temporal(field.type) for field in schema)
        assert not [each for each in (*MEMBERS, SHOP, BY.who) if each.encode() in path.read_bytes()]
        assert parquet.read_metadata(path).row_group(0).column(0).compression == "ZSTD"


def test_two_debtors_of_one_creditor_cannot_be_told_from_two_of_two() -> None:
    debtor, partner = np.array([5, 5, 7, 7, 7, 9]), np.array([3, 8, 8, 3, 3, 8])
    assert numbered_alone(debtor, partner).tolist() == [0, 1, 1, 0, 0, 0]


def test_everyone_in_it_is_on_record_with_the_purpose_before_the_first_file_is_there(
    graph: Database, tmp_path: Path
) -> None:
    recorded: list[int] = []

    def look(step: str) -> None:
        if step == "writing members":
            recorded.append(graph.statement("MATCH (a:Access) RETURN count(a) AS n")[0]["n"])
            assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY, as_of=AS_OF, progress=look)
    assert recorded == [len(MEMBERS)]
    records = graph.statement(
        "MATCH (a:Access)-[:IN]->()-[:ABOUT]->(e:Entity) RETURN e.id AS id, properties(a) AS said ORDER BY id"
    )
    assert [row["id"] for row in records] == sorted(MEMBERS)
    for row in records:
        said = row["said"]
        assert (said["who"], said["what"], said["purpose"]) == ("olga", "snapshot", "a run on Spark")
    assert verify(graph).holds


def test_what_cannot_be_recorded_is_not_written(graph: Database, tmp_path: Path) -> None:
    snapshot.take(graph, VOICED.id, tmp_path / "first", by=BY, as_of=AS_OF)
    graph.statement("MATCH (l:Ledger {id: $id}) SET l.head = 'x'", id=f"{VOICED.id}|{ANN}")
    with pytest.raises(NotRecorded):
        snapshot.take(graph, VOICED.id, tmp_path / "second", by=BY, as_of=AS_OF)
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_only_its_owner_may_read_it(graph: Database, tmp_path: Path) -> None:
    out = tmp_path / "out"
    snapshot.take(graph, VOICED.id, out, by=BY, as_of=AS_OF)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files_in(out)} == {0o600}
    folders = [out, *(path for path in out.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert len(folders) == 1 + len(layout.TABLES)


def test_in_many_pages_and_files_it_says_the_same(
    graph: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.take(graph, VOICED.id, tmp_path / "one", by=BY, as_of=AS_OF)
    monkeypatch.setattr(snapshot, "PAGES_IN_A_FILE", 2)
    snapshot.take(graph, VOICED.id, tmp_path / "many", by=BY, as_of=AS_OF, batch=1)
    assert len(list((tmp_path / "many" / "members").iterdir())) == 2
    assert len(list((tmp_path / "many" / "obligations").iterdir())) == 1
    for name in layout.TABLES:
        without = 2 if name == "obligations" else 0  # in which order partners are numbered says nothing
        one, many = ([row[without:] for row in table(tmp_path / each, name)] for each in ("one", "many"))
        assert sorted(many) == sorted(one), name


def test_pages_are_read_no_further_ahead_than_a_few(graph: Database) -> None:
    """Memory grows with some pages, not with the community: a reader that stops has not asked for the rest."""
    asked: list[int] = []
    work = Work(graph, VOICED, AS_OF, "none", AS_OF, 1_000, 10, None, {}, lambda step: None)
    kind = Kind("packed_pauses", lambda row: asked.append(1) or (), 0)  # type: ignore[func-returns-value]
    found = pages(work, kind)
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert len(asked) <= SIDE_BY_SIDE + 1


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.server.connect import connect
from graph.settings import Settings

def die(step):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

with connect(Settings.load()) as database:
    snapshot.take(database, sys.argv[1], Path(sys.argv[2]), by=Reader("olga", "x"),
                  as_of=datetime.fromisoformat("2026-07-01T00:00:00+00:00"), progress=die)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["recording the read of everyone", "writing obligations", "writing pauses"])
def test_of_a_snapshot_that_is_killed_nothing_is_left_that_looks_whole(
    graph: Database, server: Server, tmp_path: Path, step: str
) -> None:
    own = {"INNERCIRCLE_NEO4J_URI": server.uri, "INNERCIRCLE_NEO4J_PASSWORD": server.password}
    out = tmp_path / "out"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, VOICED.id, str(out), step], env=os.environ | own, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists()
    for left in tmp_path.iterdir():
        assert left.name.startswith(".writing-")
        assert not (left / layout.MANIFEST).exists()
        assert stat.S_IMODE(left.stat().st_mode) == 0o700
    snapshot.take(graph, VOICED.id, out, by=BY, as_of=AS_OF)
    assert manifest(out).tables["members"].rows == len(MEMBERS)


def test_what_is_there_is_never_written_over(graph: Database, command: Run, tmp_path: Path) -> None:
    snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY, as_of=AS_OF)
    before = {path: path.read_bytes() for path in files_in(tmp_path)}
    with pytest.raises(ParameterError, match="there is a directory already"):
        command("snapshot", VOICED.id, "--out", str(tmp_path / "out"))
    assert {path: path.read_bytes() for path in files_in(tmp_path)} == before


def test_the_command_says_what_was_written_and_records_a_purpose_of_its_own(
    graph: Database, command: Run, tmp_path: Path
) -> None:
    told = command("snapshot", VOICED.id, "--as-of", "2026-06-30", "--out", str(tmp_path / "out"), "--json")
    said = json.loads(told.output)
    assert (said["scheme"], said["members"], said["rows"]["contacts"]) == (VOICED.id, 4, 5)
    assert layout.midnight(manifest(tmp_path / "out")) == AS_OF
    (purpose,) = {row["p"] for row in graph.statement("MATCH (a:Access) RETURN a.purpose AS p")}
    assert purpose == "rating the scheme on Spark"
    text = command("snapshot", VOICED.id, "--out", str(tmp_path / "more"), "--purpose", "a trial").output
    assert "4 members of made-up" in text
    assert "a trial" in {row["p"] for row in graph.statement("MATCH (a:Access) RETURN a.purpose AS p")}


def test_what_makes_no_sense_is_refused_before_anybody_is_read(
    graph: Database, command: Run, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        snapshot.take(graph, "nothing", tmp_path / "out", by=BY)
    with pytest.raises(ParameterError, match="as_of is the end of a UTC day"):
        snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY, as_of=AS_OF.replace(hour=3))
    with pytest.raises(ParameterError):
        command("snapshot", VOICED.id, "--purpose", " ", "--out", str(tmp_path / "out"))
    graph.statement("MATCH ()-[f:FOUNDS]->(:Scheme) SET f.ended = f.accepted")
    try:
        with pytest.raises(Refused, match="founders in force"):
            snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY)
    finally:
        graph.statement("MATCH ()-[f:FOUNDS]->(:Scheme) SET f.ended = null")
    assert list(tmp_path.iterdir()) == []
    assert graph.statement("MATCH (a:Access) RETURN a") == []


def test_a_snapshot_is_no_run_that_is_under_way(graph: Database, tmp_path: Path) -> None:
    seen: list[Any] = []

    def look(step: str) -> None:
        seen.extend(graph.run("runs_under_way", scheme=VOICED.id, database=graph.called))

    snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY, as_of=AS_OF, progress=look)
    assert seen == []


# What the manifest says is held against what is there ----------------------------------------------------


def test_a_manifest_that_is_none_says_so() -> None:
    for content in (b"", b"[]", b"{}", b"\xff"):
        with pytest.raises(Exception, match="it is no manifest of a snapshot") as raised:
            layout.decoded(content, "manifest.json")
        assert str(raised.value).startswith("manifest.json: ")


def test_a_manifest_of_another_format_or_with_another_policy_or_path_is_refused(
    graph: Database, tmp_path: Path
) -> None:
    snapshot.take(graph, VOICED.id, tmp_path / "out", by=BY, as_of=AS_OF)
    said = json.loads((tmp_path / "out" / layout.MANIFEST).read_bytes())

    def changed(**with_: Any) -> layout.Manifest:
        return layout.decoded(json.dumps(said | with_).encode(), "manifest.json")

    assert changed().scheme.hash == VOICED.hash
    for with_, why in (
        ({"format": 2}, "it has format 2, and this version of innercircle reads 1"),
        ({"more": 1}, "it is not as a snapshot has it"),
        ({"tables": {}}, "and not all"),
    ):
        with pytest.raises(Exception, match=why):
            changed(**with_)
    other = VOICED.text.replace("share = 0.2", "share = 0.3")
    for name, value in (("policy", other), ("hash", "0" * 64), ("policy", "no policy")):
        with pytest.raises(Exception, match=r"its policy (is not the one that its hash says|does not hold)"):
            changed(**{name: value}).scheme  # noqa: B018
    outside = {"rows": 1, "bytes": 1, "sha256": "0" * 64, "name": "members/../../passwd"}
    tables = said["tables"] | {"members": {"rows": 1, "files": [outside]}}
    with pytest.raises(Exception, match="is no file of the table members"):
        changed(tables=tables)
