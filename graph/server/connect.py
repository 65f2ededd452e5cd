"""The database that the settings name: one that is configured, else the managed one."""

from graph.errors import SettingInvalid
from graph.server import database_status, local
from graph.server.home import locate
from graph.settings import Settings
from graph.store.client import Database
from graph.store.disk_space import Room
from graph.store.journal import Journal


def connect(settings: Settings, *, timeout_seconds: float | None = None) -> Database:
    """The database that the settings name: a configured server, else the managed one that is running.

    Raises what local.connection raises, SettingInvalid for a database that a managed Neo4j has not, or a file that
    holds no authority, ParameterError for an address that is none.
    """
    server = local.connection(settings)
    managed = isinstance(server, local.Server)
    if managed and settings.neo4j_database and settings.neo4j_database.lower() != database_status.NAME:
        raise SettingInvalid(
            f"INNERCIRCLE_NEO4J_DATABASE={settings.neo4j_database!r}: the managed Neo4j has one database, "
            f"`{database_status.NAME}`: unset it, or set INNERCIRCLE_NEO4J_URI to the server that is meant"
        )
    return Database(
        server.uri,
        server.user,
        server.password,
        name=settings.neo4j_database,
        authority=None if managed else settings.neo4j_ca_file,
        timeout_seconds=timeout_seconds,
        room=Room(server.home, settings.pagecache_megabytes) if isinstance(server, local.Server) else None,
        journal=journal(settings),
    )


def journal(settings: Settings) -> Journal:
    """The journal of what has ended in the settings' graph: where they say, else in the home."""
    return Journal(settings.journal.expanduser().resolve() if settings.journal else locate(settings) / "journal")
