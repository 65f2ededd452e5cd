"""Why a fact weighs less than its age has it, in words."""

import pytest

from graph.explain.weighing import in_words, share


@pytest.mark.parametrize(
    ("part", "said"),
    [(0.5, "half"), (1 / 3, "a third"), (0.25, "a quarter"), (0.125, "an eighth"), (0.02, "2 %"), (0.75, "75 %")],
)
def test_a_share_is_said_as_a_part_where_it_is_near_one(part: float, said: str) -> None:
    assert share(part) == said


def test_nothing_is_said_where_no_cap_bites() -> None:
    assert in_words(1.0, 3, 1.0, 9) is None


def test_a_month_and_a_year_are_said_one_after_the_other() -> None:
    assert in_words(0.2, 5, 1.0, 5) == "weighs a fifth: five with the same partner in that month"
    assert in_words(1.0, 1, 0.5, 14) == "weighs half: 14 facts with the same partner in that year"
