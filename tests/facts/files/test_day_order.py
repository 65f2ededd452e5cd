"""A file that writes day and month the other way round than its mapping says is refused as a whole."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError
from tests.conftest import samples
from tests.facts.files.steps.mapped import mapped, taken

US, EUROPE = "%m/%d/%Y", "%d/%m/%Y"


def due(pattern: str) -> str:
    return f'column = "due", format = ["{pattern}", "ISO"], day = {{ zone = "Europe/Berlin", end = true }}'


def test_european_days_in_a_file_that_is_said_to_be_american_are_refused_before_the_first(tmp_path: Path) -> None:
    content = "due\n01/02/2026\n03/02/2026\n13/02/2026\n"
    with pytest.raises(RecordError) as caught:
        taken(tmp_path, content, mapped("obligations", due=due(US)))
    assert (caught.value.line, caught.value.column) == (4, "due")
    assert f"13/02/2026 is no day by {US}, and one by {EUROPE}" in str(caught.value)
    assert len(taken(tmp_path, content, mapped("obligations", due=due(EUROPE))).rows) == 3


def test_one_wrong_day_among_right_ones_is_a_mistake_of_its_row(tmp_path: Path) -> None:
    content = "due\n02/13/2026\n02/14/2026\n15/02/2026\n2026-02-28\n"
    found = taken(tmp_path, content, mapped("obligations", due=due(US)))
    assert found.refused == [(4, "due", "15/02/2026")]
    assert len(found.rows) == 3


def test_days_in_our_form_say_nothing_about_the_order_of_others(tmp_path: Path) -> None:
    content = "due\n2026-02-13\n2026-02-14\n15/02/2026\n"
    with pytest.raises(RecordError, match="1 cell can be read only so"):
        taken(tmp_path, content, mapped("obligations", due=due(US)))


@settings(max_examples=samples(10, 100))
@given(st.lists(st.dates(date(1971, 1, 1), date(2199, 12, 30)), min_size=1, max_size=30))
def test_a_file_in_the_order_that_is_said_is_never_refused_and_one_in_the_other_is_where_a_day_tells(
    tmp_path_factory: pytest.TempPathFactory, days: list[date]
) -> None:
    directory = tmp_path_factory.mktemp("days")
    written = "\n".join(["due", *(day.strftime(EUROPE) for day in days), ""])
    found = taken(directory, written, mapped("obligations", due=due(EUROPE)))
    before = {day - timedelta(days=1) for day in days} | set(days)
    assert all(date.fromisoformat(each[:10]) in before for each in found.column("due"))
    if any(day.day > 12 for day in days):
        with pytest.raises(RecordError, match="seem to be swapped"):
            taken(directory, written, mapped("obligations", due=due(US)))
