"""Days late are those of the zone that an obligation names: by hand, in the reference, and in the queries.

The instants are in UTC, as everywhere; the table is in tests/worlds/local_days.py.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.facts.load import load
from graph.facts.values import LEAST, Facts, Obligation
from graph.policy import parameters
from graph.rating import published, reference
from graph.rating.apply import apply
from graph.rating.engines.arrays import conduct, reading
from graph.rating.engines.arrays.ends import Ends
from graph.rating.engines.choice import ENGINES
from graph.rating.engines.contract import Work
from graph.rating.run import rate
from graph.rating.verify import verify_run
from graph.store.client import Database
from tests.conftest import WIPE, samples
from tests.facts.looking import written
from tests.storing import store
from tests.strategies import AS_OF, make_scheme
from tests.worlds.local_days import TABLE, Late, instant, obligations

LATE_DAYS = 400
SCHEME = make_scheme(weights={"obligations": 1.0}, late_days=LATE_DAYS, half_life_days=None, share=0.0, size=0)
END = datetime(2200, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from(
    [
        *(None, "UTC", "Europe/Berlin", "Europe/London", "America/Los_Angeles", "America/New_York"),
        *("America/Sao_Paulo", "America/Havana", "America/St_Johns", "America/Caracas", "Asia/Kolkata"),
        *("Asia/Kathmandu", "Asia/Tehran", "Asia/Shanghai", "Africa/Nairobi", "Australia/Lord_Howe"),
        *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
    ]
)
SECONDS = st.integers(0, int((END - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) - 1)
PAID = (
    st.none() | st.integers(-3, 4).map(timedelta) | st.integers(-50, 50).map(lambda hours: timedelta(hours=hours))
)


def facts_of(owed: Sequence[Obligation]) -> Facts:
    """These, each of a member of its own."""
    return Facts(obligations=owed, members=[(each.debtor, rid) for rid, each in enumerate(owed)])


def staged(database: Database, owed: Sequence[Obligation], as_of: datetime) -> list[float]:
    """The rates of their debtors, as the query of a run makes them."""
    params = parameters.factors(SCHEME)["obligations"]
    database.run("obligations", scheme=SCHEME.id, ranges=[[0, len(owed)]], as_of=as_of, factor=params)
    rows = database.statement("MATCH (m:Membership) RETURN m.next_obligations AS rate ORDER BY m.rid")
    return [row["rate"] for row in rows]


def in_arrays(database: Database, owed: Sequence[Obligation], as_of: datetime) -> list[float]:
    """The same, as the engine in arrays makes them."""
    factor, count = SCHEME.factors.obligations, len(owed)
    assert factor is not None
    work = Work(database, SCHEME, as_of, "", as_of, count, 25, None, {}, lambda step: None)
    owed_by = reading.obligations(work, Ends(work))
    capped = conduct.cap(owed_by, factor, (as_of - datetime(1970, 1, 2, tzinfo=UTC)).days)
    rates: list[float] = conduct.rate_obligations(capped, factor, None, 1.0, count)[0].rate.tolist()
    return rates


def explained(database: Database, owed: Sequence[Obligation], as_of: datetime) -> dict[str, dict[str, Any]]:
    """By obligation: what the query of explanations says of it."""
    ids = [f"{SCHEME.id}|{each.debtor}" for each in owed]
    rows = database.run("facts", ids=ids, as_of=as_of, **parameters.factors(SCHEME))
    return {row["fact"]: row for row in rows}


# By hand, and without a server ------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "owed"), list(zip(TABLE, obligations(), strict=True)), ids=map(str, TABLE))
def test_lateness_is_the_difference_of_two_days_of_the_calendar_there(row: Late, owed: Obligation) -> None:
    assert owed.settled is not None
    assert owed.days_late(owed.settled) == row.late
    factor = SCHEME.factors.obligations
    assert factor is not None
    valued = reference.value_obligation(owed, factor, END)
    assert valued is not None
    assert valued[1] == 1 - max(0, row.late) / LATE_DAYS


@pytest.mark.parametrize(
    ("zone", "due", "as_of", "late"),
    [
        # Berlin's last microsecond of 30 June is ten o'clock in the evening of UTC.
        ("Europe/Berlin", "2026-06-30T21:59:59.999999Z", "2026-07-01T00:00Z", 1),
        ("Europe/Berlin", "2026-06-30T21:59:59.999999Z", "2026-07-02T00:00Z", 2),
        # At midnight in UTC it is five in the afternoon of the day before in Los Angeles, and noon in Auckland.
        ("America/Los_Angeles", "2026-07-01T06:59:59.999999Z", "2026-07-01T00:00Z", None),
        ("America/Los_Angeles", "2026-07-01T06:59:59.999999Z", "2026-07-02T00:00Z", 1),
        ("Pacific/Auckland", "2026-07-01T11:59:59.999999Z", "2026-07-01T00:00Z", None),
        ("Pacific/Auckland", "2026-07-01T11:59:59.999999Z", "2026-07-02T00:00Z", 1),
        # Due at noon, and the day is not over there.
        ("Pacific/Pago_Pago", "2026-06-30T23:00Z", "2026-07-01T00:00Z", None),
        ("Pacific/Pago_Pago", "2026-06-30T10:00Z", "2026-07-01T00:00Z", 1),
        (None, "2026-06-30T12:00Z", "2026-07-01T00:00Z", None),
        (None, "2026-06-30T12:00Z", "2026-07-02T00:00Z", 1),
    ],
)
def test_an_open_obligation_is_as_late_as_if_it_were_paid_at_the_last_instant(
    zone: str | None, due: str, as_of: str, late: int | None
) -> None:
    owed = Obligation("a", "b", instant(None, due), zone=zone)
    end, factor = instant(None, as_of), SCHEME.factors.obligations
    assert factor is not None
    valued = reference.value_obligation(owed, factor, end)
    assert (valued and valued[1]) == (late and 1 - late / LATE_DAYS)
    if valued is not None:
        paid = reference.value_obligation(owed._replace(settled=end - LEAST), factor, end)
        assert paid is not None
        assert paid[1] == valued[1]


@given(SECONDS, SECONDS, ZONES)
def test_who_pays_by_the_instant_that_it_is_due_is_not_late_and_who_pays_days_after_it_is(
    one: int, other: int, zone: str | None
) -> None:
    first, second = sorted(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=each) for each in (one, other))
    owed = Obligation("a", "b", second, zone=zone)
    assert owed.days_late(first) <= 0
    late = owed._replace(due=first).days_late(second)
    assert abs(late - (second - first) / timedelta(days=1)) < 2
    assert late >= 1 or second - first < timedelta(hours=25.1)


# The same on the server -------------------------------------------------------------------------------


def test_the_queries_count_the_days_of_the_table_as_the_reference_does(graph: Database) -> None:
    owed = obligations()
    facts = facts_of(owed)
    store(graph, facts, SCHEME)
    rates = reference.rate_factors(facts, SCHEME, END)
    expected = [rates[each.debtor]["obligations"].rate for each in owed]
    assert staged(graph, owed, END) == in_arrays(graph, owed, END) == expected
    told = explained(graph, owed, END)
    assert [told[each.id]["late"] for each in owed] == [row.late for row in TABLE]
    assert [told[each.id]["value"] for each in owed] == [1 - max(0, row.late) / LATE_DAYS for row in TABLE]
    assert [told[each.id]["zone"] for each in owed] == [row.zone for row in TABLE]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_counts_the_days_of_the_table_whichever_engine_it_has(graph: Database, engine: str) -> None:
    owed = obligations()
    facts = facts_of(owed)
    store(graph, facts, SCHEME)
    rate(graph, SCHEME.id, as_of=END, engine=engine)
    rates = reference.rate_factors(facts, SCHEME, END)
    rows = graph.statement("MATCH (m:Membership) RETURN m.obligations AS rate, m.conduct AS own ORDER BY m.rid")
    expected = [rates[each.debtor]["obligations"].rate for each in owed]
    assert [row["rate"] for row in rows] == [row["own"] for row in rows] == expected


@settings(max_examples=samples(4, 25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(SECONDS, PAID, ZONES, st.booleans()), min_size=20, max_size=60),
    st.integers(0, 366 * 230).map(lambda days: datetime(1970, 1, 2, tzinfo=UTC) + timedelta(days=days)),
)
def test_the_queries_count_days_as_the_reference_does_in_any_zone_at_any_time(
    graph: Database, drawn: list[tuple[int, timedelta | None, str | None, bool]], as_of: datetime
) -> None:
    owed = [
        _owed(number, due if far else due % 400_000, paid, zone, as_of=None if far else as_of)
        for number, (due, paid, zone, far) in enumerate(drawn)
    ]
    facts = facts_of(owed)
    graph.statement(WIPE)
    store(graph, facts, SCHEME)
    rates = reference.rate_factors(facts, SCHEME, as_of)
    expected = [rates[each.debtor]["obligations"].rate for each in owed]
    assert staged(graph, owed, as_of) == in_arrays(graph, owed, as_of) == expected
    told = explained(graph, owed, as_of)
    for each in owed:
        valued = next((event.value for event in rates[each.debtor]["obligations"].events), None)
        assert told[each.id]["value"] == valued
        known = each.settled is not None and each.settled < as_of
        assert told[each.id]["late"] == each.days_late(each.settled if known and each.settled else as_of - LEAST)


def _owed(
    number: int, due: int, paid: timedelta | None, zone: str | None, *, as_of: datetime | None
) -> Obligation:
    """Due so many seconds after 1970, or before `as_of` and the day after it."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=due)
    if as_of is not None:
        at = max(datetime(1970, 1, 1, tzinfo=UTC), as_of + timedelta(days=1, seconds=-due))
    settled = None if paid is None else max(datetime(1970, 1, 1, tzinfo=UTC), at + paid)
    return Obligation(f"d{number}", "bank", at, settled, None, f"o{number}", zone)


# From a file to the rating ----------------------------------------------------------------------------

PEOPLE = ("id,kind", "ann,person", "bob,person", "bank,organisation")
JOINED = ("entity,scheme,at,notice", "ann,made-up,2010-01-01T00:00:00Z,1", "bob,made-up,2010-01-01T00:00:00Z,1")
PLACES = [
    ("Pacific/Auckland", "2026-03-03"),
    ("America/Los_Angeles", "2026-03-03"),
    ("Pacific/Kiritimati", "2026-03-03"),
    ("Pacific/Apia", "2011-12-29"),
    ("Asia/Kolkata", "2026-03-03"),
]


def market(database: Database, folder: Path) -> None:
    store(database, Facts(), SCHEME)
    load(database, [written(folder, "entities.csv", *PEOPLE), written(folder, "memberships.csv", *JOINED)])


def late(database: Database) -> dict[str, tuple[int, str | None]]:
    """By obligation: how many days late its run counted it, and its zone."""
    rows = database.run("facts", ids=["made-up|ann", "made-up|bob"], as_of=AS_OF, **parameters.factors(SCHEME))
    return {row["fact"]: (row["late"], row["zone"]) for row in rows}


@pytest.mark.parametrize(("zone", "day"), PLACES, ids=[zone for zone, _ in PLACES])
def test_who_pays_at_half_past_five_on_the_due_day_is_not_late_and_who_pays_after_midnight_is(
    graph: Database, tmp_path: Path, zone: str, day: str
) -> None:
    market(graph, tmp_path)
    after = (datetime.fromisoformat(day) + timedelta(days=2 if zone == "Pacific/Apia" else 1)).date()
    rows = (f"o1,ann,bank,{day},{day} 17:30:00", f"o2,bob,bank,{day},{after} 00:01:00")
    file = written(tmp_path, "obligations.csv", "id,debtor,creditor,due,settled", *rows)
    [loaded] = load(graph, [file], zone=zone)
    assert (loaded.stored, loaded.rejected) == (2, 0)
    run = rate(graph, SCHEME.id, as_of=AS_OF)
    # the day that Samoa left out is one of its calendar
    assert late(graph) == {"o1": (0, zone), "o2": (2 if zone == "Pacific/Apia" else 1, zone)}
    ann, bob = (published.open_rating(graph, each, SCHEME.id) for each in ("ann", "bob"))
    assert ann.conduct == (4 * 0.5 + 1) / 5
    assert bob.conduct < ann.conduct
    assert verify_run(graph, run.id).holds


def test_a_zone_is_filled_in_by_a_later_load_and_changed_by_a_correction_alone(
    graph: Database, tmp_path: Path
) -> None:
    market(graph, tmp_path)
    row = "ann,bank,2026-03-03T12:00:00Z,2026-03-04T01:00:00Z"
    file = written(tmp_path, "obligations.csv", "id,debtor,creditor,due,settled", f"o1,{row}")
    load(graph, [file])
    assert late(graph) == {"o1": (1, None)}
    [again] = load(graph, [file], zone="America/Los_Angeles")
    assert (again.stored, again.completed, again.rejected) == (0, 1, 0)
    assert late(graph) == {"o1": (0, "America/Los_Angeles")}
    [other] = load(graph, [file], zone="Asia/Kolkata", rejects=tmp_path / "rejects.csv")
    assert other.rejected == 1
    assert "the id is known with another zone" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    [kept] = load(graph, [file])
    assert (kept.known, kept.rejected) == (1, 0)
    [corrected], _ = apply(graph, [file], zone="Asia/Kolkata")
    assert (corrected.corrected, corrected.rejected) == (1, 0)
    assert late(graph) == {"o1": (1, "Asia/Kolkata")}


def test_a_zone_makes_no_other_fact_of_a_row_without_an_id(graph: Database, tmp_path: Path) -> None:
    market(graph, tmp_path)
    row = "ann,bank,2026-03-03T12:00:00Z,2026-03-04T01:00:00Z"
    file = written(tmp_path, "obligations.csv", "debtor,creditor,due,settled", row)
    load(graph, [file])
    [again] = load(graph, [file], zone="America/Los_Angeles")
    assert (again.stored, again.completed) == (0, 1)
