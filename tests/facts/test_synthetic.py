import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest
from stdnum import lei
from stdnum.cn import uscc

from graph.errors import ParameterError
from graph.facts import files
from graph.facts.kinds import KINDS
from graph.facts.synthetic import HEADERS, LAST_DAY, made_up_lei, made_up_uscc, write
from graph.policy import scheme

Rows = dict[str, list[dict[str, str]]]
END = f"{LAST_DAY.isoformat()}T23:59:59Z"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made-up")
    write(path)
    return path


@pytest.fixture(scope="module")
def rows(directory: Path) -> Rows:
    return {kind: _read(directory / f"{kind}.csv") for kind in KINDS}


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_there_is_one_file_for_each_kind(directory: Path) -> None:
    assert {file.name for file in directory.iterdir()} == {f"{kind}.csv" for kind in KINDS}
    assert set(HEADERS) == set(KINDS)


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("same", 7), ("other", 8)):
        write(tmp_path / name, seed=seed, entities=60, members=40)
    one, same, other = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "same", "other")
    )
    assert one == same
    assert one["contacts.csv"] != other["contacts.csv"]


def test_there_are_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    write(tmp_path, entities=100, members=50, contacts=333, obligations=0, purchases=44, visits=5)
    counted = {kind: len(_read(tmp_path / f"{kind}.csv")) for kind in KINDS}
    assert counted == {
        "entities": 100,
        "products": 45,
        "sites": 45,
        "contacts": 333,
        "obligations": 0,
        "payments": 0,
        "purchases": 44,
        "visits": 5,
        "judgments": 1,
        "memberships": 50 + 33,
    }


def test_more_rows_of_one_kind_change_no_other_file(tmp_path: Path) -> None:
    write(tmp_path / "few", entities=60, members=40, contacts=10)
    write(tmp_path / "many", entities=60, members=40, contacts=1000)
    for kind in set(KINDS) - {"contacts"}:
        name = f"{kind}.csv"
        assert (tmp_path / "few" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


def test_everything_is_labelled_as_made_up_and_ids_are_unique(rows: Rows) -> None:
    for kind in set(KINDS) - {"memberships"}:
        ids = [row["id"] for row in rows[kind]]
        assert len(set(ids)) == len(ids)
        assert all(name.startswith("made-up-") for name in ids)
    assert all(row["name"].startswith("Made-up ") for row in rows["entities"])


def test_only_organisations_have_codes_and_their_check_digits_fit(rows: Rows) -> None:
    organisations = [row for row in rows["entities"] if row["kind"] == "organisation"]
    persons = [row for row in rows["entities"] if row["kind"] == "person"]
    assert len(organisations) > 50
    assert len(persons) > 500
    assert not any(row["uscc"] or row["lei"] for row in persons)
    assert all(row["uscc"] or row["lei"] for row in organisations)
    for column, standard in (("uscc", uscc), ("lei", lei)):
        codes = [row[column] for row in organisations if row[column]]
        assert len(set(codes)) == len(codes) > 20
        assert [standard.validate(code) for code in codes] == codes


def test_codes_fit_in_communities_of_millions_too() -> None:
    numbers = [1, 100_000, 999_999, 1_000_000, 10_000_000, 99_999_999]
    for codes, standard in (([*map(made_up_lei, numbers)], lei), ([*map(made_up_uscc, numbers)], uscc)):
        assert len(set(codes)) == len(codes)
        assert [standard.validate(code) for code in codes] == codes


def test_every_row_names_what_there_is(rows: Rows) -> None:
    known = {kind: {row["id"] for row in rows[kind]} for kind in ("entities", "obligations", "products", "sites")}
    for kind, columns in {
        "contacts": {"source": "entities", "target": "entities"},
        "obligations": {"debtor": "entities", "creditor": "entities"},
        "payments": {"obligation": "obligations"},
        "purchases": {"entity": "entities", "product": "products"},
        "visits": {"entity": "entities", "site": "sites"},
        "memberships": {"entity": "entities"},
    }.items():
        for column, of in columns.items():
            assert {row[column] for row in rows[kind]} <= known[of]
    assert not any(row["source"] == row["target"] for row in rows["contacts"])
    assert not any(row["debtor"] == row["creditor"] for row in rows["obligations"])


def test_times_have_a_zone_and_nothing_has_happened_after_the_last_day(rows: Rows) -> None:
    happened = {"contacts": "at", "purchases": "at", "visits": "at", "memberships": "at", "obligations": "settled"}
    for kind, column in happened.items():
        times = [row[column] for row in rows[kind] if row[column]]
        assert all(datetime.fromisoformat(time).tzinfo == UTC for time in times)
        assert "2024-07-01" <= min(times) <= max(times) <= END
    assert max(row["due"] for row in rows["obligations"]) > END


def test_some_obligations_are_open_and_some_of_those_overdue(rows: Rows) -> None:
    still_open = [row["due"] for row in rows["obligations"] if not row["settled"]]
    assert sum(due > END for due in still_open) > 50
    assert sum(due < END for due in still_open) > 50
    assert 0 < sum(bool(row["outcome"]) for row in rows["obligations"]) < len(rows["obligations"]) / 5


def test_memberships_overlap_and_carry_the_version_of_the_notice(rows: Rows) -> None:
    joined = defaultdict(set)
    for row in rows["memberships"]:
        joined[row["scheme"]].add(row["entity"])
        assert row["notice"] == scheme.read(row["scheme"]).notice.version
    assert {name: len(entities) for name, entities in joined.items()} == {"reliability": 600, "own-conduct": 400}
    assert joined["reliability"] & joined["own-conduct"]
    assert joined["own-conduct"] - joined["reliability"]


def test_there_are_thin_files_loners_and_non_members_between_members(rows: Rows) -> None:
    joined = {row["entity"] for row in rows["memberships"] if row["scheme"] == "reliability"}
    in_contact = {end for row in rows["contacts"] for end in (row["source"], row["target"])}
    assert joined - in_contact
    assert any((row["source"] in joined) != (row["target"] in joined) for row in rows["contacts"])
    owed = Counter(row["debtor"] for row in rows["obligations"])
    assert sum(owed[entity] <= 1 for entity in joined) > 50


def test_most_pairs_have_begun_contacts_on_both_sides_and_on_several_days(rows: Rows) -> None:
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows["contacts"]:
        days[row["source"], row["target"]].add(row["at"][:10])
    pairs = {tuple(sorted(pair)) for pair in days}
    mutual = [pair for pair in pairs if days[pair[0], pair[1]] and days[pair[1], pair[0]]]
    assert len(mutual) > 0.9 * len(pairs)
    assert sum(len(days[one, other] | days[other, one]) >= 2 for one, other in mutual) > 0.95 * len(mutual)


def test_members_who_pay_late_owe_mostly_to_others_who_do(rows: Rows) -> None:
    late = defaultdict(list)
    for row in rows["obligations"]:
        if row["due"] < END:
            settled = datetime.fromisoformat(row["settled"] or END)
            late[row["debtor"]].append((settled - datetime.fromisoformat(row["due"])).days)
    bad = {debtor for debtor, days in late.items() if len(days) >= 3 and median(days) >= 15}
    among_bad, among_good = (
        [row["creditor"] in bad for row in rows["obligations"] if (row["debtor"] in bad) == debtors_are_bad]
        for debtors_are_bad in (True, False)
    )
    assert 20 < len(bad) < 100
    assert sum(among_bad) / len(among_bad) > 0.4
    assert sum(among_good) / len(among_good) < 0.1


def test_every_row_passes_the_checks_of_a_load(directory: Path) -> None:
    for kind in KINDS:
        for chunk in files.read(directory / f"{kind}.csv", None, None):
            assert not chunk.rejects


def test_a_community_too_small_or_with_too_many_members_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="at least 20"):
        write(tmp_path, entities=19, members=1)
    with pytest.raises(ParameterError, match="members must be"):
        write(tmp_path, entities=20, members=21)
    with pytest.raises(ParameterError, match="negative"):
        write(tmp_path, contacts=-1)
