"""What the workers of a service count together, in one file: here each `SharedFile` is one worker."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http.among_workers import SharedAtOnce, SharedFile, SharedRates, SharedUnderWay, made
from api.http.in_flight import LONGEST_WAIT_SECONDS
from api.http.limits import Rates
from graph.errors import StoreUnavailable, TooMany

Two = tuple[SharedFile, SharedFile]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with made(tmp_path / "workers.sqlite"):
        both = SharedFile(tmp_path / "workers.sqlite"), SharedFile(tmp_path / "workers.sqlite")
        yield both
        for each in both:
            each.close()


def refusals(rates: list[Rates], asker: str = "bank", *, asks: int) -> list[bool]:
    """Of so many requests, in turn at each worker, whether they are refused."""
    found = []
    for number in range(asks):
        try:
            rates[number % len(rates)].take(asker)
            found.append(False)
        except TooMany:
            found.append(True)
    return found


def test_a_bucket_is_one_for_all_workers_and_as_large_as_of_one(two: Two) -> None:
    shared: list[Rates] = [SharedRates(each, "requests", per_second=0.001, burst=5) for each in two]
    alone: list[Rates] = [Rates(per_second=0.001, burst=5)]
    assert refusals(shared, asks=8) == refusals(alone, asks=8) == [False] * 5 + [True] * 3
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


def test_what_is_full_again_is_taken_out_of_the_file_and_what_is_not_stays(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.among_workers.TIDY_EVERY", 5)
    rates = SharedRates(two[0], "requests", per_second=100, burst=1)
    rates.take("owes much", 1)
    with two[1].turn() as file:
        file.execute("UPDATE bucket SET left = -1000")
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


def test_a_file_that_cannot_be_used_is_a_reason_to_refuse(two: Two) -> None:
    two[1].close()
    with pytest.raises(StoreUnavailable, match="the workers cannot count in"):
        SharedRates(two[1], "requests", per_second=1, burst=5).take("bank")


HOLDING = """
import sys, time
from pathlib import Path
from api.http.among_workers import SharedFile
with SharedFile(Path(sys.argv[1])).turn() as file:
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


def test_the_file_is_gone_with_the_service_and_made_anew_where_one_was_left(tmp_path: Path) -> None:
    left = tmp_path / "workers.sqlite"
    left.write_text("what a killed service has left")
    with made(left):
        connection = sqlite3.connect(left)
        assert connection.execute("SELECT count(*) FROM bucket").fetchone() == (0,)
        connection.close()
    assert list(tmp_path.iterdir()) == []
