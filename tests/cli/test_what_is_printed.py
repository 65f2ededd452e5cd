"""Every command, on a terminal of 80 columns: no secret of the database, and no line too long.

An error is looked at like an answer.
"""

import base64
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len

from graph.cli.app import app
from graph.policy import scheme
from graph.store import queries, secrets
from graph.store.client import Database
from tests.conftest import Command
from tests.disclosure.test_no_lists import names
from tests.worlds.all_kept_about_one import AS_OF, ENTITY, build

IN = ("--scheme", "reliability")
PURPOSE = scheme.read("reliability").purpose[0]
LATER = f"{datetime.now(UTC) + timedelta(days=100):%Y-%m-%d}"
FOR = ("--audience", "bank", "--purpose", PURPOSE)
MORE = (
    "id,debtor,creditor,due,settled\nm-1,bob,mill,2026-05-01T00:00:00Z,2026-05-10T00:00:00Z\nm-2,bob,mill,odd,\n"
)

# What each command is tried with, in an order in which all of them have something to say.
TRIED: dict[str, list[tuple[str, ...]]] = {
    "migrate": [()],
    "status": [()],
    "doctor": [()],
    "scheme list": [()],
    "scheme show": [("reliability",)],
    "scheme check": [("reliability",)],
    "scheme publish": [("trading", "--operator", "A made-up community")],
    "members": [("reliability",)],
    "show": [(ENTITY,), (ENTITY, *IN)],
    "explain": [(ENTITY, *IN, "--facts", "--hops"), ("bob", *IN)],
    "history": [(ENTITY, *IN)],
    "what-if": [(ENTITY, *IN, "--share", "0"), ("cy", *IN, "--lift")],
    "query": [("--list",), ("overview",), *((each,) for each in ("schemes", "last_loads", "last_runs"))],
    "verify-run": [("RUN",)],
    "export": [(*IN, "--purpose", "a study", "--out", "DIR/study")],
    "plot circle": [(ENTITY, *IN, "--out", "DIR/circle.svg")],
    "plot history": [(ENTITY, *IN, "--out", "DIR/history.svg")],
    "plot distribution": [(*IN, "--out", "DIR/distribution.svg")],
    "plot conduct": [(*IN, "--out", "DIR/conduct.svg")],
    "plot share": [(*IN, "--out", "DIR/share.svg")],
    "backtest": [("reliability", "--at", "2026-03-31"), ("reliability", "--at", "2026-03-31", "--publish")],
    "cheating": [("reliability",)],
    "scheme try": [("reliability", "--at", "2026-03-31")],
    "grants add": [("cy", *IN, "--client", "bank", "--purpose", PURPOSE, "--what", "band", "--until", LATER)],
    "founders add": [("reliability", "cy"), ("reliability", "mill"), ("reliability", "nobody")],
    "founders accept": [("reliability", "cy"), ("reliability", "bob")],
    "founders list": [("reliability",), ("reliability", "--ended")],
    "founders remove": [("reliability", "cy")],
    "grants list": [(ENTITY,)],
    "grants revoke": [("g2",)],
    "key create": [()],
    "key list": [()],
    "key export": [()],
    "token issue": [("--role", "member", "--subject", "me", "--entity", ENTITY)],
    "link issue": [("--entity", ENTITY)],
    "token revoke": [("a-token",)],
    "report": [("bob", *IN, *FOR, "--out", "DIR/report")],
    "verify-report": [("DIR/report/report.jws", "--key", "DIR/keys.json")],
    "accesses": [(ENTITY,)],
    "verify-access": [()],
    "standing": [(ENTITY,)],
    "organisation": [("91110000600037341L",)],
    "archive": [(ENTITY, "--out", "DIR/archive.zip")],
    "disputes": [(), ("--statements",)],
    "disputes due": [()],
    "disputes decide": [("d1", "--rejected", "--reason", "so it is")],
    "disputes admit": [("d6", "--refused", "--reason", "nothing new")],
    "contests": [(), ("--statements",)],
    "contests close": [("k1", "--reason", "looked at")],
    "share": [("bob", *IN, "--on")],
    "pause": [("bob", "cy", *IN)],
    "object": [("mill",)],
    "leave": [("mill", *IN)],
    "join": [("mill", *IN, "--notice", "1")],
    "load": [("DIR/obligations.csv", "--rejects", "DIR/rejects.csv")],
    "apply": [("DIR/obligations.csv", "--rejects", "DIR/rejects.csv")],
    "import-assistant": [("DIR/obligations.csv",), ("DIR/obligations.csv", "--output", "DIR/mapping.toml")],
    "remove": [("obligations", "m-1", "m-9")],
    "loads": [()],
    "unload": [("LOAD", "--dry-run"), ("LOAD", "--why", "the wrong file")],
    "rate": [("reliability", "--as-of", f"{AS_OF:%Y-%m-%d}")],
    "snapshot": [("reliability", "--as-of", f"{AS_OF:%Y-%m-%d}", "--purpose", "a trial", "--out", "DIR/snapshot")],
    "publish-run": [("DIR/snapshot",)],
    "journal": [()],
    "retain": [("--dry-run",), ()],
    "nightly": [()],
    "favourites": [("DIR/favourites.zip",)],
    "key revoke": [("a-key",)],
    "erase": [(ENTITY, "--yes")],
}
# These start or stop servers, and have tests of their own; what they print is no part of the graph.
NOT_TRIED = {
    *(
        "demo",
        "up",
        "down",
        "serve",
        "guide",
        "compact",
        "import",
        "inspect",
        "backup",
        "restore",
        "move out",
        "move back",
    ),
}
SECRETS: tuple[secrets.Name, ...] = ("objections", "veil", "cursors")
WAYS = ((), ("--json",))
VERBATIM = {"scheme show", "key export", "token issue", "link issue", "import-assistant"}
"What is to be copied."


@pytest.fixture(scope="module")
def printed(
    database: Database, innercircle: Command, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, str]]:
    """(command, all that it printed, as people see it and as JSON), and what it wrote into files."""
    build(database, tmp_path_factory.mktemp("community"))
    folder = tmp_path_factory.mktemp("written")
    (folder / "obligations.csv").write_text(MORE)
    run = database.statement("MATCH (r:Run) RETURN r.id AS id ORDER BY r.started DESC LIMIT 1")[0]["id"]
    for secret in SECRETS:
        secrets.salt(database, secret)
    found = []
    for name, all_given in TRIED.items():
        for given in all_given:
            words = [word.replace("DIR", str(folder)).replace("RUN", run) for word in given]
            words = [_last_load(database) if word == "LOAD" else word for word in words]
            for way in WAYS[:1] if name == "erase" else WAYS:
                told = innercircle(*name.split(), *words, *way, COLUMNS="80", INNERCIRCLE_OPERATOR="olga")
                found.append((f"{name}{' --json' if way else ''}", told.stdout + told.stderr))
        if name == "key export":
            (folder / "keys.json").write_text(found[-2][1])
    found += [(path.name, text) for path in folder.rglob("*") if path.is_file() for text in _texts(path)]
    return found


def _last_load(database: Database) -> str:
    [row] = database.statement("MATCH (l:Load) RETURN l.id AS id ORDER BY l.at DESC LIMIT 1")
    return str(row["id"])


def _texts(path: Path) -> Iterator[str]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("latin-1") for name in archive.namelist())
    else:
        yield path.read_bytes().decode("latin-1")


@pytest.mark.slow
def test_every_command_is_tried() -> None:
    known = set(names(typer.main.get_command(app)))
    assert known == {*TRIED} | NOT_TRIED


@pytest.mark.slow
def test_no_command_that_is_tried_ends_in_a_traceback(printed: list[tuple[str, str]]) -> None:
    assert not [name for name, text in printed if "Traceback" in text]


@pytest.mark.slow
def test_no_command_prints_or_writes_a_secret_of_the_database(
    database: Database, printed: list[tuple[str, str]]
) -> None:
    rows = database.statement("MATCH (s:Secret) RETURN s.name AS name, s.value AS value")
    assert {row["name"] for row in rows} == {*SECRETS, "journal"}
    for row in rows:
        secret = bytes.fromhex(row["value"])
        assert len(secret) == 32
        plain, safe = base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()
        forms = (
            row["value"],
            row["value"].upper(),
            plain[:-2],
            safe[:-2],
            str(int(row["value"], 16)),
            repr(secret),
        )
        for name, text in printed:
            # The last bits of base64 hang on what comes behind; half of a secret is one too many.
            assert not [form for form in forms if form in text or form[:32] in text], (name, row["name"])


@pytest.mark.slow
def test_no_query_that_runs_by_name_names_a_secret(innercircle: Command) -> None:
    for query in queries.catalogue().values():
        if ":Secret" in query.text:
            told = innercircle("query", query.name, *("-p" if query.params else "",), "name=veil")
            assert (told.returncode, told.stdout) != (0, ""), query.file
            assert told.returncode in (1, 2)


@pytest.mark.slow
def test_no_line_is_wider_than_the_terminal_but_for_a_word_that_is(printed: list[tuple[str, str]]) -> None:
    for name, text in printed:
        if name in TRIED and name not in VERBATIM:
            for line in text.splitlines():
                # a label and its word stay together only where they fit
                assert cell_len(line.rstrip()) <= 80 or " " not in line.strip(), (name, line)
