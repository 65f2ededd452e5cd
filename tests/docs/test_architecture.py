"""The rooms of graph/ are as docs/architecture.md draws them, and as shallow as its imports can be followed."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LONGEST_CHAIN = 16
"Modules below one, in one chain."
MOST_AT_THE_TOP = 20
"Rooms and files of graph/."
Graph = dict[str, frozenset[str]]


# The import graph --------------------------------------------------------------------------------------


def _name(path: Path) -> str:
    """`graph.store.client` of graph/store/client.py, `graph.store` of graph/store/__init__.py."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {_name(path): path for path in (ROOT / "graph").rglob("*.py")}


def _imported(module: str) -> Iterator[str]:
    """Every module of graph/ that this one names in an import, also inside a function or for types alone."""
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in FILES)
        elif isinstance(node, ast.ImportFrom) and node.module in FILES:
            assert node.level == 0, f"{module}: imports are written from the top"
            for each in node.names:
                below = f"{node.module}.{each.name}"
                yield below if below in FILES else node.module


@cache
def imports() -> Graph:
    """What each module of graph/ imports of graph/. `graph` itself, which says the version, is left out."""
    return {each: frozenset(_imported(each)) - {each, "graph"} for each in FILES if each != "graph"}


@cache
def longest_chain(module: str) -> tuple[str, ...]:
    """The longest chain of imports that begins with this module."""
    below = (longest_chain(each) for each in sorted(imports()[module]))
    return (module, *max(below, key=len, default=()))


def room(module: str) -> str:
    """`store` of graph.store.client."""
    return module.split(".")[1]


# The rules ---------------------------------------------------------------------------------------------


def test_the_import_graph_has_what_is_known_of_it() -> None:
    """So that the other rules do not hold only because nothing was found."""
    assert "graph.facts.store" in imports()["graph.facts.load"]
    assert "graph.rating.rerate" in imports()["graph.cli.data"], "an import inside a function"
    assert "graph.model" in imports()["graph.cli.data"], "an import for types"
    assert imports()["graph.errors"] == frozenset()


def test_no_modules_of_graph_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_no_module_of_graph_has_more_than_sixteen_below_it_in_one_chain() -> None:
    too_long = [chain for chain in map(longest_chain, imports()) if len(chain) - 1 > LONGEST_CHAIN]
    assert not too_long, "\n".join(" -> ".join(chain) for chain in too_long)


def test_at_most_twenty_rooms_and_files_are_at_the_top_of_graph() -> None:
    top = {room(module) for module in imports()}
    assert len(top) <= MOST_AT_THE_TOP, sorted(top)


# The drawing -------------------------------------------------------------------------------------------


def drawn(*, endings: bool = False) -> list[list[str]]:
    """The names in the drawing of docs/architecture.md, layer by layer from the top; endings: `errors.py`."""
    drawing = re.search(r"^## The rooms\n.*?^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert drawing
    layers = [
        re.findall(r"^│ ([\w. ]+?) +│", layer, re.MULTILINE)
        for layer in re.split(r"^├.*$", drawing[1], flags=re.MULTILINE)
    ]
    names = [[name for line in layer for name in line.split()] for layer in layers]
    return names if endings else [[name.removesuffix(".py") for name in layer] for layer in names]


def test_the_drawing_has_each_room_and_file_at_the_top_of_graph_once() -> None:
    assert sorted(name for layer in drawn() for name in layer) == sorted({room(module) for module in imports()})


def test_a_file_is_drawn_as_a_file_and_a_room_as_a_room() -> None:
    for name in (name for layer in drawn(endings=True) for name in layer):
        assert (ROOT / "graph" / name).is_file() == name.endswith(".py"), name
        assert (ROOT / "graph" / name).exists(), name


def test_every_import_between_rooms_goes_down_in_the_drawing() -> None:
    floor = {name: number for number, layer in enumerate(drawn()) for name in layer}
    upward = [
        f"{module} imports {each}"
        for module, found in imports().items()
        for each in sorted(found)
        if room(each) != room(module) and floor[room(each)] <= floor[room(module)]
    ]
    assert upward == []


def test_the_drawing_is_the_layers_that_import_linter_checks() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(each for each in contracts["contracts"] if each.get("containers") == ["graph"])["layers"]
    assert [sorted(re.split(r" [|:] ", layer)) for layer in layers] == [sorted(layer) for layer in drawn()]


# One fact's way, and where promises are kept -------------------------------------------------------------


def below(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_each_step_of_a_facts_way_is_a_function_or_a_query_that_there_is() -> None:
    steps = re.findall(r"`((?:graph|api)/\S+?\.py):(\w+(?:\.\w+)*)`", below("One fact's way"))
    assert len(steps) >= 20
    for file, name in steps:
        assert name in _defined(ROOT / file), f"{file} has no {name}"


def _defined(path: Path) -> set[str]:
    """Functions and classes by name, methods as Class.method."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def test_each_file_query_and_test_that_the_page_names_is_there() -> None:
    for path in re.findall(r"`((?:graph|api|cypher|tests|docs)/[\w./-]*)(?:::?[\w.]+)?`", PAGE):
        assert (ROOT / path).exists(), path
    for file, name in re.findall(r"`(tests/\S+?\.py)::(\w+)`", PAGE):
        assert name in _defined(ROOT / file), f"{file} has no {name}"


def test_each_promise_of_the_house_has_a_file_a_query_and_a_test() -> None:
    lines = [line for line in below("Where each promise is kept").splitlines() if line.startswith("| ")][1:]
    assert len(lines) >= 12
    for line in lines:
        _promise, files, queries, tests = (cell.strip() for cell in line.strip("|").split(" | "))
        assert re.search(r"`(?:graph|api)/", files), line
        assert "`cypher/" in queries or queries == "none", line
        assert "`tests/" in tests, line
