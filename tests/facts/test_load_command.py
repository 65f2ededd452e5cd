"""`innercircle load` as people and programs call it: how it ends, what it prints, how much memory it takes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.facts.load import load
from graph.server.local import Server
from graph.store.client import Database
from tests.conftest import Command
from tests.facts.looking import whole, written
from tests.strategies import make_scheme

AT = "2026-01-31T09:30:00Z"
Load = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(graph: Database, server: Server, innercircle: Command, tmp_path: Path) -> Load:
    """`innercircle load ARGUMENTS` on an empty graph at an address; its rejects go to rejects.csv in tmp_path."""
    address = {
        "INNERCIRCLE_NEO4J_URI": server.uri,
        "INNERCIRCLE_NEO4J_PASSWORD": server.password,
        "INNERCIRCLE_HOME": str(tmp_path / "nothing runs here"),
    }
    rejects = str(tmp_path / "rejects.csv")
    return lambda *arguments, **more: innercircle("load", *arguments, "--rejects", rejects, **address, **more)


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """A directory in which one visit of four is bad."""
    files = tmp_path / "files"
    files.mkdir()
    written(files, "entities.csv", "id,kind", "ann,person", "bob,person")
    written(files, "sites.csv", "id,category", "s1,news")
    rows = [f"{who},s1,{AT}" for who in ("ann", "bob", "ann", "eve")]
    written(files, "visits.csv", "entity,site,at", *rows)
    return files


def outcome(run: "subprocess.CompletedProcess[str]") -> tuple[int, Any]:
    assert run.stdout.count("\n") == 1, run.stderr
    return run.returncode, json.loads(run.stdout)


def test_a_load_without_rejects_ends_with_0(run: Load, graph: Database, visits: Path) -> None:
    result = run(visits / "entities.csv", visits / "sites.csv", "--json")
    assert outcome(result) == (
        0,
        {
            "dry_run": False,
            "rejects": None,
            "loaded": [
                _loaded(visits / "entities.csv", "entities", stored=2),
                _loaded(visits / "sites.csv", "sites", stored=1),
            ],
            "rerated": [],
        },
    )
    assert result.stderr == ""
    assert graph.statement("MATCH (n:Entity|Site) WITH n.id AS id ORDER BY id RETURN collect(id) AS ids") == [
        {"ids": ["ann", "bob", "s1"]}
    ]


def _loaded(file: Path, kind: str, stored: int, rejected: int = 0) -> dict[str, object]:
    own = {"kind": kind, "file": str(file), "stored": stored, "rejected": rejected}
    return {"completed": 0, "corrected": 0, "known": 0, "left_out": 0, **own}


def test_as_many_rejects_as_allowed_end_with_0(run: Load, graph: Database, visits: Path, tmp_path: Path) -> None:
    """One row of seven is rejected, which is more than 0.14 and less than 0.15 of them."""
    code, printed = outcome(run(visits, "--json", "--max-reject-rate", "0.15"))
    assert (code, printed["rejects"]) == (0, str(tmp_path / "rejects.csv"))
    assert printed["loaded"][-1] == _loaded(visits / "visits.csv", "visits", stored=3, rejected=1)
    assert (tmp_path / "rejects.csv").read_text().splitlines()[1:] == [
        f"{visits / 'visits.csv'},5,entity,eve,there is no such entity"
    ]
    assert graph.statement("MATCH ()-[v:VISITED]->() RETURN count(v) AS n") == [{"n": 3}]


def test_a_dry_run_ends_as_the_load_would_and_writes_nothing(run: Load, graph: Database, visits: Path) -> None:
    code, printed = outcome(run(visits, "--json", "--dry-run"))
    assert (code, printed["dry_run"]) == (2, True)
    assert printed["loaded"][-1] == _loaded(visits / "visits.csv", "visits", stored=3, rejected=1)
    assert whole(graph) == []


def test_a_dry_run_shows_ten_rows_of_each_kind_as_they_would_be_loaded(
    run: Load, graph: Database, visits: Path
) -> None:
    written(visits, "sites.csv", "id,category", *(f"site-{number},games" for number in range(12)))
    result = run(visits, "--dry-run")
    assert "sites of " in result.stdout
    assert "site-9" in result.stdout
    assert "site-10" not in result.stdout
    assert whole(graph) == []


def test_more_rejects_than_allowed_end_with_2_and_people_are_told_where_they_are(
    run: Load, visits: Path, tmp_path: Path
) -> None:
    result = run(visits, "--max-reject-rate", "0.14")
    assert result.returncode == 2
    assert [line.split()[1:3] for line in result.stdout.splitlines() if ".csv " in line][:3] == [
        ["entities", "2"],
        ["sites", "1"],
        ["visits", "3"],
    ]
    assert f"1 of 7 rows was rejected: {tmp_path / 'rejects.csv'} says why" in result.stdout


def test_a_file_that_cannot_be_used_ends_with_1_and_one_line(run: Load, graph: Database, visits: Path) -> None:
    bad = written(visits, "contacts.csv", "source,target", "ann,bob")
    result = run(visits)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {bad}:1:at: a column is missing")
    assert result.stderr.count("\n") == 1
    code, printed = outcome(run(visits, "--json"))
    assert (code, printed["error"]["code"]) == (1, "record")
    assert f"{bad}:1:at" in printed["error"]["message"]
    assert whole(graph) == []


def test_a_file_name_that_is_no_text_is_written_out(run: Load, graph: Database, visits: Path) -> None:
    odd = visits / os.fsdecode(b"entities-\xff.csv")
    odd.write_text("id,kind\nada-of-odd,person\nbad,alien\n")
    done = run(odd)
    assert done.returncode == 2, done.stderr
    assert "rejected" in done.stdout
    [load] = graph.statement("MATCH (l:Load) RETURN l.files AS files, l.finished IS NOT NULL AS finished")
    assert load == {"files": [f"{visits}/entities-\\udcff.csv"], "finished": True}


def test_an_id_that_is_no_text_is_told_as_one(innercircle: Command, run: Load, server: Server) -> None:
    told = innercircle(
        "show", os.fsdecode(b"\xff"), "--scheme", "s", "--purpose", "p",
        INNERCIRCLE_NEO4J_URI=server.uri, INNERCIRCLE_NEO4J_PASSWORD=server.password,
    )  # fmt: skip
    assert told.returncode == 1
    assert "udcff' holds a byte or half a character that is no text" in told.stderr


def test_a_mapping_is_named_on_the_command_line(run: Load, graph: Database, tmp_path: Path) -> None:
    path = written(tmp_path, "ratings.csv", "6,2,4,1289241911.72836", "6,5,-3,1289241941.53378", "1,15,1,now")
    code, printed = outcome(run(path, "--mapping", "bitcoin-otc", "--json"))
    assert code == 2
    assert [(each["kind"], each["stored"], each["rejected"]) for each in printed["loaded"]] == [
        ("entities", 5, 0),
        ("contacts", 1, 1),
        ("obligations", 2, 1),
    ]


def test_a_mapping_is_answered_on_the_command_line_and_what_is_left_out_is_counted(
    run: Load, graph: Database, tmp_path: Path
) -> None:
    people = written(tmp_path, "entities.csv", "id,kind", "ann,person", "bea,person")
    assert run(people).returncode == 0
    members = written(tmp_path, "members.csv", "name,id", "Ann,ann", "Bea,bea")
    bank = written(tmp_path, "bank.csv", "Date,Name,Amount", "15/01/2026,Bea,1", "16/01/2026,Eve,1")
    asked = run(bank, "--mapping", "bank-csv", "--set", "owner=ann")
    assert asked.returncode == 1
    assert "--set members=..." in asked.stderr
    answers = {"owner": "ann", "members": members, "date": "Date", "amount": "Amount", "other": "Name"}
    answers |= {"dates": "%d/%m/%Y", "zone": "Europe/London"}
    options = [part for name, answer in answers.items() for part in ("--set", f"{name}={answer}")]
    result = run(bank, "--mapping", "bank-csv", *options)
    assert result.returncode == 0, result.stderr
    assert "left out: 1 row with somebody who is in no table of the mapping" in result.stdout
    assert "Eve" not in result.stdout + result.stderr
    assert not (tmp_path / "rejects.csv").exists()
    assert run(people, "--set", "owner=ann").returncode == 1


PEAK = """
import resource, sys
from pathlib import Path
from graph.facts.load import load
from graph.store.client import Database

# Fewer open files than there are files to load.
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
uri, password, directory, batch = sys.argv[1:]
with Database(uri, "neo4j", password) as database:
    loaded = load(database, [Path(directory)], rejects=Path(directory, "rejects"), batch=int(batch))
status = Path("/proc/self/status").read_text()
stored, rejected = sum(each.stored for each in loaded), sum(each.rejected for each in loaded)
print(stored, rejected, status.partition("VmHWM:")[2].split()[0])
"""

FORGET = "MATCH ()-[c:CONTACTED]->() CALL (c) { DELETE c } IN TRANSACTIONS OF 10000 ROWS"


@pytest.fixture
def peak(graph: Database, server: Server, tmp_path: Path) -> Iterator[Callable[..., float]]:
    """The most memory, in MB, that a process takes that loads so many contacts; every tenth is rejected."""

    def measure(rows: int, files: int) -> float:
        directory = tmp_path / f"{rows} in {files}"
        directory.mkdir()
        each = rows // files
        for file in range(files):
            numbers = range(file * each, (file + 1) * each)
            written(directory, f"contacts-{file}.csv", "source,target,at,channel", *map(contact, numbers))
        command: list[str | Path] = [sys.executable, "-c", PEAK, server.uri, server.password, directory]
        command.append(str(min(each, 5_000)))
        graph.statement(FORGET)
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        assert printed[:2] == [str(rows * 9 // 10), str(rows // 10)]
        return int(printed[2]) / 1024

    written(tmp_path, "entities.csv", "id,kind", *(f"m{n},person" for n in range(100)))
    load(graph, [tmp_path / "entities.csv"])
    yield measure
    graph.statement(FORGET)  # more contacts of one entity than one transaction can forget with it


def contact(number: int) -> str:
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    target = "nobody" if number % 10 == 0 else f"m{90 + number % 7}"
    return f"m{number % 89},{target},{at.isoformat()},"


on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux' /proc")


@on_linux
@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(peak: Callable[..., float]) -> None:
    assert peak(200_000, files=1) - peak(20_000, files=1) < 40


@pytest.mark.slow
@on_linux
def test_more_files_load_than_a_process_may_open(peak: Callable[..., float]) -> None:
    """Held open together, 60 files would need more than the 40 that the process may have."""
    assert peak(1_200, files=60)


def test_the_operators_categories_are_heeded_by_every_command_that_reads_them(
    run: Load, graph: Database, innercircle: Command, tmp_path: Path
) -> None:
    (tmp_path / "further.toml").write_text('[categories]\nboats = "boats and what they need"\n', encoding="utf-8")
    products = written(tmp_path, "products.csv", "id,category", "p1,boats", "p2,health")
    (tmp_path / "policy.toml").write_text(
        make_scheme().text.replace("groceries = ", "boats = ", 1), encoding="utf-8"
    )
    further = {"INNERCIRCLE_CATEGORIES": str(tmp_path / "further.toml")}
    assert innercircle("scheme", "check", tmp_path / "policy.toml").returncode == 1
    assert innercircle("scheme", "check", tmp_path / "policy.toml", **further).returncode == 0
    code, printed = outcome(run(products, "--json"))
    assert (code, printed["loaded"][0]["rejected"]) == (2, 2)
    code, printed = outcome(run(products, "--json", **further))
    assert (code, printed["loaded"][0]["rejected"]) == (2, 1)
    assert (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        f"{products},3,category,health,refused: it says something of health"
    ]
    assert graph.statement("MATCH (p:Product) RETURN p.id AS id") == [{"id": "p1"}]


def test_days_are_read_where_the_command_says(run: Load, graph: Database, tmp_path: Path) -> None:
    written(tmp_path, "entities.csv", "id,kind", "ann,person")
    written(tmp_path, "sites.csv", "id,category", "s1,news")
    visits = written(tmp_path, "visits.csv", "entity,site,at", "ann,s1,2026-01-31")
    files = [tmp_path / "entities.csv", tmp_path / "sites.csv", visits]
    refused = run(*files, "--dry-run")
    assert refused.returncode == 2
    assert "load with --zone" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert run(*files, "--zone", "Berlin").returncode == 1
    assert run(*files, "--zone", "Asia/Shanghai").returncode == 0
    begins = datetime(2026, 1, 30, 16, tzinfo=UTC).timestamp()
    assert graph.statement("MATCH ()-[v:VISITED]->() RETURN v.at.epochSeconds AS at") == [{"at": begins}]
