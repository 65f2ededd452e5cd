"""What a look back says by band: never of fewer than twenty that owed anything, and honestly."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.lookback import wording
from graph.analysis.lookback.bands import Cell, cells
from graph.analysis.lookback.entries import UNKNOWN, Entry
from graph.analysis.lookback.measures import Estimate, Separation, separations
from graph.disclosure.band_counts import SMALLEST
from graph.policy import scheme

POLICY = scheme.read("own-conduct")
NAMES = [band.name for band in POLICY.bands]


def entries(
    band: str, members: int, *, kept: int = 1, broken: int = 0, first: int = 0, score: float = 0.5
) -> list[Entry]:
    return [
        Entry(f"{band} {number}", band, score, score, score, kept, broken)
        for number in range(first, first + members)
    ]


def test_each_band_has_its_members_its_debtors_and_their_obligations() -> None:
    rows = (
        entries("poor", 20, kept=1, broken=3) + entries("good", 30, kept=4) + entries("good", 5, kept=0, first=30)
    )
    rows += [each for name in ("weak", "fair", "sound") for each in entries(name, 25)]
    found = {cell.bands: cell for cell in cells(rows, POLICY)}
    assert list(found) == [(name,) for name in NAMES]
    poor, good = found["poor",], found["good",]
    assert (poor.members, poor.debtors, poor.obligations) == (20, 20, 80)
    assert poor.broken
    assert poor.broken.value == 0.75
    assert (good.members, good.debtors, good.obligations) == (35, 30, 120)


def test_a_band_of_fewer_than_twenty_that_owed_anything_stands_with_a_neighbour() -> None:
    rows = entries("poor", 12) + entries("poor", 30, kept=0, first=12) + entries("weak", 40) + entries("good", 50)
    found = cells(rows, POLICY)
    assert [cell.bands for cell in found] == [("poor", "weak", "fair", "sound"), ("good",)]
    assert wording.named(found[0]) == "poor, weak, fair and sound together"


def test_whoever_was_not_known_stands_apart_and_is_compared_with_no_band() -> None:
    rows = [each for name in NAMES for each in entries(name, 40)] + entries(UNKNOWN, 40, kept=0, broken=1)
    *bands, unknown = cells(rows, POLICY)
    assert unknown.bands == (UNKNOWN,)
    assert unknown.apart
    assert not any(cell.apart for cell in bands)
    assert not any(UNKNOWN in sentence for sentence in wording.about_bands([*bands, unknown]))
    assert [cell.bands for cell in cells(rows[:-25], POLICY)] == [(name,) for name in NAMES], "15 are not told"


def test_where_one_member_owed_most_of_a_band_the_share_is_not_told() -> None:
    rows = [each for name in NAMES for each in entries(name, 25)]
    rows[0] = Entry("poor 0", "poor", 0.1, 0.1, 0.1, 10, 14)
    assert cells(rows, POLICY)[0].broken is not None, "24 of 48 are half of them, and not more"
    rows[0] = Entry("poor 0", "poor", 0.1, 0.1, 0.1, 10, 15)
    found = cells(rows, POLICY)[0]
    assert found.broken is None
    assert found.obligations == 49
    assert wording.as_share(found.broken) == "not told: one member owed most"


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=6, max_size=6))
def test_no_number_is_of_fewer_than_twenty_that_owed_anything(sizes: list[tuple[int, int]]) -> None:
    rows: list[Entry] = []
    for name, (owing, others) in zip([*NAMES, UNKNOWN], sizes, strict=True):
        rows += entries(name, owing) + entries(name, others, kept=0, first=owing)
    found = cells(rows, POLICY)
    assert all(cell.debtors >= SMALLEST for cell in found)
    told = sum(cell.debtors for cell in found)
    assert sum(owing for owing, _ in sizes) - told in range(2 * SMALLEST - 1), "at most two cells are left out"


# In words ---------------------------------------------------------------------------------------------


def cell(name: str, value: float, low: float, high: float) -> Cell:
    return Cell((name,), False, 30, 30, 60, Estimate(value, low, high))


def about(*found: Cell) -> list[str]:
    return list(wording.about_bands(found))


def test_bands_whose_intervals_overlap_are_said_not_to_differ() -> None:
    poor, fair = cell("poor", 0.9, 0.8, 0.95), cell("fair", 0.4, 0.3, 0.5)
    assert about(poor, fair) == ["Each band did better than the one below it, by more than chance explains."]
    assert about(poor, fair, cell("good", 0.3, 0.2, 0.35)) == [
        "These figures do not show that fair and good differ: their intervals overlap."
    ]
    assert about(fair, poor) == [
        "Members in poor did worse than those in fair: the bands are in the wrong order there."
    ]
    assert about(poor) == ["There are too few members to compare bands."]


def separated(rating: Estimate, more: Estimate) -> dict[str, Separation]:
    one = Estimate(0.6, 0.55, 0.65)
    return {"rating": Separation(rating, one, one, None), "mean": Separation(one, one, one, more)}


def scores(rating: Estimate, more: Estimate) -> Sequence[str]:
    return list(wording.about_scores(separated(rating, more)))


def test_a_rating_that_tells_no_more_than_the_mean_or_than_chance_is_said_to() -> None:
    good, chance = Estimate(0.7, 0.6, 0.8), Estimate(0.55, 0.5, 0.6)
    assert scores(good, Estimate(0.1, 0.01, 0.2)) == ["The rating tells more than the plain mean does."]
    assert scores(good, Estimate(-0.1, -0.2, -0.01)) == ["The rating tells less than the plain mean does."]
    assert scores(chance, Estimate(0.1, -0.01, 0.2)) == [
        "These figures do not show that the rating tells more than chance does.",
        "These figures do not show that the rating tells more or less than the plain mean does.",
    ]
    assert list(wording.about_scores(None)) == [
        "Nothing was broken, or nothing kept: there is nothing to tell apart."
    ]


def test_figures_are_written_with_their_intervals() -> None:
    assert wording.as_share(Estimate(0.1234, 0.05, 0.305)) == "12 % (5 to 30)"
    assert wording.as_figure(Estimate(0.64449, 0.6, 0.7)) == "0.644 (0.600 to 0.700)"
    assert wording.as_figure(Estimate(0.01, -0.02, 0.03), sign=True) == "+0.010 (-0.020 to +0.030)"


def test_a_rating_that_parts_all_is_seen_by_band_and_by_score() -> None:
    rows = entries("poor", 40, kept=0, broken=2, score=0.1) + entries("good", 40, kept=2, score=0.9)
    found = separations(rows, draws=50)
    assert found
    assert found["rating"].auc == Estimate(1, 1, 1)
    assert about(*cells(rows, POLICY)) == [
        "Each band did better than the one below it, by more than chance explains."
    ]
