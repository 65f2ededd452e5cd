"""Rules of fetching the server's jars."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from graph.errors import LocalServerFailed
from graph.server import local
from graph.server.home import port_is_free
from graph.server.jars import Lock, fetch, lacking, locked, versions
from graph.settings import Settings


def one_of(cache: Path) -> Path:
    """A jar in the cache that can be broken: its name is not shared with the real cache any more."""
    jar = next(cache.rglob("neo4j-kernel-[0-9]*.jar"))
    content = jar.read_bytes()
    jar.unlink()
    jar.write_bytes(content)
    return jar


def test_a_lock_file_names_each_jar_once_and_with_a_sha256() -> None:
    for version in versions():
        jars = locked(version)
        assert len({jar.file for jar in jars}) == len(jars) > 200
        assert {len(jar.sha256) for jar in jars} == {64}
        assert f"org.neo4j:neo4j:{version}" in map(str, jars)


def test_versions_go_from_the_oldest_to_the_newest() -> None:
    assert versions() == ["5.26.31", "2026.09.0"]


def test_an_unknown_version_is_named_with_those_that_are_known() -> None:
    with pytest.raises(LocalServerFailed, match=r"INNERCIRCLE_NEO4J_VERSION=4.4.1: .* 5.26.31 or 2026.09.0"):
        fetch(Settings(neo4j_version="4.4.1"))


def test_a_whole_cache_needs_no_network(cache: Path) -> None:
    settings = Settings(cache=cache, offline=True)
    assert fetch(settings).parent == cache
    assert lacking(settings) == []


def test_a_jar_that_changed_in_the_cache_is_fetched_again(cache: Path, mirror: Any) -> None:
    settings = Settings(cache=cache, maven_repository=mirror.url)
    fetch(settings)
    broken = one_of(cache)
    broken.write_bytes(broken.read_bytes()[:-1] + b"x")

    assert [jar.file for jar in lacking(settings)] == [broken.name]
    fetch(settings)

    assert lacking(settings) == []
    assert [name for name in mirror.asked if name.endswith(".jar")] == [broken.name]


def test_a_lock_of_other_jars_is_fetched_into_a_folder_of_its_own(
    cache: Path, tmp_path: Path, mirror: Any
) -> None:
    """As benchmarks/gds.py does."""
    before = sorted(path.name for path in cache.iterdir())
    content = b"a jar of somebody else"
    mirror.answer = lambda name: content if name == "plugin-1.0.jar" else None
    file = tmp_path / "plugins-1.lock"
    file.write_text(f"# one\norg.example:plugin:1.0 {sha256(content).hexdigest()}\n", encoding="utf-8")
    lock = Lock.read(file, "a plugin", 1)
    settings, told = Settings(cache=cache, maven_repository=mirror.url), list[str]()

    folder = fetch(settings, lock, progress=told.append)

    assert [path.name for path in folder.glob("*.jar")] == ["plugin-1.0.jar"]
    assert told == [f"fetching a plugin: 1 jar from {mirror.url}, about 1 MB, often in half a minute", *told[1:]]
    assert lacking(settings, lock) == [] == lacking(settings)
    assert sorted(path.name for path in cache.iterdir()) == sorted([*before, folder.name])
    (folder / "plugin-1.0.jar").unlink()
    with pytest.raises(LocalServerFailed, match=r"lacks 1 jar of a plugin, org.example:plugin:1.0 first"):
        fetch(Settings(cache=cache, offline=True), lock)


def test_a_download_that_broke_is_tried_again(cache: Path, mirror: Any) -> None:
    jar = one_of(cache)
    whole = jar.read_bytes()
    jar.unlink()
    answers = [whole[: len(whole) // 2], whole]
    mirror.answer = lambda name: answers.pop(0) if name == jar.name else None

    fetch(Settings(cache=cache, maven_repository=mirror.url))

    assert jar.read_bytes() == whole


def test_a_repository_that_sends_something_else_is_named_with_both_hashes(cache: Path, mirror: Any) -> None:
    jar = one_of(cache)
    jar.unlink()
    mirror.answer = lambda name: b"not this one" if name == jar.name else None

    with pytest.raises(LocalServerFailed, match=r"neo4j-kernel:5|neo4j-kernel:2") as failure:
        fetch(Settings(cache=cache, maven_repository=mirror.url))

    assert mirror.url in str(failure.value)
    assert str(failure.value).count("sha256") == 1
    assert not jar.exists()


def test_without_a_network_the_first_jar_and_the_repository_are_named(tmp_path: Path) -> None:
    closed = next(port for port in range(20_000, 30_000) if port_is_free(port))
    settings = Settings(cache=tmp_path, maven_repository=f"http://127.0.0.1:{closed}/maven")
    with pytest.raises(LocalServerFailed, match=rf"cannot fetch \S+ from http://127.0.0.1:{closed}/maven"):
        fetch(settings)
    assert list(tmp_path.rglob("*.jar")) == []


def test_offline_says_how_many_jars_the_cache_lacks(cache: Path) -> None:
    one_of(cache).unlink()
    with pytest.raises(LocalServerFailed, match=r"INNERCIRCLE_OFFLINE is set.* lacks 1 jar of Neo4j"):
        fetch(Settings(cache=cache, offline=True))


def test_progress_tells_how_far_fetching_is(cache: Path, mirror: Any) -> None:
    one_of(cache).unlink()
    told: list[str] = []
    fetch(Settings(cache=cache, maven_repository=mirror.url), progress=told.append)
    first, *others = [message.partition(": ")[2] for message in told]
    assert first == f"1 jar from {mirror.url}, about 1 MB, often in half a minute"
    assert others == ["1 of 1 jar"]


def test_a_disk_that_fills_up_while_fetching_is_named(
    tiny_disk: Callable[[str], Path], mirror: Any, innercircle: Any
) -> None:
    disk = tiny_disk("1m")
    done = innercircle(
        "up",
        INNERCIRCLE_HOME=str(disk / "home"),
        INNERCIRCLE_CACHE=str(disk / "cache"),
        INNERCIRCLE_MAVEN_REPOSITORY=mirror.url,
    )
    assert done.returncode == 1
    *fetching, error = done.stderr.splitlines()
    assert error.startswith(f"error: the disk is full ({disk}/cache")
    assert all(line.startswith("fetching Neo4j") for line in fetching), "how far it came"


def test_a_home_on_a_small_disk_is_refused_with_what_is_free(tiny_disk: Callable[[str], Path], jars: Path) -> None:
    with pytest.raises(LocalServerFailed, match=r"only \d+ MB are free in .*: Neo4j needs 450 MB"):
        local.start(Settings(home=tiny_disk("64m")))
