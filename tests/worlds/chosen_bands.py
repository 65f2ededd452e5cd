"""A market in which it is chosen how many members are in each band."""

from datetime import timedelta

from graph.facts.values import Facts
from graph.policy import scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import store
from tests.worlds.chosen_conduct import AS_OF, obligation

POLICY = scheme.read("own-conduct")
NAMES = [band.name for band in POLICY.bands]
WORTH = dict(zip(NAMES, (0.1, 0.35, 0.47, 0.58, 0.9), strict=True))
"What ten obligations are worth, so that they make a rating of each band."


def fill_bands(graph: Database, sizes: list[int], day: int) -> None:
    """So many members are in each band, with those from before, and a run has rated them."""
    there = {row["entity"] for row in graph.run("members", scheme=POLICY.id, after="", limit=1_000)}
    wanted = [f"{name}-{n}" for name, size in zip(NAMES, sizes, strict=True) for n in range(size)]
    new = [each for each in wanted if each not in there]
    facts = Facts(
        obligations=[
            obligation(who, WORTH[who.partition("-")[0]], n)._replace(creditor=f"shop {day}-{n}")
            for who in new
            for n in range(10)
        ],
        members=[(who, rid) for rid, who in enumerate(new, len(there))],
    )
    store(graph, facts, POLICY)
    rate(graph, POLICY.id, as_of=AS_OF + timedelta(days=day))
