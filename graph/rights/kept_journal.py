"""Whether the journal and the graph know the same, and what is done where one of them is older.

A journal that lacks lines was cut off, or another one was put there. A graph that lacks endings is an older one:
into a Neo4j that is not managed, somebody has loaded a dump.
"""

from collections import Counter

from graph.errors import Refused
from graph.rights.replay import replay
from graph.store import endings
from graph.store.client import Database
from graph.store.journal import SECRET, Journal


def check_lines(database: Database, kept_in: Journal) -> None:
    """The journal has every line that this graph knows of. Raises Refused; RecordError where one was altered."""
    known = endings.remembered(database)
    if known is not None and not kept_in.has(known):
        raise Refused(kept_in.lacks(known))


def check(database: Database, kept_in: Journal) -> None:
    """The journal and the graph know the same. Raises as `check_lines` does; Refused where the graph is older."""
    check_lines(database, kept_in)
    with kept_in.alone():
        waiting = database.run("endings_waiting")
        found = endings.missed(database, kept_in, waiting=waiting)
    if found:
        raise Refused(
            f"the journal in {kept_in.folder} has {len(found):,} endings that this graph does not know, from line "
            f"{found[0].number:,} on: it is an older one, and who has left is back. Run `innercircle journal "
            "--repeat` before anybody uses it"
        )


def go_on(database: Database, kept_in: Journal) -> None:
    """Lines are lost for good: the graph knows only those that are there. Raises Refused where none is lost."""
    known = endings.remembered(database)
    if known is None or kept_in.has(known):
        raise Refused(f"the journal in {kept_in.folder} lacks no line that the graph knows")
    endings.begin(database, kept_in)
    endings.flush(database, kept_in)


def repeat(database: Database, kept_in: Journal) -> Counter[str]:
    """What the journal has and the graph does not know ends in it as well; returns how many, by kind.

    For a graph that nobody uses yet. Raises as `check_lines` and `replay` do.
    """
    check_lines(database, kept_in)
    known = database.optional("secret", name=SECRET) is not None
    found = endings.missed(database, kept_in) if known else kept_in.endings()
    database.journal, own = None, database.journal
    try:
        done = replay(database, found, kept_in.secrets())
    finally:
        database.journal = own
    if found:
        endings.begin(database, kept_in)
    return done
