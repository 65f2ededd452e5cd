"""The query files under cypher/: found, parsed, and checked against their own headers.

A query file is one Cypher query with a header of line comments: a title, perhaps some prose, then tags.

    // One membership's rating.
    //
    // @mode   read                 read | write | batch (own transactions, auto-commit) | schema
    // @result optional             one | optional | many | none
    // @param  id     STRING        Membership.id
    // @return score  FLOAT         in [0, 1]
    // @for    one entity           analysts may run it by name, in this group; without it, it is for programs
    // @uses   membership_id        an index or constraint that the plan must use

The name of a query is its file's stem. The text runs as it is, comments included.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from graph.errors import NotFound, ParameterError, QueryFileInvalid

DIRECTORY = Path(__file__).resolve().parents[2] / "cypher"

MODES = ("read", "write", "batch", "schema")
RESULTS = ("one", "optional", "many", "none")
GROUPS = ("community", "one entity", "policies", "runs", "loads")
"Of queries that `innercircle query` offers."
_TYPE = r"(?:BOOLEAN|STRING|INTEGER|FLOAT|DATE|ZONED DATETIME|MAP|NODE|RELATIONSHIP|PATH|LIST<[A-Z<> ]+>)"
_TAG = re.compile(r"//\s*@(?P<tag>\w+)\s*(?P<rest>.*)")
_FIELD = re.compile(rf"(?P<name>\w+)\s+(?P<type>{_TYPE})(?:\s+(?P<meaning>.*))?$")
_PARAMETER = re.compile(r"\$(\w+)")
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
"What of a text is no Cypher: texts, names in backticks, and comments."

_OWN = re.compile(rf"(?P<quoted>{QUOTED.pattern})|\$(?P<name>\w+)", re.DOTALL)


@dataclass(frozen=True)
class Field:
    """A parameter or a returned column: its Cypher type and what it means."""

    name: str
    type: str
    meaning: str = ""


@dataclass(frozen=True)
class Query:
    """One query file. `text` is the whole file; `room` the folder right below cypher/ that it lies in."""

    name: str
    room: str
    path: Path
    file: str
    "the path as people write it: cypher/rating/rating.cypher"
    title: str
    mode: str
    result: str
    params: tuple[Field, ...]
    returns: tuple[Field, ...]
    uses: tuple[str, ...]
    text: str
    group: str | None = None
    "which of GROUPS; None: it is for programs alone"

    @cached_property
    def drawn(self) -> bool:
        """Whether a node, a relationship or a path comes back, and not only values."""
        return any(kind in field.type for field in self.returns for kind in ("NODE", "RELATIONSHIP", "PATH"))

    @cached_property
    def listed(self) -> str:
        """The text whose only row has the list of all rows, `rows_0`; its parameters end in `_0`."""
        return f"{self.part(0)}\nRETURN rows_0"

    def part(self, number: int) -> str:
        """The query as part N of a text: its rows are the list `rows_N`, and its parameters end in `_N`."""
        lines = self.text.splitlines()
        first = next(place for place, line in enumerate(lines) if not line.startswith("//"))
        body = "\n".join(lines[first:]).rstrip().removesuffix(";")
        body = _OWN.sub(lambda found: found["quoted"] or f"${parameter(found['name'], number)}", body)
        columns = ", ".join(f"{field.name}: {field.name}" for field in self.returns)
        return f"CALL () {{\nCALL () {{\n{body}\n}}\nRETURN collect({{{columns}}}) AS rows_{number}\n}}"


def parameter(name: str, number: int) -> str:
    """The name that a parameter of a query has where it is the part with this number."""
    return f"{name}_{number}"


def parse(path: Path, directory: Path | None = None) -> Query:
    """The query in this file, its header checked against its text. Raises QueryFileInvalid.

    directory: that holds the rooms; None: the file lies in a room itself.
    """
    text = path.read_text(encoding="utf-8")
    inside = path.relative_to(directory or path.parents[1])
    file = f"cypher/{inside.as_posix()}"
    lines = text.splitlines()
    if not lines or not re.match(r"//\s*\w", lines[0]):
        raise QueryFileInvalid("the first line must be a comment: the title", file=file, line=1)
    single: dict[str, str] = {}
    fields: dict[str, list[Field]] = {"param": [], "return": []}
    uses: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.startswith("//"):
            break
        if not (found := _TAG.match(line)):
            continue
        tag, rest = found["tag"], found["rest"].strip()
        if tag in ("mode", "result"):
            single[tag] = rest.split()[0] if rest else ""
            allowed = MODES if tag == "mode" else RESULTS
            if single[tag] not in allowed:
                raise QueryFileInvalid(f"@{tag} must be one of {', '.join(allowed)}", file=file, line=number)
        elif tag in fields:
            if not (field := _FIELD.match(rest)):
                raise QueryFileInvalid(f"@{tag} needs a name and a Cypher type", file=file, line=number)
            fields[tag].append(Field(field["name"], field["type"], field["meaning"] or ""))
        elif tag == "for":
            if rest not in GROUPS:
                raise QueryFileInvalid(f"@for must be one of {', '.join(GROUPS)}", file=file, line=number)
            single[tag] = rest
        elif tag == "uses":
            uses.extend(rest.split())
        else:
            raise QueryFileInvalid(f"unknown tag @{tag}", file=file, line=number)
    for tag in ("mode", "result"):
        if tag not in single:
            raise QueryFileInvalid(f"the header lacks @{tag}", file=file)
    if "for" in single and single["mode"] != "read":
        raise QueryFileInvalid("@for is for a query that reads", file=file)
    if "for" in single and ":Secret" in text:
        raise QueryFileInvalid("a secret is for programs: no query with @for reads one", file=file)
    _check_parameters(text, {field.name for field in fields["param"]}, file)
    if bool(fields["return"]) == (single["result"] == "none"):
        raise QueryFileInvalid("@return is for a query with a @result, and every such query has it", file=file)
    return Query(
        name=path.stem,
        room=inside.parts[0],
        path=path,
        file=file,
        title=lines[0].lstrip("/ ").rstrip("."),
        mode=single["mode"],
        result=single["result"],
        params=tuple(fields["param"]),
        returns=tuple(fields["return"]),
        uses=tuple(uses),
        text=text,
        group=single.get("for"),
    )


def _check_parameters(text: str, declared: set[str], file: str) -> None:
    used = set(_PARAMETER.findall(QUOTED.sub(" ", text)))
    for name in sorted(used - declared):
        raise QueryFileInvalid(f"${name} is used but has no @param", file=file)
    for name in sorted(declared - used):
        raise QueryFileInvalid(f"@param {name} is declared but not used", file=file)


@cache
def catalogue(directory: Path = DIRECTORY) -> dict[str, Query]:
    """Every query by name, in order of room and name; migrations are not queries."""
    found: dict[str, Query] = {}
    for query in _parse_all(directory):
        if query.name in found:
            raise QueryFileInvalid(f"the name is taken by {found[query.name].file}", file=query.file)
        found[query.name] = query
    return found


def _parse_all(directory: Path) -> Iterator[Query]:
    for path in sorted(directory.rglob("*.cypher")):
        if path.parent.name != "migrations":
            yield parse(path, directory)


def get(name: str) -> Query:
    """The query of this name. Raises NotFound."""
    try:
        return catalogue()[name]
    except KeyError:
        raise NotFound(f"no query is named {name!r}: `innercircle query --list` shows them") from None


def check(query: Query, params: Mapping[str, Any]) -> None:
    """The parameters are those that the query declares. Raises ParameterError for a missing or a surplus one."""
    declared = {field.name for field in query.params}
    for name in sorted(declared - set(params)):
        raise ParameterError(f"{query.file}: the parameter ${name} is missing")
    for name in sorted(set(params) - declared):
        raise ParameterError(f"{query.file}: there is no parameter ${name}")
