"""Rules of a full disk: writes end before Neo4j does, go on when there is room, and nothing acknowledged is lost.

The fast ones have the session's database and a small disk that stands for the one that its home is on.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j
import pytest

from graph.errors import (
    CommitUnknown,
    InnerCircleError,
    ParameterError,
    StoreConflict,
    StoreFull,
    StoreUnavailable,
)
from graph.facts import first_fill
from graph.facts.files.ids import Numbering
from graph.facts.load import load
from graph.identity import Keyring, Role
from graph.policy import publishing, scheme
from graph.server import local, torn_logs
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.disk_space import NEEDED_MEGABYTES, RESERVE_MEGABYTES, Room
from graph.store.error_mapping import translated
from tests.api.conftest import issue, serve

TinyDisk = Callable[[str], Path]
Run = Callable[..., Any]


@pytest.fixture
def disk(tiny_disk: TinyDisk) -> Path:
    return tiny_disk("600m")


@pytest.fixture
def roomed(disk: Path, server: Server, graph: Database) -> Iterator[Database]:
    """The session's database, as if its home were on the small disk."""
    with Database(server.uri, server.user, server.password, room=Room(disk, 64)) as database:
        yield database


@contextmanager
def filled(disk: Path, leave: int) -> Iterator[None]:
    """Another program leaves so many MB of the disk free."""
    fill(disk, leave)
    yield
    (disk / "ballast").unlink()


def fill(disk: Path, leave: float) -> None:
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - int(leave * 2**20)
    with (disk / "ballast").open("ab") as stream:
        os.posix_fallocate(stream.fileno(), 0, stream.tell() + size)


# --- writes


def test_without_room_nothing_is_written_reads_go_on_and_with_room_writes_go_on(
    roomed: Database, disk: Path
) -> None:
    def count() -> int:
        return int(roomed._statement("read", "MATCH (f:Full) RETURN count(f) AS n", {})[0]["n"])

    roomed.statement("CREATE (:Full)")
    with filled(disk, leave=NEEDED_MEGABYTES - RESERVE_MEGABYTES - 20):
        for write in (
            lambda: roomed.statement("CREATE (:Full)"),
            lambda: roomed.run("passed_on", key="none"),
            lambda: roomed.write(lambda transaction: transaction.run("passed_on", key="none")),
            lambda: roomed.transaction().__enter__(),
        ):
            with pytest.raises(StoreFull, match=rf"only \d+ MB are left .*{disk}.* needs {NEEDED_MEGABYTES} MB"):
                write()
        assert roomed.server().version
        assert roomed.run("applied_migrations")
        assert count() == 1
    roomed.statement("CREATE (:Full)")
    assert count() == 2


def test_the_reserve_is_kept_while_there_is_room_given_back_where_little_is_left_and_kept_again(
    disk: Path,
) -> None:
    room = Room(disk, 64)
    before = room.free()
    room.keep()
    assert (room.reserved(), before - room.free()) == (RESERVE_MEGABYTES, RESERVE_MEGABYTES)
    with filled(disk, leave=100):
        room.keep()
        assert room.reserved() == RESERVE_MEGABYTES
        fill(disk, leave=50)
        room.keep()
        assert room.reserved() == 0
        assert room.free() >= 50 + RESERVE_MEGABYTES
        with pytest.raises(StoreFull):
            room.demand()  # what was given back is for closing, and not for writes
        room.keep()
        assert room.reserved() == 0
    room.keep()
    assert room.reserved() == RESERVE_MEGABYTES
    room.demand()


def test_pages_that_are_in_memory_only_count_as_written(disk: Path) -> None:
    room = Room(disk, pagecache_megabytes=64)
    before = room.spare()
    logs = disk / "data" / "transactions" / "neo4j"
    logs.mkdir(parents=True)
    for number in range(3):
        with (logs / f"neostore.transaction.db.{number}").open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, 64 * 2**20)
    assert before - room.spare() == 3 * 64 + 64


def test_a_long_batch_is_ended_when_the_disk_fills_and_what_was_committed_stays(
    roomed: Database, disk: Path
) -> None:
    def wait_and_fill() -> None:
        while not roomed._statement("read", "MATCH (f:Long) RETURN f LIMIT 1", {}):
            time.sleep(0.05)
        fill(disk, leave=NEEDED_MEGABYTES - RESERVE_MEGABYTES - 40)

    filler = threading.Thread(target=wait_and_fill)
    filler.start()
    with pytest.raises(StoreFull, match="what was committed is there"):
        roomed.statement(
            "UNWIND range(1, 100000000) AS n CALL (n) { CREATE (:Long {n: n}) } IN TRANSACTIONS OF 500 ROWS"
        )
    filler.join()
    (disk / "ballast").unlink()
    rows = roomed.statement("MATCH (f:Long) RETURN count(f) AS n, max(f.n) AS last")
    assert rows[0]["n"] == rows[0]["last"] > 0
    deadline = time.monotonic() + 30
    under_way = "SHOW TRANSACTIONS YIELD currentQuery AS query WHERE query CONTAINS '100000' + '000' RETURN query"
    while found := roomed.statement(under_way):
        assert time.monotonic() < deadline, found


def test_a_load_ends_in_good_order_and_is_simply_repeated(roomed: Database, disk: Path, tmp_path: Path) -> None:
    publishing.publish(roomed, scheme.read("reliability"))
    file = tmp_path / "entities.csv"
    file.write_text("id,kind\n" + "".join(f"p-{number},person\n" for number in range(300)))
    chunks: list[str] = []

    def told(message: str) -> None:
        chunks.append(message)
        if len(chunks) == 2:
            fill(disk, leave=NEEDED_MEGABYTES - RESERVE_MEGABYTES - 20)

    with pytest.raises(StoreFull):
        load(roomed, [file], batch=50, progress=told)
    (disk / "ballast").unlink()
    stored = roomed.statement("MATCH (e:Entity) RETURN count(e) AS n")[0]["n"]
    assert 50 <= stored < 300
    (loaded,) = load(roomed, [file], batch=50)
    assert (loaded.known, loaded.stored) == (stored, 300 - stored)


def test_the_service_says_503_to_writes_answers_reads_and_comes_back_by_itself(
    roomed: Database, disk: Path, server: Server, settings: Settings
) -> None:
    publishing.publish(roomed, scheme.read("reliability"))
    roomed.statement("CREATE (:Entity:Person {id: 'p-1'})")
    ring = Keyring.of(settings)
    ring.create(datetime.now(UTC))
    headers = {"Authorization": f"Bearer {issue(ring, Role.MEMBER, 'someone', 'p-1').text}"}

    def again() -> Database:
        return Database(server.uri, server.user, server.password, room=Room(disk, 64))

    with serve(again, settings=settings) as client:

        def object_() -> Any:
            return client.post("/v1/me/objection", headers=headers | {"Idempotency-Key": "k-1"}, json={})

        with filled(disk, leave=NEEDED_MEGABYTES - RESERVE_MEGABYTES - 20):
            answer = object_()
            assert (answer.status_code, answer.json()["code"]) == (503, "store-full")
            assert answer.headers["Retry-After"] == "30"
            assert str(disk) not in answer.text
            assert client.get("/v1/schemes").status_code == 200
            assert client.get("/readyz").status_code == 200
            fill(disk, leave=40)  # nobody writes, and all the same the reserve is given back
            deadline = time.monotonic() + 20
            while (disk / "reserve").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            assert not (disk / "reserve").exists()
        assert object_().status_code < 300


# --- files beside the database


def test_files_for_an_importer_elsewhere_are_gone_where_the_disk_has_no_room_for_them(
    tiny_disk: TinyDisk, graph: Database, tmp_path: Path
) -> None:
    file = tmp_path / "entities.csv"
    file.write_text("id,kind\n" + "".join(f"made-up-person-{n:020d},person\n" for n in range(15_000)))
    output = tiny_disk("1m") / "files"
    with pytest.raises(ParameterError, match=f"{output} cannot be used: No space left on device"):
        first_fill.write_files(graph, [file], output, progress=lambda step: None)
    assert not output.exists()


def test_where_the_disk_for_temporary_files_is_full_that_is_said() -> None:
    numbering = Numbering()
    numbering._database.execute("PRAGMA max_page_count = 8")
    with closing(numbering), pytest.raises(StoreFull, match=r"temporary files is full.*TMPDIR"):
        numbering.ids("c-", list(map(str, range(10_000))))


# --- a database that is not online

OPENED = "2026 INFO [o.n.k.a.DatabaseAvailabilityGuard] [neo4j/1] DatabaseId{1[neo4j]} is ready."
FULL = "java.io.IOException: No space left on device"
FAILED = [
    "2026 WARN  [o.n.k.d.Database] [neo4j/1] Exception occurred while starting the database. Trying to stop.",
    "2026 ERROR [o.n.d.d.DatabaseLifecycles] Failed to start DatabaseId{1[neo4j]}",
]
MEMORY = [*FAILED, "Caused by: java.lang.OutOfMemoryError: Unable to retrieve last append index"]


def torn(file: int) -> list[str]:
    return [
        *FAILED,
        "Caused by: java.lang.RuntimeException: specify 'internal.dbms.tx_log.fail_on_corrupted_log_files=false'",
        f"Caused by: java.io.IOException: -1. At position LogPosition{{logVersion={file}, byteOffset=725550}}",
    ]


@pytest.mark.parametrize(
    ("lines", "opens"),
    [
        ([OPENED, FULL, *MEMORY], "memory"),
        ([OPENED, FULL, *torn(7)], "cut"),
        ([OPENED, FULL, *MEMORY, *torn(7)], "cut"),
        ([FULL, OPENED, *torn(7)], None),  # the disk was full before it was last opened: this is another fault
        ([OPENED, *torn(7)], None),
        ([OPENED, FULL, *torn(6)], None),  # not the newest file: what comes after it was acknowledged
        ([OPENED, FULL, *FAILED, "Caused by: java.io.IOException: store file is gone"], None),
        ([OPENED, FULL], None),
    ],
)
def test_only_what_a_full_disk_has_torn_and_nobody_was_told_of_is_cut_off(
    lines: list[str], opens: str | None, tmp_path: Path
) -> None:
    logs = tmp_path / "data" / "transactions" / "neo4j"
    logs.mkdir(parents=True)
    for number in (6, 7):
        (logs / f"neostore.transaction.db.{number}").write_bytes(b"x")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "debug.log").write_text("\n".join(lines))
    repair = torn_logs.repair(tmp_path, heap_megabytes=512)
    if opens is None:
        assert repair is None
    else:
        assert repair is not None
        assert repair.heap_megabytes > 512
        assert (torn_logs.IGNORE_TORN in repair.configuration) == (opens == "cut")
    copies = [file.name.split("-")[0] for file in tmp_path.glob("torn/*")]
    assert copies == (["neostore.transaction.db.7"] if opens == "cut" else [])


def test_the_status_of_a_database_is_asked_of_the_database(settings: Settings, database: Database) -> None:
    assert local.database(settings).online


@pytest.mark.parametrize(
    ("code", "ours", "advice"),
    [
        ("Neo.TransientError.General.DatabaseUnavailable", StoreUnavailable, "innercircle up"),
        ("Neo.DatabaseError.Transaction.TransactionStartFailed", StoreUnavailable, "innercircle up"),
        ("Neo.DatabaseError.Transaction.TransactionCommitFailed", CommitUnknown, "repeating is safe"),
        ("Neo.DatabaseError.Transaction.TransactionLogError", CommitUnknown, "repeating is safe"),
        ("Neo.TransientError.Transaction.DeadlockDetected", StoreConflict, "try again"),
    ],
)
def test_a_database_that_is_not_online_is_no_other_writer_and_no_fault_of_a_query(
    code: str, ours: type[InnerCircleError], advice: str
) -> None:
    with pytest.raises(ours, match=advice), translated("a query"):
        raise neo4j.exceptions.Neo4jError._hydrate_neo4j(code=code, message="the words of the server")


def raw_writers(server: Server, seconds: float) -> tuple[set[str], list[str]]:
    """What was acknowledged to three writers who look at no disk, and the errors, until there are some."""
    acknowledged, errors = set[str](), list[str]()
    until = time.monotonic() + seconds

    def write(writer: int) -> None:
        with neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
            number = 0
            while len(errors) < 6 and time.monotonic() < until:
                number += 1
                name = f"{writer}-{number}"
                try:
                    with driver.session() as session:
                        session.run(
                            "CREATE (:Fact {id: $id, text: $text})", id=name, text=os.urandom(10_000).hex()
                        ).consume()
                    acknowledged.add(name)
                except (neo4j.exceptions.Neo4jError, neo4j.exceptions.DriverError) as error:
                    errors.append(str(error))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    return acknowledged, errors


def lost(settings: Settings, acknowledged: set[str]) -> set[str]:
    with connect(settings) as database:
        return acknowledged - {row["id"] for row in database.statement("MATCH (f:Fact) RETURN f.id AS id")}


@pytest.mark.slow
def test_a_full_disk_under_writers_loses_nothing_and_up_alone_opens_what_another_program_broke(
    tiny_disk: TinyDisk, jars: Path, innercircle: Run
) -> None:
    disk = tiny_disk("900m")
    settings = Settings(home=disk / "home", pagecache_megabytes=64, heap_megabytes=512)
    variables = {
        "INNERCIRCLE_HOME": str(settings.home),
        "INNERCIRCLE_PAGECACHE_MEGABYTES": "64",
        "INNERCIRCLE_HEAP_MEGABYTES": "512",
    }
    acknowledged = set[str]()
    try:
        local.start(settings)
        with connect(settings) as database:
            migrations.apply(database)
            refused = threading.Event()

            def write(writer: int) -> None:
                number = 0
                while not refused.is_set():
                    number += 1
                    try:
                        name, said = f"own {writer}-{number}", os.urandom(200_000).hex()
                        database.statement("CREATE (:Fact {id: $id, text: $said})", id=name, said=said)
                        acknowledged.add(name)
                    except StoreFull:
                        refused.set()

            with ThreadPoolExecutor(3) as pool:
                list(pool.map(write, range(3)))
            assert database.server()
        assert local.database(settings).online
        assert local.stop(settings)
        assert innercircle("up", **variables).returncode == 0
        assert not lost(settings, acknowledged)

        # Another program takes all the room, and writers that look at no disk end the database.
        server = local.start(settings)
        (settings.home / "reserve").unlink(missing_ok=True)
        fill(disk, leave=0)
        more, errors = raw_writers(server, seconds=120)
        assert errors
        acknowledged |= more
        status, doctor = innercircle("status", **variables), innercircle("doctor", **variables)
        assert (status.returncode, doctor.returncode) == (1, 1)
        assert "innercircle up" in status.stdout
        assert "its database is" in doctor.stdout
        with connect(settings) as database, pytest.raises(StoreUnavailable, match="innercircle up"):
            database.server()
        (disk / "ballast").unlink()

        up = innercircle("up", **variables)
        assert up.returncode == 0, up.stderr
        assert local.database(settings).online
        assert not lost(settings, acknowledged)
        local.stop(settings)

        # Nothing opens a store whose file is gone, and no server is left that looks well.
        (settings.home / "data" / "databases" / "neo4j" / "neostore").write_bytes(b"no store")
        up = innercircle("up", **variables)
        assert up.returncode == 1
        assert "its database did not open" in up.stderr
        assert local.status(settings) is None
    finally:
        local.discard(settings)
