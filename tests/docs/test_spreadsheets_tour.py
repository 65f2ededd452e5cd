"""The tour of the spreadsheets is followed: files are written, commands typed, and it shows what they print.

The made-up files are those that their script makes.
"""

import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook

from graph.store.client import Database
from tests.conftest import Command
from tests.docs.test_docs import DOCS, ROOT, rows, section

TOUR = (DOCS / "tours" / "spreadsheets.md").read_text(encoding="utf-8")
FILES = ROOT / "examples" / "cooperative"
WIDTH = "100"  # columns of the terminal that the tour shows
# What differs from one run to the next, or from one machine to the other.
VARIES = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "RUN"),
    (r"(exact to|every score within) [0-9.e-]+", r"\1 BOUND"),
    (r", [0-9.]+ s\b", ", SECONDS s"),
    (r"re-rated \d{4}-\d\d-\d\d \d\d:\d\d UTC", "re-rated NOW"),
)


class Typed(NamedTuple):
    """A command, and what the tour shows below it."""

    command: str
    shown: str


class Written(NamedTuple):
    """A file that the reader writes."""

    name: str
    text: str


def followed(tour: str) -> Iterator[Typed | Written]:
    """What the reader does, in this order: a command stands behind a `$`, a file's name in its first line."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", tour, re.MULTILINE | re.DOTALL):
        if language == "toml":
            yield Written(block.partition("\n")[0].removeprefix("# "), block)
        elif language == "sh":
            yield from (Typed(line, "") for line in block.splitlines())
        else:
            assert language == "console"
            yield from (Typed(*each.partition("\n")[::2]) for each in block.split("$ ")[1:])


def alike(text: str) -> str:
    """The text on one line, without what varies."""
    line = " ".join(text.split())
    for pattern, instead in VARIES:
        line = re.sub(pattern, instead, line)
    return line


def mended(section_: str) -> None:
    """The cells and lines of the table are as it says; beforehand they are as it says, too."""
    for file, where, was, now in ([cell.replace("`", "") for cell in cells] for cells in rows(section_)):
        if found := re.fullmatch(r"sheet (\w+), cell ([A-Z]+[0-9]+)", where):
            book = load_workbook(file)
            cell = book[found[1]][found[2]]
            assert cell.value == was
            cell.value = now
            book.save(file)
        else:
            lines = Path(file).read_bytes().decode("cp1252").split("\r\n")
            at = int(where.removeprefix("line ")) - 1
            assert was in lines[at].split(";")
            lines[at] = lines[at].replace(was, now)
            Path(file).write_bytes("\r\n".join(lines).encode("cp1252"))


@pytest.mark.slow
def test_the_tour_of_the_spreadsheets_does_and_shows_what_it_says(
    graph: Database, innercircle: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.one("make_secret", name="veil", value="41" * 32)  # on which it hangs how exact a run becomes
    monkeypatch.chdir(tmp_path)
    mending = section(TOUR, "## 5. Mend it, and load again")
    done: set[str] = set()
    for step in followed(TOUR):
        if isinstance(step, Written):
            Path(step.name).write_text(step.text, encoding="utf-8")
            continue
        words = shlex.split(step.command)
        if f"$ {step.command}\n" in mending and "mend" not in done:
            mended(mending)
            done.add("mend")
        printed = typed(words, innercircle)
        if step.shown or words[0] == "cat":
            assert alike(printed) == alike(step.shown), step.command
        done.add(words[0])
    assert {"innercircle", "cat", "cp", "cd", "mend"} <= done
    there = graph.one("overview")
    assert (there["obligations"], there["contacts"]) == (234 + 96, 244), "all of them, each once"


def test_the_files_of_the_cooperative_are_those_that_their_script_makes(tmp_path: Path) -> None:
    made = script()
    made.write(tmp_path)
    assert (FILES / made.LOANS).read_bytes() == (tmp_path / made.LOANS).read_bytes()
    kept, new = (load_workbook(folder / made.WORKBOOK) for folder in (FILES, tmp_path))
    assert kept.sheetnames == new.sheetnames == ["Members", "Invoices", "Deliveries"]
    for name in kept.sheetnames:
        assert list(kept[name].values) == list(new[name].values)
        assert kept[name].merged_cells.ranges == new[name].merged_cells.ranges


def test_the_cooperative_has_thirty_people_and_eight_firms_and_the_faults_that_the_tour_mends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = script()
    assert (len(made.PEOPLE), len(made.COMPANIES)) == (30, 8)
    shutil.copytree(FILES, tmp_path / "files")
    monkeypatch.chdir(tmp_path / "files")
    mended(section(TOUR, "## 5. Mend it, and load again"))
    left = [typed for *_, typed in made.FAULTS if typed in Path(made.LOANS).read_text(encoding="cp1252")]
    left += [
        cell for row in load_workbook(made.WORKBOOK)["Invoices"].values for cell in row if cell in faulty(made)
    ]
    assert left == ["Annelise  Voß"], "two blanks need no mending"


def faulty(made: Any) -> set[str]:
    return {typed for *_, typed in made.FAULTS}


def script() -> Any:
    """examples/cooperative/make_files.py, which is no module of a package."""
    spec = util.spec_from_file_location("make_files", FILES / "make_files.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    sys.modules["make_files"] = module
    spec.loader.exec_module(module)
    return module


def typed(words: list[str], innercircle: Command) -> str:
    """What a command of the tour prints. Where to work is not the tour's but the test's."""
    match words:
        case ["python3.11" | "." | "export", *_] | ["innercircle", "up"]:
            return ""
        case ["pip", "install", what]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            assert what == ".[local]"
            assert "local" in project["optional-dependencies"], "what `up` needs"
            return ""
        case ["cp", "-r", source, target]:
            shutil.copytree(ROOT / source, target)
            return ""
        case ["cd", folder]:
            os.chdir(folder)
            return ""
        case ["cat", file]:
            return Path(file).read_text(encoding="utf-8")
        case ["innercircle", *arguments]:
            found = innercircle(*arguments, COLUMNS=WIDTH)
            assert found.returncode == (2 if "rejected: rejects.csv" in found.stdout else 0), found.stderr
            return found.stdout
    raise AssertionError(f"the test cannot type {words}")
