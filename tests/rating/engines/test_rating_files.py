"""Ratings from files: what a run gives is read as it was written, and what none gives is refused by name."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.errors import RecordError
from graph.rating.engines.arrays import rating_files
from tests.strategies import NASTY, make_scheme
from tests.worlds import rated_elsewhere
from tests.worlds.rated_elsewhere import Elsewhere
from tests.worlds.side_by_side import side_by_side

FACTS, FOUNDERS = side_by_side([community.facts for community in NASTY])
COUNT = 1 + max(rid for _, rid in FACTS.members)
HEARD = make_scheme(
    partner_month=1.0,
    partner_year=2.0,
    voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1},
    # the reference knows no veil, for which an engine may sweep more often: both are nearer than points are told
    tolerance=1e-13,
)
SCHEMES = {
    "voices": HEARD,
    "half from others": make_scheme(share=0.5, size=2),
    "no circle": make_scheme(size=0),
}


@pytest.fixture(scope="module", params=sorted(SCHEMES))
def of_scheme(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Elsewhere]:
    scheme = SCHEMES[request.param]
    return scheme, rated_elsewhere.write(tmp_path_factory.mktemp("made") / "ratings", FACTS, scheme, FOUNDERS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return rated_elsewhere.write(tmp_path_factory.mktemp("made") / "ratings", FACTS, HEARD, FOUNDERS)


def test_ratings_are_read_by_rid_as_they_were_written(of_scheme: tuple[Any, Elsewhere]) -> None:
    scheme, there = of_scheme
    found = rating_files.read(there.directory, there.made, scheme, COUNT)
    rows = sorted(there.rows, key=lambda row: row["rid"])
    assert found.rid.tolist() == [row["rid"] for row in rows]
    assert found.rates.tolist() == [row["rates"] for row in rows]
    assert found.evidences.tolist() == [row["evidences"] for row in rows]
    assert found.state.tolist() == [[row["swept"], row["swept_veil"]] for row in rows]
    assert found.aside.tolist() == [row["aside"] for row in rows]
    tied = [(row["rid"], *(tie[name] for name in found.ties._fields[1:])) for row in rows for tie in row["circle"]]
    assert list(zip(*(column.tolist() for column in found.ties), strict=True)) == tied
    assert (len(tied) > 0) is (scheme.circle.size > 0)


def test_of_a_scheme_without_members_there_is_nothing_to_read(tmp_path: Path) -> None:
    empty, _ = side_by_side([])
    there = rated_elsewhere.write(tmp_path / "ratings", empty, make_scheme(), [])
    found = rating_files.read(there.directory, there.made, make_scheme(), 0)
    assert (len(found.rid), len(found.ties.member)) == (0, 0)


def _heavier(row: dict[str, Any]) -> None:
    row["circle"][0]["weight"] += 0.01


def _stronger(row: dict[str, Any]) -> None:
    row["circle"][0]["strength"] += 1 + row["circle"][0]["strength"]


FORGED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a rid that there is not": (lambda row: row.update(rid=COUNT), "is none of the snapshot's"),
    "a rid below 0": (lambda row: row.update(rid=-1), "is none of the snapshot's"),
    "a score above 1": (lambda row: row.update(swept=2.0), "outside of"),
    "a score that is no number": (lambda row: row.update(swept=float("nan")), "outside of"),
    "a score that is missing": (lambda row: row.update(swept=None), "outside of"),
    "a rate below 0": (lambda row: row.update(rates=[-0.5, *row["rates"][1:]]), "outside of"),
    "evidence below 0": (lambda row: row.update(evidences=[-1.0, *row["evidences"][1:]]), "less than nothing"),
    "facts below none": (lambda row: row.update(aside=[-1, 0, 0, 0]), "less than nothing"),
    "an offset that is none": (lambda row: row.update(offset=float("inf")), "outside of"),
    "a better score": (lambda row: row.update(swept=row["swept"] + 0.001), "a score is not made of conduct"),
    "a better one under the veil": (lambda row: row.update(swept_veil=0.9), "a score is not made of conduct"),
    "another offset": (lambda row: row.update(offset=0.1), "a score is not made of conduct"),
    "a better conduct": (lambda row: row.update(conduct=0.99 * row["conduct"]), "is not made of the rates"),
    "a voice of its own": (lambda row: row.update(voice=0.9), "a voice that the policy does not give"),
    "no voice": (lambda row: row.update(voice=None), "a voice that the policy does not give"),
    "many friends": (lambda row: row.update(circle=row["circle"] * 9), "a circle has too many contacts"),
    "itself for a friend": (lambda row: row["circle"][0].update(contact=row["rid"]), "a circle has too many"),
    "a friend that is not rated": (lambda row: row["circle"][0].update(contact=COUNT + 1), "that is not rated"),
    "a contact that weighs more": (_heavier, "or another weight"),
    "a contact that is closer": (_stronger, "or another weight"),
    "a contact of no strength": (lambda row: row["circle"][0].update(strength=0.0), "or another weight"),
    "one rate less": (lambda row: row.update(rates=row["rates"][1:]), "other columns than ratings have"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_rating_that_no_run_gives_is_refused_although_its_hash_fits(made: Elsewhere, name: str) -> None:
    change, why = FORGED[name]
    rows = copy.deepcopy(made.rows)
    change(next(row for row in rows if len(row["circle"]) > 1))
    forged = rated_elsewhere.rewrite(made, rows)
    with pytest.raises(RecordError, match=why):
        rating_files.read(forged.directory, forged.made, HEARD, COUNT)


def test_a_member_that_is_there_twice_or_lacking_is_refused(made: Elsewhere) -> None:
    for rows, said in (
        ([*made.rows[:-1], made.rows[0]], {}),
        (made.rows, {"members": len(made.rows) + 1}),
    ):
        forged = rated_elsewhere.rewrite(made, rows, **said)
        with pytest.raises(
            RecordError, match="a member is in it twice, is none of the snapshot's, or is not there"
        ):
            rating_files.read(forged.directory, forged.made, HEARD, COUNT)


@pytest.mark.parametrize("said", [{"bound": 0.5}, {"bound": -1.0}, {"sweeps": 10_000}, {"sweeps": 0}])
def test_a_bound_that_misses_the_policy_s_tolerance_is_refused(made: Elsewhere, said: dict[str, Any]) -> None:
    forged = rated_elsewhere.rewrite(made, made.rows, **said)
    with pytest.raises(RecordError, match="not within the policy's tolerance"):
        rating_files.read(forged.directory, forged.made, HEARD, COUNT)


def test_a_file_that_is_no_parquet_or_has_other_columns_is_named(made: Elsewhere) -> None:
    whole = rated_elsewhere.rewrite(made, made.rows)
    path = whole.directory / whole.made.table.files[0].name
    path.write_bytes(b"other")
    with pytest.raises(RecordError, match=f"{path}: it is no file of Parquet"):
        rating_files.read(whole.directory, whole.made, HEARD, COUNT)
