"""The nightly round does each thing once, whatever broke it off, and says what waits for a person."""

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.nightly import Outcome, Step, round_of
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating.runs import alone
from graph.rights import disputes
from graph.server import local
from graph.server.backups import made_at
from graph.settings import Settings
from graph.store.client import Database
from tests.conftest import Command
from tests.own_home import own_market, with_passphrase
from tests.strategies import make_scheme
from tests.worlds.three_in_touch import NOW, SCHEME, decide, leave, open_market

DAY = timedelta(days=1)
WITHOUT_FOUNDERS = make_scheme(id="a-first", weights={"obligations": 1.0}, voice={})
RUNS = "MATCH (r:Run) WHERE r.finished IS NOT NULL RETURN r.scheme AS scheme, toString(date(r.as_of)) AS day"


def steps(settings: Settings, now: datetime = NOW) -> dict[str, Step]:
    found = list(round_of(settings, now=now, folder=None, keep=None))
    assert [each.step for each in found if each.step != "rating"] == [
        *("changes", "retention", "disputes", "backup", "ages")
    ]
    return {each.scheme or each.step: each for each in found}


def outcomes(settings: Settings, now: datetime = NOW) -> dict[str, Outcome]:
    return {name: each.outcome for name, each in steps(settings, now).items()}


def ends(database: Database) -> list[str]:
    return sorted(row["day"] for row in database.statement(RUNS))


@pytest.fixture
def market(graph: Database) -> Database:
    open_market(graph, rated=False)
    return graph


def test_a_scheme_is_rated_up_to_the_last_whole_day_once_and_again_the_next_day(
    market: Database, settings: Settings
) -> None:
    assert outcomes(settings)[SCHEME.id] is Outcome.DONE
    assert ends(market) == ["2026-06-30"]  # at the midnight that began the day of NOW
    assert outcomes(settings)[SCHEME.id] is Outcome.ALREADY
    assert outcomes(settings, NOW + DAY)[SCHEME.id] is Outcome.DONE
    assert outcomes(settings, NOW)[SCHEME.id] is Outcome.ALREADY, "a clock that is set back rates no earlier day"
    assert ends(market) == ["2026-06-30", "2026-07-01"]


def test_what_came_after_the_run_is_a_reason_for_another(market: Database, settings: Settings) -> None:
    steps(settings)
    leave(market, "cat")  # which is passed on at once
    assert outcomes(settings)[SCHEME.id] is Outcome.ALREADY
    market.statement("MATCH (e:Entity {id: 'ann'}) SET e.changed = datetime()")  # as a load does
    assert outcomes(settings)[SCHEME.id] is Outcome.DONE
    assert outcomes(settings)[SCHEME.id] is Outcome.ALREADY
    text = make_scheme(weights={"obligations": 1.0}, share=0.25).text.replace('version = "1"', 'version = "2"', 1)
    publishing.publish(market, parse(text, "another-policy.toml"))
    assert outcomes(settings)[SCHEME.id] is Outcome.DONE
    market.run("mark_stale", scheme=SCHEME.id)
    assert outcomes(settings)[SCHEME.id] is Outcome.DONE


def test_a_step_that_fails_says_why_and_stops_none_after_it(
    market: Database, settings: Settings, innercircle: Command
) -> None:
    publishing.publish(market, WITHOUT_FOUNDERS)
    found = steps(settings)
    failed = found[WITHOUT_FOUNDERS.id]
    assert (failed.outcome, failed.found) == (Outcome.FAILED, {"code": "refused"})
    assert "founder" in failed.says
    assert found[SCHEME.id].outcome is Outcome.DONE
    ended = innercircle("nightly", "--json")
    assert ended.returncode == 1
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(each["step"], each["scheme"]) for each in lines if each["outcome"] == "failed"] == [
        ("rating", WITHOUT_FOUNDERS.id)
    ]


def test_a_run_that_is_under_way_is_not_disturbed(market: Database, settings: Settings) -> None:
    with alone(market, SCHEME.id, "somebody-else"):
        found = steps(settings)[SCHEME.id]
    assert found.outcome is Outcome.FAILED
    assert "another run of made-up is under way" in found.says
    assert ends(market) == []
    assert outcomes(settings)[SCHEME.id] is Outcome.DONE


def test_disputes_that_nobody_decides_end_and_are_told_of(market: Database, settings: Settings) -> None:
    id_, _ = decide(
        market,
        lambda tx: disputes.dispute(
            tx, "bob", kind="obligations", fact="bob-0", statement="It is not so.", by="bob", now=NOW - 40 * DAY
        ),
    )
    first = steps(settings)["disputes"]
    assert first.outcome is Outcome.WAITS
    assert (first.found["reminded"], first.found["overdue"], first.found["expired"]) == ([id_], [id_], [])
    later = steps(settings, NOW + 5 * DAY)["disputes"]
    assert (later.outcome, later.found["expired"]) == (Outcome.WAITS, [id_])
    assert market.statement("MATCH ()-[o:OWES {id: 'bob-0'}]->() RETURN o") == []
    assert outcomes(settings, NOW + 5 * DAY)["disputes"] is Outcome.DONE


def test_the_command_tells_each_step_on_a_line_and_ends_by_the_worst(
    market: Database, innercircle: Command
) -> None:
    ended = innercircle("nightly", "--json", INNERCIRCLE_LATE_AFTER_DAYS="36500")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each["step"] for each in lines] == ["changes", "retention", "disputes", "rating", "backup", "ages"]
    assert not [each for each in lines if each["outcome"] not in ("done", "already", "left-out")]
    assert ended.returncode == 0
    late = innercircle("nightly", "--json")  # the facts of this market were loaded long ago
    [waits] = [each for each in map(json.loads, late.stdout.splitlines()) if each["outcome"] == "waits"]
    assert (waits["step"], late.returncode) == ("ages", 2)
    assert "late" in waits["says"]
    told = innercircle("nightly")
    assert told.stdout.splitlines()[3].startswith("rating: already, ")
    assert innercircle("nightly", "--keep", "7,4").returncode == 1


@pytest.mark.slow
def test_a_round_with_a_backup_that_is_killed_is_started_again_and_makes_one(tmp_path: Path) -> None:
    own = with_passphrase(tmp_path, journal=tmp_path / "journal", backups=tmp_path / "backups")
    with own_market(own) as settings:
        command = [str(Path(sys.executable).with_name("innercircle")), "nightly", "--json"]
        variables = {
            f"INNERCIRCLE_{name.upper()}": str(getattr(settings, name))
            for name in ("home", "backup_passphrase_file", "journal", "backups", "cache")
            if getattr(settings, name) is not None
        }
        with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL) as broken:
            while not (settings.home / "backing-up").exists():
                assert broken.poll() is None
                time.sleep(0.01)
            broken.send_signal(signal.SIGKILL)
        local.start(settings)  # the dump had stopped it
        now = datetime.now(UTC)
        again = list(round_of(settings, now=now, folder=settings.backups, keep=(7, 4, 12)))
        assert {each.step: each.outcome for each in again}["rating"] is Outcome.ALREADY
        assert {each.step: each.outcome for each in again}["backup"] is Outcome.DONE
        third = list(round_of(settings, now=now, folder=settings.backups, keep=(7, 4, 12)))
        assert {each.step: each.outcome for each in third}["backup"] is Outcome.ALREADY
        assert len([each for each in (tmp_path / "backups").iterdir() if made_at(each.name)]) == 1
