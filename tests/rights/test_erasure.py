"""Erasure: nothing of the erased is left, and nothing of the others is lost."""

import pytest

from graph.errors import NotFound
from graph.rating import history, published
from graph.rating.rerate import TOLERANCE_POINTS, passed_on
from graph.rating.run import rate
from graph.rating.verify import verify_run
from graph.rights import erasure
from graph.rights.erasure import Erased
from graph.server.local import Server
from graph.store.client import Database
from tests.worlds.all_kept_about_one import AS_OF, ENTITY, NAME, build, dump


@pytest.fixture(scope="module")
def before(database: Database, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The community as it was, as texts."""
    build(database, tmp_path_factory.mktemp("community"))
    return dump(database)


@pytest.fixture(scope="module")
def erased(before: list[str], database: Database) -> Erased:
    done = database.write(lambda transaction: erasure.erase(transaction, ENTITY, now=AS_OF))
    assert passed_on(database, done.changes)
    return done


def test_before_erasure_the_entity_is_named_in_every_corner_that_the_test_looks_at(before: list[str]) -> None:
    assert sum(ENTITY in each for each in before) > 20
    assert any(NAME in each for each in before)


def test_no_node_and_no_relationship_names_the_erased_any_more(erased: Erased, database: Database) -> None:
    assert [each for each in dump(database) if ENTITY in each or NAME in each] == []


def test_no_log_of_the_server_names_the_erased(erased: Erased, server: Server) -> None:
    logs = sorted((server.home / "logs").iterdir())
    assert logs
    for file in logs:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert ENTITY not in text, file
        assert NAME not in text, file


def test_the_server_keeps_no_log_of_queries_and_the_fewest_transaction_logs(database: Database) -> None:
    rows = database.statement("SHOW SETTINGS YIELD name, value")
    found = {row["name"]: row["value"] for row in rows}
    assert found["db.tx_log.rotation.retention_policy"] == "keep_none"
    assert found["db.logs.query.enabled"] == "OFF"
    assert found["db.logs.query.parameter_logging_enabled"] == found["dbms.logs.http.enabled"] == "false"


def test_what_is_gone_is_counted(erased: Erased) -> None:
    assert erased.gone == {
        "memberships": 2,
        "contacts": 4,
        "obligations": 1,
        "payments": 2,
        "purchases": 1,
        "visits": 1,
        "grants": 1,
        "foundings": 1,
        "accesses": 1,
        "disputes": 1,
        "answers": 1,
        "contests": 1,
        "judgments": 1,
        "requests": 2,
    }
    assert erased.kept == 2


COUNTS = """
MATCH (n) WHERE any(label IN labels(n) WHERE label IN ['Grant', 'Ledger', 'Access', 'Dispute', 'Contest',
                    'Judgment', 'Request', 'Past', 'Membership'])
RETURN labels(n)[0] AS label, coalesce(n.id, n.key) AS id ORDER BY label, id
"""


def test_the_records_about_others_stay(erased: Erased, database: Database) -> None:
    found = {(row["label"], row["id"]) for row in database.statement(COUNTS) if row["label"] != "Past"}
    assert found == {
        ("Grant", "g2"),
        ("Dispute", "d2"),
        ("Dispute", "d4"),
        ("Dispute", "d5"),
        ("Dispute", "d6"),
        ("Request", "r3"),
        *(("Membership", f"reliability|{each}") for each in ("bob", "cy", "mill")),
        ("Membership", "own-conduct|bob"),
    }


OWED = """
MATCH (debtor:Entity)-[owed:OWED]->(creditor:Anonymous)
RETURN debtor.id AS debtor, owed.kind AS kind, owed.amount AS amount, owed.settled IS NULL AS open,
       owed.disputed AS disputed, owed.id AS id, owed.load AS load, creditor.id AS creditor,
       labels(creditor) AS labels, keys(creditor) AS keys, COUNT { (creditor)--() } AS degree
ORDER BY debtor
"""


PAID = """
MATCH (debtor:Entity)-[paid:PAID]->(creditor:Anonymous)
MATCH (debtor)-[owed:OWED {id: paid.obligation}]->(creditor)
RETURN debtor.id AS debtor, paid.amount AS amount, paid.id AS id, owed.parts AS parts ORDER BY amount
"""


def test_what_was_paid_of_that_stays_with_it_under_ids_that_name_nobody(
    erased: Erased, database: Database
) -> None:
    found = database.statement(PAID)
    assert [(row["debtor"], row["amount"], row["parts"]) for row in found] == [("bob", 40.0, 2), ("bob", 59.0, 2)]
    assert not any(ENTITY in row["id"] for row in found)
    assert database.statement("MATCH ()-[paid:PAID]->() RETURN count(paid) AS n") == [{"n": 2}]


def test_what_others_owed_stays_with_them_towards_somebody_who_is_nobody(
    erased: Erased, database: Database
) -> None:
    bob, cy = database.statement(OWED)
    assert (bob["debtor"], bob["kind"], bob["amount"], bob["open"]) == ("bob", "loan", 99.0, False)
    assert (cy["debtor"], cy["kind"], cy["amount"], cy["open"]) == ("cy", None, None, True)
    assert bob["creditor"] == cy["creditor"]
    assert bob["creditor"].startswith("anonymous-")
    assert set(bob["labels"]) == {"Anonymous", "Entity", "Person"}
    assert (bob["keys"], bob["degree"]) == (["id"], 4), "two debts, and two payments of one of them"
    assert bob["load"] == "l1"


def test_a_dispute_about_such_a_debt_follows_it_under_its_new_id(erased: Erased, database: Database) -> None:
    bob, _ = database.statement(OWED)
    (dispute,) = database.statement("MATCH (d:Dispute {id: 'd2'}) RETURN d.fact AS fact, d.statement AS statement")
    assert (dispute["fact"], bob["disputed"]) == (bob["id"], "d2")
    assert dispute["statement"] == "I, Bob, paid (erased) ((erased)) on time"


def test_whose_circle_it_was_is_rated_as_if_it_had_never_been_there(erased: Erased, database: Database) -> None:
    for scheme in ("reliability", "own-conduct"):
        rows = database.run("members", scheme=scheme, after="", limit=10)
        rerated = {row["entity"]: published.open_rating(database, row["entity"], scheme) for row in rows}
        assert not any(each.stale for each in rerated.values())
        rate(database, scheme, as_of=AS_OF)
        for entity, was in rerated.items():
            fresh = published.open_rating(database, entity, scheme)
            assert was.points == pytest.approx(fresh.points, abs=2 * TOLERANCE_POINTS)
            assert [each.entity for each in was.circle] == [each.entity for each in fresh.circle]


PASTS = """
MATCH (m:Membership)-[:WAS]->(state:Past)
RETURN m.id AS id, state.circle AS circle, state.used AS used, state.weights AS weights, state.score AS score,
       state.conduct AS conduct
ORDER BY id
"""


def test_earlier_ratings_of_others_add_up_and_do_not_tell_its_score(erased: Erased, database: Database) -> None:
    states = [row for row in database.statement(PASTS) if any(rid < 0 for rid in row["circle"])]
    assert {row["id"] for row in states} >= {"reliability|bob", "reliability|cy"}
    for row in states:
        assert max(row["used"]) - min(row["used"]) < 1e-12
        supplied = sum(w * u for w, u in zip(row["weights"], row["used"], strict=True))
        assert row["score"] == pytest.approx(0.8 * row["conduct"] + 0.2 * supplied, abs=1e-9)
    assert not any(0 in row["circle"] for row in database.statement(PASTS))  # 0: the rid of the erased


def test_the_history_of_others_and_old_runs_can_still_be_read(erased: Erased, database: Database) -> None:
    found = history.history(database, "bob", "reliability")
    assert sum(cause.whole for cause in found.causes) == found.after.whole_points - found.before.whole_points
    assert verify_run(database, found.before.run).holds


def test_an_erased_entity_is_not_found_to_be_erased_again(erased: Erased, database: Database) -> None:
    with pytest.raises(NotFound):
        database.write(lambda transaction: erasure.erase(transaction, ENTITY, now=AS_OF))


# The last of this file, since it empties the graph ------------------------------------------------------


def test_nor_does_what_a_run_has_left_that_broke_off_name_it(graph: Database) -> None:
    graph.statement("CREATE (:Membership {id: 's|bob', scheme: 's', rid: 1, next_circle: [0, 2]})")
    graph.run("erase_from_circles", scheme="s", rid=0)
    assert graph.statement("MATCH (m:Membership) RETURN m.next_circle AS circle") == [{"circle": [-1, 2]}]
