"""A home of a test's own, with a server that the test may stop, back up and throw away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from tests.worlds.three_in_touch import open_market

SMALL: dict[str, Any] = {"heap_megabytes": 512, "pagecache_megabytes": 64}


def with_passphrase(tmp_path: Path, home: str = "home", **more: Any) -> Settings:
    """Settings of a small home in this folder, and of what its backups are sealed with."""
    (tmp_path / "passphrase").write_text("correct horse battery staple\n")
    return Settings(home=tmp_path / home, backup_passphrase_file=tmp_path / "passphrase", **SMALL, **more)


def with_keys(tmp_path: Path, home: str, other: str) -> tuple[Settings, Settings]:
    """Two small homes: backups of the first are sealed to a public key, and the second has its private half."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    (tmp_path / "private.pem").touch(0o600)
    (tmp_path / "private.pem").write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return (
        Settings(home=tmp_path / home, backup_public_key_file=tmp_path / "public.pem", **SMALL),
        Settings(home=tmp_path / other, backup_private_key_file=tmp_path / "private.pem", **SMALL),
    )


@contextmanager
def own_server(settings: Settings) -> Iterator[Settings]:
    """A managed Neo4j of these settings with every migration, which is gone afterwards, started or not."""
    try:
        local.start(settings)
        with connect(settings) as database:
            migrations.apply(database)
        yield settings
    finally:
        local.discard(settings)


@contextmanager
def own_market(settings: Settings) -> Iterator[Settings]:
    """The market, not rated, in such a Neo4j."""
    with own_server(settings):
        with connect(settings) as database:
            open_market(database, rated=False)
        yield settings
