"""A rating as a whole is contested: it says so wherever it is shown, until a named reviewer has closed that."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graph import disclosure
from graph.audit import log
from graph.cli.app import app
from graph.errors import NotFound, ParameterError, Refused
from graph.rating import published
from graph.rating.apply import apply, remove
from graph.rating.run import rate
from graph.rights import contests
from graph.rights.contests import Contest
from graph.settings import Settings
from graph.store.client import Database
from tests.strategies import AS_OF
from tests.worlds.villages import NOW, Village, build

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def villages(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    return build(database, tmp_path_factory.mktemp("villages"), 9)


@pytest.fixture
def village(villages: Iterator[Village]) -> Village:
    return next(villages)


def contest(village: Village, entity: str = "ann", statement: str = "Not me.", scheme: str = "reliability") -> str:
    return village.database.write(
        lambda tx: contests.contest(tx, village(entity), scheme, statement=statement, now=NOW)
    )


def close(
    village: Village, id_: str, reviewer: str = "Ruth", reason: str = "Seen.", entity: str | None = None
) -> None:
    village.database.write(
        lambda tx: contests.close(
            tx, id_, reason=reason, reviewer=reviewer, acts_for=[entity] if entity else (), now=NOW + DAY
        )
    )


def contested(village: Village, entity: str = "ann", scheme: str = "reliability") -> bool:
    """Whether the rating says so, the same wherever it is read."""
    id_, graph = village(entity), village.database
    said = {
        published.open_rating(graph, id_, scheme).contested,
        *(each.contested for each in published.lookup(graph, [id_], scheme)),
        *(each.contested for each in published.side_by_side(graph, id_) if each.scheme == scheme),
        disclosure.shown(graph, id_, scheme).contested,
        disclosure.explain(graph, id_, scheme).rating.contested,
    }
    [only_one] = said
    return bool(only_one)


def only(village: Village, entity: str = "ann") -> Contest:
    [found] = contests.of_entity(village.database, village(entity))
    return found


@pytest.mark.slow
def test_a_contested_rating_says_so_until_a_reviewer_closes_it_with_a_reason(village: Village) -> None:
    assert not contested(village)
    id_ = contest(village)
    assert contested(village)
    assert not contested(village, scheme="own-conduct"), "only in the scheme where it is"
    assert not contested(village, "bob")
    assert only(village) == Contest(
        id_, village("ann"), None, "reliability", "Not me.", "open", NOW, None, None, None
    )
    close(village, id_)
    assert not contested(village)
    found = only(village)
    assert (found.state, found.closed, found.reviewer, found.reason) == ("closed", NOW + DAY, "Ruth", "Seen.")


def test_neither_a_run_nor_a_re_rating_takes_the_mark_away(village: Village) -> None:
    contest(village)
    remove(village.database, "obligations", [village("o1")])
    assert published.open_rating(village.database, village("ann"), "reliability").rerated is not None
    assert contested(village)
    rate(village.database, "reliability", as_of=AS_OF)
    assert contested(village)


def test_only_a_rated_member_can_contest_and_only_once(village: Village) -> None:
    for entity, scheme in [
        ("dan", "reliability"),
        ("bob", "own-conduct"),
        ("nobody", "reliability"),
        ("ann", "lost"),
    ]:
        with pytest.raises(NotFound):
            contest(village, entity, scheme=scheme)
    id_ = contest(village)
    with pytest.raises(Refused, match="contested already"):
        contest(village)
    close(village, id_)
    contest(village)


def test_what_is_said_is_plain_text(village: Village) -> None:
    for statement in ["", "a\nb", "x" * 2_001]:
        with pytest.raises(ParameterError, match="statement"):
            contest(village, statement=statement)
    id_ = contest(village)
    for reviewer, reason in [("", "So."), ("Ruth", ""), ("Ruth", "a\x00b"), ("x" * 201, "So.")]:
        with pytest.raises(ParameterError):
            close(village, id_, reviewer, reason)
    assert contested(village)


def test_a_member_who_contests_cannot_close_it_and_it_is_closed_once(village: Village) -> None:
    id_ = contest(village)
    for reviewer, entity in [(village("ann"), None), (village("ann").upper(), None), ("Ruth", village("ann"))]:
        with pytest.raises(Refused, match="who contests"):
            close(village, id_, reviewer, entity=entity)
    with pytest.raises(NotFound):
        close(village, str(uuid.uuid4()))
    close(village, id_)
    with pytest.raises(Refused, match="ended"):
        close(village, id_)


def test_a_member_that_leaves_contests_no_longer_and_begins_anew_on_joining(
    village: Village, tmp_path: Path
) -> None:
    id_ = contest(village)
    remove(village.database, "memberships", [f"reliability|{village('ann')}"])
    assert only(village).state == "left"
    with pytest.raises(Refused, match="ended"):
        close(village, id_)
    anew = datetime.now(UTC).isoformat()
    apply(village.database, [village.row(tmp_path, "memberships", f"ann,reliability,{anew},1")])
    assert not contested(village)
    contest(village)
    assert contested(village)


def test_the_open_contests_are_listed_oldest_first(village: Village) -> None:
    later, closed = contest(village), contest(village, "bob")
    earlier = village.database.write(
        lambda tx: contests.contest(tx, village("cat"), "reliability", statement="No.", now=NOW - DAY)
    )
    close(village, closed)
    listed = [each.id for each in contests.open_ones(village.database)]
    assert [id_ for id_ in listed if id_ in (earlier, later, closed)] == [earlier, later]


def test_commands_show_a_contested_rating_as_contested(
    village: Village, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(settings.home))
    ann, of_scheme = village("ann"), ["--scheme", "reliability"]
    commands = [
        ["show", ann],
        ["show", ann, *of_scheme],
        ["explain", ann, *of_scheme],
        ["history", ann, *of_scheme],
        ["what-if", ann, *of_scheme, "--share", "0"],
    ]

    def say_so() -> list[bool]:
        done = [CliRunner().invoke(app, command) for command in commands]
        assert [each.exit_code for each in done] == [0] * len(commands)
        return ["contested" in each.stdout for each in done]

    assert not any(say_so())
    contest(village)
    assert all(say_so())


def test_the_commands_list_contests_and_close_them(
    village: Village, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(settings.home))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["contests", *arguments])

    id_, ann = contest(village, statement="Not me at all."), village("ann")
    for plain in (run().stdout, run("--json").stdout):
        assert id_ in plain
        assert not [word for word in (ann, "Not me at all.") if word in plain]
    for opened in (run("--statements").stdout, run("--statements", "--json").stdout):
        assert not [word for word in (id_, ann, "Not me at all.") if word not in opened]
    last = log.accesses(village.database, ann, limit=1)[0]
    assert (last.role, last.what) == ("operator", "contest"), "what names a member is on record"
    own = run("close", id_, "--reason", "Seen.", "--reviewer", ann)
    assert isinstance(own.exception, Refused)
    closed = run("close", id_, "--reason", "Seen.", "--reviewer", "Ruth")
    assert (closed.exit_code, contested(village)) == (0, False)
    assert id_ not in run().stdout
