"""No number tells of fewer than twenty: not alone, not from the others, and not from two looks."""

from collections import defaultdict
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.disclosure.band_counts import SMALLEST, Cell, changes, counts, merged, takes_over
from graph.policy import parameters, publishing, scheme
from graph.policy.scheme import Band, parse
from graph.rating.run import rate
from graph.store.client import Database
from tests.worlds.chosen_bands import POLICY, fill_bands
from tests.worlds.chosen_conduct import AS_OF


def told(cells: tuple[Cell, ...]) -> list[tuple[list[str], int]]:
    return [([band.name for band in cell.bands], cell.members) for cell in cells]


def bands(many: int) -> tuple[Band, ...]:
    return tuple(Band(name="x" * (n + 1), from_points=350.0 + 50 * n) for n in range(many))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_every_cell_holds_twenty_or_all_there_are_and_together_they_hold_all(members: list[int]) -> None:
    cells = merged(bands(len(members)), members)
    assert sum(cell.members for cell in cells) == sum(members)
    assert [band for cell in cells for band in cell.bands] == list(bands(len(members)))
    assert len(cells) == 1 or min(cell.members for cell in cells) >= SMALLEST


def test_a_small_band_stands_with_its_smaller_neighbour() -> None:
    assert told(merged(POLICY.bands, [10, 23, 152, 72, 343])) == [
        (["poor", "weak"], 33),
        (["fair"], 152),
        (["sound"], 72),
        (["good"], 343),
    ]
    assert told(merged(POLICY.bands, [100, 100, 0, 90, 100])) == [
        (["poor"], 100),
        (["weak"], 100),
        (["fair", "sound"], 90),
        (["good"], 100),
    ]


@pytest.mark.parametrize("many", [2, 3, pytest.param(4, marks=pytest.mark.slow)])
def test_what_is_told_leaves_open_what_each_hidden_number_is(many: int) -> None:
    """Of all communities that are told alike, a hidden band has at least as many sizes as the limit is large.

    Tried on all communities up to a size, with a limit of 5. An attacker knows the rule, and all that is told.
    """
    most = 12
    alike: dict[tuple[Cell, ...], list[tuple[int, ...]]] = defaultdict(list)
    for members in product(range(most), repeat=many):
        if 5 <= sum(members) < most:
            alike[merged(bands(many), members, smallest=5)].append(members)
    hidden = 0
    for cells, communities in alike.items():
        place = 0
        for cell in cells:
            for band in range(place, place + len(cell.bands)):
                if len(cell.bands) > 1:
                    hidden += 1
                    assert len({members[band] for members in communities}) >= 5, (cells, band)
            place += len(cell.bands)
    assert hidden


def test_changes_are_what_a_reader_of_both_can_make_out() -> None:
    first = merged(POLICY.bands, [100, 100, 100, 100, 100])
    assert changes(first, first) == 0
    assert changes(first, merged(POLICY.bands, [101, 100, 100, 100, 100])) == 1
    assert changes(first, merged(POLICY.bands, [90, 110, 100, 100, 100])) == 20
    # where one of them holds poor and weak together, what moved between the two is not made out
    assert changes(first, merged(POLICY.bands, [10, 190, 100, 100, 100])) == 0
    # nor where a band begins at other points
    moved = (*POLICY.bands[:-1], Band(name="good", from_points=720.0))
    assert changes(first, merged(moved, [100, 100, 100, 120, 80])) == 0


SIZES = st.lists(st.integers(0, 60), min_size=5, max_size=5)


@given(SIZES, st.lists(st.lists(st.integers(-2, 2), min_size=5, max_size=5), max_size=30))
def test_two_looks_tell_nothing_or_of_twenty_changes_however_a_community_changes(
    first: list[int], steps: list[list[int]]
) -> None:
    """Day by day few join, leave or move; a daily reader sees the same, or twenty changes in between."""
    now, told = first, merged(POLICY.bands, first)
    for step in steps:
        now = [max(0, size + change) for size, change in zip(now, step, strict=True)]
        later = merged(POLICY.bands, now)
        if takes_over(told, later):
            assert sum(abs(a - b) for a, b in zip(first, now, strict=True)) >= SMALLEST
            first, told = now, later


@given(SIZES, SIZES)
def test_no_more_changes_are_made_out_than_there_are(before: list[int], after: list[int]) -> None:
    made_out = changes(merged(POLICY.bands, before), merged(POLICY.bands, after))
    assert made_out <= sum(abs(a - b) for a, b in zip(before, after, strict=True))


def test_a_run_keeps_how_its_ratings_are_spread(graph: Database) -> None:
    publishing.publish(graph, POLICY)
    fill_bands(graph, [1, 2, 3, 4, 5], 0)
    [row] = graph.run("runs", scheme=POLICY.id)
    points = [r["points"] for r in graph.statement("MATCH (m:Membership) RETURN m.points AS points")]
    whole = [scheme.whole(each) for each in points]
    assert row["bands"] == [0, 1, 2, 3, 4, 5]
    assert row["histogram"] == [sum(350 + 50 * n <= each < 400 + 50 * n for each in whole) for n in range(12)]
    assert sum(row["histogram"]) == 15


def test_950_points_are_in_the_last_bin(graph: Database) -> None:
    publishing.publish(graph, POLICY)
    fill_bands(graph, [0, 0, 0, 0, 1], 0)
    [run] = graph.run("runs", scheme=POLICY.id)
    for points, bin in ((950.0, 11), (949.6, 11), (899.4, 10), (899.6, 11), (350.0, 0), (399.5, 1)):
        graph.statement("MATCH (m:Membership) SET m.points = $points", points=points)
        row = graph.one("distribution", scheme=POLICY.id, run=run["run"], bands=parameters.bands(POLICY))
        assert row["histogram"] == [int(n == bin) for n in range(12)], points


def test_before_a_run_has_counted_nothing_is_told(graph: Database) -> None:
    publishing.publish(graph, POLICY)
    assert counts(graph, POLICY.id) is None
    fill_bands(graph, [0, 0, 0, 0, 5], 0)
    graph.statement("MATCH (r:Run) REMOVE r.bands, r.histogram")
    assert counts(graph, POLICY.id) is None


def test_of_fewer_than_twenty_members_only_that_is_told(graph: Database) -> None:
    publishing.publish(graph, POLICY)
    fill_bands(graph, [3, 3, 3, 5, 5], 0)
    found = counts(graph, POLICY.id)
    assert found
    assert found.cells == ()


def test_a_reader_before_and_after_one_joins_learns_nothing_and_after_twenty_changes_all(
    graph: Database,
) -> None:
    publishing.publish(graph, POLICY)
    seen = []
    for day, sizes in enumerate(
        [[0, 20, 20, 20, 25], [0, 20, 20, 20, 26], [0, 20, 20, 20, 44], [0, 20, 20, 21, 44]]
    ):
        fill_bands(graph, sizes, day)
        found = counts(graph, POLICY.id)
        assert found
        seen.append((found.as_of - AS_OF, told(found.cells)))
    first = [(["new", "poor", "weak"], 20), (["fair"], 20), (["sound"], 20), (["good"], 25)]
    assert seen[0] == seen[1] == seen[2] == (timedelta(0), first)
    fill_bands(graph, [0, 20, 20, 21, 45], 4)
    last = counts(graph, POLICY.id)
    assert last
    assert seen[3] == (timedelta(days=3), [*first[:2], (["sound"], 21), (["good"], 44)])
    assert last.as_of == AS_OF + timedelta(days=3)
    assert len({last.run, last.version}) == 2


def test_counts_are_told_by_the_bands_that_they_were_made_with(graph: Database) -> None:
    publishing.publish(graph, POLICY)
    fill_bands(graph, [0, 20, 20, 20, 25], 0)
    other = parse(
        POLICY.text.replace('version = "2"', 'version = "3"', 1).replace('name = "good"', 'name = "fine"'), "test"
    )
    publishing.publish(graph, other)
    rate(graph, POLICY.id, as_of=AS_OF + timedelta(days=1))
    found = counts(graph, POLICY.id)
    assert found
    assert found.version == POLICY.version
    assert told(found.cells)[-1] == (["good"], 25)
