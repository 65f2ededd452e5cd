"""A year of weekly facts, joins, leavings, disputes, erasures and new keys; the machine is lost on day 200."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.server import local
from graph.server.connect import connect
from graph.store import migrations
from tests.own_home import with_passphrase
from tests.promises.year import BACKED_UP, DAYS, Year

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14_400)]
HAPPENED = {
    *("backups", "disputes decided", "disputes opened", "disputes that nobody decided", "facts too old", "grants"),
    *("grants taken back", "keys made", "machines lost", "members joined", "members left", "people came again"),
    *("people erased", "people objected", "policies published", "reads"),
}


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    first, second = with_passphrase(tmp_path, "first"), with_passphrase(tmp_path, "second")
    made = Year(first, second, tmp_path / "kept")
    try:
        local.start(first)
        with connect(first) as database:
            migrations.apply(database)
        yield made
    finally:
        local.discard(first)
        local.discard(second)


def test_the_promises_hold_through_a_year_in_which_the_machine_is_lost(year: Year) -> None:
    year.live()
    print(year.counted)
    print(year.sizes)
    assert {what for what, often in year.counted.items() if often} == HAPPENED
    assert year.counted["backups"] == len(year.sizes) == DAYS // BACKED_UP + 2


def test_without_the_journal_those_who_left_would_be_back_and_the_year_says_so(year: Year) -> None:
    year.without_journal = True
    with pytest.raises(AssertionError):
        year.live(days=5, lost=3)
    assert year.counted["machines lost"] == 1
