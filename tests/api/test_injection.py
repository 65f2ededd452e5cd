"""Texts that try to be something else, in every string of every route and every text column of the loader.

Statements come from files, and values are parameters; so whatever is sent, the graph beyond what the request is
for stays as it was, and no exported cell is a formula.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from graph.facts.kinds import KINDS
from graph.facts.load import load
from graph.store.client import Database
from tests.api.conftest import As, once_only
from tests.api.document import DOCUMENT
from tests.conftest import Command

CORPUS = [
    "' OR 1=1 //",
    '"}) DETACH DELETE (n) //',
    "p-1'}) MATCH (n) DETACH DELETE n //",
    "`) MATCH (n) DETACH DELETE n //",
    "$id",
    "{{7*7}}",
    "${7*7}",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,2)",
    "\t=1+1",
    "reliability|p-2",
    "../../../etc/passwd",
    "%2e%2e%2f",
    "<script>alert(1)</script>",
    "\u202ep-1",
    "ｐ-1",
    "a\x00b",
    "\x1b[31m",
    '{"$ne": null}',
    "p-1\r\nSet-Cookie: x=1",
    "😀" * 50,
    "x" * 5_000,
]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SHAPE = """
MATCH (n) WHERE NOT n:Ledger AND NOT n:Access AND NOT n:Request AND NOT n:Secret
RETURN labels(n) AS kind, properties(n) AS said ORDER BY elementId(n)
"""


def reads() -> Iterator[tuple[str, str]]:
    """Every route that takes a text and is not asked to change something by a good one."""
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            yield method.upper(), path


def strings(schema: dict[str, Any]) -> dict[str, Any]:
    """The schemas of an object's texts, by name; of a union, of its first kind."""
    while "$ref" in schema or "oneOf" in schema or "anyOf" in schema:
        kinds = schema.get("oneOf") or schema.get("anyOf") or [schema]
        name = kinds[0].get("$ref", "").rpartition("/")[2]
        schema = DOCUMENT["components"]["schemas"].get(name, {})
    return schema.get("properties", {}) or {}


def asked(method: str, path: str, text: str) -> tuple[str, dict[str, str], Any]:
    """The route with this text in every word of its path, every option and every field of its body."""
    told = DOCUMENT["paths"][path][method.lower()]
    address, query = path, {}
    for each in told.get("parameters", []):
        if each["in"] == "path":
            address = address.replace(f"{{{each['name']}}}", quote(text, safe=""))
        elif each["in"] == "query":
            query[each["name"]] = text
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = (
        {
            name: [text] if each.get("type") == "array" else text
            for name, each in strings(content["schema"]).items()
        }
        if content
        else None
    )
    return address, query, body


@pytest.fixture(scope="module")
def asking(community: Database, as_role: dict[str, As], api: httpx.Client) -> dict[str, httpx.Client]:
    names = {"member": "p-1", "client": "a bank", "operator": "op", "reviewer": "a reviewer", "auditor": "x"}
    # the first time that a subject acts for an entity is on record with it
    assert as_role["member"]("p-1").get("/v1/me").status_code == 200
    return {role: as_role[role](name) for role, name in names.items()} | {"none": api}


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), [each for each in reads() if each[1] != "/v1/me"], ids=str)
def test_no_text_of_a_request_changes_a_query(
    community: Database, asking: dict[str, httpx.Client], method: str, path: str
) -> None:
    told = DOCUMENT["paths"][path][method.lower()]
    roles = [role for each in told.get("security", []) for role in each["token"]] or ["none"]
    if not told.get("parameters") and "requestBody" not in told:
        return  # takes no text
    before = community.statement(SHAPE)
    for text in CORPUS:
        address, query, body = asked(method, path, text)
        headers = once_only() if method == "POST" else {}
        answer = asking[roles[0]].request(method, address, params=query, json=body, headers=headers)
        assert answer.status_code < 500, (text, answer.text)
        assert "Set-Cookie" not in answer.headers
        assert "<script>" not in answer.text or answer.headers["Content-Type"].startswith("application/")
    if method == "GET" or path.endswith(("/lookup", "/what-if")):
        assert community.statement(SHAPE) == before
    else:
        after = community.statement(SHAPE)
        kept = [row for row in after if "Grant" not in row["kind"]]
        assert len(kept) >= len([row for row in before if "Grant" not in row["kind"]]), "something is gone"


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_of_a_file_changes_a_query_or_comes_out_as_a_formula(
    community: Database, tmp_path: Path, kind: str
) -> None:
    """Every text column of every kind; what is refused comes back in the rejects, where no cell is a formula."""
    names = [column.name for column in KINDS[kind].columns]
    count = "MATCH (n) WHERE NOT n:Load RETURN count(n) AS nodes"
    before = community.statement(count)[0]["nodes"]
    file, rejects = tmp_path / f"{kind}.csv", tmp_path / "rejects.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([text for _ in names] for text in CORPUS if "\x00" not in text)
    loaded = load(community, [file], kind=kind, rejects=rejects)
    assert sum(each.rejected for each in loaded) >= len(CORPUS) - 5
    assert community.statement(count)[0]["nodes"] >= before
    with rejects.open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert any("SUM(1,2)" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(FORMULA)]


def test_no_cell_of_an_archive_is_a_formula(community: Database, asking: dict[str, httpx.Client]) -> None:
    community.statement(
        "MATCH (a:Entity {id: 'p-1'}), (b:Entity {id: 'p-2'}) "
        "CREATE (a)-[:OWED {id: '=1+1', due: datetime(), kind: '@SUM(1)'}]->(b)"
    )
    answer = asking["member"].get("/v1/me/archive")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        assert tables
        cells = [
            cell
            for name in tables
            for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))
            for cell in row
        ]
    assert any("1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(FORMULA) and not _number(cell)]


def test_no_cell_of_a_querys_rows_is_a_formula(community: Database, innercircle: Command) -> None:
    community.statement("MERGE (e:Entity:Person {id: 'spreadsheet'}) SET e.name = '=1+1'")
    done = innercircle("query", "entity", "-p", "id=spreadsheet", "--format", "csv")
    assert done.returncode == 0, done.stderr
    header, row = list(csv.reader(io.StringIO(done.stdout)))
    assert dict(zip(header, row, strict=True))["name"] == "'=1+1"


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
