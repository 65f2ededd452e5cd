"""Migrations are applied in order, each once, and one that was edited or is unknown stops everything."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.errors import MigrationEdited, MigrationPending, QueryFileInvalid, QueryRejected
from graph.store import migrations
from graph.store.client import Database
from graph.store.migrations import Migration, shipped

# Beyond any that will ship; what they make is named `made_up_...`, and gone afterwards.
FIRST, SECOND = "9001-made-up-first", "9002-made-up-second"
CONSTRAINT = """\
// A semicolon; in a comment, or `;` in a text, ends nothing.
CREATE CONSTRAINT made_up_{name} IF NOT EXISTS FOR (m:MadeUp) REQUIRE m.{name} IS UNIQUE;

MERGE (m:MadeUp {{{name}: 'a;b'}}) ON CREATE SET m.times = 1 ON MATCH SET m.times = m.times + 1;

// Nothing follows but this remark.
"""

Files = Callable[..., list[Migration]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The migrations that ship and, by name, those of a directory whose files are written here."""

    def write(**texts: str) -> list[Migration]:
        for name, text in texts.items():
            (tmp_path / f"{name.lstrip('_').replace('_', '-')}.cypher").write_text(text, encoding="utf-8")
        return shipped() + shipped(tmp_path)

    return write


@pytest.fixture
def both(files: Files) -> list[Migration]:
    first, second = CONSTRAINT.format(name="first"), CONSTRAINT.format(name="second")
    return files(**{f"_{FIRST}": first, f"_{SECOND}": second})


@pytest.fixture
def migrated(database: Database) -> Iterator[Database]:
    """The database with the migrations that ship; those of a test are gone from it afterwards."""
    yield database
    database.statement("MATCH (m:Migration) WHERE m.version STARTS WITH '90' DELETE m")
    database.statement("MATCH (m:MadeUp) DELETE m")
    for name in ("made_up_first", "made_up_second"):
        database.statement(f"DROP CONSTRAINT {name} IF EXISTS")
    assert migrations.pending(database) == []


def recorded(database: Database) -> list[dict[str, object]]:
    return database.statement("MATCH (m:Migration) RETURN properties(m) AS m ORDER BY m.version")


def made(database: Database) -> dict[str, int]:
    rows = database.statement("MATCH (m:MadeUp) RETURN coalesce(m.first, m.second) AS id, m.times AS times")
    return {f"{row['id']}{number}": row["times"] for number, row in enumerate(rows)}


def test_migrations_are_applied_once_and_repeating_it_changes_nothing(
    migrated: Database, both: list[Migration]
) -> None:
    assert migrations.pending(migrated, both) == [FIRST, SECOND]
    assert migrations.apply(migrated, both) == [FIRST, SECOND]
    before = recorded(migrated)
    assert migrations.pending(migrated, both) == []
    assert migrations.apply(migrated, both) == []
    assert recorded(migrated) == before
    assert list(made(migrated).values()) == [1, 1], "no statement ran twice"
    constraints = migrated.statement("SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH 'made_up'")
    assert sorted(row["name"] for row in constraints) == ["made_up_first", "made_up_second"]


def test_only_what_the_database_lacks_is_applied(migrated: Database, both: list[Migration]) -> None:
    assert migrations.apply(migrated, both[:-1]) == [FIRST]
    assert migrations.pending(migrated, both) == [SECOND]
    assert migrations.apply(migrated, both) == [SECOND]


def test_a_database_that_is_behind_is_told_what_it_lacks(
    migrated: Database, both: list[Migration], monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.require(migrated)
    monkeypatch.setattr(migrations, "shipped", lambda: both)
    with pytest.raises(MigrationPending, match=f"lacks {FIRST}, {SECOND}: run `innercircle migrate`"):
        migrations.require(migrated)
    migrations.apply(migrated)
    migrations.require(migrated)


def test_an_applied_migration_that_was_edited_stops_everything(
    migrated: Database, files: Files, both: list[Migration]
) -> None:
    migrations.apply(migrated, both)
    edited = files(**{f"_{FIRST}": CONSTRAINT.format(name="first") + "\n// One more remark.\n"})
    for use in (migrations.pending, migrations.apply):
        with pytest.raises(MigrationEdited, match=f"{FIRST} was applied with other content.*restore the file"):
            use(migrated, edited)
    assert migrations.pending(migrated, both) == []


def test_a_migration_of_a_newer_innercircle_stops_everything(migrated: Database, both: list[Migration]) -> None:
    migrations.apply(migrated, both)
    for use in (migrations.pending, migrations.apply):
        with pytest.raises(MigrationPending, match=r"migration 9001, which .* does not know: update innercircle"):
            use(migrated, shipped())
    with pytest.raises(MigrationPending, match="9001"):
        migrations.require(migrated)


def test_a_migration_that_broke_off_is_applied_again(migrated: Database, files: Files) -> None:
    broken = files(**{f"_{FIRST}": CONSTRAINT.format(name="first") + "THIS IS NO CYPHER;\n"})
    with pytest.raises(QueryRejected):
        migrations.apply(migrated, broken)
    assert migrations.pending(migrated, broken) == [FIRST], "it is not on record"
    mended = files(**{f"_{FIRST}": CONSTRAINT.format(name="first")})
    assert migrations.apply(migrated, mended) == [FIRST]
    assert list(made(migrated).values()) == [2], "its first statements ran again"


@pytest.mark.parametrize("name", ["1-first", "0001", "0001_first", "0001-First", "first"])
def test_a_migration_out_of_pattern_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.cypher").write_text("RETURN 1;\n", encoding="utf-8")
    with pytest.raises(
        QueryFileInvalid, match=rf"^{name}\.cypher: a migration is named 0001-what-it-does\.cypher"
    ):
        shipped(tmp_path)


def test_migrations_that_ship_are_numbered_without_gaps() -> None:
    assert [each.version for each in shipped()] == [f"{number:04}" for number in range(1, len(shipped()) + 1)]
    assert all(each.statements for each in shipped())
