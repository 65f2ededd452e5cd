"""The whole graph from the managed Neo4j into another one, or from there into the managed one.

It is copied node by node and relationship by relationship, and read again on both sides. The store that it goes
into has to be empty, and has a mark until all is there and has been compared: a move that was broken off is begun
anew. Nothing is written into the store that it comes from, which stays as it is.
"""

from dataclasses import dataclass

from graph.errors import LocalServerFailed, ParameterError, Refused
from graph.server import local
from graph.server.compaction.copying import Contents, Progress, copy, read, schema
from graph.server.connect import connect
from graph.server.home import is_read_only, locate
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.text.counts import counted

MARK = "half_a_move"
"The index that a store has while a graph is moved into it."
SET_MARK = f"CREATE INDEX {MARK} FOR (n:HalfAMove) ON (n.id)"
TAKE_MARK = f"DROP INDEX {MARK}"


@dataclass(frozen=True)
class Moved:
    """What was moved, and where it is now."""

    nodes: int
    relationships: int
    source: str
    target: str


def move(settings: Settings, *, back: bool, progress: Progress = lambda step: None) -> Moved:
    """The graph is in the other Neo4j, the same as where it came from, where it still is as well.

    settings: the managed Neo4j's home, and the address and password of the other one. back: from there.
    Nobody else may use either meanwhile. Raises ParameterError where no other is named; Refused for a target that
    is not empty; LocalServerFailed where somebody wrote into either, or the two differ: then the target is empty
    again.
    """
    if settings.neo4j_uri is None:
        raise ParameterError("INNERCIRCLE_NEO4J_URI names no Neo4j: set it to the one beside the managed one")
    managed = settings.model_copy(update={"neo4j_uri": None, "neo4j_database": None})
    if is_read_only(home := locate(managed)):
        raise Refused(f"{home} is an inspection copy: name the home of the graph itself")
    local.start(managed, progress=progress)
    source, target = (settings, managed) if back else (managed, settings)
    with connect(source) as old, connect(target) as new:
        if MARK in schema(old):
            raise Refused(f"{old.uri} has half a graph itself, of a move that was broken off: repeat that first")
        migrations.require(old)
        _make_empty(new, progress)
        contents = _moved(old, new, progress)
        return Moved(contents.nodes, contents.relationships, old.uri, new.uri)


def _moved(old: Database, new: Database, progress: Progress) -> Contents:
    new.statement(SET_MARK)
    numbers: dict[int, int] = {}
    wanted = copy(old, new, progress, numbers)
    found = read(new, progress)
    still = read(old, progress, numbers)
    made = {name: text for name, text in schema(new).items() if name != MARK}
    if (found, made) != (wanted, schema(old)) or still != wanted:
        who = "the graph was written to meanwhile" if still != wanted else "the two differ"
        _empty(new, progress)
        raise LocalServerFailed(
            f"{who}: {new.uri} has {found}, and {old.uri} had {wanted} and has {still}. {new.uri} is empty again; "
            "stop whatever writes, and repeat it"
        )
    new.statement(TAKE_MARK)
    return wanted


def _make_empty(new: Database, progress: Progress) -> None:
    """Nothing is there, but what a move that was broken off has left, which goes. Raises Refused."""
    there = schema(new)
    if MARK in there:
        _empty(new, progress)
        return
    nodes = new.one("extent")["nodes"]
    if nodes or there:
        schemas = counted(len(there), "constraints and indexes")
        raise Refused(
            f"{new.uri} is not empty: it has {counted(nodes, 'nodes')} and {schemas}. A graph is moved only where "
            "none is: docs/server.md#moving says how to make room"
        )


def _empty(new: Database, progress: Progress) -> None:
    progress("emptying what a move left")
    new.run("remove_everything")
    constraints = {row["name"] for row in new.statement("SHOW CONSTRAINTS YIELD name")}
    for name in schema(new):
        if name != MARK:
            new.statement(f"DROP {'CONSTRAINT' if name in constraints else 'INDEX'} `{name}`")
    new.statement(TAKE_MARK)
