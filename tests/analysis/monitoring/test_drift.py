"""The population stability index: by hand, by another computation, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.monitoring.drift import LARGE, SMALL, stability, verdict

BINS = st.lists(st.integers(0, 10_000), min_size=12, max_size=12)


def test_the_index_is_what_is_worked_out_by_hand() -> None:
    # 9 and 9 members of 18 become 13 and 5: with the half, shares of 9.5/19 and 9.5/19 become 13.5/19 and 5.5/19.
    # (13.5 - 9.5)/19 ln(13.5/9.5) + (5.5 - 9.5)/19 ln(5.5/9.5) = 4/19 (0.351398 + 0.546544) = 0.189040
    assert stability([9, 9], [13, 5]) == pytest.approx(0.189040, abs=5e-7)
    # 3 of 3 in the first bin become 3 of 3 in the second: 3.5/4 and 0.5/4 change places: 1.5 ln 7 = 2.918865
    assert stability([3, 0], [0, 3]) == pytest.approx(2.918865, abs=5e-7)


@given(BINS, BINS)
def test_the_index_is_that_of_an_independent_computation(before: list[int], after: list[int]) -> None:
    counts = np.array([before, after], dtype=float) + 0.5
    p, q = counts / counts.sum(axis=1, keepdims=True)
    assert stability(before, after) == pytest.approx(float(np.sum((q - p) * np.log(q / p))), rel=1e-9, abs=1e-12)


@given(BINS, BINS)
def test_the_index_is_the_same_both_ways_round_and_never_below_nothing(
    before: list[int], after: list[int]
) -> None:
    found = stability(before, after)
    assert found == pytest.approx(stability(after, before), rel=1e-9, abs=1e-12)
    assert found >= -1e-12
    assert math.isfinite(found)


@given(BINS)
def test_what_has_not_moved_has_not_drifted(counts: list[int]) -> None:
    assert stability(counts, counts) == 0


def test_bins_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        stability([1, 2], [1])


@pytest.mark.parametrize(
    ("psi", "word"), [(0.0, "small"), (SMALL, "medium"), (0.2, "medium"), (LARGE, "large"), (3.0, "large")]
)
def test_the_index_is_said_in_a_word(psi: float, word: str) -> None:
    assert verdict(psi) == word
