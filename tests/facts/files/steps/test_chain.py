"""Several steps in a row: they act in one order, and what contradicts itself stops the mapping."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import SchemeInvalid
from graph.facts.files import mapping
from graph.facts.files.cell import Cell, Condition
from graph.facts.files.mapping import _Top
from graph.facts.files.steps.texts import trimmed
from graph.text.plain import normal
from tests.conftest import samples
from tests.facts.files.steps.mapped import mapped, of_file, taken

PAGE = (Path(__file__).parents[4] / "docs" / "mappings.md").read_text(encoding="utf-8")


def test_steps_act_in_their_order_and_not_in_that_of_the_file(tmp_path: Path) -> None:
    steps = [
        "trim = true",
        'nothing = ["-"]',
        'case = "lower"',
        'values = { ANN = "m1", bob = "m2" }',
        'prefix = "p-"',
    ]
    content = "who\n ANN \nBob\n - \n"
    for written in (steps, steps[::-1]):
        found = taken(tmp_path, content, mapped("entities", id=", ".join(['column = "who"', *written])))
        assert found.column("id") == ["p-m1", "p-m2"]
        assert [(each.line, each.value, each.reason) for each in found.rejects] == [(4, " - ", "empty")]


def test_a_reject_of_a_later_step_still_quotes_what_is_written(tmp_path: Path) -> None:
    made = mapped("entities", id='column = "who", trim = true, case = "lower", prefix = "p-"')
    found = taken(tmp_path, "who\n X\u200bY \n", made)
    assert found.refused == [(2, "who", " X\u200bY ")]


DAY = 'day = { zone = "Europe/Berlin" }'
TWO = """
about = "Who came, and who went."
[[visits]]
where = [{ column = "way", equals = "in" }]
entity = { value = "owner" }
site = { column = "where" }
at = { value = "2026-01-31T09:30:00Z" }
[[visits]]
where = [{ column = "way", equals = "out" }]
entity = { column = "who" }
site = { column = "where" }
at = { value = "2026-01-31T09:30:00Z" }
"""


def test_every_key_of_a_mapping_is_documented_and_steps_in_their_order() -> None:
    documented = [name for line in PAGE.splitlines() if line.startswith("| `") for name in _code(line)]
    keys = [name.removesuffix("_") for name in Cell.__struct_fields__]
    for name in (*keys, *_Top.__struct_fields__, *Condition.__struct_fields__):
        assert name in documented, name
    below = documented[documented.index("joined") :]
    steps = keys[keys.index("by") + 2 :]
    assert sorted(steps, key=below.index) == steps


def _code(line: str) -> list[str]:
    return [part for part in line.split("|")[1].split("`")[1::2] if part.replace("_", "").isalpha()] + (
        ["by"] if "`by`" in line else []
    )


def test_a_row_without_a_cell_that_is_needed_is_refused_also_where_ours_may_be_without_it(tmp_path: Path) -> None:
    made = mapped(
        "obligations", 'optional = ["paid"]', settled=f'column = "paid", needed = true, {DAY}', id='column = "n"'
    )
    found = taken(tmp_path, "n,paid\n1,2026-01-31\n2,\n", made)
    assert found.column("id") == ["1"]
    assert [(each.line, each.column, each.reason) for each in found.rejects] == [
        (3, "paid", "empty, and the mapping needs it")
    ]
    assert [each.line for each in taken(tmp_path, "n\n1\n2\n", made).rejects] == [2, 3]


def test_several_tables_of_one_kind_take_rows_in_their_own_ways_and_a_wrong_one_is_named() -> None:
    both = mapping.parse(TWO, "test.toml")
    assert [(each.kind, sorted(each.cells)) for each in both.outputs] == [("visits", ["at", "entity", "site"])] * 2
    with pytest.raises(SchemeInvalid) as caught:
        mapping.parse(TWO.replace('"who"', '"who", mood = 1'), "test.toml")
    assert caught.value.key == "visits[1].entity.mood"


@settings(max_examples=samples(20, 100))
@given(
    st.lists(st.tuples(st.sampled_from(["in", "out", "x"]), st.sampled_from("ab")), max_size=12), st.integers(1, 5)
)
def test_rows_of_several_tables_of_one_kind_have_ids_of_their_own_however_the_file_is_cut(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str]], rows: int
) -> None:
    directory = tmp_path_factory.mktemp("two")
    content = "\n".join(["way,who,where", *(f"{way},{who},s1" for way, who in said), ""])
    found = taken(directory, content, mapping.parse(TWO, "test.toml"), chunk_rows=rows)
    whole = taken(directory, content, mapping.parse(TWO, "test.toml"))
    assert len(set(found.column("id"))) == len(found.rows) == sum(way != "x" for way, _ in said)
    assert set(found.column("id")) == set(whole.column("id"))
    assert sorted(found.column("entity")) == sorted(
        {"in": "owner", "out": who}[way] for way, who in said if way != "x"
    )


# (what is wrong, the column of ours, the cell, part of the message)
INVALID = [
    ("one joined column", "id", 'joined = ["a"]', "two columns at least"),
    ("nothing joined", "id", 'column = "a", by = "/"', "there are none"),
    ("a sign that joins letters", "id", 'joined = ["a", "b"], by = "x"', "Invalid enum value"),
    ("a joined outcome", "outcome", 'joined = ["a", "b"]', "joined columns make an id"),
    ("a switch that is off", "id", 'column = "a", trim = false', "trim = false says nothing"),
    ("a switch that is a word", "id", 'column = "a", trim = "yes"', "Expected `bool`"),
    (
        "a minus without a condition",
        "amount",
        'column = "a", minus_where = { column = "b" }',
        "nothing to compare with",
    ),
    ("a minus of a time", "due", 'column = "a", minus_where = { column = "b", equals = "D" }', "reads a number"),
    ("two tables of words", "id", 'column = "a", values = { x = 1 }, values_from = "b.csv"', "and not both"),
    ("a word that is a secret", "id", 'column = "a", values = { x = 1 }, pseudonym = true', "needs no pseudonym"),
    ("a secret amount", "amount", 'column = "a", pseudonym = true', "a pseudonym is an id"),
    ("a prefix of a number", "amount", 'column = "a", decimal = ",", prefix = "x"', "makes a text"),
    ("a number for a name", "debtor", 'column = "a", decimal = ","', "reads a number, and none is wanted"),
    ("a mark twice", "amount", 'column = "a", decimal = ",", thousands = ","', "two different marks"),
    ("the usual mark twice", "amount", 'column = "a", thousands = "."', "two different marks"),
    ("an unknown mark", "amount", 'column = "a", decimal = ";"', "Invalid enum value"),
    (
        "a number that is a word",
        "amount",
        'column = "a", times = "b", values = { x = 1 }',
        "a word or a text is none",
    ),
    ("words that are one", "id", 'column = "a", case = "lower", values = { X = 1, x = 2 }', "is there twice"),
    ("words that look alike", "id", 'column = "a", values = { x = 1, "\u0445" = 2 }', "look alike"),
    (
        "others of no table",
        "debtor",
        'column = "a", others = "left out"',
        "give column, and values or values_from",
    ),
    (
        "others of joined columns",
        "id",
        'joined = ["a", "b"], values = { x = 1 }, others = "left out"',
        "give column, and values or values_from",
    ),
    ("a need that is off", "id", 'column = "a", needed = false', "needed = false says nothing"),
    ("a step for a constant", "id", 'value = "a", trim = true', "nothing is done to a value: trim"),
]


@pytest.mark.parametrize(
    ("column", "cell", "part"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID]
)
def test_keys_that_contradict_each_other_stop_the_mapping(column: str, cell: str, part: str) -> None:
    with pytest.raises(SchemeInvalid) as caught:
        mapping.parse(f'about = "a test"\n[obligations]\n{column} = {{ {cell} }}\n', "test.toml")
    assert part in str(caught.value)
    assert caught.value.key.startswith(f"obligations.{column}")


EVERYTHING = mapping.parse(
    """
about = "Every sort of step at once."
trim = true
nothing = ["-"]
decimal = ","
thousands = "."
fill_down = { columns = ["d"], within = "a" }
[obligations]
where = [{ column = "f", not_one_of = ["x"] }]
id = { joined = ["a", "b"], case = "lower", whole = true, prefix = "p-" }
debtor = { column = "c", pseudonym = true }
creditor = { column = "d", values = { ann = "m1", bob = "m2" } }
amount = { column = "e", times = "f" }
currency = { value = "EUR" }
due = { column = "g", format = ["%d.%m.%y", "%m.%d.%y", "ISO"], day = { zone = "Pacific/Apia", end = true } }
settled = { column = "h", days_since = 1899-12-30, zone = "America/Havana", clock_change = "after" }
outcome = { column = "i", from = [0, 100], to = [0, 1] }
""",
    "test.toml",
)
LIKELY = st.sampled_from(
    ["", "-", "1", "1-2", "1.250,50", "1e9", "31.01.26", "2026-01-31", "46053,5", "ann", "a@b.dk"]
)
CELLS = LIKELY | st.text(max_size=12) | st.from_regex(r"\A[0-9.,e+-]{1,12}\Z") | st.integers().map(str)


@settings(max_examples=samples(15, 300))
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys("abcdefghi", CELLS)), min_size=1, max_size=5))
def test_whatever_cells_say_every_row_is_taken_left_out_or_refused(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    found = of_file(path, EVERYTHING)
    told = {*found.lines, *(each.line for each in found.rejects)}
    left_out = {at for at, row in enumerate(rows, start=1) if normal(trimmed(row["f"])) == "x"}
    assert told | left_out == set(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    "text", ["9" * 100_000, "1." + "000." * 20_000, "a." * 50_000, "-" * 100_000, "\u00a0" * 100_000]
)
def test_a_very_long_cell_is_refused_as_fast_as_any(text: str, tmp_path: Path) -> None:
    for name in "abcdeghi":
        row = dict.fromkeys("abcdefghi", "1") | {name: text}
        content = ";".join(row) + "\n" + ";".join(row.values()) + "\n"
        found = taken(tmp_path, content, replace(EVERYTHING, separator=";"))
        assert (found.rows, len(found.rejects)) == ([], 1)
