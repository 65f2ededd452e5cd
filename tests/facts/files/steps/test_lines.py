"""skip_lines, comments, sep=: lines of a file that are no rows; and what is inside quotes is always text."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError, SchemeInvalid
from tests.conftest import samples
from tests.facts.files.steps.mapped import mapped, of_file, taken


def test_lines_above_the_header_are_skipped_and_still_counted(tmp_path: Path) -> None:
    content = 'Report of "May\nmade by Ann, today\n\nwho,n\na,1\nx\u200by,2\n'
    found = taken(tmp_path, content, mapped("entities", "skip_lines = 3"))
    assert (found.column("id"), found.lines) == (["a"], [5])
    assert found.refused == [(6, "who", "x\u200by")]


def test_comments_are_skipped_and_a_text_that_looks_like_one_is_text(tmp_path: Path) -> None:
    content = '# made by "Ann\nwho,n\na,"1\n# not a comment\n2"\n#,"\nb,3\n'
    for chunk_rows in (1, 2, 100):
        found = taken(
            tmp_path, content, mapped("entities", 'comments = "#"', name='column = "n"'), chunk_rows=chunk_rows
        )
        assert (found.column("id"), found.lines) == (["b"], [7])
        assert found.refused == [(3, "n", "1\n# not a comment\n2")]


def test_the_line_that_tells_a_spreadsheet_the_separator_is_no_header(tmp_path: Path) -> None:
    found = taken(tmp_path, "\ufeffsep=;\r\nwho;n\r\na;1\r\n", mapped("entities", 'separator = ";"'))
    assert (found.column("id"), found.lines) == (["a"], [3])
    with pytest.raises(RecordError, match='write a mapping with separator = ";"'):
        taken(tmp_path, "sep=;\nwho;n\na;1\n", mapped("entities"))


def test_a_file_of_comments_only_is_empty(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="an empty file"):
        taken(tmp_path, "# a\n# b", mapped("entities", 'comments = "#"'))


def test_a_very_long_comment_is_one_line(tmp_path: Path) -> None:
    found = taken(tmp_path, f"who\n#{'x' * 400_000}\na\n", mapped("entities", 'comments = "#"'))
    assert (found.column("id"), found.lines) == (["a"], [3])


def test_a_file_without_lines_has_none_to_skip(tmp_path: Path) -> None:
    pq.write_table(pa.table({"who": ["a"]}), tmp_path / "export.parquet")
    with pytest.raises(RecordError, match="speak of lines"):
        of_file(tmp_path / "export.parquet", mapped("entities", "skip_lines = 1"))


@pytest.mark.parametrize(
    ("top", "key"),
    [
        ('comments = "a"', "comments"),
        ('comments = "\\""', "comments"),
        ('comments = "#;"\nseparator = ";"', "comments"),
        ("skip_lines = -1", "skip_lines"),
        ("totals = []", "totals"),
        ("fill_down = { columns = [] }", "fill_down.columns"),
        ('fill_down = { within = "a" }', "fill_down.columns"),
        ('nothing = [""]', "nothing[0]"),
        ('decimal = ","\nthousands = ","', "thousands"),
        ('thousands = "."', "thousands"),
    ],
)
def test_what_cannot_be_meant_for_a_whole_file_is_refused(top: str, key: str) -> None:
    with pytest.raises(SchemeInvalid) as caught:
        mapped("entities", top)
    assert caught.value.key == key


TEXTS = st.text(st.sampled_from('#a,"\n '), max_size=6)


@settings(max_examples=samples(15, 200))
@given(rows=st.lists(st.tuples(TEXTS, st.booleans()), min_size=1, max_size=8), chunk_rows=st.integers(1, 4))
def test_comments_between_rows_change_no_row(
    rows: list[tuple[str, bool]], chunk_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each row: a text in quotes, and whether a comment that holds a quote comes before it."""
    folder = tmp_path_factory.mktemp("comments")
    quoted = [f'p{at},"{text.replace(chr(34), chr(34) * 2)}"\n' for at, (text, _) in enumerate(rows)]
    with_comments = [('#,"x\n' if comment else "") + line for line, (_, comment) in zip(quoted, rows, strict=True)]
    made = mapped("entities", 'comments = "#"')
    plain = taken(folder, "who,n\n" + "".join(quoted), made, chunk_rows=chunk_rows)
    commented = taken(folder, "who,n\n" + "".join(with_comments), made, chunk_rows=chunk_rows)
    assert plain.column("id") == commented.column("id") == [f"p{at}" for at in range(len(rows))]
