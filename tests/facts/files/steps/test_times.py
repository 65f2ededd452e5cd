"""format, ..._since, zone, day, and load --zone: days and times as files have them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import ParameterError, RecordError, SchemeInvalid
from graph.facts.files import read
from graph.facts.files.cell import Cell, Day
from graph.facts.files.steps import instants, times
from graph.facts.files.steps.step import why
from graph.facts.files.steps.written import Moment, reader
from tests.facts.files.steps.mapped import AT, mapped, of_file, taken

BERLIN = 'day = { zone = "Europe/Berlin", end = true }'
END, BEGIN = "2026-01-31T22:59:59.999999Z", "2026-01-30T23:00:00.000000Z"


@pytest.mark.parametrize(
    ("cell", "written", "at"),
    [
        (BERLIN, "2026-01-31", END),
        ('day = { zone = "Europe/Berlin" }', "2026-01-31", BEGIN),
        # Many programs write a day as its midnight.
        (BERLIN, "2026-01-31 00:00:00", END),
        (BERLIN, "2026-01-31T10:30:00", AT),
        (BERLIN, "2026-01-31T09:30:00Z", AT),
        (BERLIN, "2026-01-31T00:00:00Z", "2026-01-31T00:00:00.000000Z"),
        (f'{BERLIN}, format = "%d.%m.%Y"', "31.01.2026", END),
        (f'{BERLIN}, format = "%d.%m.%Y"', "31.1.2026", END),
        (f'{BERLIN}, format = "%d %B %Y"', "31 january 2026", END),
        (f'{BERLIN}, format = "%b %d, %Y"', "Jan. 31, 2026", END),
        (f'{BERLIN}, format = ["%d/%m/%Y", "ISO"]', "31/01/2026", END),
        (f'{BERLIN}, format = ["%d/%m/%Y", "ISO"]', "2026-01-31", END),
        (f'{BERLIN}, format = "%Y%m%d"', "20260131", END),
        (f"{BERLIN}, days_since = 1899-12-30", "46053", END),
        ('zone = "Europe/Berlin", days_since = 1899-12-30', "46053", BEGIN),
        ('zone = "Europe/Berlin", days_since = 1899-12-30', "46053.4375", AT),
        ('zone = "Europe/Berlin", format = "%d.%m.%y, %H:%M"', "31.01.26, 10:30", AT),
        ('zone = "Europe/Berlin", format = "%m/%d/%y %I:%M %p"', "1/31/26 10:30\u202fAM", AT),
        ('zone = "Europe/London", format = "%d.%m.%Y %H.%M.%S.%f"', "31.01.2026 9.30.00.0", AT),
        ('format = "%d/%b/%Y:%H:%M:%S %z"', "31/Jan/2026:15:00:00 +0530", AT),
        ("microseconds_since = 1601-01-01T00:00:00Z", "13414325400000001", "2026-01-31T09:30:00.000001Z"),
        ("microseconds_since = 1970-01-01T00:00:00Z", "1769851800000000", AT),
        ('zone = "Europe/Berlin", clock_change = "before"', "2026-10-25 02:30", "2026-10-25T00:30:00.000000Z"),
        ('zone = "Europe/Berlin", clock_change = "after"', "2026-10-25 02:30", "2026-10-25T01:30:00.000000Z"),
        (
            'day = { zone = "Europe/Berlin" }, clock_change = "after"',
            "2026-10-25 02:30",
            "2026-10-25T01:30:00.000000Z",
        ),
    ],
)
def test_a_day_or_a_time_is_read_as_the_mapping_says(cell: str, written: str, at: str, tmp_path: Path) -> None:
    found = taken(tmp_path, f'when\n"{written}"\n', mapped("obligations", due=f'column = "when", {cell}'))
    assert (found.column("due"), found.rejects) == ([at], [])


@pytest.mark.parametrize(
    ("cell", "written", "part"),
    [
        (f'{BERLIN}, format = "%d.%m.%Y"', "31.02.2026", "no such local time or day"),
        (f'{BERLIN}, format = "%d.%m.%Y"', "2026-01-31", "not written as %d.%m.%Y"),
        (f'{BERLIN}, format = "%d.%m.%Y"', "31.01.2026 10:30", "not written as"),
        (f'{BERLIN}, format = "%d.%m.%Y"', "\u0663\u0661.01.2026", "not written as"),
        (f'{BERLIN}, format = "%d.%m.%Y"', "=31.01.2026", "not written as"),
        (
            f'{BERLIN}, format = ["%d/%m/%Y", "%m/%d/%Y"]',
            "01/10/2026",
            "two formats read it differently: 2026-10-01 by %d/%m/%Y, 2026-01-10 by %m/%d/%Y",
        ),
        (f'{BERLIN}, format = ["%d.%m.%Y", "%d/%m/%Y"]', "tomorrow", "not written as %d.%m.%Y or %d/%m/%Y"),
        (f'{BERLIN}, format = "%d %B %Y"', "31 Januar 2026", "no month is called januar"),
        (BERLIN, "31.01.2026", "not written as in 2026-01-31"),
        (BERLIN, "1969-12-31", "no time between 1970"),
        (BERLIN, "1960-01-01", "no day between 1970"),
        (BERLIN, "2026-10-25 02:30", "skips or has twice"),
        ('day = { zone = "Pacific/Apia" }', "2011-12-30", "left out"),
        ('zone = "Europe/Berlin"', "2026-01-31", "say with `day` in the mapping what a day means"),
        (f"{BERLIN}, days_since = 1899-12-30", "1e300", "not a number of days since 1899-12-30"),
        (f"{BERLIN}, days_since = 1899-12-30", "31.01.2026", "not a number of days"),
        (f"{BERLIN}, days_since = 1899-12-30", "-1", "no day between 1970"),
        ('format = "%d.%m.%Y %H:%M %z"', "31.01.2026 10:30 +2500", "no zone is at"),
        ("microseconds_since = 1601-01-01T00:00:00Z", "99999999999999999", "not a number of microseconds"),
    ],
)
def test_a_day_that_cannot_be_read_is_refused_as_it_is_written(
    cell: str, written: str, part: str, tmp_path: Path
) -> None:
    found = taken(tmp_path, f'when\n"{written}"\n', mapped("obligations", due=f'column = "when", {cell}'))
    assert found.refused == [(2, "when", written)]
    assert part in found.rejects[0].reason


def test_a_day_that_is_read_with_the_month_before_it_says_so(tmp_path: Path) -> None:
    made = mapped("obligations", due='column = "t", format = "%m/%d/%Y", day = { zone = "UTC" }')
    found = taken(tmp_path, "t\n01/10/2026\n31/01/2026\n32/01/2026\n31/13/2026\n10/31/2026\n", made)
    assert found.lines == [2, 6], (
        "a day that can be read only as the mapping says: the file is not refused as a whole"
    )
    reasons = {each.value: each.reason for each in found.rejects}
    assert "%d/%m/%Y reads it: look whether rows above" in reasons["31/01/2026"]
    assert not any("reads it" in reasons[each] for each in ("32/01/2026", "31/13/2026"))


def test_two_formats_that_read_a_day_alike_both_fit(tmp_path: Path) -> None:
    made = mapped("obligations", due=f'column = "when", {BERLIN}, format = ["%d/%m/%Y", "%m/%d/%Y"]')
    found = taken(tmp_path, "when\n05/05/2026\n31/01/2026\n01/31/2026\n", made)
    assert [at[:10] for at in found.column("due")] == ["2026-05-05", "2026-01-31", "2026-01-31"]


# (what is wrong, the cell, part of the message)
INVALID = [
    ("an unknown letter", 'format = "%d.%m.%Q"', "%Q is not known"),
    ("a sign at the end", 'format = "%d.%m.%Y%"', "%% is not known"),
    ("no year", f'{BERLIN}, format = "%d.%m."', "one year is needed"),
    ("two months", f'{BERLIN}, format = "%d %m %B %Y"', "one month is needed"),
    ("no day", f'{BERLIN}, format = "%m %Y"', "one day of the month is needed"),
    ("a half day without its half", 'zone = "UTC", format = "%d.%m.%Y %I:%M"', "%I needs %p"),
    ("seconds without minutes", 'zone = "UTC", format = "%d.%m.%Y %S"', "%S needs %M"),
    ("hours without minutes", 'zone = "UTC", format = "%d.%m.%Y %H"', "%H needs %M"),
    ("hours twice", 'zone = "UTC", format = "%d.%m.%Y %H:%M %H"', "says something twice"),
    ("a day without a zone", 'format = "%d.%m.%Y"', "say what a day means"),
    ("a day with the zone of a time", 'zone = "UTC", format = "%d.%m.%Y"', "say what a day means"),
    ("a time without a zone", 'format = "%d.%m.%Y %H:%M"', "has no zone"),
    ("days of nowhere", "days_since = 1899-12-30", "counts days of some place"),
    ("two ways to count", f"{BERLIN}, days_since = 1899-12-30, format = 'ISO'", "at most one of"),
    ("seconds of a zone", 'zone = "UTC", seconds_since = 1970-01-01T00:00:00Z', "at most one of"),
    ("two zones", f'{BERLIN}, zone = "UTC"', "leave zone out"),
    ("a day of no zone", 'day = { zone = "Mars/Olympus" }', "no such zone: 'Mars/Olympus'"),
    ("a day without a zone of its own", "day = { end = true }", "missing key"),
    ("a change of no clocks", 'format = "ISO", clock_change = "before"', "give zone or day"),
    ("no formats", f"{BERLIN}, format = []", "length >= 1"),
    ("one format twice", f'{BERLIN}, format = ["ISO", "ISO"]', "there twice"),
    ("a word that is a time", f"{BERLIN}, values = {{ a = 1 }}", "a word or a text is none"),
]


@pytest.mark.parametrize(("cell", "part"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID])
def test_a_cell_that_says_no_time_stops_the_mapping(cell: str, part: str) -> None:
    with pytest.raises(SchemeInvalid) as caught:
        mapped("obligations", due=f'column = "when", {cell}')
    assert part in str(caught.value)
    assert caught.value.key.startswith("obligations.due")


def test_times_are_not_read_where_none_is_wanted() -> None:
    for cell in (BERLIN, 'format = "%d.%m.%Y"', 'zone = "UTC"'):
        with pytest.raises(SchemeInvalid, match="reads a time, and none is wanted here"):
            mapped("obligations", debtor=f'column = "when", {cell}')


def test_a_date_of_birth_needs_a_format_and_no_zone(tmp_path: Path) -> None:
    made = mapped("entities", born='column = "born", format = "%d.%m.%Y"')
    found = taken(tmp_path, "who,born\na,31.12.1990\nb,1990-12-31\n", made)
    assert found.column("born") == ["1990-12-31"]
    assert found.refused == [(3, "born", "1990-12-31")]
    serial = mapped("entities", born='column = "born", days_since = 1899-12-30')
    assert taken(tmp_path, "who,born\na,33238\n", serial).column("born") == ["1990-12-31"]
    with pytest.raises(SchemeInvalid, match="needs its century"):
        mapped("entities", born='column = "born", format = "%d.%m.%y"')
    with pytest.raises(SchemeInvalid, match="it needs no zone"):
        mapped("entities", born=f'column = "born", {BERLIN}')
    with pytest.raises(SchemeInvalid, match="reads a time, and a date is wanted"):
        mapped("entities", born='column = "born", format = "%d.%m.%Y %H:%M"')


PATTERNS = [
    *("%d.%m.%Y", "%Y%m%d", "%d/%m/%y", "%B %d, %Y", "%d-%b-%Y", "%Y-%m-%dT%H:%M:%S.%f", "%y%m%d%H%M%S"),
    *("%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y um %H:%M", "100%% am %d.%m.%Y"),
]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)), st.sampled_from(PATTERNS))
def test_whatever_a_format_can_write_it_reads_back(at: datetime, pattern: str) -> None:
    written = at.strftime(pattern)
    read_back = reader(pattern)(written)
    assert read_back is not None
    said = at if "%f" in pattern else at.replace(microsecond=0)
    said = said if "%S" in pattern else said.replace(second=0)
    assert read_back == Moment(at.date(), said.time() if "%M" in pattern else None)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)), st.integers(-18 * 60, 18 * 60))
def test_an_offset_is_read_back_behind_a_blank_or_not(at: datetime, minutes: int) -> None:
    sign, hours, rest = "-" if minutes < 0 else "+", *divmod(abs(minutes), 60)
    for blank, colon in ((" ", ""), ("", ":"), (" ", ":")):
        written = f"{at:%Y-%m-%d %H:%M:%S.%f}{blank}{sign}{hours:02}{colon}{rest:02}"
        assert reader("ISO")(written) == Moment(at.date(), at.time(), timedelta(minutes=minutes))


@given(st.integers(0, 83_000), st.integers(0, 86_399_999))
def test_a_serial_number_is_read_back_to_the_millisecond(day: int, milliseconds: int) -> None:
    origin = date(1899, 12, 30)
    at = datetime.combine(date(1970, 1, 2) + timedelta(days=day), time(), UTC) + timedelta(
        milliseconds=milliseconds
    )
    serial = (at.date() - origin).days + milliseconds / 86_400_000
    cell = Cell(column="x", days_since=origin, zone="UTC")
    made = times.of(cell)
    assert made is not None
    [found] = made(pd.Series([f"{serial:.15g}"], dtype="str"))[0]
    assert datetime.fromisoformat(found) == at


@given(st.integers(0, 18_902_000_000_000_000))
def test_microseconds_from_long_ago_are_exact(passed: int) -> None:
    origin = datetime(1601, 1, 1, tzinfo=UTC)
    [made] = instants.of(Cell(column="x", microseconds_since=origin))
    [found] = made(pd.Series([str(passed)], dtype="str"))[0]
    if found == found:
        assert datetime.fromisoformat(found) == origin + timedelta(microseconds=passed)
    else:
        assert passed > 14_500_000_000_000_000


def test_days_and_local_times_of_parquet_are_read_by_their_types(tmp_path: Path) -> None:
    columns = {"day": [date(2026, 1, 31)], "local": [datetime(2026, 1, 31, 10, 30)], "serial": [46053.0]}
    pq.write_table(pa.table(columns), tmp_path / "export.parquet")
    for cell, at in (
        (f'column = "day", {BERLIN}, format = "%d.%m.%Y"', END),
        (f'column = "local", {BERLIN}', AT),
        ('column = "local", zone = "Europe/Berlin"', AT),
        (f'column = "serial", {BERLIN}, days_since = 1899-12-30', END),
    ):
        assert of_file(tmp_path / "export.parquet", mapped("obligations", due=cell)).column("due") == [at]


OURS = """debtor,creditor,due,settled
ann,mill,2026-01-31,2026-01-31
ann,mill,2026-01-31 10:30,
ann,mill,2026-01-31T09:30:00Z,
"""


def test_a_bare_date_in_our_own_form_is_read_where_the_load_says_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "obligations.csv"
    path.write_text(OURS)
    found = of_file(path, None, zone="Europe/Berlin")
    assert found.column("due") == [END, AT, AT]
    assert found.column("settled") == [BEGIN, None, None]


def test_without_a_zone_a_bare_date_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "obligations.csv"
    path.write_text(OURS)
    found = of_file(path, None)
    assert found.column("due") == [AT]
    assert [each.line for each in found.rejects] == [2, 3]
    assert "load with --zone, or `day` in a mapping" in found.rejects[0].reason
    assert "a time without a zone" in found.rejects[1].reason


def test_dates_of_parquet_in_our_own_form_are_read_where_the_load_says_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "obligations.parquet"
    pq.write_table(pa.table({"debtor": ["ann"], "creditor": ["mill"], "due": [date(2026, 1, 31)]}), path)
    assert of_file(path, None, zone="Europe/Berlin").column("due") == [END]
    with pytest.raises(RecordError, match="the type is date; it must be"):
        of_file(path, None)


def test_a_zone_is_known_and_goes_with_no_mapping(tmp_path: Path) -> None:
    path = tmp_path / "obligations.csv"
    path.write_text(OURS)
    with pytest.raises(ParameterError, match="no such zone: 'Berlin'"):
        read(path, zone="Berlin")
    with pytest.raises(ParameterError, match="a mapping says the zones itself"):
        read(path, mapping=mapped("obligations"), zone="Europe/Berlin")


@pytest.mark.parametrize(
    "written", ["2026-01-31 09:30:00 UTC", "2026-01-31T09:30 GMT", "2026-01-31 15:00:00 +0530"]
)
def test_an_offset_or_utc_behind_a_blank_is_read_everywhere(written: str, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(f"entity,site,at\nann,s1,{written}\n")
    assert of_file(path, None).column("at") == [AT]


def test_a_reason_is_the_one_of_the_text_that_failed() -> None:
    def made(text: str) -> str:
        raise ValueError(text)

    assert why(made, "x") == "x"
    assert Day(zone="UTC").end is False
