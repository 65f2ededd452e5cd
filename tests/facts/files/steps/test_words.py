"""values, values_from, pseudonym: words that mean something, and addresses that become ids."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import ParameterError, SchemeInvalid
from graph.facts import reach
from graph.facts.files import mapping, read
from graph.facts.files.cell import Cell, WordTable
from graph.facts.files.steps.look_alikes import looks
from graph.facts.files.steps.pseudonym import pseudonym
from graph.facts.files.steps.words import of
from graph.facts.files.word_tables import filled
from graph.text.plain import normal
from tests.conftest import samples
from tests.facts.files.steps.mapped import SECRET, Taken, mapped, of_file, taken
from tests.facts.files.written import xlsx

PAID = 'column = "how", values = { late = 0.0, "on time" = 1.0 }'


def test_words_become_what_they_mean_and_others_refuse_their_row(tmp_path: Path) -> None:
    found = taken(tmp_path, "how\nlate\non time\nnever\n", mapped("obligations", outcome=PAID))
    assert found.column("outcome") == [0.0, 1.0]
    assert found.refused == [(4, "how", "never")]
    assert found.rejects[0].reason == "none of the words of `values`: late, on time"


def test_words_are_compared_after_trim_and_case(tmp_path: Path) -> None:
    made = mapped("obligations", outcome=f'{PAID}, trim = true, case = "upper"')
    assert taken(tmp_path, "how\n On  Time\nLATE\n", made).column("outcome") == [1.0, 0.0]


SAID = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=6)


@given(st.dictionaries(SAID, st.integers(0, 3), min_size=1, max_size=6))
def test_every_word_of_a_table_is_read_back_as_its_meaning(table: dict[str, int]) -> None:
    if len({looks(normal(word)) for word in table}) < len(table):
        return
    cells, _ = of(Cell(column="x", values=table), trim=False)(pd.Series(list(table), dtype="str"))
    assert cells.tolist() == [str(meaning) for meaning in table.values()]


MEMBERS = 'column = "customer", values_from = "members.csv"'


def members(folder: Path, text: str | bytes) -> Path:
    (folder / "members.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_names_are_looked_up_in_a_table_of_members(tmp_path: Path) -> None:
    folder = members(tmp_path, '\ufeffname,id\n"Smith, Ann",m-1\nBob,m-2\n')
    made = mapped("obligations", folder=folder, debtor=MEMBERS)
    assert made.tables == (folder / "members.csv",)
    found = taken(tmp_path, 'customer\n"Smith, Ann"\nBob\nEve\n', made)
    assert found.column("debtor") == ["m-1", "m-2"]
    assert [(each.line, each.reason) for each in found.rejects] == [(4, "not in members.csv")]


def test_a_name_that_only_looks_like_a_members_is_not_theirs_and_the_reject_says_why(tmp_path: Path) -> None:
    made = mapped("obligations", folder=members(tmp_path, "name,id\nAnn Smith,m-1\n"), debtor=MEMBERS)
    found = taken(tmp_path, "customer\n\u0410nn Smith\nAnn\u00a0Smith\nAnn Smith\u200b\n", made)
    assert found.rows == []
    assert [each.reason for each in found.rejects] == [
        "not in members.csv; it looks like 'Ann Smith' there, but has U+0410 CYRILLIC CAPITAL LETTER A",
        "not in members.csv; it looks like 'Ann Smith' there, but has U+00A0 NO-BREAK SPACE",
        "not in members.csv; it contains a control character or one that cannot be seen: U+200B ZERO WIDTH SPACE",
    ]


# (what is wrong, the table, part of the message)
TABLES = [
    ("two members who look alike", "name,id\nAnn,m-1\n\u0410nn,m-2\n", "look alike and mean different things"),
    ("three cells", "name,id\nAnn,m-1,x\n", ":2: two cells are needed"),
    ("an empty cell", "name,id\nAnn,\n", ":2: two cells are needed"),
    ("no rows", "name,id\n", "below its header"),
    ("a quote that is open", 'name,id\n"Ann,m-1\n', "unexpected end"),
    ("a letter that nobody sees", "name,id\nAnn\u200b,m-1\n", "cannot be seen: U+200B"),
    ("another encoding", b"name,id\n\xe9,m-1\n", "not UTF-8"),
]


@pytest.mark.parametrize(("text", "part"), [case[1:] for case in TABLES], ids=[case[0] for case in TABLES])
def test_a_table_of_words_that_does_not_hold_stops_the_mapping(
    text: str | bytes, part: str, tmp_path: Path
) -> None:
    with pytest.raises(SchemeInvalid) as caught:
        mapped("obligations", folder=members(tmp_path, text), debtor=MEMBERS)
    assert caught.value.key == "obligations.debtor"
    assert part in str(caught.value)


def test_a_table_that_is_not_there_stops_the_mapping(tmp_path: Path) -> None:
    with pytest.raises(SchemeInvalid, match=r"members\.csv cannot be read: No such file"):
        mapped("obligations", folder=tmp_path, debtor=MEMBERS)


NAMED = 'column = "customer", values_from = "members"'
SHEET = """
[words.members]
file = "members.csv"
separator = ";"
encoding = "cp1252"
skip_lines = 1
totals = ["Total"]
word = "Name"
means = "No."
"""
LIST = """\
Our members
No.;Since;Name;Telephone
m-1;2019;M\u00fcller, J\u00f6rg;0511
m-2;2020; Anna  Koch;0512
m-3;2020;Hans Voss;0513
;;Firms;
f-1;2019;B\u00e4ckerei Morgen;0514
m-4;2024;Hans Voss;0515
;;;
Total;;5 members;
"""


def looked_up(folder: Path, *names: str) -> Taken:
    """What debtors of these names become."""
    made = mapped(
        "obligations", "trim = true" + SHEET, folder=members(folder, LIST.encode("cp1252")), debtor=NAMED
    )
    assert made.tables == (folder / "members.csv",)
    return taken(folder, "customer\n" + "".join(f'"{name}"\n' for name in names), made)


def test_names_are_looked_up_in_two_columns_of_a_list_that_has_more(tmp_path: Path) -> None:
    found = looked_up(tmp_path, "M\u00fcller, J\u00f6rg", "Anna Koch", "Anna   Koch ", "B\u00e4ckerei Morgen")
    assert found.column("debtor") == ["m-1", "m-2", "m-2", "f-1"]
    assert found.rejects == []


def test_a_name_that_two_members_have_refuses_its_rows_and_no_others(tmp_path: Path) -> None:
    found = looked_up(tmp_path, "Hans Voss", "Anna Koch")
    assert found.column("debtor") == ["m-2"]
    assert [(each.line, each.value, each.reason) for each in found.rejects] == [
        (2, "Hans Voss", "in members, it means m-3 and m-4 there: tell them apart there, and here")
    ]
    two = mapped("obligations", folder=members(tmp_path, "name,id\nAnn,m-1\nAnn,m-2\nBob,m-3\n"), debtor=MEMBERS)
    found = taken(tmp_path, "customer\nAnn\nBob\n", two)
    assert (found.column("debtor"), found.refused) == (["m-3"], [(2, "customer", "Ann")])


def test_a_name_that_is_misspelt_or_has_no_number_refuses_its_row_and_says_what_is_there(tmp_path: Path) -> None:
    found = looked_up(tmp_path, "Ana Koch", "Firms", "Total", "5 members", "somebody else")
    assert [each.reason for each in found.rejects] == [
        "not in members; the nearest there is 'Anna Koch'",
        "in members, it has nothing under 'No.' there, in row 6: fill that in",
        "not in members",
        "not in members",
        "not in members",
    ]


@settings(max_examples=samples(30, 100))
@given(st.dictionaries(SAID, st.integers(0, 3), min_size=1, max_size=6), st.integers(0, 5))
def test_every_word_of_a_list_is_read_back_as_what_stands_beside_it(table: dict[str, int], at: int) -> None:
    if len({looks(normal(word)) for word in table}) < len(table):
        return
    with TemporaryDirectory() as folder:
        path = xlsx(
            Path(folder) / "list.xlsx",
            [("a",)],
            Members=[("No.", "x", "Name"), *((f"m-{number}", at, word) for word, number in table.items())],
        )
        where = WordTable(file=path.name, sheet="Members", word="Name", means="No.")
        cell = filled(Cell(column="x", values_from="members"), path.parent, {"members": where})
    cells, _ = of(cell, trim=False)(pd.Series(list(table), dtype="str"))
    assert cells.tolist() == [f"m-{number}" for number in table.values()]


# (what is wrong, what is instead of what in the mapping, part of the message, the key)
WRONG = [
    (
        "no such column",
        ('means = "No."', 'means = "Number"'),
        "it has No., Since, Name, Telephone",
        "obligations.debtor",
    ),
    ("no such file", ("members.csv", "lost.csv"), "no such file", "obligations.debtor"),
    (
        "one column for both",
        ('means = "No."', 'means = "Name"'),
        "another column than word",
        "words.members.means",
    ),
    (
        "a table that nobody uses",
        ("[words.members]", "[words.others]"),
        "no table [words.members]",
        "obligations.debtor",
    ),
    ("a name like a file's", ("[words.members]", '[words."a.csv"]'), "has no dot", "words.a.csv"),
    ("a separator of two signs", ('";"', '";;"'), "one ASCII character", "words.members.separator"),
    ("a key that is none", ('word = "Name"', 'word = "Name"\nlines = 2'), "unknown key", "words.members.lines"),
    ("no encoding", ('encoding = "cp1252"\n', ""), "not UTF-8", "obligations.debtor"),
]


@pytest.mark.parametrize(("change", "part", "key"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_list_that_cannot_be_looked_up_stops_the_mapping_and_the_key_is_named(
    change: tuple[str, str], part: str, key: str, tmp_path: Path
) -> None:
    folder = members(tmp_path, LIST.encode("cp1252"))
    assert change[0] in SHEET
    with pytest.raises(SchemeInvalid) as caught:
        mapped("obligations", SHEET.replace(*change), folder=folder, debtor=NAMED)
    assert part in str(caught.value)
    assert caught.value.key == key


def test_the_documented_example_looks_names_up(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "mappings.md").read_text(encoding="utf-8")
    example = page.split("## Names in place of ids")[1].split("```toml\n")[1].partition("```")[0]
    rows = [("Invoice", "Customer", "Supplier", "Due"), ("17", "Anna Koch", " Mill ", date(2026, 1, 31))]
    path = xlsx(
        tmp_path / "cooperative.xlsx", [], Invoices=rows, Members=[("No.", "Name"), (1, "Anna  Koch"), (2, "Mill")]
    )
    [row] = of_file(path, mapping.parse(example, "mappings.md", tmp_path)).rows
    assert (row["debtor"], row["creditor"], row["due"][:10]) == ("1", "2", "2026-01-31")


def test_a_table_of_words_that_no_column_uses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SchemeInvalid, match="leave it out"):
        mapped("obligations", SHEET, folder=members(tmp_path, LIST.encode("cp1252")))


MAIL = 'column = "mail", pseudonym = true, prefix = "m-"'


def test_an_address_becomes_an_id_that_says_nothing(tmp_path: Path) -> None:
    content = "mail\nann@example.org\n Ann@Example.ORG \n+45 20 12 34 56\n0045-20123456\n\uff0b4520123456\n"
    [*ids] = taken(tmp_path, content, mapped("visits", entity=MAIL)).column("entity")
    assert len(ids) == 5
    assert ids[0] == ids[1]
    assert ids[2] == ids[3] == ids[4]
    assert len({*ids}) == 2
    assert all(each.startswith("m-") and len(each) == 34 and not reach.why(each) for each in ids)


def test_pseudonyms_of_two_databases_have_nothing_in_common() -> None:
    assert pseudonym(b"a" * 32, "ann@example.org") != pseudonym(b"b" * 32, "ann@example.org")
    assert pseudonym(SECRET, "ann@example.org") == pseudonym(SECRET, "ANN@example.org")


@settings(max_examples=samples(30, 100))
@given(st.lists(st.emails(), min_size=2, max_size=20, unique_by=str.casefold))
def test_different_addresses_have_different_pseudonyms(addresses: list[str]) -> None:
    assert len({pseudonym(SECRET, address) for address in addresses}) == len(addresses)


def test_an_address_without_a_pseudonym_is_refused_as_before(tmp_path: Path) -> None:
    found = taken(tmp_path, "who\nann@example.org\n", mapped("entities"))
    assert "not kept" in found.rejects[0].reason


def test_without_a_database_there_are_no_pseudonyms(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("mail\nann@example.org\n")
    with pytest.raises(ParameterError, match="need the secret of a database"):
        next(read(path, mapping=mapped("visits", entity=MAIL)))


LEFT_OUT = f'{MEMBERS}, others = "left out"'


def counted_out(folder: Path, content: str, **cells: str) -> tuple[list[Any], list[tuple[int, str, str]], int]:
    """The debtors that are taken, what is refused, and how many rows are left out."""
    path = folder / "export.csv"
    path.write_text(content, encoding="utf-8")
    chunks = list(read(path, mapping=mapped("obligations", folder=folder, **cells)))
    taken_ = [row["debtor"] for chunk in chunks for row in chunk.rows]
    refused = [(each.line, each.column, each.value) for chunk in chunks for each in chunk.rejects]
    return taken_, refused, sum(chunk.left_out for chunk in chunks)


def test_whoever_is_in_no_table_is_left_out_and_a_name_that_looks_like_a_members_is_refused(
    tmp_path: Path,
) -> None:
    folder = members(tmp_path, "name,id\nAnn Smith,m-1\n")
    content = "customer\nann smith\nEve\n\u0410nn Smith\n"
    found = counted_out(folder, content, debtor=f'{LEFT_OUT}, case = "lower", trim = true')
    assert found == (["m-1"], [(4, "customer", "\u0410nn Smith")], 1)
    # An empty cell names nobody, and is refused where somebody is needed.
    assert counted_out(folder, "customer,x\n,1\nEve,2\n", debtor=LEFT_OUT) == ([], [(2, "customer", "")], 1)


@settings(max_examples=samples(30, 100))
@given(st.lists(st.sampled_from(["Ann", "Bob", "Eve", "Mallory", "Zed"]), max_size=12))
def test_every_row_is_taken_or_left_out_by_its_word(
    tmp_path_factory: pytest.TempPathFactory, who: list[str]
) -> None:
    folder = members(tmp_path_factory.mktemp("table"), "name,id\nAnn,m-1\nBob,m-2\n")
    found, refused, left_out = counted_out(folder, "\n".join(["customer", *who, ""]), debtor=LEFT_OUT)
    known = {"Ann": "m-1", "Bob": "m-2"}
    assert found == [known[each] for each in who if each in known]
    assert (refused, left_out) == ([], sum(each not in known for each in who))
