"""How each kind of row stands in the importer's files: its columns, and a header for each way to read them.

One file gives the nodes and the relationships of a judgment or a membership: it is named twice, with two headers.
The importer's words are those of Neo4j's manual on `neo4j-admin database import`.
"""

from dataclasses import dataclass

from graph.facts.formats import DATE, NUMBERS, TIME
from graph.facts.kinds import KINDS, STORED, Column

ARRAY_DELIMITER = "\x1f"
"Between the labels of a node, and the entries of a list: no checked text has a control character."
LABELS = {
    "person": ("Entity", "Person"),
    "organisation": ("Entity", "Organisation"),
    "sole-trader": ("Entity", "Organisation", "SoleTrader"),
}
"By the kind of an entity, as cypher/facts/load_entities.cypher gives them."
THINGS = {"products": "Product", "sites": "Site"}
"Kinds whose rows are nodes of one label that facts name."
IGNORED = ":IGNORE"


@dataclass(frozen=True)
class Part:
    """One way in which the importer reads the file of a kind."""

    argument: str
    "of the command: `--nodes=Judgment`"
    header: tuple[str, ...]
    "a word for each column of the file"


@dataclass(frozen=True)
class Form:
    """The file of a kind."""

    columns: dict[str, str]
    "by name, the importer's word for the type"
    parts: tuple[Part, ...]
    ends: tuple[tuple[str, str], ...] = ()
    "the columns that name nodes, each with the label that they have"


def form_of(kind: str) -> Form:
    """The form of a kind's file."""
    if kind == "entities":
        columns = _columns(kind) | {"brought": "string", "changed": "datetime", "labels": "string"}
        header = _header(columns, id="id:ID(Entity)", kind=IGNORED, labels=":LABEL")
        return Form(columns, (Part("--nodes", header),))
    if kind in THINGS:
        columns, label = _columns(kind) | {"brought": "string"}, THINGS[kind]
        return Form(columns, (Part(f"--nodes={label}", _header(columns, id=f"id:ID({label})")),))
    if kind == "judgments":
        columns = _columns(kind) | {"load": "string"}
        nodes = _header(columns, id="id:ID(Judgment)", entity=IGNORED)
        ties = _only(columns, id=":START_ID(Judgment)", entity=":END_ID(Entity)")
        parts = Part("--nodes=Judgment", nodes), Part("--relationships=AGAINST", ties)
        return Form(columns, parts, (("entity", "Entity"),))
    if kind == "memberships":
        columns = {"id": "string", "rid": "long", "how": "string", **_columns(kind)}
        nodes = _only(columns, id="id:ID(Membership)", scheme="scheme", rid="rid:long")
        ties = _only(
            columns,
            id=":END_ID(Membership)",
            entity=":START_ID(Entity)",
            at="at:datetime",
            notice="notice",
            how="how",
        )
        parts = Part("--nodes=Membership", nodes), Part("--relationships=JOINED", ties)
        return Form(columns, parts, (("entity", "Entity"),))
    return _of_fact(kind)


def _of_fact(kind: str) -> Form:
    stored = STORED[kind]
    source, target = stored.ends
    settled_by_parts = {"parts": "long"} if kind == "obligations" else {}
    columns = {source: "string", target: "string", **_columns(kind), **settled_by_parts, "load": "string"}
    header = _header(columns, **{source: ":START_ID(Entity)", target: f":END_ID({stored.other})"})
    return Form(
        columns,
        (Part(f"--relationships={stored.type}", header),),
        ((source, "Entity"), (target, stored.other)),
    )


def _columns(kind: str) -> dict[str, str]:
    return {column.name: _type(column) for column in KINDS[kind].columns}


def _type(column: Column) -> str:
    if column.format in NUMBERS:
        return "double"
    return "datetime" if column.format is TIME else "date" if column.format is DATE else "string"


def _header(columns: dict[str, str], **others: str) -> tuple[str, ...]:
    return tuple(others.get(name, f"{name}:{type_}") for name, type_ in columns.items())


def _only(columns: dict[str, str], **others: str) -> tuple[str, ...]:
    return tuple(others.get(name, IGNORED) for name in columns)
