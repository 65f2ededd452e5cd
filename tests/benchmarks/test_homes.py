"""Benchmarks write what is made up, so they never go to the Neo4j that somebody works with."""

import re
from pathlib import Path

import pytest

import benchmarks
from benchmarks.homes import ELSEWHERE, managed
from graph.settings import Settings

FOLDER = Path(str(benchmarks.__file__)).parent


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's shell names a Neo4j of theirs."""
    monkeypatch.setenv("INNERCIRCLE_NEO4J_URI", "bolt://ratings.example.org:7687")
    monkeypatch.setenv("INNERCIRCLE_NEO4J_PASSWORD", "secret")
    monkeypatch.setenv("INNERCIRCLE_NEO4J_DATABASE", "members")


def test_a_benchmark_goes_to_a_neo4j_of_its_own_whatever_the_environment_names(tmp_path: Path) -> None:
    assert Settings().neo4j_uri == "bolt://ratings.example.org:7687"
    settings = managed(tmp_path, 512)
    assert (settings.neo4j_uri, settings.neo4j_database, settings.home) == (None, "neo4j", tmp_path)


def test_so_does_a_command_that_a_benchmark_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.neo4j_uri, settings.neo4j_database) == (None, None)


def test_no_benchmark_makes_settings_by_itself() -> None:
    texts = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py")}
    assert [name for name, text in texts.items() if re.search(r"\bSettings(\.load)?\(", text)] == ["homes.py"]
    runs = [name for name, text in texts.items() if "os.environ |" in text]
    assert sorted(runs) == ["neighbours.py", "serving.py"]
    assert all("ELSEWHERE" in texts[name] for name in runs)
