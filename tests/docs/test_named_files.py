"""Files that code and docs name are there: a name that nobody looks up any more leads a newcomer astray."""

import re
from pathlib import Path

from tests.tracked_files import ROOT, tracked

NAMED = re.compile(r"(?<![\w.*-])(?:[\w.-]+/)*[a-z0-9_-]+\.(?:py|cypher)\b(?![.(]\w)")
"A path or the name of a file; load_KIND.cypher is none, nor is a setting such as dbms.cypher.min_replan_interval."
PAGES = ("graph", "api", "cypher", "benchmarks", "README.md", "CONTRIBUTING.md", "docs")
TEXTS = {".py", ".cypher", ".md"}
MADE_UP = {"0001-what-it-does.cypher", "run_times.cypher", "test_run_times.py"}
"Examples of names: of a migration, and of the query that docs/contributing/add-a-query.md adds."


def test_every_file_of_ours_that_is_named_is_there() -> None:
    files = tracked()
    ends = {file[start:] for file in files for start in (0, *(at.end() for at in re.finditer("/", file)))}
    gone = [
        f"{file}: {name}"
        for file in files
        if file.startswith(PAGES) and not file.startswith("docs/decisions/") and Path(file).suffix in TEXTS
        for name in NAMED.findall((ROOT / file).read_text(encoding="utf-8"))
        if Path(name).name not in MADE_UP and name.lstrip("./") not in ends
    ]
    assert gone == []
