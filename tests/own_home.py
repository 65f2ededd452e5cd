"""A home of a test's own, with a server that the test may stop, back up and throw away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from tests.worlds.three_in_touch import open_market


def with_passphrase(tmp_path: Path, home: str = "home", **more: Any) -> Settings:
    """Settings of a small home in this folder, and of what its backups are sealed with."""
    (tmp_path / "passphrase").write_text("correct horse battery staple\n")
    small: dict[str, Any] = {"heap_megabytes": 512, "pagecache_megabytes": 64}
    return Settings(home=tmp_path / home, backup_passphrase_file=tmp_path / "passphrase", **small, **more)


@contextmanager
def own_market(settings: Settings) -> Iterator[Settings]:
    """The market, not rated, in a managed Neo4j of these settings, which is gone afterwards, started or not."""
    try:
        local.start(settings)
        with connect(settings) as database:
            migrations.apply(database)
            open_market(database, rated=False)
        yield settings
    finally:
        local.discard(settings)
