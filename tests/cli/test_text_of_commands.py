"""How commands print: as wide as the terminal, numbers with their words, and cells without Python's notation."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from graph.cli.cells import cell, in_csv, plain
from graph.cli.output import COLUMNS, print_table, print_text, width, wrapped
from graph.text.counts import counted

LINK = "http://127.0.0.1:8000/sign-in?link=" + "x" * 90
PROSE = "Most is lost by the one to made-up-p0266, due 2026-01-04: 125 days late. " * 3


@given(
    text=st.text(alphabet="ab 名-\t\u00a0\u3000", max_size=200),
    columns=st.integers(20, 120),
    indent=st.integers(0, 10),
)
def test_wrapping_loses_no_word_and_no_line_is_too_long_but_for_a_word_that_is(
    text: str, columns: int, indent: int
) -> None:
    lines = wrapped(text, columns, indent=indent).split("\n")
    assert [word for line in lines for word in line.split(" ") if word] == [
        word for word in text.split(" ") if word
    ]
    for line in lines:
        assert cell_len(line) <= columns or " " not in line.strip(" "), line


def test_what_is_copied_is_never_cut(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_text(f"Look at {LINK} soon")
    print_table(("what", "link"), [("a page", LINK)])
    found = capsys.readouterr().out
    assert found.count(LINK) == 2


def test_lines_go_on_below_where_they_began() -> None:
    first, *others = wrapped(f"  opened: {PROSE}", 60).split("\n")
    assert first.startswith("  opened: Most")
    assert all(line.startswith("  ") and line[2] != " " for line in others)
    _, *others = wrapped(PROSE, 60, indent=14).split("\n")
    assert all(line.startswith(" " * 14) and line[14] != " " for line in others)


@pytest.mark.parametrize(
    ("told", "columns"),
    [
        *(("132", 132), ("20", 20), ("5", 20)),
        *((odd, COLUMNS) for odd in ("", "0", "-3", "wide", "1e3", "²", "9" * 5_000)),
    ],
)
def test_the_width_is_that_of_columns_else_80_off_a_terminal(
    monkeypatch: pytest.MonkeyPatch, told: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", told)
    assert width(io.StringIO()) == columns


def test_a_table_that_does_not_fit_becomes_a_block_a_row_and_none_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("ann", 3, None, PROSE), ("bob", None, True, "[b]short[/b]")]
    monkeypatch.setenv("COLUMNS", "400")
    print_table(("entity", "points", "open", "says"), rows)
    assert len(capsys.readouterr().out.strip().split("\n")) == 4
    monkeypatch.setenv("COLUMNS", "50")
    print_table(("entity", "points", "open", "says"), rows)
    found = capsys.readouterr().out
    assert all(len(line) <= 50 for line in found.split("\n"))
    assert " entity: ann\n points: 3\n says:   Most is lost" in found
    assert found.endswith("\n\n entity: bob\n open:   True\n says:   [b]short[/b]\n\n")
    assert " ".join(PROSE.split()) in " ".join(found.split())


def test_a_table_fits_when_its_last_column_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in range(30, 60):
        monkeypatch.setenv("COLUMNS", str(columns))
        print_table(("one", "other"), [("a" * 15, "b" * 20)])
        found = capsys.readouterr().out
        assert ("one:" in found) == (columns < 40)
        assert all(len(line) <= columns for line in found.split("\n"))


@pytest.mark.parametrize(
    ("number", "many", "said"),
    [
        *((1, "sweeps", "1 sweep"), (0, "sweeps", "0 sweeps"), (12, "sweeps", "12 sweeps")),
        *((1, "entities", "1 entity"), (1, "circle ties", "1 circle tie"), (1, "purchases", "1 purchase")),
        *(
            (1200, "facts", "1,200 facts"),
            (1.0, "days", "1 day"),
            (1.5, "days", "1.5 days"),
            ("1", "years", "1 year"),
        ),
    ],
)
def test_one_thing_is_not_several(number: Any, many: str, said: str) -> None:
    assert counted(number, many) == said


EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((None, ""), (True, "true"), (False, "false"), (7, "7"), (-0.5, "-0.5"), ("None", "None"), ("", "")),
        (datetime(2026, 7, 1, tzinfo=UTC), "2026-07-01T00:00:00Z"),
        (datetime(2026, 7, 1, 8, tzinfo=EAST), "2026-07-01T00:00:00Z"),
        (date(2026, 6, 30), "2026-06-30"),
        ([1, None, True, "名"], '[1, null, true, "名"]'),
        ([datetime(2026, 7, 1, tzinfo=UTC)], '["2026-07-01T00:00:00Z"]'),
        ({"a": {"b": [False]}}, '{"a": {"b": [false]}}'),
        ([], "[]"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        ("=1+1", "'=1+1"),
    ],
)
def test_a_cell_of_a_csv_file_has_nothing_of_python_in_it(value: Any, text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([in_csv(plain(value)), "end"])
    assert next(csv.reader(io.StringIO(out.getvalue()))) == [text, "end"]


def test_a_node_is_its_id_and_a_tie_is_between_two() -> None:
    ann, bob = {"id": "x|ann", "score": 0.7, "band": "good"}, {"id": "x|bob", "score": 0.2}
    tie = (ann, "INNER", bob)
    assert plain(ann, "NODE") == "x|ann"
    assert plain(tie, "RELATIONSHIP") == {"from": "x|ann", "type": "INNER", "to": "x|bob"}
    assert plain([ann, "INNER", bob, "INNER", ann], "PATH") == [
        {"from": "x|ann", "type": "INNER", "to": "x|bob"},
        {"from": "x|bob", "type": "INNER", "to": "x|ann"},
    ]
    assert [plain(None, kind) for kind in ("NODE", "RELATIONSHIP", "PATH")] == [None] * 3
    assert json.loads(str(cell(plain(tie, "RELATIONSHIP"))))["to"] == "x|bob"


@pytest.mark.slow
def test_off_a_terminal_a_command_is_80_columns_wide(tmp_path: Path) -> None:
    told = subprocess.run(
        [Path(sys.executable).with_name("innercircle"), "link", "issue", "--role", "auditor"],
        env={name: each for name, each in os.environ.items() if name != "COLUMNS"}
        | {"INNERCIRCLE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    lines = told.stderr.splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= COLUMNS
