"""How old the ratings and the facts are, for the operator of the service."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from graph.analysis.monitoring import Age, Allowed, What, ages, last_loads
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.apply import take_back
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.conftest import Command
from tests.facts.looking import written
from tests.kept import kept
from tests.worlds.chosen_conduct import AS_OF, facts_of, rated

POLICY = scheme.read("reliability")


@pytest.fixture
def town(graph: Database) -> Database:
    """Rated up to 30 June 2026 in one scheme, and not yet in another."""

    def make() -> None:
        publishing.publish(graph, scheme.read("trading"))
        rated(graph, facts_of({"ann": [1.0]}, []), POLICY)
        graph.statement("MATCH (l:Load) DETACH DELETE l")

    return kept(graph, make)


def told(database: Database, now: datetime, late_after_days: int = 31) -> list[tuple[str, bool]]:
    found = ages(database, now=now, allowed=Allowed(ratings_days=late_after_days))
    return [(each.says, each.late) for each in found if each.what is not What.DISPUTE]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (AS_OF - timedelta(days=2, seconds=1), "which is still to come, so that a clock was wrong: late"),
        (AS_OF - timedelta(days=1, seconds=1), "today"),
        (AS_OF - timedelta(seconds=1), "today"),
        (AS_OF, "yesterday"),
        (AS_OF + timedelta(days=30), "31 days ago"),
        (AS_OF + timedelta(days=31), "32 days ago: late"),
        (AS_OF + timedelta(days=150), "151 days ago: late"),
    ],
)
def test_each_scheme_says_its_last_rated_day_in_words(town: Database, now: datetime, words: str) -> None:
    assert told(town, now) == [
        (f"reliability is rated up to 2026-06-30, {words}", "late" in words),
        ("trading is not rated yet", False),
        ("no facts were loaded yet", False),
    ]
    assert any(late for _, late in told(town, now, late_after_days=1_000)) == ("to come" in words)


def test_the_last_load_is_told_and_one_that_brought_nothing_is_none(town: Database, tmp_path: Path) -> None:
    due = "2026-05-01T09:00:00Z"
    file = written(tmp_path, "contacts.csv", "source,target,at", f"ann,bob,{due}")
    load(town, [written(tmp_path, "entities.csv", "id,kind", "ann,person", "bob,person"), file])
    town.statement("MATCH (l:Load) SET l.at = datetime('2026-05-02T23:59:00Z')")
    load(town, [file])
    assert told(town, datetime(2026, 7, 1, 1, tzinfo=UTC))[-1] == (
        "facts were last loaded on 2026-05-02, 60 days ago: late",
        True,
    )


def test_a_load_that_was_taken_back_is_not_the_last(town: Database, tmp_path: Path) -> None:
    load(town, [written(tmp_path, "entities.csv", "id,kind", "ann,person", "bob,person")])
    town.statement("MATCH (l:Load) SET l.at = datetime('2026-05-02T23:59:00Z')")
    [first] = last_loads(town)
    load(town, [written(tmp_path, "contacts.csv", "source,target,at", "ann,bob,2026-05-01T09:00:00Z")])
    [second] = town.statement("MATCH (l:Load) RETURN l.id AS id ORDER BY l.at DESC LIMIT 1")
    assert len(last_loads(town)) == 2
    take_back(town, second["id"], by="Olga", why="wrong file")
    assert last_loads(town) == [first]


def test_status_and_readiness_say_it_and_the_service_is_ready_all_the_same(
    town: Database, settings: Settings, innercircle: Command
) -> None:
    days = (datetime.now(UTC).date() - AS_OF.date()).days + 1
    shown = innercircle("status", INNERCIRCLE_LATE_AFTER_DAYS="1")
    assert shown.returncode == 0
    assert f"late           reliability is rated up to 2026-06-30, {days:,} days ago: late" in shown.stdout
    assert "age            trading is not rated yet" in shown.stdout
    body = json.loads(innercircle("status", "--json", INNERCIRCLE_LATE_AFTER_DAYS="36500").stdout)
    assert [(each["scheme"], each["days_ago"], each["late"]) for each in body["ages"]] == [
        ("reliability", days, False),
        ("trading", None, False),
        (None, None, False),
        (None, None, False),
    ]
    assert [each["what"] for each in body["ages"]] == ["ratings", "ratings", "load", "dispute"]
    impatient = settings.model_copy(update={"late_after_days": 1})
    with serve(lambda: connect(settings), settings=impatient) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (httpx.codes.OK, "ready")
    assert answer.json()["ages"][0] == {
        "what": "ratings",
        "scheme": "reliability",
        "last_day": "2026-06-30",
        "days_ago": days,
        "late": True,
        "says": f"reliability is rated up to 2026-06-30, {days:,} days ago: late",
    }


def aged(database: Database, what: What, now: datetime, allowed: Allowed) -> Age | None:
    return next((each for each in ages(database, now=now, allowed=allowed) if each.what is what), None)


@pytest.mark.parametrize("state", ["open", "proposed"])
def test_the_oldest_dispute_that_waits_is_told_and_anybody_learns_only_that_it_is_late(
    town: Database, state: str
) -> None:
    town.statement(
        """UNWIND [['d-new', '2026-06-20', $state], ['d-old', '2026-06-01', $state],
                     ['d-done', '2026-01-01', 'rejected']] AS each MATCH (ann:Entity {id: 'ann'})
        CREATE (ann)-[:OPENED]->(:Dispute {id: each[0], kind: 'contacts', state: each[2],
                                           opened: datetime(each[1] + 'T12:00:00Z')})""",
        state=state,
    )
    opened = datetime(2026, 6, 1, tzinfo=UTC)
    for days, late in ((30, False), (31, True)):
        found = aged(town, What.DISPUTE, opened + timedelta(days=days), Allowed())
        assert found is not None
        assert found.says == (
            f"the oldest dispute that waits was opened on 2026-06-01, {days} days ago{': late' if late else ''}"
        )
        shown = found.to_anybody()
        assert (shown.last_day, shown.days_ago, shown.late) == (None, None, late)
        assert "2026" not in shown.says
        assert shown.says.startswith("a dispute waits" if late else "no dispute waits for longer")


def test_that_no_dispute_waits_looks_like_one_that_is_not_late(town: Database) -> None:
    none = aged(town, What.DISPUTE, AS_OF, Allowed())
    assert none is not None
    assert none.says == "no dispute waits"
    assert (none.to_anybody().says, none.late) == ("no dispute waits for longer than it may", False)


def test_the_newest_file_of_the_folder_is_the_backup_and_what_is_none_does_not_count(
    town: Database, tmp_path: Path
) -> None:
    made = datetime(2026, 6, 10, 3, tzinfo=UTC)
    for name, hours, content in (
        ("older.backup", 0, "x"),
        ("newest.backup", 24, "x"),
        *((".hidden", 99, "x"), ("half.part", 99, "x"), ("empty.backup", 99, "")),
    ):
        (tmp_path / name).write_text(content)
        at = (made + timedelta(hours=hours)).timestamp()
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "a folder").mkdir()
    for days, late in ((2, False), (3, True)):
        found = aged(town, What.BACKUP, made + timedelta(days=1 + days), Allowed(backups=tmp_path))
        assert found is not None
        assert found.says == f"the newest backup was made on 2026-06-11, {days} days ago{': late' if late else ''}"
        assert found.to_anybody() == found


def test_a_folder_without_a_backup_is_late_wherever_it_is_and_no_folder_is_not_told_of(
    town: Database, tmp_path: Path
) -> None:
    assert aged(town, What.BACKUP, AS_OF, Allowed()) is None
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "gone", tmp_path / "file"):
        found = aged(town, What.BACKUP, AS_OF, Allowed(backups=folder))
        assert found is not None
        assert found.late
        assert found.says == "there is no backup in the folder that INNERCIRCLE_BACKUPS names: late"
        assert str(tmp_path) not in found.says
