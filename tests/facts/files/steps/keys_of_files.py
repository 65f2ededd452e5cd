"""The same for the keys of a condition, and for those above the tables of a mapping."""

import json
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from graph.facts.files.cell import Condition
from tests.facts.files.steps.keys_of_cells import (
    CELLS,
    LETTERS,
    NUMBERS,
    SEVERAL,
    TEXTS,
    Case,
    cells,
    nothing,
    of_amounts,
    table,
    toml,
)


@st.composite
def condition(draw: DrawFn, key: str) -> Case:
    numbers = draw(NUMBERS)
    one, other = sorted((draw(st.integers(-50, 50)), draw(st.integers(-50, 50))))
    tests: dict[str, tuple[str, Callable[[int], bool]]] = {
        "column": (f"equals = {one}", lambda each: each == one),
        "equals": (f"equals = {one}", lambda each: each == one),
        "other_than": (f"other_than = {one}", lambda each: each != one),
        "above": (f"above = {one}", lambda each: each > one),
        "at_least": (f"at_least = {one}", lambda each: each >= one),
        "below": (f"below = {one}", lambda each: each < one),
        "at_most": (f"at_most = {one}", lambda each: each <= one),
        "between": (f"between = [{one}, {other}]", lambda each: one <= each <= other),
        "one_of": (f"one_of = [{one}, {other}]", lambda each: each in (one, other)),
        "not_one_of": (f"not_one_of = [{one}, {other}]", lambda each: each not in (one, other)),
        "empty": ("empty = false", lambda each: each > 0),  # others are left empty
    }
    given, holds = tests[key]
    written = [each if key != "empty" or each > 0 else "" for each in numbers]
    rows = [[f"x{place}", each] for place, each in enumerate(written)]
    kept = [f"x{place}" for place, each in enumerate(numbers) if holds(each)]
    return Case(table(["c", "n"], rows), kept, where=f'{{ column = "n", {given} }}')


CONDITIONS = {name: condition(name) for name in Condition.__struct_fields__}


@st.composite
def separator(draw: DrawFn) -> Case:
    """A text may hold any separator; a tab in one is no text of ours, whatever separates."""
    mark = draw(st.sampled_from(";\t|:~^ #"))
    inside = "" if mark == "\t" else mark
    texts = [f"x{inside}{each}" for each in draw(SEVERAL)]
    return Case(table(["c", "d"], [[each, "x"] for each in texts], mark), texts, top=f"separator = {toml(mark)}")


@st.composite
def encoding(draw: DrawFn) -> Case:
    name, letters = draw(
        st.sampled_from(
            [("utf-16", LETTERS), ("cp1252", "ab\u00e4\u20ac\u0160"), ("latin-1", "ab\u00e4\u00df\u00ff")]
        )
    )
    texts = draw(st.lists(st.text(letters, min_size=1, max_size=9), min_size=1, max_size=6))
    # A text that is UTF-8 as well is refused: nobody could say which is meant. These bytes never are.
    content = cells([f"\u00e4x{each}" for each in texts]).decode().encode(name)
    return Case(content, [f"\u00e4x{each}" for each in texts], top=f'encoding = "{name}"')


@st.composite
def skip_lines(draw: DrawFn) -> Case:
    above, texts = draw(st.lists(TEXTS, min_size=1, max_size=5)), draw(SEVERAL)
    content = "".join(f"{each}\n" for each in above).encode() + cells(texts)
    return Case(content, texts, top=f"skip_lines = {len(above)}")


@st.composite
def comments(draw: DrawFn) -> Case:
    mark, texts = draw(st.sampled_from(["#", "--", "//", "%"])), draw(SEVERAL)
    lines = [line for each in texts for line in (*draw(st.just([]) | TEXTS.map(lambda t: [f"{mark}{t}"])), each)]
    return Case("\n".join(["c", *lines]).encode(), texts, top=f'comments = "{mark}"')


@st.composite
def totals(draw: DrawFn) -> Case:
    texts, word, several = draw(SEVERAL), draw(TEXTS), draw(st.integers(1, 3))
    content = cells([*(f"x{each}" for each in texts), *[f"T{word}"] * several])
    return Case(content, [f"x{each}" for each in texts], top=f"totals = [{toml(f'T{word}')}]")


@st.composite
def fill_down(draw: DrawFn) -> Case:
    runs = draw(st.lists(st.tuples(TEXTS, st.integers(1, 3)), min_size=1, max_size=4))
    rows = [[text if not again else "", "x"] for text, times_ in runs for again in range(times_)]
    expected = [text for text, times_ in runs for _ in range(times_)]
    return Case(table(["c", "d"], rows), expected, top='fill_down = { columns = ["c"] }')


@st.composite
def records(draw: DrawFn) -> Case:
    key, texts = draw(st.text("abc de", min_size=1, max_size=5)), draw(SEVERAL)
    content = json.dumps({"before": [1], key + "x": [{"c": each} for each in texts], "z": {}}).encode()
    return Case(content, texts, top=f"rows = {toml(key + 'x')}", name="export.json")


@st.composite
def optional(draw: DrawFn) -> Case:
    texts = draw(SEVERAL)
    content = json.dumps([{"c": each} for each in texts]).encode()
    more = {"settled": 'column = "paid"'}
    return Case(content, texts, top='optional = ["paid"]', name="export.json", more=more)


@st.composite
def asks(draw: DrawFn) -> Case:
    answer, texts = draw(TEXTS), draw(SEVERAL)
    return Case(
        cells(texts),
        [answer] * len(texts),
        cell='value = "?who"',
        top='asks = { who = "whose they are" }',
        answers={"who": answer},
    )


@st.composite
def words(draw: DrawFn) -> Case:
    """A list that has more columns, in an order of its own."""
    meant = draw(st.dictionaries(st.text("abcdefg", min_size=1, max_size=5), TEXTS, min_size=1, max_size=5))
    said = draw(st.lists(st.sampled_from(sorted(meant)), min_size=1, max_size=6))
    return Case(
        cells(said),
        [meant[each] for each in said],
        cell='column = "c", values_from = "members"',
        top='[words.members]\nfile = "list.csv"\nword = "Name"\nmeans = "No."',
        beside={"list.csv": table(["No.", "Since", "Name"], [[no, "2019", name] for name, no in meant.items()])},
    )


@st.composite
def form(draw: DrawFn) -> Case:
    """A chat of two, a minute between two messages."""
    one, other = draw(st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=2, max_size=2, unique=True))
    names = [f"x{one}", f"x{other}", *draw(st.lists(st.sampled_from([f"x{one}", f"x{other}"]), max_size=6))]
    lines = [f"15/01/2026, 09:{30 + at} - {name}: hello" for at, name in enumerate(names)]
    return Case(
        "\n".join([*lines, ""]).encode(), names, cell='column = "from"', top='form = "chat"', name="chat.txt"
    )


def told(key: str) -> SearchStrategy[Case]:
    """A key that is for people: whatever it says, the rows are as they would be without it."""

    def made(given: tuple[str, list[str]]) -> Case:
        text, texts = given
        return Case(cells(texts), texts, top=f"{key} = {toml([text] if key == 'cannot_know' else text)}")

    return st.tuples(TEXTS, SEVERAL).map(made)


TOP: dict[str, SearchStrategy[Case]] = {
    "about": CELLS["value"],
    "source": told("source"),
    "cannot_know": told("cannot_know"),
    "notice": told("notice"),
    "asks": asks(),
    "words": words(),
    "form": form(),
    "header": SEVERAL.map(
        lambda texts: Case(
            table([], [[f"x{each}"] for each in texts]), [f"x{each}" for each in texts], top='header = ["c"]'
        )
    ),
    "separator": separator(),
    "encoding": encoding(),
    "sheet": st.tuples(TEXTS, SEVERAL).map(
        lambda each: Case(
            b"", each[1], top=f"sheet = {toml(each[0])}", name="export.xlsx", more={"sheet": each[0]}
        )
    ),
    "rows": records(),
    "optional": optional(),
    "skip_lines": skip_lines(),
    "comments": comments(),
    "totals": totals(),
    "fill_down": fill_down(),
    "trim": SEVERAL.map(lambda texts: Case(cells([f"\t{each}  " for each in texts]), texts, top="trim = true")),
    "nothing": nothing(everywhere=True),
    "decimal": of_amounts("", lambda each: str(each).replace(".", ","), 'decimal = ","'),
    "thousands": of_amounts("", "{0:,}".format, 'thousands = ","'),
}
