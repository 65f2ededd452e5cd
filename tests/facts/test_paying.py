"""A file of payments settles obligations: in parts, once each, from several loads, and only by its own rules."""

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import explain
from graph.errors import ParameterError
from graph.facts.load import load
from graph.facts.payments import Payment, paid_in_full
from graph.model import Loaded, Reject
from graph.policy import publishing, scheme
from graph.rating.apply import apply, remove
from graph.rating.run import rate
from graph.rights import disputes
from graph.rights.erasure import erase
from graph.rights.retention import retain
from graph.store.client import Database, utc
from tests.conftest import Command, samples
from tests.facts.looking import content, whole, written
from tests.kept import kept

OWED = "id,debtor,creditor,amount,currency,due,settled"
PAID = "id,obligation,at,amount,currency"
DUE = "2026-03-01T12:00:00Z"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
STATE = """
MATCH ()-[owed:OWED {id: $id}]->()
RETURN owed.settled AS settled, owed.parts AS parts, owed.amount AS amount, owed.currency AS currency
"""
ALL_PAID = """
MATCH (debtor)-[paid:PAID]->(creditor)
RETURN paid.id AS id, paid.obligation AS obligation, debtor.id AS debtor, creditor.id AS creditor,
       paid.amount AS amount, paid.currency AS currency, paid.load AS load ORDER BY id
"""


@pytest.fixture
def market(graph: Database, tmp_path: Path) -> Database:
    """ann owes the mill 100 EUR, and something without an amount; bob owes ann 0.3 CNY."""
    entities = ("id,kind", "ann,person", "bob,person", "mill,organisation")
    obligations = (f"o1,ann,mill,100,EUR,{DUE},", f"vague,ann,mill,,,{DUE},", f"o2,bob,ann,0.3,CNY,{DUE},")

    def make() -> None:
        files = [
            written(tmp_path, "entities.csv", *entities),
            written(tmp_path, "obligations.csv", OWED, *obligations),
        ]
        load(graph, files)

    return kept(graph, make)


def at(day: int, hour: int = 12) -> str:
    return f"2026-03-{day:02}T{hour:02}:00:00Z"


@pytest.fixture
def pay(market: Database, tmp_path: Path) -> Callable[..., tuple[Loaded, list[Reject]]]:
    """Loads rows of payments, or of another kind; returns what became of them."""

    def loaded(
        *rows: str, kind: str = "payments", header: str = PAID, name: str = "", how: Any = load, **more: Any
    ) -> tuple[Loaded, list[Reject]]:
        rejects = tmp_path / "rejects.csv"
        rejects.unlink(missing_ok=True)
        path = written(tmp_path, f"{kind}{name or '-more'}.csv", header, *rows)
        done = how(market, [path], rejects=rejects, **more)
        [found] = done[0] if isinstance(done, tuple) else done
        if not rejects.exists():
            return found, []
        with rejects.open(newline="", encoding="utf-8") as stream:
            return found, [
                Reject(row["file"], int(row["line"]), row["column"], row["value"], row["reason"])
                for row in csv.DictReader(stream)
            ]

    return loaded


def state(database: Database, id_: str = "o1") -> tuple[str | None, int | None]:
    """(the day and hour on which it was settled, by how many payments)."""
    [found] = database.statement(STATE, id=id_)
    return found["settled"] and found["settled"].iso_format()[5:13], found["parts"]


Pay = Callable[..., tuple[Loaded, list[Reject]]]


# What settles -----------------------------------------------------------------------------------------


def test_parts_settle_an_obligation_on_the_day_on_which_it_is_paid_in_full(market: Database, pay: Pay) -> None:
    assert pay(f"y1,o1,{at(3)},40,EUR")[0].stored == 1
    assert state(market) == (None, None)
    assert pay(f"y2,o1,{at(9)},25,", f"y3,o1,{at(5)},35,EUR", name="-2")[0].stored == 2
    assert state(market) == ("03-09T12", 3)
    assert [(row["debtor"], row["creditor"], row["currency"]) for row in market.statement(ALL_PAID)] == [
        ("ann", "mill", "EUR")
    ] * 3
    assert all(row["load"] for row in market.statement(ALL_PAID)), "each says which load brought it"


def test_a_tenth_and_two_tenths_are_three_tenths(market: Database, pay: Pay) -> None:
    pay(f"y1,o2,{at(3)},0.1,CNY", f"y2,o2,{at(4)},0.2,CNY")
    assert state(market, "o2") == ("03-04T12", 2)
    found, rejects = pay(f"y3,o2,{at(5)},0.00000000000001,CNY")
    assert (found.stored, rejects[0].column) == (0, "amount")


def test_a_refund_takes_back_and_what_is_paid_again_settles_later(market: Database, pay: Pay) -> None:
    pay(f"y1,o1,{at(3)},100,EUR")
    assert state(market) == ("03-03T12", 1)
    pay(f"y2,o1,{at(5)},-30,EUR")
    assert state(market) == (None, None)
    pay(f"y3,o1,{at(8)},30,EUR")
    assert state(market) == ("03-08T12", 2)


def test_a_payment_loaded_twice_is_stored_once_also_under_another_name_of_the_file(
    market: Database, pay: Pay
) -> None:
    rows = [f",o1,{at(3)},40,EUR", f",o1,{at(3)},40,EUR"]  # two equal rows of one statement are two payments
    assert pay(*rows, name="-statement")[0].stored == 2
    before = whole(market)
    assert pay(*rows, name="-statement-again")[0].known == 2
    assert pay(f"y9,o1,{at(4)},20,EUR", name="-other")[0].stored == 1
    assert pay(f"y9,o1,{at(4)},20,", name="-other-2")[0].known == 1, "an empty currency says nothing"
    assert state(market) == ("03-04T12", 3)
    assert len(whole(market)) - len(before) == 3, "a payment, its load, and another one that says it too"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (f"y2,o1,{at(4)},61,EUR", "amount", "pays more than is owed: 40 of 100 EUR are paid"),
        (f"y2,o1,{at(4)},-41,EUR", "amount", "takes back more than was paid: 40 of 100 EUR are paid"),
        (f"y2,o1,{at(4)},10,CNY", "currency", "another currency than that of the obligation, which is EUR"),
        (f"y2,o1,{at(4)},0,EUR", "amount", "pays nothing"),
        (f"y2,o1,{at(4)},0.30000000000000004,EUR", "amount", "more than 15 digits"),
        (f'y2,o1,{at(4)},"10,50",EUR', "amount", "not a number"),
        (f"y2,o7,{at(4)},10,EUR", "obligation", "there is no such obligation: load it before"),
        (f"y2,vague,{at(4)},10,EUR", "obligation", "has no amount"),
        (f"y1,o1,{at(4)},40,EUR", "at", "the id is known with another at"),
        (f"y1,o1,{at(3)},41,EUR", "amount", "the id is known with another amount"),
        (f"y1,o2,{at(3)},40,EUR", "obligation", "the id is known with another obligation"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason_and_changes_nothing(
    market: Database, pay: Pay, row: str, column: str, reason: str
) -> None:
    pay(f"y1,o1,{at(3)},40,EUR")
    before = whole(market)
    found, [reject] = pay(row)
    assert (found.stored, found.rejected, reject.line, reject.column) == (0, 1, 2, column)
    assert reason in reject.reason
    assert whole(market) == before


def test_what_was_paid_twice_is_taken_once_its_refund_is_there(market: Database, pay: Pay) -> None:
    """The member paid twice by mistake in March; the second is refused until the refund of April is loaded."""
    march = [f"y1,o1,{at(3)},100,EUR", f"y2,o1,{at(4)},100,EUR"]
    assert [each.line for each in pay(*march)[1]] == [3]
    april = f"y3,o1,{at(20)},-100,EUR"
    assert pay(april)[0].stored == 1
    assert state(market) == (None, None)
    assert pay(*march)[0].stored == 1
    assert state(market) == ("03-03T12", 1), "it was never open"


def test_who_pays_too_much_and_fetches_most_of_it_back_has_not_settled(market: Database, pay: Pay) -> None:
    assert pay(f"y1,o1,{at(1)},200,EUR")[0].rejected == 1
    assert pay(f"y1,o1,{at(1)},200,EUR", f"y2,o1,{at(9)},-150,EUR")[0].stored == 2
    assert state(market) == (None, None)


# Its own word ---------------------------------------------------------------------------------------------


def test_an_obligation_that_says_itself_when_it_was_settled_takes_no_payments(market: Database, pay: Pay) -> None:
    pay(f"o1,ann,mill,100,EUR,{DUE},{at(7)}", kind="obligations", header=OWED)
    found, [reject] = pay(f"y1,o1,{at(3)},100,EUR")
    assert (found.stored, reject.column) == (0, "obligation")
    assert "says itself when it was settled, and that holds" in reject.reason
    assert state(market) == ("03-07T12", None)


def test_what_comes_first_holds_and_the_other_is_a_reject_until_it_is_applied(market: Database, pay: Pay) -> None:
    pay(f"y1,o1,{at(3)},60,EUR", f"y2,o1,{at(5)},40,EUR")
    same, other = (f"o1,ann,mill,100,EUR,{DUE},{at(day)}" for day in (5, 7))
    assert pay(same, kind="obligations", header=OWED)[0].known == 1
    assert state(market) == ("03-05T12", None), "it is the obligation's own word now, too"
    [reject] = pay(other, kind="obligations", header=OWED)[1]
    assert reject.column == "settled"
    assert pay(other, kind="obligations", header=OWED, how=apply)[0].corrected == 1
    assert state(market) == ("03-07T12", None)
    assert len(market.statement(ALL_PAID)) == 2, "what was paid stays, and says nothing against it"
    assert remove(market, "payments", ["y2"])[0] == ["y2"]
    assert state(market) == ("03-07T12", None)


def test_the_rest_may_be_settled_by_the_row_of_the_obligation(market: Database, pay: Pay) -> None:
    pay(f"y1,o1,{at(3)},60,EUR")
    assert pay(f"o1,ann,mill,100,EUR,{DUE},{at(7)}", kind="obligations", header=OWED)[0].completed == 1
    assert state(market) == ("03-07T12", None)
    assert pay(f"y1,o1,{at(3)},60,EUR")[0].known == 1


# Corrections ----------------------------------------------------------------------------------------------


def test_a_corrected_payment_and_one_that_is_removed_settle_anew(market: Database, pay: Pay) -> None:
    pay(f"y1,o1,{at(3)},60,EUR", f"y2,o1,{at(5)},40,EUR")
    assert pay(f"y2,o1,{at(8)},40,", how=apply)[0].corrected == 1
    assert state(market) == ("03-08T12", 2)
    assert pay(f"y2,o1,{at(8)},39.99,", how=apply)[0].corrected == 1
    assert state(market) == (None, None)
    [reject] = pay(f"y2,o1,{at(8)},41,", how=apply)[1]
    assert "pays more than is owed: 60 of 100 EUR" in reject.reason
    assert remove(market, "payments", ["y2", "y7"])[0] == ["y2"]
    assert [row["id"] for row in market.statement(ALL_PAID)] == ["y1"]


def test_a_corrected_obligation_keeps_what_was_paid_of_it(market: Database, pay: Pay) -> None:
    pay(f"y1,o1,{at(3)},60,EUR")
    before = market.statement(ALL_PAID)
    assert pay(f"o1,ann,mill,60,EUR,{DUE},", kind="obligations", header=OWED, how=apply)[0].corrected == 1
    assert (state(market), market.statement(ALL_PAID)) == (("03-03T12", 1), before)
    assert pay(f"o1,ann,bob,70,EUR,{DUE},", kind="obligations", header=OWED, how=apply)[0].corrected == 1
    assert state(market) == (None, None), "that payments settled it was theirs to say"
    assert [row["creditor"] for row in market.statement(ALL_PAID)] == ["bob"]
    kept = whole(market)
    for row, reason in (
        (f"o1,ann,bob,50,EUR,{DUE},", "pays more than is owed"),
        (f"o1,ann,bob,70,CNY,{DUE},", "another currency"),
    ):
        [reject] = pay(row, kind="obligations", header=OWED, how=apply)[1]
        assert "was paid in part, and this does not fit" in reject.reason
        assert reason in reject.reason
    assert whole(market) == kept


# With what is done to obligations ---------------------------------------------------------------------------


@pytest.fixture
def rated(market: Database, pay: Pay, tmp_path: Path) -> Database:
    policy = scheme.read("own-conduct")
    rows = [f"{each},own-conduct,2026-01-01T00:00:00Z,{policy.notice.version}" for each in ("ann", "bob")]

    def make() -> None:
        publishing.publish(market, policy)
        load(market, [written(tmp_path, "memberships.csv", "entity,scheme,at,notice", *rows)])
        pay(f"y1,o1,{at(1)},40,EUR", f"y2,o1,{at(21)},60,EUR")
        rate(market, policy.id, as_of=NOW)

    return kept(market, make)


def opened(database: Database) -> Any:
    factors = explain.explain(database, "ann", "own-conduct", facts=True).factors
    assert factors is not None
    return next(fact for factor in factors for fact in factor.facts if fact.fact == "o1")


def test_an_explanation_says_in_how_many_parts_it_was_paid(
    rated: Database, pay: Pay, innercircle: Command
) -> None:
    fact = opened(rated)
    assert (fact.parts, fact.late, fact.settled) == (2, 20, datetime(2026, 3, 21, 12, tzinfo=UTC))
    shown = innercircle("explain", "ann", "--scheme", "own-conduct", "--facts").stdout
    assert "settled 2026-03-21 in 2 payments" in " ".join(shown.split())
    _, [done] = remove(rated, "payments", ["y2"])
    assert done.published == 1, "the debtor is re-rated"
    fact = opened(rated)
    assert (fact.parts, fact.settled) == (None, None)


def test_a_payment_that_settles_makes_the_rating_stale_and_one_that_does_not_leaves_it(
    rated: Database, pay: Pay
) -> None:
    changed = "MATCH (e:Entity) WHERE e.changed IS NOT NULL RETURN e.id AS id, e.changed AS at ORDER BY id"
    before = rated.statement(changed)
    pay(f"y5,o2,{at(3)},0.1,CNY")
    assert rated.statement(changed) == before
    pay(f"y6,o2,{at(4)},0.2,CNY")
    after = {row["id"]: row["at"] for row in rated.statement(changed)}
    assert {row["id"]: row["at"] for row in before} == {
        each: time for each, time in after.items() if each != "bob"
    }
    assert "bob" in after


def test_a_payment_is_disputed_with_its_obligation_and_goes_with_it(rated: Database, pay: Pay) -> None:
    with rated.transaction() as transaction, pytest.raises(ParameterError, match="none of contacts, obligations"):
        disputes.dispute(transaction, "ann", kind="payments", fact="y1", statement="never", now=NOW)
    with rated.transaction() as transaction:
        id_, _ = disputes.dispute(
            transaction, "ann", kind="obligations", fact="o1", statement="I never owed this", now=NOW
        )
    assert pay(f"y3,o1,{at(22)},-60,EUR")[0].stored == 1, "the bank goes on"
    assert rated.statement("MATCH ()-[o:OWED {id: 'o1'}]->() RETURN o.disputed AS d") == [{"d": id_}]
    with rated.transaction() as transaction:
        disputes.decide(transaction, id_, upheld=True, reason="so it is", reviewer="rita", now=NOW)
    assert rated.statement(ALL_PAID) == []
    [reject] = pay(f"y1,o1,{at(1)},40,EUR")[1]
    assert reject.reason == "a dispute removed this obligation"


def test_who_loaded_a_payment_does_not_decide_a_dispute_of_its_obligation(rated: Database, pay: Pay) -> None:
    pay(f"y3,o1,{at(22)},-60,EUR", by="Olga")
    with rated.transaction() as transaction:
        id_, _ = disputes.dispute(
            transaction, "ann", kind="obligations", fact="o1", statement="no refund came", now=NOW
        )
    with rated.transaction() as transaction, pytest.raises(Exception, match="loaded the disputed fact"):
        disputes.decide(transaction, id_, upheld=True, reason="so", reviewer="olga", now=NOW)


@pytest.mark.parametrize("who", ["ann", "mill"])
def test_erasure_takes_payments_of_the_debtor_and_names_no_creditor(rated: Database, who: str) -> None:
    with rated.transaction() as transaction:
        done = erase(transaction, who, now=NOW)
    found = rated.statement(ALL_PAID)
    if who == "ann":
        assert (found, done.gone["payments"]) == ([], 2)
        return
    assert done.gone["payments"] == 0
    assert len(found) == 2
    assert {row["creditor"].partition("-")[0] for row in found} == {"anonymous"}
    assert not {row["id"] for row in found} & {"y1", "y2"}
    assert {row["obligation"] for row in found} == {
        row["id"] for row in rated.statement("MATCH ()-[o:OWED {amount: 100.0}]->() RETURN o.id AS id")
    }


def test_payments_are_kept_as_long_as_their_obligation(rated: Database, tmp_path: Path) -> None:
    text = scheme.read("own-conduct").text.replace('version = "2"', 'version = "2.1"', 1)
    policy = scheme.parse(text + "\n[retention]\nobligations_days = 365\n", "own-conduct")
    publishing.publish(rated, policy)
    retain(rated, now=datetime(2027, 3, 20, tzinfo=UTC))
    assert len(rated.statement(ALL_PAID)) == 2
    retain(rated, now=datetime(2027, 3, 24, tzinfo=UTC))
    assert rated.statement(ALL_PAID) == []


def test_what_was_paid_is_in_what_its_two_ends_are_told(rated: Database) -> None:
    for entity, role in (("ann", "debtor"), ("mill", "creditor")):
        rows = rated.run("own_payments", entity=entity)
        assert [(row["role"], row["obligation"], row["amount"]) for row in rows] == [
            (role, "o1", 40.0),
            (role, "o1", 60.0),
        ]
    assert rated.run("own_payments", entity="bob") == []


def test_a_prefix_stands_before_the_obligation_that_a_payment_names(market: Database, pay: Pay) -> None:
    pay(f"o1,ann,mill,100,EUR,{DUE},", kind="obligations", header=OWED, prefix="north-")
    pay(f"y1,o1,{at(3)},100,EUR", prefix="north-")
    assert (state(market, "north-o1"), state(market)) == (("03-03T12", 1), (None, None))


# However it is cut ------------------------------------------------------------------------------------------


def _key(row: tuple[int, int, int]) -> str:
    return f"y{row[0]},o1,{at(row[1])},{row[2]},EUR"


@settings(max_examples=samples(8, 40))
@given(st.data())
def test_in_whatever_order_and_loads_payments_come_a_plain_reckoning_says_the_same(
    database: Database, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What was refused for its sum is offered again, as loading the files again does."""
    sums = data.draw(st.lists(st.integers(-50, 70).filter(bool), min_size=1, max_size=8))
    kept: list[tuple[int, int, int]] = []
    for number, amount in enumerate(sums):  # a history that is possible: never below nothing nor above 100
        if 0 <= sum(each[2] for each in kept) + amount <= 100:
            kept.append((number, data.draw(st.integers(1, 9)), amount))
    made = [Payment(f"y{n}", datetime(2026, 3, day, 12, tzinfo=UTC), Fraction(amount)) for n, day, amount in kept]
    expected = paid_in_full(Fraction(100), made)
    folder = tmp_path_factory.mktemp("cut")
    base = [
        written(folder, "entities.csv", "id,kind", "ann,person", "mill,organisation"),
        written(folder, "obligations.csv", OWED, f"o1,ann,mill,100,EUR,{DUE},"),
    ]
    remove(database, "obligations", ["o1"])
    load(database, base)
    rows = Random(data.draw(st.integers(0, 99))).sample(kept, len(kept))
    cuts = data.draw(st.integers(1, 3))
    files = [
        written(folder, f"payments-{number}.csv", PAID, *map(_key, rows[number::cuts])) for number in range(cuts)
    ]
    for _ in range(len(kept) + 1):
        loaded = load(database, files, batch=data.draw(st.integers(1, 3)))
        if not any(each.stored for each in loaded):
            break
    if any(each.rejected for each in loaded):  # all of them in one file
        loaded = load(database, [written(folder, "payments-all.csv", PAID, *map(_key, rows))])
    assert sum(each.rejected for each in loaded) == 0
    [found] = database.statement(STATE, id="o1")
    assert (found["settled"] and utc(found["settled"]), found["parts"]) == (expected or (None, None))


def test_two_loads_at_once_do_not_pay_more_than_is_owed(market: Database, tmp_path: Path) -> None:
    files = [
        written(tmp_path, f"payments-{who}.csv", PAID, *(f"{who}{n},o1,{at(n)},10,EUR" for n in range(1, 11)))
        for who in "ab"
    ]
    with ThreadPoolExecutor(2) as pool:
        loaded = [each for [each] in pool.map(lambda file: load(market, [file], batch=2), files)]
    assert sum(each.stored for each in loaded) == sum(each.rejected for each in loaded) == 10
    assert sum(row["amount"] for row in market.statement(ALL_PAID)) == 100.0
    assert state(market)[1] is not None


def test_a_load_that_broke_off_is_repeated_and_gives_what_one_load_gives(
    market: Database, pay: Pay, tmp_path: Path
) -> None:
    rows = [f"y{n},o1,{at(n)},10,EUR" for n in range(1, 11)]
    path = written(tmp_path, "payments-all.csv", PAID, *rows)

    def stop(message: str) -> None:
        if "6 payments stored" in message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(market, [path], batch=3, progress=stop)
    assert (len(market.statement(ALL_PAID)), state(market)) == (6, (None, None))
    [loaded] = load(market, [path], batch=3)
    assert (loaded.stored, loaded.known, state(market)) == (4, 6, ("03-10T12", 10))
    after = content(market)
    remove(market, "payments", [f"y{n}" for n in range(1, 11)])
    assert state(market) == (None, None)
    load(market, [path])
    assert content(market) == after


def test_a_dry_run_of_payments_writes_nothing(market: Database, pay: Pay) -> None:
    before = whole(market)
    found, rejects = pay(f"y1,o1,{at(3)},60,EUR", f"y2,o1,{at(5)},50,EUR", dry_run=True)
    assert (found.stored, len(rejects)) == (1, 1)
    assert whole(market) == before
