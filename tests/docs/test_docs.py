"""A feature is done when it is documented: what there is and what the docs say are held against each other.

Error codes: tests/api/test_errors_documented.py. Keys of policies and columns of files: tests/unit.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

import graph.cli
from graph.audit import log
from graph.cli.app import app
from graph.disclosure import to_clients
from graph.facts.files import mapping
from graph.facts.kinds import KINDS
from graph.facts.load import load
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.rating import published
from graph.rating.apply import apply, take_back
from graph.rating.engines.cypher import SWEPT
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.rating.voices import PASSED
from graph.rights import admissions, answers, contests, disputes, founders, grants, membership
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations, queries, secrets
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.api.document import DOCUMENT
from tests.conftest import Command
from tests.tracked_files import tracked

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST = 150  # lines of the README
Rows = list[list[str]]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands below this heading, up to the next of its rank or a higher one."""
    rank = heading.index(" ")
    below = text.split(f"{heading}\n", 1)[1]
    return re.split(rf"^#{{1,{rank}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> Rows:
    """The cells of every table row, without headers; `\\|` is a bar inside a cell."""
    lines = re.findall(r"^\|(.*)\|$", re.sub(r"^\|.*\|\n\|[-| ]+\|$", "", text, flags=re.MULTILINE), re.MULTILINE)
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def first(text: str) -> list[str]:
    """What the first cells of all rows have in code."""
    return [name for cells in rows(text) for name in code(cells[0])]


def unfenced(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


# Commands --------------------------------------------------------------------------------------------


INNERCIRCLE: Any = typer.main.get_command(app)


def commands(group: Any = INNERCIRCLE, path: str = "innercircle") -> Iterator[tuple[str, Any]]:
    """(`innercircle scheme check`, the command) of every command."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield f"{path} {name}", command
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def usage(path: str, command: Any) -> str:
    """`innercircle load PATHS...`, with brackets around what may be left out."""
    for argument in (each for each in command.params if each.param_type_name == "argument"):
        name = (argument.metavar or argument.name.upper()) + ("..." if argument.nargs == -1 else "")
        path += f" {name}" if argument.required else f" [{name}]"
    return path


COMMANDS = {usage(path, command): command for path, command in commands()}


def options(command: Any) -> list[str]:
    given = (each for each in command.params if each.param_type_name == "option")
    return [name for each in given for name in (*each.opts, *each.secondary_opts)]


def test_every_command_is_documented_and_no_other_is() -> None:
    assert sorted(re.findall(r"^### `(innercircle .*)`$", page("commands.md"), re.MULTILINE)) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other_is(name: str) -> None:
    below = section(page("commands.md"), f"### `{name}`")
    documented = [option for cells in rows(below) for option in code(cells[0])]
    assert sorted(documented) == sorted(options(COMMANDS[name]))


def test_the_options_of_innercircle_itself_and_its_exit_codes_are_documented() -> None:
    top = page("commands.md").split("\n## ")
    assert sorted(first(top[0])) == sorted(options(INNERCIRCLE))
    assert [cells[0] for cells in rows(top[1])] == re.findall(r"\b\d+\b", graph.cli.main.__doc__ or "")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_in_examples_exist_and_have_their_options(path: Path) -> None:
    known = {name: set(options(command)) | {"--help"} for name, command in commands()}
    groups = {name.rpartition(" ")[0] for name in known}
    text = path.read_text(encoding="utf-8")
    for example in re.findall(r"(?:`|^\$ (?:\w+=\S+ )?)(innercircle [a-z][^`\n]*)", text, re.MULTILINE):
        words = example.split(" # ")[0].split()
        found = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
        assert found or example in groups, example
        used = {option for option in re.findall(r"(?<= )-{1,2}[a-z][a-z-]*", example) if found}
        assert used <= known.get(found or "", set()), example


# Settings, queries, schemes, mappings, migrations, routes, make ----------------------------------------


def test_every_setting_is_documented_with_its_default_and_no_other_is() -> None:
    documented = {code(cells[0])[0]: (code(cells[1]) or [cells[1]])[0] for cells in rows(page("settings.md"))}
    expected = {}
    for name, field in Settings.model_fields.items():
        shown = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        variable = f"INNERCIRCLE_{name.upper()}"
        if field.default_factory:
            assert documented[variable].startswith("the user's"), variable
            shown = documented[variable]
        expected[variable] = "not set" if field.default is None else shown
    assert documented == expected


def test_the_bounds_of_every_setting_are_documented_beside_its_unit() -> None:
    units = {code(cells[0])[0]: cells[2] for cells in rows(page("settings.md"))}
    for name, field in Settings.model_fields.items():
        bounds = {each: limit for given in field.metadata for each, limit in limits_of(given).items()}
        if bounds:
            low = f"{bounds['ge']} to" if "ge" in bounds else f"above {bounds['gt']}, at most"
            assert units[f"INNERCIRCLE_{name.upper()}"].endswith(f", {low} {bounds['le']:.0f}"), name


def limits_of(given: object) -> dict[str, float]:
    """The limits that a piece of a field's metadata sets, such as {"ge": 1}."""
    return {name: getattr(given, name) for name in ("ge", "gt", "le") if hasattr(given, name)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_variable_that_is_mentioned_is_a_setting(path: Path) -> None:
    mentioned = set(re.findall(r"INNERCIRCLE_[A-Z0-9_]*[A-Z0-9]", path.read_text(encoding="utf-8")))
    assert mentioned <= {f"INNERCIRCLE_{name.upper()}" for name in Settings.model_fields}


def test_every_query_is_documented_with_its_room_mode_parameters_and_title_and_no_other_is() -> None:
    documented = {}
    for below in re.split(r"^## ", page("queries.md"), flags=re.MULTILINE):
        if room := re.match(r".*\n\n`cypher/(\w+)`", below):
            for name, mode, params, title in rows(below):
                documented[code(name)[0]] = (room[1], mode, code(params), title)
    assert documented == {
        query.name: (
            query.room,
            query.mode,
            [f"{param.name}: {param.type}" for param in query.params],
            query.title,
        )
        for query in queries.catalogue().values()
    }


def test_every_shipped_scheme_is_documented_and_no_other_is() -> None:
    assert sorted(first(section(page("schemes.md"), "## The shipped schemes"))) == scheme.shipped()


def test_every_shipped_mapping_is_documented_and_no_other_is() -> None:
    documented = [code(cells[0]) for cells in rows(page("shipped-mappings.md"))]
    assert sorted(name for [name] in documented) == mapping.shipped()


def test_every_migration_is_documented_with_what_it_makes_and_no_other_is() -> None:
    below = section(page("graph.md"), "## Migrations")
    documented = {code(cells[0])[0]: set(code(cells[1])) for cells in rows(below) if len(cells) == 2}
    assert documented == {
        each.name: set(re.findall(r"CREATE (?:CONSTRAINT|INDEX) (\w+)", ";".join(each.statements)))
        for each in migrations.shipped()
    }


def test_every_route_is_documented_and_no_other_is() -> None:
    paths = DOCUMENT["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    table = page("api.md").split("\n## ")[0]
    assert set(first(table)) == routes | {"GET /openapi.json"}


def test_every_make_target_is_documented_and_no_other_is() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    documented = {
        name.removeprefix("make ") for name in first(section(page("commands.md"), "## Work on the project"))
    }
    assert documented - {"make"} == targets
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets
    for path in PAGES:
        assert set(re.findall(r"`make ([a-z-]+)`", path.read_text(encoding="utf-8"))) <= targets, path


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_two_commands_of_the_readme_are_there(target: str) -> None:
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    assert re.search(rf"^make {target} ", README, re.MULTILINE)
    done = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert {"demo": "innercircle demo", "test": "pytest"}[target] in done.stdout


# Pages -----------------------------------------------------------------------------------------------


def test_every_decision_is_in_the_index_under_its_title_and_no_other_is() -> None:
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    titles = [path.read_text(encoding="utf-8").partition("\n")[0] for path in files]
    assert [f"# {int(path.name[:4])}. " for path in files] == [
        re.sub(r"(?<=\. ).*", "", title) for title in titles
    ]
    assert rows(page("decisions/README.md")) == [
        [f"[{path.name[:4]}]({path.name})", title.partition(". ")[2]]
        for path, title in zip(files, titles, strict=True)
    ]


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", unfenced(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", unfenced(path.read_text(encoding="utf-8"))):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_promise_nothing_about_the_law_and_name_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "compliant" not in text.lower()
    assert re.findall(r"(?<![\w.])/(?:root|home|work|tmp)/\S*", text) == []


def test_no_tracked_file_names_a_host() -> None:
    ours = re.compile(
        r"www\.w3\.org|localhost|127\.0\.0\.1|192\.0\.2\.\d+|\[::1\]|(?:.*\.)?example(?:\.(?:com|org|net))?|.*\.(?:test|invalid)"
    )
    found = []
    for name in tracked():
        file = ROOT / name
        if name != "LICENSE" and "/vendor/" not in name and file.is_file():
            for host in re.findall(r"https?://(\[[0-9a-f:]+\]|[\w.-]+)", file.read_text(errors="ignore")):
                if not ours.fullmatch(host.rstrip(".")):
                    found.append(f"{name}: {host}")
    assert found == []


# The README, the tours, and the graph as it really is --------------------------------------------------

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)


def blocks(text: str, language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for its_language, block in fenced if its_language == language]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= LONGEST


def test_the_readme_leads_to_every_page_and_to_every_tour() -> None:
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", unfenced(README))}
    pages = [path.relative_to(ROOT).as_posix() for path in (*DOCS.glob("*.md"), *DOCS.glob("tours/*.md"))]
    assert len(pages) > 30
    assert set(pages) - linked == set()


def test_every_reader_of_the_readme_has_three_lines_and_links_that_begin_with_its_tour() -> None:
    roles = re.findall(
        r"^\*\*The (\w+).*\*\* .*\n.*\n.*\n(?=\n)", section(README, "## What you do first"), re.MULTILINE
    )
    read_on = {cells[0]: cells[1] for cells in rows(section(README, "## Where to read on"))}
    assert ["everybody", *roles] == list(read_on)
    tours = {path.stem for path in DOCS.glob("tours/*.md")}
    assert tours - {"demo", "spreadsheets"} == set(roles) - {"developer"}
    for role in tours & set(roles):
        assert read_on[role].startswith(f"[tour](docs/tours/{role}.md)")
        assert page(f"tours/{role}.md").startswith(f"# Five minutes for the {role}\n")


def test_the_auditors_tour_computes_what_it_says() -> None:
    (program,) = blocks(page("tours/auditor.md"), "python")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == program.rpartition("# ")[2].strip()


@pytest.mark.slow
def test_the_operators_tour_does_what_it_says(
    graph: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tour = page("tours/operator.md")
    files = [Path(f"{kind}.csv") for kind in ("entities", "obligations", "memberships")]
    for file, text in zip(files, blocks(tour, "csv"), strict=True):
        file.write_text(text, encoding="utf-8")
    publishing.publish(graph, scheme.read("own-conduct"))
    load(graph, files, rejects=Path("rejects.csv"))
    assert f"$ cat rejects.csv\n{Path('rejects.csv').read_text(encoding='utf-8')}$ " in tour
    rate(graph, "own-conduct", as_of=AS_OF)
    opened = published.open_rating(graph, "ada", "own-conduct")
    own = opened.parts[1]
    assert f"has {opened.whole_points}\npoints: 350 where every rating starts, {own.whole} for" in tour
    assert f'{{"whole_points":{opened.whole_points},"band":"{opened.band}",' in page("tours/client.md")


@pytest.mark.slow
def test_the_demo_prints_what_its_tour_and_the_readme_show(
    graph: Database, server: Server, innercircle: Command
) -> None:
    address = {"INNERCIRCLE_NEO4J_URI": server.uri, "INNERCIRCLE_NEO4J_PASSWORD": server.password}
    graph.one("make_secret", name="veil", value="41" * 32)  # on which it hangs how exact a run becomes
    done = innercircle("demo", COLUMNS="80", **address)  # as wide as the tour
    assert done.returncode == 0, done.stderr
    shown = words(blocks(page("tours/demo.md"), "")[1])
    assert shown[shown.index("made-up-o0026 has") :] in words(done.stdout)
    assert words(excerpt()) in words(done.stdout)


def excerpt() -> str:
    """What the README shows of the demo, beside the picture."""
    block = blocks(README, "")[0]
    assert block.startswith("made-up-o0026 has ")
    return block


def test_the_readme_shows_a_members_page_beside_a_part_of_what_the_tour_shows_of_the_demo() -> None:
    (beside,) = re.findall(r"^<table>$(.*?)^</table>$", README, re.MULTILINE | re.DOTALL)
    assert "](docs/pictures/member.png)" in beside
    assert excerpt() in beside
    assert words(excerpt()) in words(blocks(page("tours/demo.md"), "")[1])


def words(text: str) -> str:
    """The text on one line, without what differs from one run to the next."""
    return " ".join(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "RUN", text).split())


FULL = {
    "entities": "id,kind,name,born,uscc,lei\nann,person,Ann,1990-12-31,,\nbob,person,Bob,,,\n"
    "mill,organisation,The Mill,1950-01-01,91110000600037341L,5493001KJTIIGC8Y1R12\neve,organisation,,,,\n",
    "products": "id,category\nbread,groceries\n",
    "sites": "id,category\ngazette,news\n",
    "contacts": "source,target,at,channel\nann,bob,2026-06-01T09:00:00Z,call\nbob,ann,2026-06-02T09:00:00Z,call\n",
    "obligations": "id,debtor,creditor,kind,amount,currency,due,settled,outcome,zone\n"
    "first,ann,mill,invoice,1.50,CNY,2026-06-01T09:00:00Z,2026-06-01T09:00:00Z,0.5,Europe/Berlin\n"
    "second,ann,mill,invoice,1.50,CNY,2026-06-01T09:00:00Z,,,\n",
    "payments": "obligation,at,amount\nsecond,2026-06-01T09:00:00Z,1.50\n",
    "purchases": "entity,product,at,amount,currency\nann,bread,2026-06-01T09:00:00Z,1.50,CNY\n"
    "ann,bread,2026-06-02T09:00:00Z,,\n",
    "visits": "entity,site,at\nann,gazette,2026-06-01T09:00:00Z\nann,gazette,2026-06-02T09:00:00Z\n",
    "judgments": "entity,court,case_number,amount,currency,issued,due,settled\n"
    "ann,court,1,5,CNY,2026-06-01T09:00:00Z,2026-06-02T09:00:00Z,2026-06-03T09:00:00Z\n",
    "memberships": "entity,scheme,at,notice\nann,reliability,2026-06-01T09:00:00Z,1\n"
    "bob,reliability,2026-06-01T09:00:00Z,1\neve,reliability,2026-06-01T09:00:00Z,1\n",
}
LATER = "id,debtor,creditor,due,settled\nlate,ann,mill,2026-05-01T09:00:00Z,{settled}T09:00:00Z\n"
IN_TURN = {
    "entities": (["fay,person,,,,"], ["fay,person,Fay,,,"], ["fay,person,Faye,,,"]),
    "contacts": (
        ["d1,ann,bob,2026-06-01T09:00:00Z,", "d2,ann,bob,2026-06-01T09:00:00Z,"],
        ["d1,ann,bob,2026-06-01T09:00:00Z,call"],
        ["d2,ann,bob,2026-06-02T09:00:00Z,"],
    ),
    "obligations": (
        ["d1,ann,mill,,,,2026-06-01T09:00:00Z,,,", "d2,ann,mill,,9,CNY,2026-06-01T09:00:00Z,,,"],
        ["d1,ann,mill,loan,,,2026-06-01T09:00:00Z,,,"],
        ["d2,ann,mill,,,,2026-06-02T09:00:00Z,,,"],
    ),
    "payments": (
        ["d1,d2,2026-06-01T09:00:00Z,1,CNY", "d3,d2,2026-06-01T09:00:00Z,3,CNY"],
        ["d1,d2,2026-06-01T09:00:00Z,1,CNY"],
        ["d3,d2,2026-06-01T09:00:00Z,2,CNY"],
    ),
    "purchases": (
        ["d1,ann,bread,2026-06-01T09:00:00Z,,", "d2,ann,bread,2026-06-01T09:00:00Z,,"],
        ["d1,ann,bread,2026-06-01T09:00:00Z,5,CNY"],
        ["d2,ann,bread,2026-06-02T09:00:00Z,,"],
    ),
    "visits": (
        ["d1,ann,gazette,2026-06-01T09:00:00Z", "d2,ann,gazette,2026-06-01T09:00:00Z"],
        ["d1,ann,gazette,2026-06-01T09:00:00Z"],
        ["d2,ann,gazette,2026-06-02T09:00:00Z"],
    ),
    "judgments": (
        [f"d{n},ann,court,{n},5,CNY,2026-06-01T09:00:00Z,2026-06-02T09:00:00Z," for n in (8, 9)],
        ["d8,ann,court,8,5,CNY,2026-06-01T09:00:00Z,2026-06-02T09:00:00Z,2026-06-03T09:00:00Z"],
        ["d9,ann,court,9,6,CNY,2026-06-01T09:00:00Z,2026-06-02T09:00:00Z,"],
    ),
}
"By kind: what a load says, what another one fills in, and what a third corrects."
SEEN = """
MATCH (n) UNWIND keys(n) AS key RETURN [label IN labels(n) WHERE NOT label STARTS WITH 'Band'] AS names, key
UNION MATCH ()-[r]->() UNWIND keys(r) AS key RETURN [type(r)] AS names, key
"""


def properties() -> set[tuple[str, str]]:
    """(label or type, property) of the tables in docs/graph.md; a blank first cell repeats the one above."""
    found, names = set(), [""]
    for cells in rows(page("graph.md")):
        if len(cells) == 4:
            names = [label_or_type(pattern) for pattern in code(cells[0])] or names
            found |= {(name, key.rstrip("?")) for name in names for key in code(cells[1])}
    return found


def label_or_type(pattern: str) -> str:
    """OWED of `(:Entity)-[:OWED]->(:Entity)`, Person of `:Entity:Person`."""
    relationship = re.search(r"\[:(\w+)\]", pattern)
    return relationship[1] if relationship else pattern.rpartition(":")[2]


def _hear(graph: Database) -> None:
    """Bob is a founder, and a run has voices; another one has the same."""
    text = scheme.read("reliability").text.replace('version = "2"', 'version = "heard"', 1)
    publishing.publish(graph, scheme.parse(f"{text}\n[voice]\noutside = 1\nfounders_at_least = 1\n", "heard.toml"))

    def work(transaction: Transaction) -> None:
        founders.name(transaction, "bob", "reliability", by="ops", now=AS_OF)
        founders.accept(transaction, "bob", "reliability", now=AS_OF)

    graph.write(work)
    made = rate(graph, "reliability", as_of=AS_OF)
    rate(graph, "reliability", as_of=AS_OF, voices_of=made.id)


def _grant_and_read(graph: Database) -> None:
    """A grant was given and revoked, and a read recorded."""
    own = {"scheme": "reliability", "purpose": scheme.read("reliability").purpose[0]}
    until = AS_OF + timedelta(days=1)

    def work(transaction: Transaction) -> None:
        given = grants.grant(transaction, "ann", client="bank", what="band", until=until, now=AS_OF, **own)
        grants.revoke(transaction, given.id, now=AS_OF)
        log.record(transaction, entity="ann", who="bank", role="client", what="band", now=AS_OF, **own)

    graph.write(work)


def _be_refused(graph: Database) -> None:
    """A client that may not see a member is refused, and that is not on record yet."""
    purpose = scheme.read("reliability").purpose[0]
    to_clients.ask(graph, "reliability", ["ann", "nobody"], client="shop", purpose=purpose, now=AS_OF)


def _decide(graph: Database) -> None:
    """A scheme asks for an age, a member pauses ties and shows its part, and somebody objects."""
    [policy] = re.findall(r"```toml\n(.*?)```", page("schemes.md"), re.DOTALL)
    publishing.publish(graph, scheme.parse(policy, "docs"))

    def work(transaction: Transaction) -> None:
        for contact in ("bob", "nobody-yet"):
            membership.pause(transaction, "ann", "reliability", contact, now=AS_OF)
        membership.share(transaction, "ann", "reliability", shares=True)
        founders.name(transaction, "ann", "reliability", by="ops", now=AS_OF)
        founders.accept(transaction, "ann", "reliability", now=AS_OF)
        founders.end(transaction, "ann", "reliability", now=AS_OF)
        membership.object_to_listing(transaction, "somebody", now=AS_OF)

    graph.write(work)


DISPUTED = {"contacts": "CONTACTED", "obligations": "OWED", "purchases": "BOUGHT", "visits": "VISITED"}


def _dispute(graph: Database) -> None:
    """One fact of each kind is disputed, and the dispute of another was rejected, proposed once more and admitted.

    One is answered, and a rating is contested.
    """

    def work(transaction: Transaction) -> None:
        for kind, type_ in DISPUTED.items():
            first, second = graph.statement(
                f"MATCH (:Entity {{id: 'ann'}})-[f:{type_}]-() RETURN f.id AS id LIMIT 2"
            )
            own: dict[str, Any] = {"kind": kind, "statement": "No.", "now": AS_OF, "by": "login of ann"}
            disputes.dispute(transaction, "ann", fact=first["id"], **own)
            rejected, _ = disputes.dispute(transaction, "ann", fact=second["id"], **own)
            disputes.decide(transaction, rejected, upheld=False, reason="Yes.", reviewer="Ruth", now=AS_OF)
            again, _ = disputes.dispute(transaction, "ann", fact=second["id"], **own | {"statement": "Never."})
            seen: dict[str, Any] = {"reason": "Seen.", "reviewer": "Ruth", "now": AS_OF}
            admissions.admit(transaction, again, admitted=True, **seen)
            disputes.decide(transaction, again, upheld=False, **seen)
        for told in answers.told(transaction, "mill"):
            if told.waits:
                answers.answer(transaction, "mill", told.id, statement="Yes.", by="login of mill", now=AS_OF)
        disputes.due(transaction, now=AS_OF + timedelta(days=25))
        closed = contests.contest(transaction, "ann", "reliability", statement="No.", now=AS_OF)
        contests.close(transaction, closed, reason="Yes.", reviewer="Ruth", now=AS_OF)
        contests.contest(transaction, "ann", "reliability", statement="No.", now=AS_OF, by="login of ann")

    graph.write(work)


def _load_in_turn(graph: Database, directory: Path) -> None:
    """Three loads say something about the same, and a fourth is taken back."""
    for turn, correct in enumerate((False, False, True)):
        for kind, by_turn in IN_TURN.items():
            columns = ",".join(column.name for column in KINDS[kind].columns)
            text = "\n".join([columns, *by_turn[turn], ""])
            (directory / f"{kind}.csv").write_text(text, encoding="utf-8")
        files = [directory / f"{kind}.csv" for kind in IN_TURN]
        assert sum(each.rejected for each in load(graph, files, by=f"in turn {turn}", correct=correct)) == 0
    columns = "source,target,at\nann,bob,2026-06-07T09:00:00Z\n"
    (directory / "contacts.csv").write_text(columns, encoding="utf-8")
    load(graph, [directory / "contacts.csv"], by="ops")
    [newest, *_] = graph.run("all_loads")
    take_back(graph, newest["load"]["id"], by="ops", why="wrong")


@pytest.mark.slow
def test_every_property_of_the_graph_is_documented_and_no_other_is(graph: Database, tmp_path: Path) -> None:
    publishing.publish(graph, scheme.read("reliability"))
    for kind, text in FULL.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
    assert sum(each.rejected for each in load(graph, [tmp_path], by="ops")) == 0
    graph.run("leave", id="reliability|eve", now=AS_OF)
    rate(graph, "reliability", as_of=AS_OF)
    _hear(graph)
    for settled in ("2026-06-29", "2026-05-29"):
        (tmp_path / "later.csv").write_text(LATER.format(settled=settled), encoding="utf-8")
        apply(graph, [tmp_path / "later.csv"], kind="obligations")
    (tmp_path / "later.csv").write_text(LATER.format(settled="never"), encoding="utf-8")
    load(graph, [tmp_path / "later.csv"], kind="obligations", rejects=tmp_path / "rejects.csv")
    for kind, row in (("products", "bread,household"), ("sites", "gazette,education")):
        (tmp_path / "later.csv").write_text(f"id,category\n{row}\n", encoding="utf-8")
        apply(graph, [tmp_path / "later.csv"], kind=kind)
    _load_in_turn(graph, tmp_path)
    secrets.salt(graph, "veil")
    graph.run("claim_request", key="a request", body="", now=AS_OF)
    graph.run("answer_request", key="a request", status=200, answer="{}", entity="ann")
    graph.run("keep_changes", key="a request", changes="{}", now=AS_OF)
    graph.run("revoke_token", id="a token", until=AS_OF, now=AS_OF)
    graph.run("take_link", id="a link", session="a session", until=AS_OF, now=AS_OF)
    _grant_and_read(graph)
    _be_refused(graph)
    _decide(graph)
    _dispute(graph)
    rerate(graph, Changes(conduct={"ann"}))
    graph.run("act_for", entity="ann", subject="login of ann")
    graph.run("mark_stale", scheme="reliability")
    graph.run("publish_look_back", scheme="reliability", figures="{}", at=AS_OF, until=AS_OF)
    graph.run("unsettle", scheme="reliability", id="a run that broke off", all=True)
    graph.write(lambda transaction: membership.pause(transaction, "ann", "reliability", "gone", now=AS_OF))
    graph.run("hide_pauses", entity="gone", hash="a hash")
    graph.run("note_ending", kind="token", who="a token", at=AS_OF, objection="a hash", until=f"{AS_OF}")
    seen = [(row["names"], row["key"]) for row in graph.statement(SEEN)]
    documented = properties()
    assert [(names, key) for names, key in seen if not {(name, key) for name in names} & documented] == []
    assert documented - {(name, key) for names, key in seen for name in names} == set()
    staged = {
        name
        for query in queries.catalogue().values()
        if query.room == "rating"
        for name in re.findall(r"\bm\.(next_\w+)", query.text)
    }
    staged |= {*SWEPT, *PASSED}
    assert {name.rstrip("?") for name in first(page("graph.md")) if name.startswith("next_")} == staged
