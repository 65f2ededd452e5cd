"""JSON and XML: a column is a path into a record, and a list gives a row for each of its entries."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError
from graph.facts.files import read
from graph.facts.files.nested.paths import EACH, steps
from graph.facts.files.sources import Opening
from tests.conftest import samples
from tests.facts.files.written import read_table, table

LOANS = {
    "total": 2,
    "pageItems": [
        {
            "id": 17,
            "client": {"name": "ann"},
            "obligations": [
                {"dueDate": [2026, 1, 15], "paid": [2026, 1, 14, 9, 30], "amount": 100.50},
                {"dueDate": [2026, 2, 15], "amount": 1e2},
            ],
        },
        {"id": 18, "client": {"name": "bea"}, "obligations": []},
        {"id": 19, "client": None, "obligations": [{"dueDate": "2026-03-15", "paid": None, "amount": 7}]},
    ],
}
COLUMNS = ("id", "client.name", "obligations[*].dueDate", "obligations[*].paid", "obligations[*].amount")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def test_a_path_leads_into_a_list_and_gives_a_row_for_each_entry(tmp_path: Path) -> None:
    path = written(tmp_path / "loans.json", LOANS)
    rows = [
        (1, "17", "ann", "2026-01-15", "2026-01-14 09:30:00", "100.5"),
        (2, "17", "ann", "2026-02-15", None, "100.0"),
        (4, "19", None, "2026-03-15", None, "7"),
    ]
    assert table(path, Opening(rows="pageItems[*]", columns=COLUMNS)) == (list(COLUMNS), rows)
    whole = [f"pageItems[*].{column}" for column in COLUMNS]
    numbers = {1: 1, 2: 2, 4: 3}
    assert table(path, Opening(columns=whole))[1] == [(numbers[line], *cells) for line, *cells in rows]


@given(st.lists(st.dictionaries(KEYS, st.none() | st.booleans() | TEXTS | st.integers(), min_size=1, max_size=4)))
@settings(max_examples=samples(30, 200))
def test_what_json_can_say_is_read_back_from_every_form(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    keys = list(dict.fromkeys(key for record in records for key in record))

    def said(value: Any) -> str | None:
        return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)

    expected = [
        (number, *(said(record.get(key)) for key in keys)) for number, record in enumerate(records, start=1)
    ]
    (folder / "a.json").write_text(json.dumps(records), encoding="utf-8")
    (folder / "b.json").write_text(json.dumps(records, indent=2, ensure_ascii=False), encoding="utf-8-sig")
    lines = "".join(json.dumps(record) + "\r\n" for record in records).encode()
    (folder / "c.jsonl").write_bytes(lines or b"\n")
    (folder / "d.ndjson.gz").write_bytes(gzip.compress(lines))
    for path in sorted(folder.iterdir()):
        assert table(path, rows=2) == (keys, expected), path


@given(st.lists(KEYS | st.integers(0, 9_999) | st.none(), min_size=1, max_size=5))
def test_every_key_can_be_named_in_a_path(path: list[Any]) -> None:
    said = ""
    for step in path:
        if step is None or isinstance(step, int):
            said += "[*]" if step is EACH else f"[{step}]"
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            said += f'{"." if said else ""}"{quoted}"'
    assert steps(said, "file") == tuple(path)


@pytest.mark.parametrize("path", ["", ".a", "a.", "a..b", "a[", "a[x]", 'a"b', "a]b", "[*]a", "a[12345]"])
def test_what_is_no_path_is_named(path: str) -> None:
    with pytest.raises(RecordError, match="no path"):
        steps(path, "file")


def test_numbers_stay_as_they_are_written_however_long(tmp_path: Path) -> None:
    digits = "9" * 5_000
    path = written(tmp_path / "a.json", f'[{{"a": 1234567890123456789, "b": 0.10, "c": {digits}}}]')
    assert table(path, Opening(columns=("a", "b")))[1] == [(1, "1234567890123456789", "0.10")]
    _, _, [reject] = read_table(path, Opening(columns=("c",)))
    assert (reject.column, reject.reason) == ("c", "longer than 1,024 characters")


# What a record says, the column that is asked for, and what is refused of it.
UNFIT = [
    ('{"a": {"b": 1}}', "a", "an object, where a value is meant"),
    ('{"a": [1, 2]}', "a", "a list, where a value is meant"),
    ('{"a": ["2026", "1", "15"]}', "a", "a list, where a value is meant"),
    ('{"a": [{"b": 1}]}', "a.b", "name its entries with [*]"),
    ('{"a": 1}', "a.b", "a single value"),
    ('{"a": {"b": 1}}', "a[*].b", "no list"),
    ('{"a": {"b": 1}}', "a[0]", "no list"),
    (r'{"a": "\ud800"}', "a", "half of a character"),
]


@pytest.mark.parametrize(("record", "column", "reason"), UNFIT)
def test_a_record_of_another_shape_is_refused_alone(record: str, column: str, reason: str, tmp_path: Path) -> None:
    good = {"a": "1", "a.b": "1", "a[*].b": "1", "a[0]": "1"}
    path = written(tmp_path / "a.jsonl", f"{record}\n{json.dumps(good)}\n")
    _, _, rejects = read_table(path, Opening(columns=(column,)))
    assert (rejects[0].line, rejects[0].column) == (1, column)
    assert reason in rejects[0].reason


def test_a_line_that_is_no_json_costs_no_other(tmp_path: Path) -> None:
    lines = [
        b'{"a": 1}',
        b"{",
        b"",
        b'{"a": 2} {"a": 3}',
        b'{"a": "\xff"}',
        b'{"a": 4, "a": 5}',
        b"[" * 9_000,
        b'{"a": 6}',
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    _, rows, rejects = read_table(tmp_path / "a.jsonl")
    assert rows == [(1, "1"), (8, "6")]
    assert [each.line for each in rejects] == [2, 4, 5, 6, 7]
    assert [each.reason.split(" ")[0] for each in rejects] == ["no", "no", "not", "the", "nested"]


BROKEN = [
    ("[1, 2", "no JSON"),
    ('[{"a": 1}\n {"a": 2}]', ":2: no JSON"),
    ('{"a": 1}\n{"a": 2}', "name the file .jsonl"),
    ('[{"a": 1, "a": 2}]', "'a' is there twice"),
    ("[" * 9_000, "nested too deeply"),
    ('[{"a": "' + "x" * 5_000_000, "a record of more than 4 million"),
    ('[{"a": 1},]', "no JSON"),
    ("a", "no JSON"),
    ("", "an empty file"),
    (b'[{"a": "\xff"}]', "not UTF-8"),
]


@pytest.mark.parametrize(("content", "part"), BROKEN)
def test_a_file_that_is_not_json_to_its_end_gives_no_row(content: str | bytes, part: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RecordError, match=part.replace(".", r"\.")):
        table(tmp_path / "a.json")


def test_an_envelope_is_json_to_its_end_and_has_its_list_once(tmp_path: Path) -> None:
    opening = Opening(rows="a.b", columns=("c",))
    path = tmp_path / "a.json"
    good = '{"x": 1, "a": {"y": [2], "b": [{"c": 3}], "z": {}}, "w": null}'
    assert table(written(path, good), opening)[1] == [(1, "3")]
    for broken, part in (
        (good[:-1], "no JSON"),
        (good + "]", "more follows"),
        (good.replace('"z"', '"b"'), "'b' is there twice"),
        (good.replace('"w"', '"a"'), "'a' is there twice"),
        (good.replace('"b"', '"d"'), "no key 'b'"),
        (good.replace("[{", "{").replace("}]", "}"), "no list"),
    ):
        with pytest.raises(RecordError, match=part):
            table(written(path, broken), opening)


def test_a_number_is_written_with_the_mark_by_which_the_mapping_reads_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", [{"a": 1.125, "b": "1.125"}])
    assert table(path, Opening(columns=("a", "b"), decimals={"a": ",", "b": ","}))[1] == [(1, "1,125", "1.125")]


def test_a_path_that_no_record_has_is_a_missing_column_unless_it_may_be(tmp_path: Path) -> None:
    path = written(tmp_path / "visits.json", [{"who": "ann", "site": "s1", "at": "2026-01-01T00:00:00Z"}])
    mapping = tmp_path / "a.toml"
    said = (
        'about = "x"\n{}[visits]\nid = {{column = "no"}}\nentity = {{column = "who"}}\n'
        'site = {{column = "site"}}\nat = {{column = "at"}}\n'
    )
    mapping.write_text(said.format(""))
    with pytest.raises(RecordError, match="no: a column is missing; no record of the file has it"):
        next(read(path, mapping=mapping))
    mapping.write_text(said.format('optional = ["no"]\n'))
    [chunk] = read(path, mapping=mapping)
    assert [(row["entity"], row["id"][:2]) for row in chunk.rows] == [("ann", "v-")]


def test_two_lists_side_by_side_need_two_mappings(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", [{"a": [1], "b": [2]}])
    with pytest.raises(RecordError, match=r"b\[\*\]: another list than in a\[\*\]"):
        table(path, Opening(columns=("a[*]", "b[*]")))


def test_a_fact_beside_a_list_is_not_stored_once_for_each_entry(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.json", [{"who": "ann", "site": "s1", "at": "2026-01-01T00:00:00Z", "seen": [1, 2]}]
    )
    (tmp_path / "a.toml").write_text(
        'about = "x"\n[entities]\nid = {column = "seen[*]"}\nkind = {value = "person"}\n'
        '[visits]\nentity = {column = "who"}\nsite = {column = "site"}\nat = {column = "at"}\n'
    )
    with pytest.raises(RecordError, match="visits use no column of the list"):
        next(read(path, mapping=tmp_path / "a.toml"))


def test_records_in_our_form_are_loaded_by_the_name_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "sites.json", [{"id": "s1", "category": "games"}, {"id": 2, "category": None}, 3])
    [chunk] = read(path)
    assert chunk.rows == [{"id": "s1", "category": "games"}]
    assert [(each.line, each.column, each.reason) for each in chunk.rejects] == [
        (2, "category", "empty"),
        (3, "", "no object, and so it has no columns"),
    ]


XML = """<?xml version="1.0"?>
<a:Book xmlns:a="urn:a" xmlns:b="urn:b"><b:Owner>ann</b:Owner>
<b:Entry no="1"><b:Sum unit="EUR">
 5.00
</b:Sum><b:Note>x</b:Note></b:Entry><b:Entry><b:Sum>6</b:Sum><b:Other/></b:Entry></a:Book>"""


def test_an_element_is_named_by_its_path_and_an_attribute_by_an_at(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", XML)
    columns = ("Book.Owner", "Book.Entry[*].@no", "Book.Entry[*].Sum", "Book.Entry[*].Sum.@unit")
    rows = [(1, "ann", "1", "5.00", "EUR"), (2, "ann", None, "6", None)]
    assert table(path, Opening(columns=columns)) == (list(columns), rows)
    inner = ("@no", "Sum", "Sum.@unit")
    assert table(path, Opening(rows="Book.Entry", columns=inner))[1] == [
        (line, *cells) for line, _, *cells in rows
    ]


def test_an_element_twice_is_not_read_as_one(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", XML)
    _, _, [reject] = read_table(path, Opening(columns=("Book.Entry.Sum",)))
    assert "2 times Entry" in reject.reason
    assert table(path, Opening(columns=("Book.Entry[1].Sum",)))[1] == [(1, "6")]
    _, _, [reject] = read_table(path, Opening(columns=("Book.Owner", "Book.Entry[0]")))
    assert "an element with others in it" in reject.reason


def test_what_stands_for_nothing_in_other_programs_is_nobodys_id(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", '[{"a": NaN}, {"a": -Infinity, "b": 1}, {"b": [2, NaN]}, {"b": 3}]')
    _, rows, rejects = read_table(path, Opening(columns=("a", "b")))
    assert rows == [(4, None, "3")]
    assert [(each.line, each.column, each.value) for each in rejects] == [
        (1, "a", "NaN"),
        (2, "a", "-Infinity"),
        (3, "b", "[…]"),
    ]
    assert "null" in rejects[0].reason


@pytest.mark.parametrize("name", ["no-such", "hex", "utf-7", "gbk", "idna", "x" * 100_000])
def test_an_encoding_of_xml_that_is_not_read_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", f"<?xml version='1.0' encoding='{name}'?><Book/>")
    with pytest.raises(RecordError, match="no XML: its first line names an encoding that is not read"):
        table(path, Opening(columns=("Book",)))


def test_xml_needs_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="through a mapping only"):
        table(written(tmp_path / "sites.xml", XML))


def test_a_document_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", XML)
    assert table(path, Opening(columns=("Invoice.Owner",)))[0] == []
    with pytest.raises(RecordError, match="no element at Invoice"):
        table(path, Opening(rows="Invoice", columns=("Owner",)))


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)
    )
)
@settings(max_examples=samples(25, 150))
def test_what_xml_can_say_is_read_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    def quoted(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    path = tmp_path_factory.mktemp("xml") / "a.xml"
    path.write_text("<r>" + "".join(f"<e><t>{quoted(text)}</t></e>" for text in texts) + "</r>", encoding="utf-8")
    _, rows = table(path, Opening(columns=("r.e[*].t",)))
    assert [cell for _, cell in rows] == [text.strip() or None for text in texts]
