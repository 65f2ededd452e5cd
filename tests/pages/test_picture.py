"""The picture of a circle has no more than a browser draws at once, and names only contacts with a line."""

from datetime import date

from api.pages.viewing import LARGEST_PICTURE, listed, picture
from graph.disclosure import Met


def test_a_picture_has_those_with_whom_there_was_most_contact() -> None:
    met = [Met(f"c-{days}", days, date(2026, 6, 1), ()) for days in range(LARGEST_PICTURE + 100, 0, -1)]
    drawn = picture(None, met, "ada", {"c-700": "not here"})
    assert len(drawn["nodes"]) == LARGEST_PICTURE + 1
    assert len(drawn["edges"]) == LARGEST_PICTURE
    assert min(each["days"] for each in drawn["edges"]) == 101
    assert all("points" not in each for each in drawn["nodes"])


def test_a_list_is_cut_into_pages_and_a_page_beyond_the_end_is_the_last() -> None:
    rows = list(range(120))
    assert listed(rows, 1).rows == rows[:50]
    assert listed(rows, 3).rows == rows[100:]
    assert (listed(rows, 99).number, listed(rows, 99).last) == (3, 3)
    assert (listed([], 1).rows, listed([], 1).last) == ([], 1)
