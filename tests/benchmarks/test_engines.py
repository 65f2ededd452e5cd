"""The benchmark of engines: how time grows is worked out right, and a peak is of what came after."""

import sys

import pytest

from benchmarks import engines
from benchmarks.measuring import client_megabytes, forget_peak


def test_the_exponent_says_how_time_grows_from_each_size_to_the_next() -> None:
    found = engines.exponents({1000: 200.0, 10: 1.0, 100: 10.0})
    assert [(few, many) for few, many, _ in found] == [(10, 100), (100, 1000)]
    assert [exponent for *_, exponent in found] == pytest.approx([1.0, 1.30103], abs=1e-5)
    assert engines.exponents({10: 1.0}) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a peak")
def test_a_peak_from_before_is_forgotten() -> None:
    held = b"x" * (200 * 2**20)
    high = client_megabytes()
    del held
    now = forget_peak()
    assert now < high - 150
    assert client_megabytes() < high - 150
    assert len(b"x" * (100 * 2**20)) > 0
    assert client_megabytes() > now + 80


@pytest.mark.slow
def test_engines_are_measured_on_fresh_graphs_and_on_the_days_after(capsys: pytest.CaptureFixture[str]) -> None:
    found = engines.compare(300, 512, ["cypher", "arrays"])
    assert set(found) == {(each, kind) for each in ("cypher", "arrays") for kind in ("fresh graph", "a day later")}
    told = capsys.readouterr().out
    assert "300 members, arrays, the first run on a fresh graph" in told
    assert "arrays: " in told
