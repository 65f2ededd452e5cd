"""The files of cypher/migrations, applied in order, each once, and watched for edits.

A migration is named `0001-what-it-does.cypher` and holds statements that end in `;` at a line's end, each
safe to repeat: a migration that was interrupted is simply applied again.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from graph.errors import MigrationEdited, MigrationPending, QueryFileInvalid
from graph.store.client import Database
from graph.store.queries import DIRECTORY

_NAME = re.compile(r"(?P<version>\d{4})-[a-z0-9-]+\.cypher")


@dataclass(frozen=True)
class Migration:
    version: str
    name: str
    checksum: str
    "sha256 of the file, hex"
    statements: tuple[str, ...]


def shipped(directory: Path = DIRECTORY / "migrations") -> list[Migration]:
    """Every migration file, in order. Raises QueryFileInvalid for a name out of pattern."""
    found = []
    for path in sorted(directory.glob("*.cypher")):
        if not (match := _NAME.fullmatch(path.name)):
            raise QueryFileInvalid("a migration is named 0001-what-it-does.cypher", file=path.name)
        text = path.read_text(encoding="utf-8")
        found.append(
            Migration(
                version=match["version"],
                name=path.stem,
                checksum=hashlib.sha256(text.encode()).hexdigest(),
                statements=tuple(part for part in re.split(r";[ \t]*\n", text) if _is_statement(part)),
            )
        )
    return found


def _is_statement(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("//") for line in text.splitlines())


def pending(database: Database, migrations: list[Migration] | None = None) -> list[str]:
    """The names of migrations that this database lacks, in order.

    Raises MigrationEdited when an applied file has changed, MigrationPending when the database holds a
    migration that this version of innercircle does not know.
    """
    migrations = shipped() if migrations is None else migrations
    applied = {row["version"]: row["checksum"] for row in database.run("applied_migrations")}
    known = {migration.version for migration in migrations}
    for version in sorted(set(applied) - known):
        raise MigrationPending(
            f"the database has migration {version}, which this innercircle does not know: update innercircle"
        )
    for migration in migrations:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            raise MigrationEdited(
                f"migration {migration.name} was applied with other content than its file has now: "
                "restore the file, and put the change into a new migration"
            )
    return [migration.name for migration in migrations if migration.version not in applied]


def apply(database: Database, migrations: list[Migration] | None = None) -> list[str]:
    """Every migration is applied; returns the names of those that were not before."""
    migrations = shipped() if migrations is None else migrations
    names = pending(database, migrations)
    for migration in migrations:
        if migration.name in names:
            for statement in migration.statements:
                database.statement(statement)
            database.run(
                "record_migration",
                version=migration.version,
                name=migration.name,
                checksum=migration.checksum,
            )
    return names


def require(database: Database) -> None:
    """The database is up to date. Raises MigrationPending or MigrationEdited."""
    if names := pending(database):
        raise MigrationPending(f"the database lacks {', '.join(names)}: run `innercircle migrate`")
