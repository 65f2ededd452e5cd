"""Days and instants are written by one module, in one form, everywhere."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from graph.text import days

ROOT = Path(__file__).parents[2]
END = datetime(2026, 7, 1, tzinfo=UTC)
# A format of a date, or a name of a month, in code that writes for people.
OWN_FORM = re.compile(r"strftime|:%[YdBbHm]|\.isoformat\(|\.ctime\(|\bJanuary\b|month_name")
FOR_PROGRAMS = {
    "graph/text/days.py",
    "graph/audit/log.py",  # what is hashed of a record
    "graph/disclosure/archive/zip.py",  # cells of CSV
    "graph/cli/cells.py",  # cells of CSV and JSON
    "graph/analysis/export.py",
    "graph/analysis/frames/circle_graph.py",
    "graph/identity/keys.py",  # files of keys
    "graph/text/instants.py",  # reads what programs write
    "graph/rights/membership.py",  # a row to store
    "graph/facts/store.py",  # what is compared of a row
    "graph/facts/settling.py",  # rows to store
    "graph/facts/first_fill/kept.py",  # rows that are read again
    "graph/facts/first_fill/resolving.py",  # rows of the importer's files
    "graph/facts/synthetic.py",  # files to load
    "graph/rating/run.py",  # repeats an instant that was given
    "graph/rating/engines/spark/command.py",  # JSON
    "graph/analysis/snapshot.py",  # a manifest
    "graph/rights/backing_up.py",  # a manifest
    "graph/server/backups.py",  # names of files
    "graph/store/journal.py",  # lines of the journal
    "graph/identity/verifying.py",  # one of them
    "api/http/log_lines.py",  # JSON lines
    "api/pages/me.py",  # a cursor
    "api/routes/accesses.py",
    "api/routes/history.py",  # repeats an instant that was given
}
IN_TEMPLATES = re.compile(r"strftime|\.(year|month)\b")


def test_nothing_else_writes_a_day_for_people() -> None:
    for file in [*ROOT.glob("graph/**/*.py"), *ROOT.glob("api/**/*.py")]:
        name = file.relative_to(ROOT).as_posix()
        if name not in FOR_PROGRAMS and not name.startswith("graph/facts/files/"):
            found = [line for line in file.read_text(encoding="utf-8").splitlines() if OWN_FORM.search(line)]
            assert not [line for line in found if "formats=[" not in line], name
    for file in [*ROOT.glob("graph/**/*.jinja"), *ROOT.glob("api/**/*.jinja")]:
        assert not IN_TEMPLATES.search(file.read_text(encoding="utf-8")), file


def test_what_ends_at_midnight_is_said_by_its_last_day() -> None:
    assert (days.last_day(END), days.until(END)) == ("2026-06-30", "2026-06-30")
    assert days.until(END + timedelta(hours=9, minutes=30)) == "2026-07-01 09:30 UTC"
    assert days.day(END) == days.day(END.date()) == "2026-07-01"
    assert (days.moment(END), days.second(END)) == ("2026-07-01 00:00 UTC", "2026-07-01 00:00:00 UTC")


def test_every_form_is_in_utc() -> None:
    elsewhere = END.astimezone(timezone(timedelta(hours=8)))
    assert days.until(elsewhere) == "2026-06-30"
    assert days.day(elsewhere) == "2026-07-01"
    assert days.moment(elsewhere) == "2026-07-01 00:00 UTC"


def test_an_instant_is_on_the_day_of_its_zone_and_whose_day_it_is_is_said_where_it_is_another() -> None:
    at = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert [days.day(at, zone) for zone in (None, "UTC", "America/Los_Angeles", "Asia/Kolkata")] == [
        "2026-03-04",
        "2026-03-04",
        "2026-03-03",
        "2026-03-04",
    ]
    assert days.zone_time("America/Los_Angeles", at) == ", Los Angeles time"
    assert days.zone_time("America/Argentina/Buenos_Aires", noon, None, at) == ", Buenos Aires time"
    assert days.zone_time("America/Los_Angeles", noon, None) == ""
    assert days.zone_time("Asia/Kolkata", at) == ""
    assert days.zone_time(None, at) == ""
