"""The pages of docs/contributing can be followed: what they say to write passes the checks that they name.

A block of code is preceded by a line that says where it goes: "A new file, `PATH`:", "At the end of `PATH`:", or
"In `PATH`:" for changes, as a diff whose parts are separated by `@@`.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from graph.facts.kinds import STORED

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "contributing"
COPIED = (
    *("graph", "api", "cypher", "docs", "tests", "benchmarks", "examples"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "Dockerfile", "docker-compose.yml"),
    *("pyproject.toml", "requirements.lock", "requirements-base.lock"),
)
MOST_FILES = 17
"In which the name of a kind of fact stands in the code."
EXECUTED = ("add-a-query", "add-a-route")
SNIPPET = re.compile(
    r"^(?P<how>A new file,|At the end of|In) `(?P<path>[^`]+)`:\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# Which tests the server runs for is known by their fixtures; a plugin, so that no test has to say so.
WITHOUT_NEO4J = """
def pytest_collection_modifyitems(config, items):
    left_out = [each for each in items if {"server", "browser"} & set(each.fixturenames)]
    items[:] = [each for each in items if each not in left_out]
    config.hook.pytest_deselected(items=left_out)
"""


class Snippet(NamedTuple):
    how: str
    path: str
    language: str
    text: str


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def snippets(name: str) -> list[Snippet]:
    return [Snippet(**each.groupdict()) for each in SNIPPET.finditer(page(name))]


def put(tree: Path, snippet: Snippet) -> None:
    """The file in the tree is as the snippet wants it."""
    file = tree / snippet.path
    if snippet.how == "A new file,":
        assert not file.exists(), f"{snippet.path} is there already"
        file.write_text(snippet.text, encoding="utf-8")
        return
    text = file.read_text(encoding="utf-8")
    if snippet.how == "At the end of":
        file.write_text(f"{text}\n\n{snippet.text}", encoding="utf-8")
        return
    assert snippet.language == "diff", f"{snippet.path}: changes in a file are written as a diff"
    for before, after in changes(snippet.text):
        assert text.count(before) == 1, f"{snippet.path} has {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


def changes(diff: str) -> Iterator[tuple[str, str]]:
    """What stands there, and what stands there afterwards, for each part of a diff."""
    for part in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        assert all(line[0] in " +-\n" for line in lines), part
        before = "".join(line[1:] or line for line in lines if line[0] != "+")
        after = "".join(line[1:] or line for line in lines if line[0] != "-")
        assert before, f"nothing says where this goes:\n{part}"
        yield before, after


def commands(name: str) -> list[list[str]]:
    """The checks that the page names, as words."""
    below = page(name).split("\n## The checks\n")[1]
    block = re.search(r"^```console\n(.*?)^```$", below, re.MULTILINE | re.DOTALL)
    assert block
    return [shlex.split(line.removeprefix("$ .venv/bin/")) for line in block[1].splitlines()]


def named(text: str) -> set[str]:
    """The files and folders that a page names."""
    return set(re.findall(r"`((?:graph|api|cypher|tests|docs)/[\w./-]*)(?::\w+)?`", text))


def code_that_names(pattern: str) -> set[str]:
    """The files of the code in which this stands; a migration is written once, and not for each kind."""
    files = (file for room in ("graph", "api", "cypher") for file in (ROOT / room).rglob("*"))
    code = [
        file for file in files if file.suffix in (".py", ".cypher", ".jinja") and file.parent.name != "migrations"
    ]
    return {str(each.relative_to(ROOT)) for each in code if re.search(pattern, each.read_text(encoding="utf-8"))}


@pytest.fixture(params=EXECUTED)
def followed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """(a page, a copy of the tree in which all of it was followed)."""
    tree = tmp_path / "innercircle"
    tree.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)  # with what Python compiled, which saves seconds
        else:
            shutil.copy(ROOT / name, tree)
    for snippet in snippets(request.param):
        put(tree, snippet)
    return request.param, tree


def run(tree: Path, words: list[str], *, without_neo4j: bool) -> "subprocess.CompletedProcess[str]":
    """A check in the copy, whose modules come before those that are installed."""
    program, *arguments = words
    plugins = tree.with_name("plugins")
    if program == "pytest":
        arguments += ["-n0", "-p", "no:cacheprovider"]
        arguments += ["-p", "without_neo4j"] if without_neo4j else []
        plugins.mkdir(exist_ok=True)
        (plugins / "without_neo4j.py").write_text(WITHOUT_NEO4J, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = (
        [sys.executable, "-m", "pytest"] if program == "pytest" else [Path(sys.executable).with_name(program)]
    )
    return subprocess.run(
        [*command, *arguments],
        cwd=tree,
        env=kept | {"PYTHONPATH": os.pathsep.join((str(tree), str(plugins)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_every_page_is_in_the_index_and_every_block_says_where_it_goes() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    others = {path.name for path in PAGES.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\((add-[a-z-]+\.md)\)", index)) == others
    for name in EXECUTED:
        assert len(snippets(name)) == len(re.findall(r"^```\w+\n", page(name), re.MULTILINE)) - 1, "but the checks"


@pytest.mark.parametrize("path", [*PAGES.glob("*.md"), ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    written = {each.path for name in EXECUTED for each in snippets(name)}
    text = path.read_text(encoding="utf-8")
    assert {each for each in named(text) - written if not (ROOT / each).exists()} == set()
    assert [each for each in re.findall(r"\]\(([^)#]+)", text) if not (path.parent / each).exists()] == []


def test_the_page_on_kinds_of_facts_names_every_file_in_which_one_stands() -> None:
    text = page("add-a-kind-of-fact")
    listed = set(re.findall(r"^- `([^`]+)`", text, re.MULTILINE))
    assert listed == code_that_names(r"visits|VISITED|\bVisit\b")
    assert len(listed) <= MOST_FILES
    unrated = code_that_names(r"judgments|Judgment")
    assert f"stands in the {len(listed)} files below" in text
    assert f"stands in {len(unrated)} files" in text
    assert f"| {len(listed)} with a factor, {len(unrated)} without," in page("README")


@pytest.mark.parametrize(("kind", "value"), [("purchases", "Purchase"), ("visits", "Visit")])
def test_a_kind_stands_in_few_files(kind: str, value: str) -> None:
    """Contacts make circles, and obligations have reasons and changes of their own: they stand in more."""
    assert len(code_that_names(rf"{kind}|{STORED[kind].type}|\b{value}\b")) <= MOST_FILES


def test_no_program_names_the_relationship_of_a_fact_but_its_declaration() -> None:
    types = "|".join(stored.type for stored in STORED.values())
    named = {each for each in code_that_names(rf"\b({types})\b") if not each.endswith(".cypher")}
    assert named == {"graph/facts/kinds.py"}


@pytest.mark.slow
def test_what_a_page_says_to_write_passes_the_checks_that_it_names(followed: tuple[str, Path]) -> None:
    """All but the last, which is for tests that need Neo4j; tests of the others that need it are left out."""
    name, tree = followed
    for words in commands(name)[:-1]:
        done = run(tree, words, without_neo4j=True)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_what_a_page_says_to_write_passes_the_tests_that_need_neo4j(followed: tuple[str, Path]) -> None:
    name, tree = followed
    done = run(tree, commands(name)[-1], without_neo4j=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def test_a_snippet_that_does_not_fit_is_told(tmp_path: Path) -> None:
    (tmp_path / "there.py").write_text("one = 1\n", encoding="utf-8")
    for snippet, message in (
        (Snippet("A new file,", "there.py", "python", "one = 2\n"), "is there already"),
        (Snippet("In", "there.py", "diff", " two = 2\n+three = 3\n"), "has 0 times"),
        (Snippet("In", "there.py", "python", "two = 2\n"), "written as a diff"),
        (Snippet("In", "there.py", "diff", "+two = 2\n"), "nothing says where"),
    ):
        with pytest.raises(AssertionError, match=message):
            put(tmp_path, snippet)
