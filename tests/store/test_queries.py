"""A query file keeps its contract, or is refused by file and line; parameters are read as their types say."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.errors import NotFound, ParameterError, QueryFileInvalid
from graph.store import queries
from graph.store.queries import Field, Query
from graph.store.query_parameters import parse_params

GOOD = """\
// The members of a scheme.
//
// Some prose, with an @ in the middle of it.
//
// @mode   read                     and some more words
// @result many
// @param  scheme   STRING          Scheme.id
// @param  limit    INTEGER
// @return entity   STRING          Entity.id
// @uses   membership_id membership_rid
// @uses   run_id
MATCH (m:Membership {scheme: $scheme})  // not a tag: @nonsense, and not a parameter: $nothing
RETURN '$nothing' + m.id AS entity LIMIT $limit
"""

# (what is replaced, by what, the line that is named or None for the file, words of the message)
_CODE = re.compile(r"//[^\n]*")
BAD = [
    ("// The members of a scheme.\n", "", 1, "the first line must be a comment: the title"),
    ("// The members of a scheme.", "MATCH (n)", 1, "the title"),
    ("// @uses   run_id", "// @index  run_id", 11, "unknown tag @index"),
    ("// @uses   run_id", "// @for    everybody", 11, "@for must be one of community, one entity, policies"),
    ("// @uses   run_id\n", "// @for    runs\n// :Secret\n", None, "a secret is for programs"),
    ("// @mode   read                     and some more words\n", "", None, "the header lacks @mode"),
    ("// @result many\n", "", None, "the header lacks @result"),
    ("@mode   read  ", "@mode   reads ", 5, "@mode must be one of read, write, batch, schema"),
    ("@mode   read                     and some more words", "@mode", 5, "@mode must be one of"),
    ("@result many", "@result some", 6, "@result must be one of one, optional, many, none"),
    ("limit    INTEGER", "limit    INT", 8, "@param needs a name and a Cypher type"),
    ("limit    INTEGER", "limit", 8, "@param needs a name and a Cypher type"),
    ("entity   STRING ", "entity   LIST<TEXT ", 9, "@return needs a name and a Cypher type"),
    ("// @param  limit    INTEGER\n", "", None, "$limit is used but has no @param"),
    (" LIMIT $limit", "", None, "@param limit is declared but not used"),
    ("LIMIT $limit", "// LIMIT $limit", None, "@param limit is declared but not used"),
    ("LIMIT $limit", "LIMIT /* $limit */ 10", None, "@param limit is declared but not used"),
    ("// @return entity   STRING          Entity.id\n", "", None, "every such query has it"),
    ("@result many", "@result none", None, "@return is for a query with a @result"),
]

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str, name: str = "rating/members.cypher") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_query_is_what_its_header_says(written: Written) -> None:
    query = queries.parse(written(GOOD))
    assert (query.name, query.room, query.file) == ("members", "rating", "cypher/rating/members.cypher")
    assert (query.title, query.mode, query.result) == ("The members of a scheme", "read", "many")
    assert query.params == (Field("scheme", "STRING", "Scheme.id"), Field("limit", "INTEGER"))
    assert query.returns == (Field("entity", "STRING", "Entity.id"),)
    assert query.uses == ("membership_id", "membership_rid", "run_id")
    assert query.text == GOOD, "the whole file is what runs"


@pytest.mark.parametrize(("old", "new", "line", "message"), BAD)
def test_a_header_that_does_not_hold_is_refused_by_file_and_line(
    written: Written, old: str, new: str, line: int | None, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(QueryFileInvalid, match=re.escape(message)) as caught:
        queries.parse(written(GOOD.replace(old, new)))
    assert (caught.value.file, caught.value.line) == ("cypher/rating/members.cypher", line)
    where = "cypher/rating/members.cypher" if line is None else f"cypher/rating/members.cypher:{line}"
    assert str(caught.value).startswith(f"{where}: ")


def test_an_empty_file_is_refused(written: Written) -> None:
    with pytest.raises(QueryFileInvalid, match=r"^cypher/rating/members\.cypher:1: "):
        queries.parse(written(""))


def test_no_two_queries_have_one_name_in_whatever_rooms(written: Written, tmp_path: Path) -> None:
    written(GOOD, "rating/members.cypher")
    written(GOOD, "policy/members.cypher")
    taken = r"^cypher/rating/members\.cypher: the name is taken by cypher/policy/members\.cypher$"
    with pytest.raises(QueryFileInvalid, match=taken):
        queries.catalogue(tmp_path)


def test_queries_are_in_order_of_room_and_name_and_migrations_are_none(written: Written, tmp_path: Path) -> None:
    for name in ("read/b.cypher", "read/a.cypher", "load/c.cypher"):
        written(GOOD, name)
    written("CREATE INDEX;", "migrations/0001-first.cypher")
    written("not a query", "read/notes.txt")
    assert list(queries.catalogue(tmp_path)) == ["c", "a", "b"]


def test_a_query_is_found_by_its_name() -> None:
    assert queries.get("rating").file == "cypher/rating/rating.cypher"
    with pytest.raises(NotFound, match="no query is named 'ratng': `innercircle query --list` shows them"):
        queries.get("ratng")


# type, text, and the value that is meant
VALUES = [
    ("STRING", "reliability", "reliability"),
    ("STRING", "", ""),
    ("STRING", "10", "10"),
    ("STRING", "a=b", "a=b"),
    ("INTEGER", "-10", -10),
    ("FLOAT", "0.5", 0.5),
    ("FLOAT", "2", 2.0),
    ("FLOAT", "Infinity", math.inf),
    ("BOOLEAN", "true", True),
    ("LIST<STRING>", '["a|b", "c"]', ["a|b", "c"]),
    ("LIST<STRING>", "[]", []),
    ("MAP", '{"values": {"books": 0.5}}', {"values": {"books": 0.5}}),
    ("ZONED DATETIME", "2026-07-01T00:00:00Z", datetime(2026, 7, 1, tzinfo=UTC)),
    ("ZONED DATETIME", "2026-07-01T08:00:00+08:00", datetime(2026, 7, 1, tzinfo=UTC)),
]

NO_VALUES = [
    ("INTEGER", "ten"),
    ("INTEGER", "1.5"),
    ("INTEGER", "true"),
    ("INTEGER", '"10"'),
    ("INTEGER", ""),
    ("FLOAT", "half"),
    ("FLOAT", "false"),
    ("BOOLEAN", "1"),
    ("BOOLEAN", "yes"),
    ("LIST<STRING>", "a,b"),
    ("LIST<STRING>", '{"a": 1}'),
    ("LIST<STRING>", "null"),
    ("MAP", "[]"),
    ("MAP", "{"),
    ("ZONED DATETIME", "2026-07-01"),
    ("ZONED DATETIME", "2026-07-01T00:00:00"),
    ("ZONED DATETIME", "tomorrow"),
]


def taking(type_: str) -> Query:
    """A query with one parameter `x` of this type."""
    return Query(
        "q", "read", Path("q.cypher"), "cypher/read/q.cypher", "", "read", "many", (Field("x", type_),), (), (), ""
    )


@pytest.mark.parametrize(("type_", "text", "value"), VALUES)
def test_a_parameter_is_read_as_its_type_says(type_: str, text: str, value: Any) -> None:
    found = parse_params(taking(type_), [f"x={text}"])
    assert found == {"x": value}
    assert type(found["x"]) is type(value)


@pytest.mark.parametrize(("type_", "text"), NO_VALUES)
def test_a_parameter_of_another_type_is_refused_by_name_value_and_type(type_: str, text: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(f"q: x={text!r} is not of the type {type_}")):
        parse_params(taking(type_), [f"x={text}"])


@pytest.mark.parametrize("text", ["y=1", "x", "", "=1", "X=1"])
def test_what_is_no_parameter_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(f"q: {text!r} is not one of its parameters: x=<INTEGER>")):
        parse_params(taking("INTEGER"), [text])


def test_a_query_without_parameters_says_that_it_has_none() -> None:
    with pytest.raises(ParameterError, match="is not one of its parameters: none"):
        parse_params(queries.get("overview"), ["x=1"])


def test_no_tie_is_made_or_ended_by_transactions_side_by_side() -> None:
    """Making a relationship locks all others at its ends: two that do so block each other."""
    for query in queries.catalogue().values():
        side_by_side, found, _ = _CODE.sub("", query.text).rpartition("CONCURRENT TRANSACTIONS")
        if side_by_side.endswith("IN CASE WHEN $pasts THEN 1 ELSE $at_once END "):
            continue  # one at a time wherever a (:Past) is made, which is the only tie: test_publication.py
        assert not found or not re.search(r"\b(CREATE|MERGE|DELETE)\b", side_by_side), query.file
