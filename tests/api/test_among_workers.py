"""What the workers of a service count together, in one file: here each `SharedFile` is one worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import pytest

from api.http.among_workers import SharedAtOnce, SharedFile, SharedRates, SharedUnderWay, shape
from api.http.in_flight import LONGEST_WAIT_SECONDS
from api.http.limits import Rates
from api.workers import counted_in
from graph.errors import SettingInvalid, StoreUnavailable, TooMany
from graph.settings import Settings

Two = tuple[SharedFile, SharedFile]
KEY = b"of one service"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "counts #1?.sqlite"
    file.touch(mode=0o600)
    shape(file)
    return file


@pytest.fixture
def two(file: Path) -> Iterator[Two]:
    both = SharedFile(file, KEY), SharedFile(file, KEY)
    yield both
    for each in both:
        each.close()


def refusals(rates: Sequence[Rates], *askers: str, asks: int) -> list[bool]:
    """Of so many requests of each asker, in turn at each worker, whether they are refused."""
    found = []
    for number, asker in product(range(asks), askers):
        try:
            rates[number % len(rates)].take(asker)
            found.append(False)
        except TooMany:
            found.append(True)
    return found


def test_a_bucket_is_one_for_all_workers_and_as_large_as_of_one(two: Two) -> None:
    shared = [SharedRates(each, "requests", per_second=0.001, burst=5) for each in two]
    alone = [Rates(per_second=0.001, burst=5)]
    assert refusals(shared, "bank", asks=8) == refusals(alone, "bank", asks=8) == [False] * 5 + [True] * 3
    assert refusals(shared, "another", asks=1) == [False]


def test_a_refused_request_is_told_the_same_by_all_workers_as_by_one(two: Two) -> None:
    shared = [SharedRates(each, "ids", per_second=10, burst=100) for each in two]
    alone = Rates(per_second=10, burst=100)
    told = []
    for first, second in (shared, (alone, alone)):
        first.take("bank", 150, "ids")
        with pytest.raises(TooMany) as refused:
            second.take("bank", 10, "ids")
        told.append((str(refused.value), refused.value.retry_seconds))
    assert told[0] == told[1] == ("too many ids: ask again in 6 s", 6)


def test_the_buckets_of_two_limits_are_two(two: Two) -> None:
    SharedRates(two[0], "ids", per_second=0.001, burst=1).take("bank")
    SharedRates(two[1], "requests", per_second=0.001, burst=1).take("bank")


def test_what_one_limit_tidies_up_gives_nobody_back_what_it_used_of_another(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.among_workers.TIDY_EVERY", 1)
    ids = SharedRates(two[0], "ids", per_second=0.001, burst=100)
    ids.take("bank", 60, "ids")
    SharedRates(two[1], "requests", per_second=1_000, burst=1).take("bank")
    with pytest.raises(TooMany):
        ids.take("bank", 60, "ids")


def test_what_is_full_again_is_taken_out_of_the_file_and_what_is_not_stays(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.among_workers.TIDY_EVERY", 5)
    rates = SharedRates(two[0], "requests", per_second=100, burst=1)
    rates.take("owes much", 1)
    with two[1].turn() as file:
        file.execute("UPDATE bucket SET left = -1000, full = full + 10")
    for number in range(3):
        rates.take(f"stranger {number}")
    time.sleep(0.05)
    rates.take("bank")
    with two[1].turn() as file:
        assert file.execute("SELECT count(*) FROM bucket").fetchone() == (2,)


def test_so_many_are_under_way_at_all_workers_together(two: Two) -> None:
    first, second = (SharedAtOnce(each, 2, seconds=60) for each in two)
    with first.one("bank"), second.one("bank"):
        for each in (first, second):
            with pytest.raises(TooMany, match="2 of these are under way"), each.one("bank"):
                pytest.fail("it was let in")
        with second.one("another"):
            pass
    with first.one("bank"), first.one("bank"):
        pass


def test_what_a_killed_worker_had_under_way_is_over_after_its_time(two: Two) -> None:
    first, second = (SharedAtOnce(each, 1, seconds=0.1) for each in two)
    left = first.one("bank")
    left.__enter__()
    with pytest.raises(TooMany), second.one("bank"):
        pytest.fail("it was let in")
    time.sleep(0.12)
    with second.one("bank"):
        pass


def test_a_permission_that_ends_waits_for_the_answers_of_every_worker_about_its_giver_and_no_other(
    two: Two,
) -> None:
    reading, ending = (SharedUnderWay(each, seconds=60) for each in two)
    answer = reading.begin()
    threading.Timer(0.1, reading.narrow, [answer, ["p-2", "p-3"]]).start()
    began = time.perf_counter()
    ending.let_leave("p-1")  # until it is known that it is about others
    assert 0.09 < time.perf_counter() - began < LONGEST_WAIT_SECONDS
    threading.Timer(0.1, reading.end, [answer]).start()
    began = time.perf_counter()
    ending.let_leave("p-3")
    assert 0.09 < time.perf_counter() - began < LONGEST_WAIT_SECONDS


def test_a_permission_that_ends_does_not_wait_for_answers_that_begin_later(two: Two) -> None:
    reading, ending = (SharedUnderWay(each, seconds=60) for each in two)
    first = reading.begin()
    late: list[object] = []

    def one_goes_as_another_comes() -> None:
        late.append(reading.begin())
        reading.end(first)

    threading.Timer(0.05, one_goes_as_another_comes).start()
    began = time.perf_counter()
    ending.let_leave()
    assert late
    assert time.perf_counter() - began < LONGEST_WAIT_SECONDS


def test_the_file_names_nobody_and_nobody_else_can_read_it(two: Two) -> None:
    SharedRates(two[0], "requests", per_second=1, burst=5).take("member ada-lovelace")
    under_way = SharedUnderWay(two[0], seconds=60)
    under_way.narrow(under_way.begin(), ["ada-lovelace"])
    for each in two[0].file.parent.iterdir():
        assert b"ada-lovelace" not in each.read_bytes()
        assert each.stat().st_mode & 0o077 == 0


def test_without_the_key_of_the_service_nobody_tells_who_is_in_the_file(two: Two) -> None:
    other = SharedFile(two[0].file, b"of another service")
    assert two[0].hashed("ada-lovelace") == two[1].hashed("ada-lovelace") != other.hashed("ada-lovelace")
    other.close()


def test_a_file_that_cannot_be_used_is_a_reason_to_refuse(two: Two) -> None:
    two[1].close()
    with pytest.raises(StoreUnavailable, match="the workers cannot count in"):
        SharedRates(two[1], "requests", per_second=1, burst=5).take("bank")


def test_a_file_that_is_gone_is_not_begun_anew(two: Two) -> None:
    two[0].file.unlink()
    with pytest.raises(StoreUnavailable, match="the workers cannot count in"):
        SharedFile(two[0].file, KEY)
    assert not two[0].file.exists()


def test_a_file_without_room_refuses_and_is_counted_in_again_when_there_is_room(two: Two) -> None:
    one, other = (SharedRates(each, "requests", per_second=0.001, burst=5) for each in two)
    under_way = SharedUnderWay(two[0], seconds=60)
    answer = under_way.begin()
    with two[0].look() as file:
        (pages,) = file.execute("PRAGMA page_count").fetchone()
        file.execute(f"PRAGMA max_page_count = {pages}")  # as a full disk, without filling one
    with pytest.raises(StoreUnavailable, match="full"):
        refusals([one], *(f"stranger {number}" for number in range(10_000)), asks=1)
    under_way.end(answer)
    other.take("bank")  # nobody is kept out by what failed
    with two[0].look() as file:
        file.execute("PRAGMA max_page_count = 1000000")
    one.take("bank")


@pytest.mark.parametrize(("fault", "counted"), [("INSERT INTO nothing VALUES (1)", 0), ("COMMIT", 1)])
def test_a_turn_that_fails_keeps_nobody_out(two: Two, fault: str, counted: int) -> None:
    """COMMIT: so that the commit of the turn itself fails."""

    def go_wrong() -> None:
        with two[0].turn() as file:
            file.execute("INSERT INTO under_way (asker, until) VALUES (x'00', 1e18)")
            file.execute(fault)

    with pytest.raises(StoreUnavailable):
        go_wrong()
    for each in two:
        with each.turn() as file:
            assert file.execute("SELECT count(*) FROM under_way").fetchone() == (counted,)


def test_a_look_waits_for_no_turn(two: Two) -> None:
    with two[0].turn(), two[1].look() as file:
        assert file.execute("SELECT count(*) FROM bucket").fetchone() == (0,)


HOLDING = """
import sys, time
from pathlib import Path
from api.http.among_workers import SharedFile
with SharedFile(Path(sys.argv[1]), b"of one service").turn() as file:
    file.execute("INSERT INTO under_way (asker, until) VALUES (x'00', 1e18)")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_a_worker_that_is_killed_at_its_turn_leaves_the_file_whole_and_free(two: Two) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, two[0].file], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        os.kill(holder.pid, signal.SIGKILL)
    with two[0].turn() as file:
        assert file.execute("SELECT count(*) FROM under_way").fetchone() == (0,)
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# Where they count ---------------------------------------------------------------------------------------


def test_the_file_is_for_its_owner_alone_and_gone_with_the_service(tmp_path: Path) -> None:
    with counted_in(Settings(home=tmp_path / "home")) as file:
        assert SharedFile(file, KEY).hashed("bank")
        assert [each.stat().st_mode & 0o077 for each in (file, file.parent)] == [0, 0]
        assert file.parent.parent == tmp_path / "home"
    assert list((tmp_path / "home").iterdir()) == []


def test_two_services_of_one_home_count_apart_and_neither_takes_the_file_of_the_other_away(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with counted_in(settings) as one:
        with counted_in(settings) as other:
            assert one != other
            assert one.exists()
        assert not other.exists()
        assert one.exists()


def test_what_a_killed_service_has_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for each in ("elsewhere", "home/workers-killed"):
        (tmp_path / each).mkdir(parents=True)
        (tmp_path / each / "counts.sqlite").write_text("what a killed service has left")
    home = tmp_path / "home"
    (home / "workers-link").symlink_to(elsewhere)
    (home / "workers-notes.txt").write_text("somebody's own")
    with counted_in(Settings(home=home)) as file:
        assert {each.name for each in home.iterdir()} == {file.parent.name, "workers-link", "workers-notes.txt"}
    assert (elsewhere / "counts.sqlite").exists()


@pytest.mark.parametrize("home", ["a file", "a file/below it"])
def test_a_home_in_which_nothing_can_be_written_is_named_with_what_to_do(tmp_path: Path, home: str) -> None:
    (tmp_path / "a file").touch()
    with (
        pytest.raises(SettingInvalid, match=r"cannot count in .*a file.*: .*INNERCIRCLE_API_WORKERS to 1"),
        counted_in(Settings(home=tmp_path / home)),
    ):
        pytest.fail("they count somewhere")
