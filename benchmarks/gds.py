"""make bench-gds: Neo4j's Graph Data Science as a yardstick, on the circle ties of a made-up community.

GDS reads all ties into its memory (project), iterates over them (pageRank, with the policy's share and
tolerance), and writes one number for each membership (write). That number is no rating: pageRank spreads what a
member has over those that it leans on, and knows no conduct. But it is the same ties, about as many passes over
them and as many numbers written, by code that is made for this. Beside it is what our engines do from staged
conduct to stored scores: the sweeps, and the publication of whole ratings, which is more than a score
(docs/graph.md).

The community is filled by `import`, into a Neo4j in a home of its own that is gone afterwards. GDS is fetched by
whoever runs this, by a lock file of its own: it is no dependency of innercircle, and under the GPL, version 3.
"""

import argparse
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import engines, scale
from benchmarks.homes import managed
from benchmarks.measuring import client_megabytes, forget_peak, report, server_heap_megabytes, timed
from graph.policy import scheme
from graph.policy.scheme import Scheme
from graph.rating.engines.choice import ENGINES
from graph.server import local
from graph.server.connect import connect
from graph.server.home import PLUGINS
from graph.server.jars import Lock, fetch
from graph.store.client import Database

VERSION = "5.26.31"
"The Neo4j that this GDS is for."
LOCK = Lock.read(Path(__file__).with_name("gds-2.13.9.lock"), "Graph Data Science 2.13.9 (GPL-3.0)", 15)
CONFIGURATION = {"dbms.security.procedures.unrestricted": "gds.*"}
ROUNDS = 4
"In each, a run of each engine, and GDS after it. The first of all is cold, and left out of the medians."
PROJECT = """
CALL gds.graph.project('ties', 'Membership', {INNER: {properties: 'weight'}})
YIELD nodeCount, relationshipCount
RETURN nodeCount AS nodes, relationshipCount AS ties
"""
PAGE_RANK = """
CALL gds.pageRank.mutate('ties', {mutateProperty: 'rank', relationshipWeightProperty: 'weight',
                                  dampingFactor: $share, tolerance: $tolerance, maxIterations: $sweeps})
YIELD ranIterations, didConverge
RETURN ranIterations AS iterations, didConverge AS converged
"""
WRITE = """
CALL gds.graph.nodeProperties.write('ties', 'rank') YIELD propertiesWritten
RETURN propertiesWritten AS written
"""
DROP = "CALL gds.graph.drop('ties') YIELD graphName RETURN graphName"
Steps = list[tuple[str, float]]


def run(members: int, *, heap_megabytes: int, rounds: int = ROUNDS) -> None:
    """Prints the figures of a community of this many members. Raises LocalServerFailed where GDS cannot be had."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        settings = managed(directory / "home", heap_megabytes, neo4j_version=VERSION)
        jars = fetch(settings, LOCK, progress=print)
        scale.make_up(directory / "files", members)
        try:
            engines.fill(settings, directory / "files")
            local.stop(settings)
            (settings.home / PLUGINS).symlink_to(jars)
            local.start(settings, configuration=CONFIGURATION)
            with connect(settings) as database:
                _compare(database, members, rounds)
        finally:
            local.discard(settings)


def _compare(database: Database, members: int, rounds: int) -> None:
    policy = scheme.read(scale.SCHEME)
    runs: dict[str, list[Steps]] = {name: [] for name in ("GDS", *ENGINES)}
    whole: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    before = forget_peak()
    for number in range(rounds):
        for place, engine in enumerate(ENGINES):
            days_before = len(ENGINES) * (rounds - number) - place - 1  # the last is of the last day
            taken = scale.steps(database, days_before=days_before, engine=engine)
            runs[engine].append(_from_conduct(taken))
            whole[engine].append(sum(seconds for _, seconds in taken))
            steps, found = _gds(database, policy)
            runs["GDS"].append(steps)
    report(
        f"{members:,} members: GDS on {found['nodes']:,} memberships and {found['ties']:,} ties, "
        f"{found['iterations']} iterations; and what we do with the same ties, {rounds} runs of each engine",
        ("who", "step", "cold, s", "warm, s (median)", "of GDS's sum"),
        table(runs),
    )
    for engine, seconds in whole.items():
        told = ", ".join(f"{each:.3g}" for each in seconds)
        print(f"{engine}, the whole run, facts to ratings, a day after the one before, in order: {told} s")
    print(
        f"peak heap of the server {server_heap_megabytes(database):.0f} MiB, "
        f"peak memory of the client {client_megabytes():.0f} MiB ({before:.0f} before the first run)"
    )


def _from_conduct(taken: Steps) -> Steps:
    """The part of a run from staged conduct to stored scores: propagation, and publication."""
    found = dict.fromkeys(("propagation", "publication"), 0.0)
    for name, seconds in taken:
        if name in ("sweep", "leaning"):
            found["propagation"] += seconds
        elif name == "publish":
            found["publication"] += seconds
    return list(found.items())


def _gds(database: Database, policy: Scheme) -> tuple[Steps, Mapping[str, int]]:
    """The seconds of each step of GDS, and what it counted."""
    given = {
        "share": policy.circle.share,
        "tolerance": policy.solver.tolerance,
        "sweeps": policy.solver.max_sweeps,
    }
    project, (graph,) = timed(lambda: database.statement(PROJECT))
    try:
        rank, (ranked,) = timed(lambda: database.statement(PAGE_RANK, **given))
        write, (written,) = timed(lambda: database.statement(WRITE))
    finally:
        database.statement(DROP)
    assert ranked["converged"], "pageRank did not converge: this is no yardstick"
    assert written["written"] == graph["nodes"]
    return [("project", project), ("pageRank", rank), ("write", write)], graph | ranked


def table(runs: Mapping[str, list[Steps]]) -> list[tuple[str, str, float, float, float]]:
    """Of each step and each sum: seconds of the first run, the median of the others, and that over GDS's sum."""
    whole = {
        who: [{**each, "sum": sum(each.values())} for each in map(dict, found)] for who, found in runs.items()
    }
    warm = {
        who: {name: statistics.median(each[name] for each in found[1:]) for name in found[0]}
        for who, found in whole.items()
    }
    return [
        (who, name, found[0][name], warm[who][name], warm[who][name] / warm["GDS"]["sum"])
        for who, found in whole.items()
        for name in found[0]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument(
        "--million", action="store_true", help="1,000,000 members as well: 10 GB of disk, and more than an hour"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    if arguments.rounds < 2:
        parser.error(f"--rounds {arguments.rounds}: the first is cold, so at least 2 are needed")
    for members in [*arguments.members, *([1_000_000] if arguments.million else [])]:
        run(members, heap_megabytes=arguments.heap_megabytes, rounds=arguments.rounds)


if __name__ == "__main__":
    main()
