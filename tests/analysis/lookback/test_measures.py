"""Measures are those of scipy and of counting by hand, and intervals know whose obligations they are."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from graph.analysis.lookback.entries import Entry
from graph.analysis.lookback.measures import Estimate, apart, independent, separations, share_broken, wilson

SOME = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12
).filter(lambda rows: sum(kept for _, kept, _ in rows) > 0 and sum(broken for _, _, broken in rows) > 0)
"(place of the score, kept, broken) of some entries; something was kept, and something broken."


def entry(member: str, kept: int, broken: int, score: float = 0.5, *, mean: float = 0.5) -> Entry:
    return Entry(member, "fair", score, score, mean, kept, broken)


def measured(rows: list[tuple[int, int, int]]) -> tuple[float, float]:
    place, kept, broken = (np.array(column) for column in zip(*rows, strict=True))
    return apart(place, kept.astype(float), broken.astype(float))


def spread(rows: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """The score of each kept obligation, and of each broken one."""
    kept = [score for score, number, _ in rows for _ in range(number)]
    return kept, [score for score, _, number in rows for _ in range(number)]


@given(SOME)
def test_the_auc_is_the_share_of_pairs_in_the_right_order_and_ties_count_half(
    rows: list[tuple[int, int, int]],
) -> None:
    kept, broken = spread(rows)
    right = sum((good > bad) + (good == bad) / 2 for good, bad in product(kept, broken))
    assert measured(rows)[0] == pytest.approx(right / len(kept) / len(broken), abs=1e-12)


@pytest.mark.filterwarnings("ignore:ks_2samp:RuntimeWarning")
@given(SOME)
def test_auc_and_ks_are_those_of_scipy(rows: list[tuple[int, int, int]]) -> None:
    kept, broken = spread(rows)
    auc, ks = measured(rows)
    pairs = len(kept) * len(broken)
    assert auc == pytest.approx(
        (stats.rankdata(kept + broken)[: len(kept)].sum() - len(kept) * (len(kept) + 1) / 2) / pairs, abs=1e-12
    )
    assert ks == pytest.approx(stats.ks_2samp(kept, broken, method="exact").statistic, abs=1e-12)


def test_a_hand_made_case_has_the_figures_that_one_works_out_on_paper() -> None:
    # kept at 1, 2, 2; broken at 0, 2: of six pairs three are right, two tie, one is wrong
    assert measured([(0, 0, 1), (1, 1, 0), (2, 2, 1)]) == pytest.approx((4 / 6, 0.5))
    assert measured([(0, 0, 5), (1, 5, 0)]) == (1.0, 1.0)
    assert measured([(0, 5, 0), (1, 0, 5)]) == (0.0, 1.0)
    assert measured([(0, 5, 5)]) == (0.5, 0.0)


@given(st.integers(1, 300), st.data())
def test_wilsons_interval_is_that_of_scipy(number: int, data: st.DataObject) -> None:
    broken = data.draw(st.integers(0, number))
    expected = stats.binomtest(broken, number).proportion_ci(0.95, method="wilson")
    assert wilson(broken / number, number) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.integers(1, 60), st.data())
def test_with_one_obligation_for_each_member_the_interval_is_wilsons_own(number: int, data: st.DataObject) -> None:
    broken = data.draw(st.integers(0, number))
    entries = [entry(f"m{each}", int(each >= broken), int(each < broken)) for each in range(number)]
    found = share_broken(entries)
    assert (found.low, found.high) == pytest.approx(wilson(broken / number, number))
    assert found.value == broken / number
    assert found.low <= found.value <= found.high


def test_obligations_of_one_member_that_all_go_alike_count_as_one() -> None:
    alike = [entry(f"m{each}", 10 * (each % 2), 10 * (1 - each % 2)) for each in range(40)]
    assert independent(alike) == pytest.approx(40)
    mixed = [entry(f"m{each}", 5, 5) for each in range(40)]
    assert independent(mixed) == 400, "they tell as much as obligations of different members, and never more"
    kept = [entry("one", 100, 0), *(entry(f"m{each}", 1, 0) for each in range(20))]
    assert independent(kept) == pytest.approx(120**2 / (100**2 + 20)), "nothing is seen of how alike they are"
    assert independent([entry("one", 3, 4)]) == 1
    assert independent([entry("one", 1, 1), entry("one", 1, 1)]) == 1, "one member on two days is one member"


def test_intervals_are_the_same_each_time_and_hold_the_figure() -> None:
    entries = [entry(f"m{each}", each % 5, (each + each // 7) % 3, each / 60) for each in range(60)]
    first, second = separations(entries, draws=50), separations(entries, draws=50)
    assert first == second
    assert first
    for found in first.values():
        for estimate in (found.auc, found.gini, found.ks):
            assert estimate.low <= estimate.value <= estimate.high
        assert found.gini == pytest.approx([2 * each - 1 for each in found.auc])
    assert first["rating"].more is None
    assert first["conduct"].more == Estimate(0, 0, 0), "the same scores, drawn together"


def test_a_draw_is_of_members_so_a_member_with_much_makes_the_interval_wider() -> None:
    separate = [entry(f"m{each}", 1, 0, 0.6 + each // 20 / 10) for each in range(100)]
    separate += [entry(f"b{each}", 0, 1, 0.5 + each // 20 / 10) for each in range(100)]
    together = [replace(each, member=f"{each.member[0]}{number // 20}") for number, each in enumerate(separate)]
    widths = []
    for entries in (separate, together):
        found = separations(entries, draws=200)
        assert found
        widths.append(found["rating"].auc.high - found["rating"].auc.low)
    assert widths[1] > 1.3 * widths[0]


def test_where_nothing_was_broken_or_nothing_kept_there_is_nothing_to_tell_apart() -> None:
    assert separations([entry("a", 3, 0), entry("b", 1, 0)]) is None
    assert separations([entry("a", 0, 3)]) is None
    assert separations([]) is None


def test_a_better_score_than_the_plain_mean_is_seen_as_such() -> None:
    entries = [entry(f"m{each}", int(each >= 50), int(each < 50), each / 100) for each in range(100)]
    found = separations(entries, draws=100)
    assert found
    assert found["rating"].auc.value == 1
    assert found["mean"].auc == Estimate(0.5, 0.5, 0.5)
    assert found["mean"].more == Estimate(0.5, 0.5, 0.5)
    assert not math.isnan(found["rating"].ks.low)
