"""What innercircle needs, checked one by one: each check says what is true and, if it fails, what to do."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from graph.errors import InnerCircleError, SettingInvalid
from graph.server import jars, java, java_for_spark, local
from graph.server.connect import connect
from graph.server.home import (
    FREE_MEGABYTES,
    choose_ports,
    explained,
    free_megabytes,
    locate,
    needed_megabytes,
    read_state,
)
from graph.server.jars import Progress
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.disk_space import NEEDED_MEGABYTES, Room

OLDEST = (5, 26)
"Older servers lack `CALL (x) { } IN n CONCURRENT TRANSACTIONS`, which every run needs."


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    found: str
    "What is true."
    advice: str = ""
    "What to do; empty when nothing need be done."


def examine(*, progress: Progress | None = None) -> list[Check]:
    """Every check that makes sense here: what needs a server is left out when none is reached."""
    checks = []
    for check in _checks():
        checks.append(check)
        if progress:
            progress(f"checked {check.name}")
    return checks


def _checks() -> Iterator[Check]:
    try:
        settings = Settings.load()
    except SettingInvalid as error:
        yield Check("settings", False, str(error), "set the variable right: docs/settings.md")
        return
    if settings.neo4j_uri:
        yield Check("settings", True, f"use the Neo4j at {settings.neo4j_uri}")
        yield _spark()
    else:
        yield Check("settings", True, f"use a managed Neo4j {settings.neo4j_version} in {settings.home}")
        yield _spark()
        running = yield from _managed(settings)
        if not running:
            return
    yield from _server(settings)


def _managed(settings: Settings) -> Generator[Check, None, bool]:
    """What the managed Neo4j needs; returns whether it runs."""
    yield _java(settings)
    yield _jars(settings)
    yield _disk(settings, locate(settings))
    try:
        server = local.status(settings)
    except InnerCircleError as error:
        yield Check("server", False, str(error), "see docs/server.md")
        return False
    if server is None:
        yield _ports(settings)
        yield Check("server", False, "the managed Neo4j does not run", "innercircle up")
    elif fault := _database(settings):
        found = f"Neo4j {server.version} runs (pid {server.pid}), and {fault}"
        yield Check("server", False, found, "innercircle up, which opens the database again: docs/server.md")
        return False
    else:
        yield Check("ports", True, f"Bolt at {server.uri}, Browser at {server.browser_url}")
        same = server.version == settings.neo4j_version
        yield Check(
            "server",
            same,
            f"Neo4j {server.version} runs (pid {server.pid})",
            "" if same else f"innercircle down, then innercircle up: {settings.neo4j_version} is wanted",
        )
    return server is not None


def _database(settings: Settings) -> str:
    """What is wrong with the database of the managed server; empty if it is online."""
    try:
        status = local.database(settings)
    except InnerCircleError as error:
        return str(error)
    return "" if status.online else f"its database is {status.says}"


def _java(settings: Settings) -> Check:
    try:
        program = java.find(settings)
        return Check("Java", True, f"Java {java.version(program)}, {program}")
    except InnerCircleError as error:
        return Check("Java", False, str(error), "unset INNERCIRCLE_JAVA and install innercircle[local]")


def _spark() -> Check:
    """Whether innercircle-spark would start here; a fault only where Spark is installed."""
    found = java_for_spark.examine()
    if found.fit:
        return Check("Spark", True, f"{found.says}, is there for innercircle-spark")
    wanted = find_spec("pyspark") is not None
    advice = java_for_spark.ADVICE if wanted else f"nothing; for innercircle-spark, {java_for_spark.ADVICE}"
    return Check("Spark", not wanted, found.says, advice)


def _jars(settings: Settings) -> Check:
    if not (find_spec("jgo") and find_spec("filelock")):
        return Check("jars", False, "the packages that fetch them are not installed", java.MISSING_EXTRA)
    try:
        known = len(jars.locked(settings.neo4j_version))
        with explained(settings.cache):
            lacking = jars.lacking(settings)
    except InnerCircleError as error:
        return Check("jars", False, str(error), "set INNERCIRCLE_NEO4J_VERSION or INNERCIRCLE_CACHE right")
    found = f"{known - len(lacking)} of {known} in {settings.cache}, as the lock file says"
    if not lacking:
        return Check("jars", True, found)
    if settings.offline:
        return Check("jars", False, found, "unset INNERCIRCLE_OFFLINE, or copy the cache from elsewhere")
    return Check("jars", True, found, "nothing: innercircle up fetches the others")


def _disk(settings: Settings, home: Path) -> Check:
    try:
        with explained(home):
            free, needed = free_megabytes(home), needed_megabytes(home)
            room = Room(home, settings.pagecache_megabytes)
            if needed < FREE_MEGABYTES:  # there is a database
                free, needed = room.spare(), NEEDED_MEGABYTES
    except InnerCircleError as error:
        return Check("disk", False, str(error), "set INNERCIRCLE_HOME to a directory of yours")
    advice = f"free some room there: below {needed} MB nothing is written; or set INNERCIRCLE_HOME to another disk"
    return Check("disk", free >= needed, f"{free} MB free for {home}", "" if free >= needed else advice)


def _ports(settings: Settings) -> Check:
    try:
        ports = choose_ports(settings, read_state(locate(settings)))
        return Check("ports", True, f"{ports[0]} is free for Bolt, {ports[1]} for Browser")
    except InnerCircleError as error:
        return Check("ports", False, str(error), "set another port, or 0 for any free one")


def _server(settings: Settings) -> Iterator[Check]:
    try:
        with connect(settings) as database:
            name = database.server().database_name
            found = f"{database.uri} takes the user and password; the database is `{name}`"
            yield Check("login", True, f"{found}; {_on_the_way(database.uri)}" if settings.neo4j_uri else found)
            yield from examine_database(database)
    except SettingInvalid as error:
        yield Check("login", False, str(error), "set the variable right: docs/settings.md")
    except InnerCircleError as error:
        advice = "check INNERCIRCLE_NEO4J_URI, user and password" if settings.neo4j_uri else "innercircle up"
        yield Check("login", False, str(error), advice)


def _on_the_way(uri: str) -> str:
    """Who could read what goes there and back."""
    if "+ssc://" in uri:
        return "it is encrypted, to whoever answers there: no certificate is checked"
    return "it is encrypted" if "+s://" in uri else "it is not encrypted on the way"


def examine_database(database: Database) -> Iterator[Check]:
    """The checks of a database that answers."""
    server = database.server()
    numbers = tuple(int(part) for part in re.findall(r"\d+", server.version)[:2])
    yield Check(
        "version",
        numbers >= OLDEST,
        f"Neo4j {server.version}, {server.edition} edition",
        "" if numbers >= OLDEST else "use Neo4j 5.26 or newer",
    )
    yield _migrations(database)


def _migrations(database: Database) -> Check:
    try:
        pending = migrations.pending(database)
    except InnerCircleError as error:
        return Check("migrations", False, str(error), "see docs/errors.md")
    if pending:
        return Check("migrations", False, f"the database lacks {', '.join(pending)}", "innercircle migrate")
    return Check("migrations", True, "all applied")
