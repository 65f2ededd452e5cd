"""The zone of an obligation's days: from its row, from the load or from the mapping; bad names are refused."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import ParameterError, SchemeInvalid
from graph.facts.files import read
from graph.facts.server_zones import UNKNOWN, ServerZones
from graph.facts.zones import WRITE, is_zone, why_no_zone
from graph.store.client import Database
from tests.facts.files.steps.mapped import AT, Taken, mapped, of_file, taken
from tests.facts.looking import written

HEADER = "debtor,creditor,due,settled,zone"
END_THERE = {
    "Europe/Berlin": "2026-03-03T22:59:59.999999Z",
    "Pacific/Auckland": "2026-03-03T10:59:59.999999Z",
    "UTC": "2026-03-03T23:59:59.999999Z",
}


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Pacific/Kiritimati", "UTC"])
def test_a_zone_is_a_place_or_utc(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("berlin", "is it Europe/Berlin?"),
        ("europe/berlin", "is it Europe/Berlin?"),
        ("New York", "is it America/New_York?"),
        ("Indianapolis", "is it America/Indiana/Indianapolis or America/Indianapolis?"),
        *((name, WRITE) for name in ("CET", "EST", "EST5EDT", "GMT", "utc", "Etc/GMT+1", "+01:00", "local", "")),
        *((name, WRITE) for name in ("Mars/Olympus", "../UTC", "Europe", "/etc/localtime")),
        ("posix/Europe/Rome", "is it Europe/Rome?"),
    ],
)
def test_every_other_name_is_refused_with_what_to_write(name: str, advice: str) -> None:
    assert not is_zone(name)
    assert why_no_zone(name) == f"no such zone; {advice}"


def test_a_row_of_our_own_form_says_in_which_zone_its_days_are_meant(tmp_path: Path) -> None:
    rows = [f"ann,mill,2026-03-03,2026-03-03 17:30,{zone}" for zone in END_THERE]
    found = of_file(written(tmp_path, "obligations.csv", HEADER, *rows), None)
    assert found.rejects == []
    assert dict(zip(found.column("zone"), found.column("due"), strict=True)) == END_THERE
    assert found.column("settled") == [
        "2026-03-03T16:30:00.000000Z",
        "2026-03-03T04:30:00.000000Z",
        "2026-03-03T17:30:00.000000Z",
    ]


def test_a_row_that_names_a_zone_has_that_one_and_every_other_the_one_of_the_load(tmp_path: Path) -> None:
    file = written(
        tmp_path, "obligations.csv", HEADER, "ann,mill,2026-03-03,,Pacific/Auckland", "ann,mill,2026-03-03,,"
    )
    found = of_file(file, None, zone="Europe/Berlin")
    assert found.column("zone") == ["Pacific/Auckland", "Europe/Berlin"]
    assert found.column("due") == [END_THERE["Pacific/Auckland"], END_THERE["Europe/Berlin"]]


def test_a_bare_day_of_a_row_without_a_zone_is_refused_beside_those_that_have_one(tmp_path: Path) -> None:
    rows = ("ann,mill,2026-03-03,,", "ann,mill,2026-03-03,,UTC", f"ann,mill,{AT},,")
    found = of_file(written(tmp_path, "obligations.csv", HEADER, *rows), None)
    assert found.refused == [(2, "due", "2026-03-03")]
    assert found.column("zone") == ["UTC", None]


def test_the_load_says_the_zone_of_times_in_full_as_well(tmp_path: Path) -> None:
    file = written(tmp_path, "obligations.csv", "debtor,creditor,due", f"ann,mill,{AT}")
    assert of_file(file, None, zone="Asia/Kolkata").column("zone") == ["Asia/Kolkata"]
    assert of_file(file, None).column("zone") == [None]


def test_a_zone_that_there_is_not_refuses_its_row_by_line_and_value(tmp_path: Path) -> None:
    rows = [f"ann,mill,2026-03-03,,{zone}" for zone in ("Europe/Berlin", "CET", "berlin")]
    file = written(tmp_path, "obligations.csv", HEADER, *rows, f"ann,mill,{AT},,Etc/GMT+1")
    for zone in (None, "UTC"):
        found = of_file(file, None, zone=zone)
        assert found.refused == [(3, "zone", "CET"), (4, "zone", "berlin"), (5, "zone", "Etc/GMT+1")]
        assert {each.file for each in found.rejects} == {str(file)}
        assert [each.reason for each in found.rejects] == [
            f"no such zone; {advice}" for advice in (WRITE, "is it Europe/Berlin?", WRITE)
        ]
        assert found.column("due") == [END_THERE["Europe/Berlin"]]


@pytest.mark.parametrize("zone", ["CET", "berlin", "Etc/GMT-1"])
def test_a_load_and_a_mapping_name_a_place_too(tmp_path: Path, zone: str) -> None:
    file = written(tmp_path, "obligations.csv", "debtor,creditor,due", "ann,mill,2026-03-03")
    with pytest.raises(ParameterError, match=f"no such zone: '{zone}'"):
        next(read(file, zone=zone))
    with pytest.raises(SchemeInvalid, match=f"no such zone: '{zone}'"):
        mapped("obligations", due=f'column = "due", day = {{ zone = "{zone}", end = true }}')


def test_dates_of_parquet_are_read_in_the_zone_of_their_row(tmp_path: Path) -> None:
    path = tmp_path / "obligations.parquet"
    days, zones = [date(2026, 3, 3)] * 3, [*END_THERE]
    table = {"debtor": ["ann"] * 3, "creditor": ["mill"] * 3, "due": days, "zone": zones}
    pq.write_table(pa.table(table), path)
    assert of_file(path, None).column("due") == [*END_THERE.values()]


ROWS = "when,where,paid\n2026-03-03,Asia/Kolkata,\n2026-03-03,,2026-03-04\n"


@pytest.mark.parametrize(
    ("cells", "zones"),
    [
        ({"due": 'column = "when", day = { zone = "Europe/Berlin", end = true }'}, ["Europe/Berlin"] * 2),
        ({"due": 'column = "when", format = "%Y-%m-%d", day = { zone = "UTC" }'}, ["UTC"] * 2),
        ({"due": 'column = "when", days_since = 1899-12-30, zone = "Europe/Berlin"'}, []),
        ({"due": f'value = "{AT}"'}, [None] * 2),
        # a day in another column says nothing of what is due
        ({"settled": 'column = "paid", day = { zone = "Europe/Berlin" }'}, [None] * 2),
        # the row's own word goes first
        (
            {
                "due": 'column = "when", day = { zone = "Europe/Berlin", end = true }',
                "zone": 'column = "where"',
            },
            ["Asia/Kolkata", "Europe/Berlin"],
        ),
        ({"zone": 'value = "Asia/Tokyo"'}, ["Asia/Tokyo"] * 2),
    ],
)
def test_a_mapping_says_the_zone_with_the_day_that_something_is_due_on(
    tmp_path: Path, cells: dict[str, Any], zones: list[str | None]
) -> None:
    assert taken(tmp_path, ROWS, mapped("obligations", **cells)).column("zone") == zones


def test_local_times_of_a_mapping_are_of_days_of_their_zone(tmp_path: Path) -> None:
    made = mapped("obligations", due='column = "when", zone = "America/Los_Angeles"')
    found = taken(tmp_path, "when\n2026-03-03 12:00\n", made)
    assert [(row["due"], row["zone"]) for row in found.rows] == [
        ("2026-03-03T20:00:00.000000Z", "America/Los_Angeles")
    ]


def test_an_id_that_is_derived_does_not_depend_on_the_zone(tmp_path: Path) -> None:
    file = written(tmp_path, "obligations.csv", "debtor,creditor,due", f"ann,mill,{AT}")

    def found() -> Iterator[Taken]:
        for zone in (None, "UTC", "Asia/Kolkata"):
            yield of_file(file, None, zone=zone)

    assert len({row["id"] for each in found() for row in each.rows}) == 1


def test_a_zone_that_the_server_lacks_is_refused_before_a_run_could_stumble_over_it(graph: Database) -> None:
    zones = ServerZones(graph)
    # a line of a nested file can give several rows: only the one with that zone is refused
    zones_of = [(2, None), (3, "Asia/Kolkata"), (3, "Mars/Olympus")]
    rows: list[dict[str, Any]] = [{"line": line, "zone": zone} for line, zone in zones_of]
    refused = [{"line": 3, "column": "zone", "value": "Mars/Olympus", "reason": UNKNOWN}]
    assert zones.sorted_out("obligations", rows) == (rows[:2], refused)
    assert zones.sorted_out("obligations", rows) == (rows[:2], refused), "asked for once, and told again"
    assert zones.sorted_out("visits", [{"line": 2}]) == ([{"line": 2}], [])
