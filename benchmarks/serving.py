"""What one worker of the API answers over loopback, beside a bare loop of the driver with the same query."""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import neo4j

from benchmarks.homes import ELSEWHERE, UNLIMITED, empty_service, token
from benchmarks.measuring import report
from graph.facts import synthetic
from graph.facts.load import load
from graph.identity import Keyring, Role
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.rights import grants
from graph.server import local
from graph.settings import Settings
from graph.store import queries
from graph.store.client import Database

SCHEME = "reliability"
HERE = f"/v1/schemes/{SCHEME}/ratings"
CLIENT = "bench"
IDS = 1_000
ROUNDS = 5
SECONDS = 1.5
"Of one kind of request, in each round."
MEMBERS = 200
"So many members ask about themselves in turn, each with a token of its own."
Ask = Callable[[int], None]


def run(database: Database, settings: Settings, members: int = 10_000, at_once: Sequence[int] = (1, 8)) -> None:
    """Prints the figures of a made-up community of this many members, on an empty graph."""
    rated = _community(database, members)
    Keyring.of(settings).create(datetime.now(UTC))
    give_grants(database, CLIENT, rated[:IDS])
    with served(settings) as address:
        for many in at_once:
            _measure(database, settings, address, rated, many)


def _community(database: Database, members: int) -> list[str]:
    """The members of a community that is loaded and rated, those with the largest circles first."""
    with tempfile.TemporaryDirectory() as folder:
        synthetic.write(
            Path(folder),
            entities=members * 4 // 3,
            members=members,
            contacts=members * 10,
            obligations=members * 3,
            purchases=members * 3,
            visits=members * 3,
        )
        publishing.publish(database, scheme.read(SCHEME))
        publishing.publish(database, scheme.read("own-conduct"))
        load(database, [Path(folder)])
    rate(database, SCHEME, as_of=synthetic.AS_OF)
    rows = database.statement(
        "MATCH (m:Membership {scheme: $scheme}) WHERE m.score IS NOT NULL AND m.band <> 'new' "
        "RETURN substring(m.id, size($scheme) + 1) AS entity ORDER BY size(m.circle) DESC, m.rid LIMIT $most",
        scheme=SCHEME,
        most=IDS,
    )
    return [row["entity"] for row in rows]


def give_grants(database: Database, client: str, entities: Sequence[str]) -> None:
    """Each of these lets the client read its points, for a month."""
    now = datetime.now(UTC)
    purpose = publishing.policy_of(database, SCHEME).purpose[0]
    for entity in entities:
        database.write(
            lambda transaction, entity=entity: grants.grant(  # type: ignore[misc]
                transaction,
                entity,
                scheme=SCHEME,
                client=client,
                purpose=purpose,
                what="points",
                until=now + timedelta(days=30),
                now=now,
            )
        )


@contextmanager
def served(settings: Settings, **variables: str) -> Iterator[str]:
    """The address of `innercircle serve` as a process of its own, without limits on requests."""
    program = Path(sys.executable).with_name("innercircle")
    given = {"INNERCIRCLE_HOME": str(settings.home), **ELSEWHERE, **UNLIMITED, **variables}
    with subprocess.Popen(
        [program, "serve", "--port", "0", "--json"], env=os.environ | given, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def _measure(database: Database, settings: Settings, address: str, rated: Sequence[str], many: int) -> None:
    members = rated[:MEMBERS]
    own = {each: token(settings, Role.MEMBER, each, each) for each in members}
    client = token(settings, Role.CLIENT, CLIENT, None)
    purpose = publishing.policy_of(database, SCHEME).purpose[0]
    asked = urlencode({"purpose": purpose})
    lookup = json.dumps({"ids": list(rated[:IDS]), "purpose": purpose}).encode()
    kinds: dict[str, tuple[int, Callable[[http.client.HTTPConnection, int], None]]] = {
        "own rating": (
            1,
            lambda web, n: _get(web, f"{HERE}/{quote(members[n % MEMBERS])}", own[members[n % MEMBERS]]),
        ),
        "explanation": (
            1,
            lambda web, n: _get(
                web, f"{HERE}/{quote(members[n % MEMBERS])}/explanation", own[members[n % MEMBERS]]
            ),
        ),
        "granted read, recorded": (
            1,
            lambda web, n: _get(web, f"{HERE}/{quote(rated[n % IDS])}/granted?{asked}", client),
        ),
        f"lookup of {IDS:,}, recorded": (
            IDS,
            lambda web, _n: _post(web, f"{HERE}/lookup", client, lookup),
        ),
        "GET /livez, no database": (1, lambda web, _n: _get(web, "/livez", "")),
    }
    bare_times: list[float] = []
    found: dict[str, list[tuple[float, list[float], float]]] = {name: [] for name in kinds}
    with _bare(settings, members) as bare:
        for name, (_, ask) in kinds.items():  # plans and pools are made before anything is measured
            _ask_for(address, ask, many, SECONDS / 3 if name != "lookup" else SECONDS)
        _loop(bare, SECONDS / 3)
        for _ in range(ROUNDS):
            for name, (_, ask) in kinds.items():
                times = _loop(bare, SECONDS / 3)
                bare_times += times
                rate_, took = _ask_for(address, ask, many, SECONDS)
                found[name].append((rate_, took, rate_ / (len(times) / sum(times))))
    rows = [
        (
            "bare loop of the driver, one's own rating",
            len(bare_times) / sum(bare_times),
            "",
            *_quantiles(bare_times),
            1.0,
        )
    ]
    for name, (each, _) in kinds.items():
        took = [seconds for _, every, _ in found[name] for seconds in every]
        rates = statistics.median(rate_ for rate_, _, _ in found[name])
        ratio = statistics.median(ratio for _, _, ratio in found[name])
        rows.append((name, rates, f"{rates * each:,.0f}" if each > 1 else "", *_quantiles(took), ratio))
    report(
        f"one worker, {many} {'connection' if many == 1 else 'connections'} over loopback "
        "(aim: own rating at least .5 of the bare loop, 20,000 ratings/s looked up)",
        ("what", "requests/s", "ratings/s", "p50 ms", "p99 ms", "of the bare loop"),
        rows,
    )


def _quantiles(times: Sequence[float]) -> tuple[float, float]:
    """(p50, p99) in milliseconds."""
    ordered = sorted(times)
    return tuple(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))  # type: ignore[return-value]


def _loop(bare: Ask, seconds: float) -> list[float]:
    """How long each of the calls took that fit into so many seconds, one after the other."""
    until, times, number = time.perf_counter() + seconds, [], 0
    while (begun := time.perf_counter()) < until:
        bare(number)
        number += 1
        times.append(time.perf_counter() - begun)
    return times


def _ask_for(
    address: str, ask: Callable[[http.client.HTTPConnection, int], None], many: int, seconds: float
) -> tuple[float, list[float]]:
    """(requests a second, how long each took), over so many connections at once."""
    times: list[list[float]] = [[] for _ in range(many)]
    faults: list[BaseException] = []

    def go_on(mine: list[float], first: int) -> None:
        at = urlsplit(address)
        web = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        try:
            mine += _loop(lambda number: ask(web, first + number * many), seconds)
        except BaseException as error:  # it is raised where it is waited for
            faults.append(error)
        finally:
            web.close()

    begun = time.perf_counter()
    threads = [threading.Thread(target=go_on, args=(mine, first)) for first, mine in enumerate(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    every = [each for mine in times for each in mine]
    return len(every) / (time.perf_counter() - begun), every


def _get(web: http.client.HTTPConnection, path: str, token: str) -> None:
    web.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
    _taken(web)


def _post(web: http.client.HTTPConnection, path: str, token: str, body: bytes) -> None:
    web.request(
        "POST", path, body, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    )
    _taken(web)


def _taken(web: http.client.HTTPConnection) -> None:
    answer = web.getresponse()
    body = answer.read()
    assert answer.status == 200, body


@contextmanager
def _bare(settings: Settings, members: Sequence[str]) -> Iterator[Ask]:
    """One session of the driver that asks for the rating of one member after the other, by the API's own query."""
    server = local.connection(settings)
    text = queries.get("rating").text
    with (
        neo4j.GraphDatabase.driver(
            server.uri, auth=(server.user, server.password), notifications_min_severity="OFF"
        ) as driver,
        driver.session(database=settings.neo4j_database, default_access_mode=neo4j.READ_ACCESS) as session,
    ):
        yield lambda number: _row(session, text, f"{SCHEME}|{members[number % len(members)]}")


def _row(session: neo4j.Session, text: str, membership: str) -> None:
    assert len(session.run(text, {"id": membership}).data()) == 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 8], help="each at a time")
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    with empty_service(arguments.heap_megabytes) as (database, settings):
        run(database, settings, arguments.members, arguments.connections)


if __name__ == "__main__":
    main()
