"""Standing: an entity with a judgment past due and unpaid is restricted, and nothing that is rated leads there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.audit import log, refusals
from graph.errors import NOTHING_OPEN, NotFound, PurposeMismatch
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.apply import apply, remove
from graph.rating.run import rate
from graph.rights import grants
from graph.standing.judgments import Standing, standing, standing_for_client
from graph.store import queries
from graph.store.client import Database
from tests.conftest import WIPE
from tests.facts.looking import content, written

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
POLICY = scheme.read("reliability")
PURPOSE = POLICY.purpose[0]
HEADER = "id,entity,court,case_number,amount,currency,issued,due,settled"
FILES = {
    "entities": ("id,kind", "ann,person", "bob,person", "mill,organisation", "smith,sole-trader"),
    "obligations": (
        "id,debtor,creditor,due,settled",
        "o1,ann,mill,2026-05-01T09:00:00Z,",
        "o2,bob,mill,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z",
    ),
    "memberships": (
        "entity,scheme,at,notice",
        "ann,reliability,2026-01-01T00:00:00Z,1",
        "bob,reliability,2026-01-01T00:00:00Z,1",
        "smith,reliability,2026-01-01T00:00:00Z,1",
    ),
}


@pytest.fixture(scope="module")
def rated(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """ann, who pays nothing, bob, who pays all, a mill and a smith; without judgments."""
    folder = tmp_path_factory.mktemp("standing")
    database.statement(WIPE)
    publishing.publish(database, POLICY)
    for kind, lines in FILES.items():
        written(folder, f"{kind}.csv", *lines)
    assert not any(each.rejected for each in load(database, [folder]))
    rate(database, POLICY.id, as_of=datetime(2026, 7, 1, tzinfo=UTC))
    return database


@pytest.fixture
def town(rated: Database) -> Database:
    rated.statement("MATCH (n) WHERE n:Judgment OR n:Grant OR n:Ledger OR n:Access DETACH DELETE n")
    return rated


def judge(
    database: Database,
    folder: Path,
    *,
    id_: str = "j1",
    entity: str = "bob",
    due: datetime = NOW - DAY,
    settled: datetime | None = None,
    amount: int = 500,
    correct: bool = False,
) -> None:
    """A judgment is loaded."""
    cells = [id_, entity, "First Court", "case 1", str(amount), "CNY", "2026-01-31T09:30:00Z", _text(due)]
    file = written(folder, "judgments.csv", HEADER, ",".join([*cells, _text(settled) if settled else ""]))
    take = apply if correct else load
    take(database, [file], rejects=folder / "rejects.csv")


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def restricted(database: Database, entity: str = "bob", now: datetime = NOW) -> bool:
    found = standing(database, entity, now=now)
    assert found.restricted == bool(found.judgments)
    return found.restricted


def test_an_entity_without_a_judgment_is_not_restricted(town: Database) -> None:
    for entity in ("ann", "bob", "mill", "smith"):
        assert standing(town, entity, now=NOW) == Standing(entity, False, ())
    with pytest.raises(NotFound):
        standing(town, "nobody", now=NOW)


@pytest.mark.parametrize(
    ("due", "settled", "expected"),
    [
        (NOW - DAY, None, True),
        (NOW - INSTANT, None, True),
        (NOW, None, False),  # due now is not past due
        (NOW + DAY, None, False),
        (NOW - DAY, NOW - DAY, False),
        (NOW - DAY, NOW - INSTANT, False),  # late, but paid
        (NOW - DAY, NOW, False),  # payment lifts it at once
        (NOW - DAY, NOW + INSTANT, True),
        (NOW + DAY, NOW + 2 * DAY, False),
    ],
)
def test_an_entity_is_restricted_while_a_judgment_is_past_due_and_unpaid_and_no_longer(
    town: Database, tmp_path: Path, due: datetime, settled: datetime | None, expected: bool
) -> None:
    judge(town, tmp_path, due=due, settled=settled)
    assert restricted(town) == expected
    assert not restricted(town, "ann")


def test_standing_says_by_which_judgments_and_not_by_those_that_were_paid(town: Database, tmp_path: Path) -> None:
    judge(town, tmp_path, id_="later", due=NOW - DAY)
    judge(town, tmp_path, id_="earlier", due=NOW - 3 * DAY)
    judge(town, tmp_path, id_="paid", due=NOW - 2 * DAY, settled=NOW - DAY)
    found = standing(town, "bob", now=NOW)
    assert [each.id for each in found.judgments] == ["earlier", "later"]
    first = found.judgments[0]
    assert (first.court, first.case_number, first.amount, first.currency) == (
        "First Court",
        "case 1",
        500.0,
        "CNY",
    )
    assert (first.issued, first.due) == (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), NOW - 3 * DAY)


def test_a_payment_that_arrives_in_a_later_file_lifts_the_restriction(town: Database, tmp_path: Path) -> None:
    judge(town, tmp_path)
    assert restricted(town)
    judge(town, tmp_path, settled=NOW - INSTANT)
    assert not restricted(town)


def test_a_payment_finds_its_judgment_without_an_id(town: Database, tmp_path: Path) -> None:
    header = HEADER.removeprefix("id,")
    row = "bob,First Court,case 7,500,CNY,2026-01-31T09:30:00Z,2026-06-01T00:00:00Z,"
    load(town, [written(tmp_path, "judgments.csv", header, row)])
    assert restricted(town)
    [loaded] = load(town, [written(tmp_path, "judgments.csv", header, row + "2026-06-30T00:00:00Z")])
    assert (loaded.completed, loaded.stored) == (1, 0)
    assert not restricted(town)


def test_a_judgment_is_corrected_and_removed_and_no_rating_is_touched(town: Database, tmp_path: Path) -> None:
    before = content(town)
    judge(town, tmp_path)
    judge(town, tmp_path, amount=700, settled=NOW - DAY, correct=True)
    assert not restricted(town)
    judge(town, tmp_path, amount=700, settled=NOW + DAY, correct=True)
    assert [each.amount for each in standing(town, "bob", now=NOW).judgments] == [700.0]
    assert remove(town, "judgments", ["j1", "not known"]) == (["j1"], [])
    assert not restricted(town)
    assert content(town) == before, "no entity was even marked as changed"


def test_a_judgment_due_before_it_was_issued_is_rejected(town: Database, tmp_path: Path) -> None:
    judge(town, tmp_path, due=datetime(2026, 1, 1, tzinfo=UTC))
    assert "due before it was issued" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert not restricted(town)


# Nothing that is rated leads to a restriction ---------------------------------------------------------

RATED = re.compile(
    r"\b(Membership|INNER|JOINED|Past|WAS|Run|Scheme|score|points|band|conduct|evidence|caption|rid|circle|weights?"
    r"|used|changed|OWED|BOUGHT|VISITED|CONTACTED)\b"
)


def said(query: queries.Query) -> str:
    """The text of a query without its comments."""
    return re.sub(r"//[^\n]*", "", query.text)


def test_the_query_of_standing_reads_judgments_and_no_rating_nor_what_is_rated() -> None:
    text = said(queries.get("unpaid_judgments"))
    assert not RATED.search(text)
    assert set(re.findall(r":(\w+)", text)) == {"Entity", "Person", "SoleTrader", "Judgment", "AGAINST"}


def test_no_query_that_makes_a_judgment_reads_a_rating_and_no_rating_reads_a_judgment() -> None:
    about = {query.name: query for query in queries.catalogue().values() if "Judgment" in said(query)}
    makes = {name for name, query in about.items() if re.search(r"(CREATE|MERGE)\s*\(\w*:Judgment", said(query))}
    sets = {name for name in about if re.search(r"\bSET\b", said(about[name]))}
    assert makes == {"load_judgments"}
    assert sets == {"load_judgments", "unload_judgments"}
    # who has joined finds in its history that a load was taken back
    told = {"unload_judgments": {"JOINED"}}
    assert not [name for name in sets if set(RATED.findall(said(about[name]))) - told.get(name, set())]
    assert {query.room for query in about.values()} & {"rating", "explain", "policy"} == set()


def test_only_the_module_of_standing_asks_for_judgments_and_only_it_says_restricted() -> None:
    root = Path(__file__).parents[2]
    sources = {
        file: file.read_text(encoding="utf-8") for file in [*root.glob("graph/**/*.py"), *root.glob("api/**/*.py")]
    }
    asks = {file.relative_to(root).as_posix() for file, text in sources.items() if "unpaid_judgments" in text}
    assert asks == {"graph/standing/judgments.py"}
    makes = {
        file.relative_to(root).as_posix()
        for file, text in sources.items()
        if re.search(r"restricted\s*=[^=]|Standing\(e", text)
    }
    assert makes <= {"graph/standing/judgments.py"}
    # graph/standing/judgments.py itself imports nothing of ratings: a contract of import-linter


SCORES = st.one_of(st.none(), st.floats(0, 1), st.sampled_from([0.0, 1.0]))
RATE = """
MATCH (m:Membership {id: 'reliability|' + $entity})
SET m.score = $score, m.points = 350 + 600 * $score, m.conduct = $conduct, m.band = $band, m.contested = $contested
"""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scores=st.tuples(SCORES, SCORES),
    conduct=st.floats(0, 1),
    band=st.sampled_from(["poor", "exceptional", ""]),
    contested=st.sampled_from([None, "c"]),
    judged=st.sampled_from(["bob", "ann"]),
)
def test_whatever_the_ratings_are_standing_is_the_same(
    rated: Database, scores: tuple[Any, Any], conduct: float, band: str, contested: Any, judged: str
) -> None:
    rated.statement("MATCH (j:Judgment) DETACH DELETE j")
    rated.statement(
        "MATCH (e:Entity {id: $judged}) CREATE (:Judgment {id: 'j', court: '', case_number: '', amount: 1.0, "
        "currency: 'CNY', issued: $due, due: $due})-[:AGAINST]->(e)",
        judged=judged,
        due=NOW - DAY,
    )
    for entity, score in zip(("ann", "bob"), scores, strict=True):
        rated.statement(RATE, entity=entity, score=score, conduct=conduct, band=band, contested=contested)
    assert {entity: restricted(rated, entity) for entity in ("ann", "bob", "smith")} == {
        entity: entity == judged for entity in ("ann", "bob", "smith")
    }


# What clients are told -------------------------------------------------------------------------------


def ask(database: Database, entity: str, client: str = "bank", purpose: str = PURPOSE) -> Standing:
    return standing_for_client(database, entity, client=client, purpose=purpose, now=NOW)


def give(database: Database, entity: str, **other: Any) -> str:
    terms: dict[str, Any] = {"client": "bank", "purpose": PURPOSE, "until": NOW + DAY, "now": NOW - DAY} | other
    return database.write(lambda tx: grants.grant(tx, entity, scheme=POLICY.id, what="band", **terms)).id


def records(database: Database) -> list[tuple[str, str, str]]:
    """(ledger, who, outcome) of every read that is on record."""
    refusals.put_on_record(database)
    rows = database.statement("MATCH (a:Access) RETURN a ORDER BY a.ledger, a.number")
    return [(row["a"]["ledger"], row["a"]["who"], row["a"]["outcome"]) for row in rows]


def test_an_organisations_standing_is_open_to_any_client_for_a_purpose(town: Database, tmp_path: Path) -> None:
    judge(town, tmp_path, entity="mill")
    assert ask(town, "mill").restricted
    assert records(town) == [("|mill", "bank", log.ANSWERED)]


@pytest.mark.parametrize("entity", ["bob", "smith"])
def test_a_persons_and_a_sole_traders_standing_is_open_only_under_a_grant(town: Database, entity: str) -> None:
    give(town, entity, client="another bank")
    give(town, entity, purpose=POLICY.purpose[1])
    give(town, entity, until=NOW - INSTANT)
    revoked = give(town, entity)
    town.write(lambda tx: grants.revoke(tx, revoked, now=NOW - DAY))
    for asked in (entity, "nobody"):
        with pytest.raises(NotFound, match=NOTHING_OPEN):
            ask(town, asked)
    assert records(town) == [("|", "bank", "not-known"), (f"|{entity}", "bank", "no-grant")]
    give(town, entity)
    assert not ask(town, entity).restricted
    assert (f"reliability|{entity}", "bank", log.ANSWERED) in records(town)
    assert {each.outcome for each in log.accesses(town, entity)} == {log.ANSWERED, "no-grant"}


def test_a_purpose_that_no_scheme_has_is_refused_and_recorded(town: Database) -> None:
    for entity in ("mill", "bob", "nobody"):
        with pytest.raises(PurposeMismatch, match="hiring"):
            ask(town, entity, purpose="hiring")
    assert [outcome for _, _, outcome in records(town)] == ["purpose-mismatch"] * 3
