"""A made-up community, rated twice, that is large enough for pictures of a whole scheme."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from graph.analysis.frames import Reader
from graph.facts import synthetic
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.kept import kept

POLICY = scheme.read("reliability")
MEMBERS = 260
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
BY = Reader("olga", "a look at the whole")
FORGET = "MATCH (n:Access|Ledger) DETACH DELETE n"


def rated_twice(database: Database) -> Database:
    """The graph holds this community and nothing else; its members are rated as of two days."""
    database.statement(WIPE)

    def make() -> None:
        publishing.publish(database, POLICY)
        publishing.publish(database, scheme.read("own-conduct"))
        with tempfile.TemporaryDirectory() as directory:
            synthetic.write(
                Path(directory),
                entities=330,
                members=MEMBERS,
                contacts=4000,
                purchases=500,
                visits=500,
                judgments=0,
            )
            load(database, [Path(directory)])
        for as_of in (EARLIER, synthetic.AS_OF):
            rate(database, POLICY.id, as_of=as_of)

    return kept(database, make)
