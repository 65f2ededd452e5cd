"""The database that the settings name: one that is configured, else the managed one."""

from graph import local_neo4j
from graph.database import Database
from graph.room_on_disk import Room
from graph.settings import Settings


def connect(settings: Settings, *, timeout_seconds: float | None = None) -> Database:
    """The database that the settings name: a configured server, else the managed one that is running."""
    server = local_neo4j.connection(settings)
    room = Room(server.home, settings.pagecache_megabytes) if isinstance(server, local_neo4j.Server) else None
    return Database(
        server.uri,
        server.user,
        server.password,
        name=settings.neo4j_database,
        timeout_seconds=timeout_seconds,
        room=room,
    )
