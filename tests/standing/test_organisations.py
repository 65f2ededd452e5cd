"""Organisations are found by their registered numbers, at home and abroad; sole traders are persons."""

from pathlib import Path

import pytest

from graph.errors import NotFound, ParameterError, Refused
from graph.facts.load import load
from graph.standing import organisations
from graph.standing.organisations import Organisation
from graph.store.client import Database
from tests.conftest import WIPE
from tests.facts.looking import written

USCC, LEI, FOREIGN = "91110000600037341L", "5493001KJTIIGC8Y1R12", "213800KUD8LAJWSQ9D15"
OF_TRADER = "91350100M000100Y43"


@pytest.fixture(scope="module")
def town(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    database.statement(WIPE)
    rows = (
        f"mill,organisation,The Mill,{USCC},{LEI}",
        f"inn,organisation,,,{FOREIGN}",
        f"smith,sole-trader,Smith,{OF_TRADER},",
        "p-1,person,,,",
    )
    file = written(tmp_path_factory.mktemp("town"), "entities.csv", "id,kind,name,uscc,lei", *rows)
    assert not any(each.rejected for each in load(database, [file]))
    return database


@pytest.mark.parametrize("number", [USCC, LEI, USCC.lower(), LEI.lower(), f"{LEI[:4]} {LEI[4:]}"])
def test_an_organisation_is_found_by_either_number_however_it_is_written(town: Database, number: str) -> None:
    assert organisations.find(town, number) == Organisation("mill", "The Mill", USCC, LEI)


def test_a_foreign_organisation_is_found_by_its_identifier(town: Database) -> None:
    assert organisations.find(town, FOREIGN) == Organisation("inn", None, None, FOREIGN)


@pytest.mark.parametrize("number", [USCC[:-1] + "M", LEI[:-1] + "3", "mill", "", "1" * 300, LEI + "'"])
def test_a_number_whose_check_digits_do_not_hold_is_refused(town: Database, number: str) -> None:
    with pytest.raises(ParameterError, match="number"):
        organisations.find(town, number)


def test_neither_a_sole_trader_nor_an_unknown_organisation_is_found(town: Database) -> None:
    for number in (OF_TRADER, "529900T8BM49AURSDO55"):
        with pytest.raises(NotFound, match="no organisation is known under"):
            organisations.find(town, number)


def test_two_that_were_loaded_with_one_number_are_neither_of_them(town: Database, tmp_path: Path) -> None:
    load(town, [written(tmp_path, "entities.csv", "id,kind,lei", f"inn-2,organisation,{FOREIGN}")])
    with pytest.raises(Refused, match="2 organisations"):
        organisations.find(town, FOREIGN)
    town.statement("MATCH (e:Entity {id: 'inn-2'}) DELETE e")
