"""One form of days and one of instants, whatever is printed: on a terminal, on paper, in a reason."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from graph.cli.app import app
from graph.disclosure import report
from graph.policy import scheme
from graph.rights import contests, disputes, founders
from graph.settings import Settings
from graph.store.client import Database
from tests.worlds.villages import build

PURPOSE = scheme.read("reliability").purpose[0]
OTHER_FORMS = {
    "of programs": re.compile(r"\d{4}-\d\d-\d\dT\d"),
    "with a month's name": re.compile(r"\b\d{1,2}\.? [A-Z][a-z]+ \d{4}\b|\b[A-Z][a-z]+ \d{1,2}, \d{4}\b"),
    "with strokes or dots": re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{4}\b"),
    "without its zone": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?(?! UTC|:|\d)"),
    "the midnight after the last day": re.compile(r"(as of|until) 2026-07-01|until 2027-01-01"),
}
LAST = f"{datetime.now(UTC).year}-12-31"


@pytest.mark.slow
def test_no_output_writes_a_day_or_an_instant_in_another_form(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(settings.home))
    [village] = build(database, tmp_path / "village", 1)
    bob, now = village("bob"), datetime.now(UTC)
    given: dict[str, Any] = {"kind": "obligations", "fact": village("o2"), "statement": "Paid.", "now": now}
    _, changes = database.write(lambda tx: disputes.dispute(tx, bob, **given))
    village.pass_on(changes)
    database.write(lambda tx: contests.contest(tx, village("ann"), "reliability", statement="No.", now=now))
    database.write(lambda tx: founders.name(tx, bob, "reliability", by="olga", now=now))
    at = ("--scheme", "reliability")
    granted = ("--client", "bank", "--what", "points", "--purpose", PURPOSE, "--until", LAST)
    for words in [
        ("show", bob),
        ("show", bob, *at),
        ("explain", bob, *at, "--facts"),
        ("history", bob, *at),
        ("what-if", bob, *at, "--share", "0"),
        ("what-if", bob, *at, "--lift"),
        ("grants", "add", bob, *at, *granted),
        ("grants", "list", bob),
        ("disputes",),
        ("disputes", "--statements"),
        ("contests", "--statements"),
        ("accesses", bob),
        ("members", "reliability"),
        ("founders", "list", "reliability"),
        ("scheme", "list"),
        ("rate", "own-conduct", "--as-of", "2026-06-30"),
    ]:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (words, done.output)
        if "--lift" not in words:  # nothing is owed here that would lift it
            assert re.search(r"\d{4}-\d\d-\d\d", done.stdout), words
        assert not [form for form, sought in OTHER_FORMS.items() if sought.search(done.stdout)], done.stdout
    assert f"until {LAST}" in CliRunner().invoke(app, ["grants", "add", bob, *at, *granted]).stdout
    made = report.make(database, bob, "reliability", audience="bank", purpose=PURPOSE, issuer="x", now=now)
    page = report.render(made, "a.b.c").partition("</style>")[2]
    assert not [form for form, sought in OTHER_FORMS.items() if sought.search(page)]
    assert "as of 2026-06-30" in page
