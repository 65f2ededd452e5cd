"""The database that the settings name: one that is configured, else the managed one."""

from graph.server import local
from graph.server.home import locate
from graph.settings import Settings
from graph.store.client import Database
from graph.store.disk_space import Room
from graph.store.journal import Journal


def connect(settings: Settings, *, timeout_seconds: float | None = None) -> Database:
    """The database that the settings name: a configured server, else the managed one that is running."""
    server = local.connection(settings)
    room = Room(server.home, settings.pagecache_megabytes) if isinstance(server, local.Server) else None
    return Database(
        server.uri,
        server.user,
        server.password,
        name=settings.neo4j_database,
        timeout_seconds=timeout_seconds,
        room=room,
        journal=journal(settings),
    )


def journal(settings: Settings) -> Journal:
    """The journal of what has ended in the settings' graph: where they say, else in the home."""
    return Journal(settings.journal.expanduser().resolve() if settings.journal else locate(settings) / "journal")
